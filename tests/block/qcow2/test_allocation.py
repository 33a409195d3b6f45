"""Refcounts as they will be: what moves, and where it finds room."""

from __future__ import annotations

import numpy as np
import pytest

from snapmgr.block.memory import MemoryDevice
from snapmgr.block.qcow2.allocation import Allocation
from snapmgr.block.qcow2.header import parse_header
from snapmgr.block.qcow2.refcounts import read_refcount_table, read_refcounts
from snapmgr.errors import ImageError, SnapmgrError
from tests.block.tiny import tiny

CLUSTER = 512


def allocation(content: bytes, **changed: int) -> tuple[Allocation, MemoryDevice]:
    file = MemoryDevice(tiny({}, {5 * CLUSTER: content}, cluster_bits=9, size=1 << 14, **changed))
    return Allocation(file, parse_header(file.content[:112])), file


def test_free_clusters_are_taken_in_order_and_behind_the_end() -> None:
    made, _ = allocation(bytes(CLUSTER))
    assert [made.take(1) for _ in range(3)] == [6 * CLUSTER, 7 * CLUSTER, 8 * CLUSTER]
    assert made.take(3 * CLUSTER) == 9 * CLUSTER
    made.release(7 * CLUSTER, CLUSTER)
    assert made.take(2 * CLUSTER) == 12 * CLUSTER
    assert made.end == 14 * CLUSTER


def test_what_becomes_free_is_not_taken_in_the_same_change() -> None:
    made, _ = allocation(bytes(CLUSTER))
    made.release(4 * CLUSTER, 2 * CLUSTER)
    assert made.take(2 * CLUSTER) == 6 * CLUSTER


@pytest.mark.parametrize("extra", [1, 255, 256, 257, 5000])
def test_blocks_and_table_move_until_nothing_moves_any_more(extra: int) -> None:
    made, file = allocation(bytes(CLUSTER))
    for _ in range(extra):
        made.take(CLUSTER)
    settled = made.settle()
    for offset, data in settled.pieces():
        assert offset >= 6 * CLUSTER
        file.pwrite(offset, [memoryview(data)])
    head = bytearray(file.content[:112])
    head[48:60] = settled.offset.to_bytes(8) + (settled.length // CLUSTER).to_bytes(4)
    header = parse_header(bytes(head))
    found = read_refcounts(file, header, read_refcount_table(file, header), len(made.then))
    assert np.array_equal(found, made.then.astype(np.uint64))
    assert int(found.sum()) == 1 + 2 + 1 + extra + (len(list(settled.pieces())) - 1) + settled.length // CLUSTER


def test_counts_that_cannot_be_are_refused() -> None:
    made, _ = allocation(bytes(CLUSTER))
    made.release(CLUSTER, CLUSTER)
    made.check()
    made.release(CLUSTER, CLUSTER)
    with pytest.raises(ImageError, match="more often than its refcount says") as low:
        made.check()
    assert low.value.offset == CLUSTER
    made, _ = allocation(bytes(CLUSTER))
    made.add_cluster(CLUSTER, 65534)
    made.check()
    made.add_cluster(CLUSTER, 1)
    with pytest.raises(SnapmgrError, match="16 bits cannot count") as high:
        made.check()
    assert high.value.code == "refcount-overflow"
