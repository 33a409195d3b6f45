"""Who uses which cluster: a walk over all metadata of an image (block/qcow2-refcount.c: calculate_refcounts)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from snapmgr.block.qcow2.faults import Faults
from snapmgr.block.qcow2.geometry import COMPRESSED, COPIED, L1_RESERVED, L2_RESERVED, OFFSET_MASK, SECTOR, ZERO
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.l2 import Words
from snapmgr.block.qcow2.refcounts import BLOCK_MASK

Flags = NDArray[np.bool_]


def _u64(value: int) -> np.uint64:
    return np.uint64(value)


class References:
    """``counts[i]`` is how often cluster i of the file is used, one more than the file has; faults go to ``faults``.

    The one more is for compressed data that begins inside the file and ends less than a cluster behind it.
    """

    def __init__(self, image: Qcow2Image, faults: Faults) -> None:
        self._image = image
        self._faults = faults
        self._cluster = image.cluster_size
        self.file_size = -(-image.file.size // SECTOR) * SECTOR  # QEMU counts files in sectors
        self.counts = np.zeros(-(-self.file_size // self._cluster) + 1, dtype=np.int64)

    def beyond(self, offset: int, length: int) -> bool:
        """Whether the range leaves the file by a cluster or more; the last cluster may be there in part only."""
        return offset + length - self.file_size >= self._cluster

    def add_range(self, offset: int, length: int) -> None:
        """One use of every cluster of a range; what lies behind the end of the file is left to the caller."""
        if length > 0 and not self.beyond(offset, length):
            self.counts[offset // self._cluster : (offset + length - 1) // self._cluster + 1] += 1

    def add_clusters(self, offsets: Words, times: int) -> Flags:
        """``times`` uses of the cluster at each offset; says which lie behind the end of the file."""
        numbers = offsets >> _u64(self._image.header.cluster_bits)
        outside: Flags = numbers >= _u64(len(self.counts) - 1)
        np.add.at(self.counts, numbers[~outside].astype(np.int64), times)
        return outside

    def add_refcount_blocks(self, table: Words) -> None:
        """The blocks that the refcount table names, and what is wrong with its entries."""
        place = self._image.header.refcount_table_offset
        offsets = table & _u64(BLOCK_MASK)
        used = offsets != 0
        unaligned = used & (offsets % _u64(self._cluster) != 0)
        reserved = (table & _u64(~BLOCK_MASK & (1 << 64) - 1)) != 0
        self._faults.count_where("refcount-table-reserved-bits", reserved, place, 8)
        self._faults.count_where("refcount-block-unaligned", unaligned, place, 8)
        good = np.flatnonzero(used & ~unaligned)
        outside = self.add_clusters(offsets[good], 1)
        if outside.any():
            self._faults.count("refcount-block-beyond-end", int(outside.sum()), place + int(good[outside][0]) * 8)

    def add_l1(self, l1: Words, place: int) -> Words:
        """One layer's L1 table at ``place``; the offsets of its readable L2 tables, one for each use."""
        self._faults.count_where("l1-reserved-bits", (l1 & _u64(L1_RESERVED)) != 0, place, 8)
        offsets = l1 & _u64(OFFSET_MASK)
        used = offsets != 0
        unaligned = used & (offsets % _u64(self._cluster) != 0)
        self._faults.count_where("l2-unaligned", unaligned, place, 8)
        good = np.flatnonzero(used & ~unaligned)
        outside = self.add_clusters(offsets[good], 1)
        if outside.any():
            first = place + int(good[outside][0]) * 8
            self._faults.count("l2-table-beyond-end", int(outside.sum()), first)
        return offsets[good][~outside]

    def add_l2(self, l2_offset: int, times: int) -> None:
        """The clusters of one L2 table that ``times`` L1 entries use."""
        entries, step = read_l2(self._image, l2_offset)
        packed = (entries & _u64(COMPRESSED)) != 0
        reserved = L2_RESERVED | (ZERO if self._image.geometry.extended else 0)
        wrong = ~packed & ((entries & _u64(reserved)) != 0)
        self._faults.count_where("l2-reserved-bits", wrong, l2_offset, step)
        self._add_packed(entries, packed, l2_offset, times)
        if self._image.header.has_data_file:
            return
        offsets = np.where(packed, _u64(0), entries & _u64(OFFSET_MASK))
        unaligned = offsets % _u64(self._cluster) != 0
        self._faults.count_where("l2-entry-invalid", unaligned, l2_offset, step)
        used = np.flatnonzero(offsets)
        outside = self.add_clusters(offsets[used], times)
        if outside.any():
            first = l2_offset + int(used[outside][0]) * step
            self._faults.count("data-beyond-end", int(outside.sum()), first)

    def _add_packed(self, entries: Words, packed: Flags, l2_offset: int, times: int) -> None:
        step = self._image.geometry.entry_size
        self._faults.count_where("compressed-copied", packed & ((entries & _u64(COPIED)) != 0), l2_offset, step)
        for index in np.flatnonzero(packed).tolist():
            offset, length = self._image.geometry.compressed(int(entries[index]))
            if self.beyond(offset, length):
                self._faults.count("compressed-beyond-end", 1, l2_offset + index * step)
                continue
            self.counts[offset // self._cluster : (offset + length - 1) // self._cluster + 1] += times


def read_l2(image: Qcow2Image, l2_offset: int) -> tuple[Words, int]:
    """The entries of an L2 table without their subcluster bitmaps, and the bytes from one to the next."""
    raw = bytearray(image.cluster_size)
    image.file.pread_into(l2_offset, memoryview(raw))
    step = image.geometry.entry_size
    return np.frombuffer(raw, dtype=">u8").astype(np.uint64)[:: step // 8], step


def copied_flags(image: Qcow2Image, l1: Words, refcounts: Words, faults: Faults) -> None:
    """COPIED in the active layer must say whether the refcount is 1 (qcow2-refcount.c: check_oflag_copied)."""
    wrong = _wrong_flags(l1, refcounts, image.header.cluster_bits)
    faults.count_where("copied-flag", wrong, image.header.l1_offset, 8)
    if image.header.has_data_file:
        return
    for offset in _readable(l1, refcounts, image.cluster_size):
        entries, step = read_l2(image, offset)
        wrong = _wrong_flags(entries, refcounts, image.header.cluster_bits)
        wrong &= (entries & _u64(COMPRESSED)) == 0
        faults.count_where("copied-flag", wrong, offset, step)


def _wrong_flags(entries: Words, refcounts: Words, cluster_bits: int) -> Flags:
    numbers = (entries & _u64(OFFSET_MASK)) >> _u64(cluster_bits)
    inside = (numbers > 0) & (numbers < _u64(len(refcounts)))
    single = np.zeros(len(entries), dtype=bool)
    single[inside] = refcounts[numbers[inside].astype(np.int64)] == 1
    wrong: Flags = inside & (single != ((entries & _u64(COPIED)) != 0))
    return wrong


def _readable(l1: Words, refcounts: Words, cluster_size: int) -> Iterator[int]:
    for offset in np.unique(l1 & _u64(OFFSET_MASK)).tolist():
        if offset and offset % cluster_size == 0 and offset // cluster_size < len(refcounts):
            yield offset
