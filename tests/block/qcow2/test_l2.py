"""L2 tables as runs, against a reader that goes entry by entry."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapmgr.block.memory import MemoryDevice
from snapmgr.block.qcow2.geometry import OFFSET_MASK, Geometry
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.l2 import Kind, Rules, parse_l2
from snapmgr.block.qcow2.tables import Mapping
from snapmgr.errors import ImageError
from tests.block.tiny import COMPRESSED, COPIED, tiny

SMALL = Geometry(9)
EXTENDED = Geometry(14, extended=True)

words = st.one_of(
    st.sampled_from([0, 1, COPIED, COMPRESSED, COPIED | 512, 512, 1024, 1536, 513, COMPRESSED | 77, 600, 1 << 56]),
    st.integers(0, (1 << 64) - 1),
)


def kind_of(entry: int, rules: Rules, guest: int) -> Kind:
    """The kind of one standard entry, spelled out (block/qcow2.h: qcow2_get_cluster_type, qcow2_get_host_offset)."""
    host = entry & OFFSET_MASK
    size = rules.geometry.cluster_size
    if entry & COMPRESSED:
        return Kind.INVALID if rules.data_file else Kind.COMPRESSED
    if entry & 1:
        return Kind.ZERO if rules.version == 3 and host % size == 0 else Kind.INVALID
    if host == 0 and not (rules.data_file and entry & COPIED):
        return Kind.UNALLOCATED
    if host % size or (rules.data_file and host != guest):
        return Kind.INVALID
    return Kind.DATA


@given(st.lists(words, min_size=64, max_size=64), st.sampled_from([2, 3]), st.booleans())
def test_runs_say_what_each_entry_says(entries: list[int], version: int, data_file: bool) -> None:
    rules = Rules(SMALL, version, data_file)
    table = parse_l2(struct.pack(">64Q", *entries), rules, 0)
    runs = table.between(0, table.span)
    at = 0
    for start, length, kind, host in runs:
        assert start == at and length > 0
        for step in range(start, start + length, 512):
            entry = entries[step // 512]
            assert kind == kind_of(entry, rules, step)
            if kind == Kind.DATA:
                assert host + step - start == entry & OFFSET_MASK
            elif kind in (Kind.COMPRESSED, Kind.INVALID):
                assert host == entry
        at += length
    assert at == table.span == 64 * 512


@given(st.lists(words, min_size=64, max_size=64), st.integers(0, 64 * 512 - 1), st.integers(1, 64 * 512))
def test_a_part_of_the_table_is_cut_from_the_whole(entries: list[int], first: int, length: int) -> None:
    table = parse_l2(struct.pack(">64Q", *entries), Rules(SMALL, 3), 0)
    end = min(first + length, table.span)

    def per_byte(found: list[tuple[int, int, int, int]]) -> dict[int, tuple[int, int]]:
        return {
            start + step: (kind, host + step if kind == Kind.DATA else host)
            for start, count, kind, host in found
            for step in range(0, count, 64)
        }

    part = table.between(first, end)
    assert part[0][0] == first and sum(run[1] for run in part) == end - first
    whole = [run for run in table.between(0, table.span) if run[0] < end and run[0] + run[1] > first]
    assert [run[2] for run in part] == [run[2] for run in whole]
    for mine, theirs in zip(part, whole, strict=True):
        moved = max(0, first - theirs[0]) if theirs[2] == Kind.DATA else 0
        assert mine[3] == theirs[3] + moved
    assert per_byte(part).keys() >= {run[0] for run in part}


def subcluster(entry: int, bitmap: int, index: int) -> Kind:
    """One subcluster, spelled out (block/qcow2.h: qcow2_get_subcluster_type)."""
    host = entry & OFFSET_MASK
    alloc, zero = bitmap & 0xFFFFFFFF, bitmap >> 32
    if entry & COMPRESSED:
        return Kind.COMPRESSED
    if host % EXTENDED.cluster_size or (host and alloc & zero) or (not host and alloc):
        return Kind.INVALID
    if zero >> index & 1:
        return Kind.ZERO
    return Kind.DATA if host and alloc >> index & 1 else Kind.UNALLOCATED


@given(st.data())
def test_subclusters_say_what_their_bitmaps_say(data: st.DataObject) -> None:
    number = EXTENDED.l2_entries
    used = data.draw(
        st.lists(st.tuples(st.sampled_from([0, 1 << 14, 5 << 14, COMPRESSED | 9, 777 << 9]), words), max_size=8)
    )
    pairs = [*used, *[(0, 0)] * (number - len(used))]
    flat = [word for pair in pairs for word in pair]
    table = parse_l2(struct.pack(f">{2 * number}Q", *flat), Rules(EXTENDED, 3), 0)
    unit = EXTENDED.unit
    at = 0
    for start, length, kind, host in table.between(0, table.span):
        assert start == at
        for step in range(start, min(start + length, 8 * EXTENDED.cluster_size), unit):
            entry, bitmap = pairs[step // EXTENDED.cluster_size]
            index = step % EXTENDED.cluster_size // unit
            assert kind == subcluster(entry, bitmap, index)
            if kind == Kind.DATA:
                assert host + step - start == (entry & OFFSET_MASK) + index * unit
        at += length
    assert at == table.span


def test_neighbours_in_the_file_are_one_run() -> None:
    entries = [COPIED | (number + 3) * 512 for number in range(64)]
    table = parse_l2(struct.pack(">64Q", *entries), Rules(SMALL, 3), 0)
    assert table.between(0, table.span) == [(0, 64 * 512, Kind.DATA, 3 * 512)]


def test_a_hole_of_terabytes_is_one_step() -> None:
    image = Qcow2Image(
        MemoryDevice(
            tiny(
                {0: 5 << 12, 511: 5 << 12},
                {8 << 12: (4 << 12).to_bytes(8)},
                l1_offset=8 << 12,
                l1_size=4 << 20,
                size=8 << 40,
            )
        )
    )
    mapping: Mapping = image.active.mapping
    runs = list(mapping.runs(0, image.size))
    assert image.size == 8 << 40
    assert [run.kind for run in runs] == [Kind.DATA, Kind.UNALLOCATED, Kind.DATA, Kind.UNALLOCATED]
    assert sum(run.length for run in runs) == image.size


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (0x5200, "Cluster allocation offset 0x5200 unaligned (L2 offset: 0x4000, L2 index: 0)"),
        (0x5200 | 1, "Cluster allocation offset 0x5200 unaligned (L2 offset: 0x4000, L2 index: 0)"),
    ],
)
def test_a_wrong_entry_is_an_error_with_its_place_and_the_rest_is_read(entry: int, said: str) -> None:
    image = Qcow2Image(MemoryDevice(tiny({0: entry, 1: 5 << 12}, {5 << 12: b"sound"})))
    buffer = bytearray(5)
    image.pread_into(4096, memoryview(buffer))
    assert bytes(buffer) == b"sound"
    with pytest.raises(ImageError) as error:
        image.pread_into(0, memoryview(buffer))
    assert error.value.offset == 0x4000
    assert said in (error.value.qemu or "")


def test_the_cache_forgets_what_was_not_used_lately() -> None:
    image = Qcow2Image(MemoryDevice(tiny({0: 5 << 12})))
    first = image.cache.get(4 << 12, 0)
    assert image.cache.get(4 << 12, 0) is first
    image.cache._capacity = 1
    image.cache.get(3 << 12, 0)
    assert image.cache.get(4 << 12, 0) is not first
