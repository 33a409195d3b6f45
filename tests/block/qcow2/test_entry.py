"""Entries of the snapshot table, written and read again."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapmgr.block.memory import MemoryDevice
from snapmgr.block.qcow2.entry import NewEntry, check_name, kept, next_id, table
from snapmgr.block.qcow2.header import parse_header
from snapmgr.block.qcow2.snapshots import SnapshotEntry, read_snapshots
from snapmgr.errors import SnapmgrError, UsageError
from tests.block.tiny import header

PLACE = 1 << 13

new_entries = st.builds(
    NewEntry,
    id=st.binary(max_size=20),
    name=st.binary(max_size=300),
    date_sec=st.integers(0, (1 << 32) - 1),
    date_nsec=st.integers(0, 999_999_999),
    disk_size=st.integers(0, 1 << 60),
    vm_state_size=st.integers(0, 1 << 60),
    vm_clock_nsec=st.integers(0, (1 << 64) - 1),
    icount=st.none() | st.integers(0, (1 << 64) - 2),
)


def read(whole: bytes, count: int, size: int = 1 << 20) -> tuple[SnapshotEntry, ...]:
    head = header(snapshots=count, snapshots_offset=PLACE, size=size)
    return read_snapshots(MemoryDevice(head.ljust(PLACE, b"\0") + whole), parse_header(head.ljust(112, b"\0")))


@given(st.lists(new_entries, max_size=5))
def test_what_is_written_is_read(entries: list[NewEntry]) -> None:
    whole = table(entry.encoded(4096 * number, number) for number, entry in enumerate(entries))
    found = read(whole, len(entries))
    assert [
        NewEntry(
            one.id, one.name, one.date_sec, one.date_nsec, one.disk_size,
            one.vm_state_size, one.vm_clock_nsec, one.icount,
        )
        for one in found
    ] == entries  # fmt: skip
    assert [(one.l1_offset, one.l1_size) for one in found] == [(4096 * place, place) for place in range(len(found))]
    device = MemoryDevice(bytes(PLACE) + whole)
    assert table(kept(device, one, sizes=True) for one in found) == whole


def test_an_old_entry_gets_the_sizes_it_lacks_and_keeps_what_is_unknown() -> None:
    fixed = struct.Struct(">QIHHIIQII")
    old = (fixed.pack(8192, 1, 1, 3, 5, 6, 7, 99, 0) + b"1old").ljust(48, b"\0")
    future = fixed.pack(8192, 1, 1, 3, 5, 6, 7, 0, 32) + struct.pack(">QQQQ", 1, 2, 3, 0xABCD) + b"2new"
    whole = old + future
    device = MemoryDevice(bytes(PLACE) + whole)
    first, second = read(whole, 2)
    again = read(table([kept(device, first, sizes=True), kept(device, second, name=b"longer name", sizes=True)]), 2)
    assert (again[0].extra_size, again[0].vm_state_size, again[0].disk_size) == (16, 99, 1 << 20)
    assert (again[1].extra, again[1].id, again[1].name) == (second.extra, b"2", b"longer name")
    assert read(kept(device, first), 1)[0].extra_size == 0


@pytest.mark.parametrize("name", [b"", b"x" * 256, b"a\0b"])
def test_names_that_qemu_would_cut_are_refused(name: bytes) -> None:
    with pytest.raises(UsageError):
        check_name(name)
    check_name(b"x" * 255)


@pytest.mark.parametrize(("ids", "following"), [((), b"1"), (("1", "7", "3"), b"8"), (("12abc", "x", ""), b"13")])
def test_the_next_id_is_one_more(ids: tuple[str, ...], following: bytes) -> None:
    whole = table(NewEntry(text.encode(), b"n", 0, 0, 0).encoded(0, 0) for text in ids)
    assert next_id(read(whole, len(ids))) == following


def test_no_more_than_qemu_reads() -> None:
    entry = NewEntry(b"1", b"n", 0, 0, 0).encoded(0, 0)
    with pytest.raises(SnapmgrError, match="as many snapshots as it can"):
        table([entry] * 65537)
