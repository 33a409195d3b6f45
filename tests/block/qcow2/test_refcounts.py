"""Refcounts in every width."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapmgr.block.memory import MemoryDevice
from snapmgr.block.qcow2.opening import read_metadata
from snapmgr.block.qcow2.refcounts import decode_refcounts, entries_per_block, read_refcount_table, read_refcounts
from tests.block.tiny import tiny


@given(st.binary(min_size=16, max_size=16), st.integers(0, 6))
def test_counts_lie_where_the_format_says(raw: bytes, order: int) -> None:
    width = 1 << order
    found = decode_refcounts(raw, order).tolist()
    assert len(found) == 128 // width
    for index, value in enumerate(found):
        bit = index * width
        if width < 8:  # from the low bits of a byte
            assert value == raw[bit // 8] >> bit % 8 & (1 << width) - 1
        else:
            assert value == int.from_bytes(raw[bit // 8 : (bit + width) // 8])


@pytest.mark.parametrize("order", range(7))
def test_the_table_leads_to_the_counts_of_the_file(order: int) -> None:
    device = MemoryDevice(tiny({}, {2 << 12: b"\xff" * 16}, refcount_order=order))
    header = read_metadata(device).header
    table = read_refcount_table(device, header)
    assert table[0] == 2 << 12 and not table[1:].any()
    counts = read_refcounts(device, header, table, 5)
    most = (1 << (1 << order)) - 1
    covered = min(5, 128 >> order)
    assert counts[:covered].tolist() == [most] * covered
    assert entries_per_block(header) * (1 << order) == 4096 * 8


def test_missing_and_misplaced_blocks_count_nothing() -> None:
    for entry in (0, 512, 1 << 40):
        device = MemoryDevice(tiny({}, {1 << 12: entry.to_bytes(8)}))
        header = read_metadata(device).header
        assert not read_refcounts(device, header, read_refcount_table(device, header), 5).any()
