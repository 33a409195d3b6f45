"""The snapshot table."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapmgr.block.memory import MemoryDevice
from snapmgr.block.qcow2.opening import read_metadata
from snapmgr.block.qcow2.snapshots import SnapshotEntry
from snapmgr.errors import ImageError, SnapmgrError
from tests.block.tiny import tiny

TABLE = 5 << 12
FIXED = struct.Struct(">QIHHIIQII")


def entry(
    name: bytes = b"before",
    identity: bytes = b"1",
    extra: bytes | None = None,
    state: int = 0,
    l1_offset: int = 3 << 12,
) -> bytes:
    if extra is None:
        extra = struct.pack(">QQQ", state, 1 << 20, (1 << 64) - 1)
    fixed = FIXED.pack(l1_offset, 1, len(identity), len(name), 1700000000, 5, 9, 0, len(extra))
    whole = fixed + extra + identity + name
    return whole + bytes(-len(whole) % 8)


def read(*entries: bytes, count: int | None = None, size: int = 1 << 20) -> tuple[SnapshotEntry, ...]:
    image = tiny(
        {},
        {TABLE: b"".join(entries)},
        snapshots=len(entries) if count is None else count,
        snapshots_offset=TABLE,
        size=size,
    )
    return read_metadata(MemoryDevice(image)).snapshots


def test_every_field_is_read() -> None:
    (found,) = read(entry(state=77))
    assert (found.id_text, found.name_text, found.vm_state_size, found.disk_size) == ("1", "before", 77, 1 << 20)
    assert (found.date_sec, found.date_nsec, found.vm_clock_nsec, found.icount) == (1700000000, 5, 9, None)
    assert (found.offset, found.l1_offset, found.l1_size) == (TABLE, 3 << 12, 1)


def test_entries_begin_at_multiples_of_eight() -> None:
    first, second = read(entry(b"a"), entry(b"bcd", b"22"))
    assert second.offset == TABLE + first.padded_length
    assert second.name == b"bcd"


def test_old_entries_take_what_the_image_says_now() -> None:
    (found,) = read(entry(extra=b""), size=4096)
    assert (found.disk_size, found.icount, found.extra_size) == (4096, None, 0)


def test_unknown_extra_data_is_kept() -> None:
    extra = struct.pack(">QQQ", 1, 2, 3) + b"from the future"
    (found,) = read(entry(extra=extra))
    assert found.extra == extra
    assert (found.vm_state_size, found.disk_size, found.icount) == (1, 2, 3)


def test_the_wide_size_of_the_vm_state_wins() -> None:
    extra = struct.pack(">Q", 1 << 40)
    (found,) = read(entry(extra=extra))
    assert (found.vm_state_size, found.vm_state_size_32) == (1 << 40, 0)


@pytest.mark.parametrize(
    ("raw", "text"), [(b"\xff-x", "\udcff-x"), (b"cut\0off", "cut"), (b"", ""), ("名前".encode(), "名前")]
)
def test_names_may_hold_any_bytes(raw: bytes, text: str) -> None:
    (found,) = read(entry(raw))
    assert (found.name, found.name_text) == (raw, text)


def test_what_the_file_does_not_hold_is_zeros() -> None:
    found = read(entry(), count=3)
    assert [one.name_text for one in found] == ["before", "", ""]


def test_too_much_extra_data_is_refused_with_qemus_words() -> None:
    with pytest.raises(ImageError) as error:
        read(entry(), entry(extra=bytes(1025)))
    assert error.value.qemu == (
        "Too much extra metadata in snapshot table entry 1\n"
        "You can force-remove this extra metadata with qemu-img check -r all"
    )


def test_a_table_of_more_than_64_mib_is_refused_before_it_is_all_in_memory() -> None:
    huge = FIXED.pack(0, 0, 0xFFFF, 0xFFFF, 0, 0, 0, 0, 0)
    step = FIXED.size + 2 * 0xFFFF + 7 & ~7

    class Endless(MemoryDevice):
        """Every entry claims the longest id and name."""

        def pread_into(self, offset: int, buffer: memoryview) -> None:
            super().pread_into(offset, buffer)
            at = -(offset - TABLE) % step if offset >= TABLE else len(buffer)
            while at < len(buffer):
                part = huge[: len(buffer) - at]
                buffer[at : at + len(part)] = part
                at += step

    with pytest.raises(ImageError) as error:
        read_metadata(Endless(tiny({}, snapshots=65536, snapshots_offset=TABLE)))
    assert error.value.qemu == "Snapshot table is too big"


@given(st.binary(max_size=400), st.integers(0, 50))
def test_any_table_raises_typed_errors_only(noise: bytes, count: int) -> None:
    try:
        found = read(noise, count=count)
    except SnapmgrError as error:
        assert error.exit_code == 3
    else:
        assert all(isinstance(one.name_text, str) for one in found)
