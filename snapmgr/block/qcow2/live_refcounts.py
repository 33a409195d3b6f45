"""Refcounts of an image while its guest runs: raised before anything refers to a cluster, lowered when nothing does.

A crash in between leaves clusters that are counted too often, which costs space and nothing else (DESIGN §8).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from snapmgr.block.device import GrowableFile
from snapmgr.block.qcow2.header import Header
from snapmgr.block.qcow2.refcounts import (
    BLOCK_MASK,
    decode_refcounts,
    encode_refcounts,
    entries_per_block,
    read_refcount_table,
)
from snapmgr.errors import SnapmgrError

Counts = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int64]


class LiveRefcounts:
    """Blocks are read when they are needed and kept.  ``drop`` only takes note, until ``lower`` makes it true."""

    def __init__(self, file: GrowableFile, header: Header) -> None:
        self._file = file
        self._header = header
        self._width = entries_per_block(header)
        self._table = read_refcount_table(file, header)
        self._blocks: dict[int, Counts] = {}
        self._changed: set[int] = set()
        self._new_entries: set[int] = set()
        self._dropped: list[Numbers] = []
        self._cursor = 0
        """No cluster before it is free."""

    @property
    def pending(self) -> bool:
        """Whether anything is not in the file yet."""
        return bool(self._changed or self._dropped)

    def lacks(self, clusters: int) -> int:
        """How many blocks the refcount table should name, 0 where it is long enough to take so many clusters more."""
        used = max(self._cursor, -(-self._file.size // self._header.cluster_size))
        blocks = -(-(used + clusters) // (self._width - 1)) + 1
        return blocks if blocks > len(self._table) else 0

    def take(self, wanted: int) -> tuple[int, int]:
        """(number, count) of the next free clusters in a row, ``wanted`` at most; each counts 1 now.

        Raises SnapmgrError ``image-full`` where the table has no room for them, see ``lacks``.
        """
        while True:
            index, inside = divmod(self._cursor, self._width)
            counts = self._block(index)
            free = counts[inside:] == 0
            if not free.any():
                self._cursor = (index + 1) * self._width
                continue
            first = inside + int(np.argmax(free))
            row = counts[first : first + wanted] != 0
            count = int(np.argmax(row)) if row.any() else len(row)
            counts[first : first + count] = 1
            self._changed.add(index)
            self._cursor = index * self._width + first + count
            return index * self._width + first, count

    def drop(self, numbers: Numbers) -> None:
        """One use less of each of these clusters, once what used them is gone from the file too."""
        if len(numbers):
            self._dropped.append(numbers)

    def raise_in_file(self) -> None:
        """Write what was taken.  Raises SnapmgrError ``cannot-write``."""
        for index in sorted(self._changed):
            raw = encode_refcounts(self._blocks[index].astype(np.uint64), self._header.refcount_order)
            offset = int(self._table[index]) & BLOCK_MASK
            if offset + len(raw) > self._file.size:
                self._file.resize(offset + len(raw))
            self._file.pwrite(offset, [memoryview(raw)])
        if self._new_entries:  # a table must not name a block that is not there yet
            self._file.flush()
        for index in sorted(self._new_entries):
            raw = int(self._table[index]).to_bytes(8)
            self._file.pwrite(self._header.refcount_table_offset + index * 8, [memoryview(raw)])
        self._changed.clear()
        self._new_entries.clear()

    def lower_in_file(self) -> None:
        """Make true what was dropped: nothing in the file refers to it any more."""
        if not self._dropped:
            return
        numbers, times = np.unique(np.concatenate(self._dropped), return_counts=True)
        self._dropped.clear()
        for index in np.unique(numbers // self._width).tolist():
            here = numbers // self._width == index
            counts = self._block(index)
            counts[numbers[here] % self._width] -= times[here]
            self._changed.add(index)
            freed = numbers[here][counts[numbers[here] % self._width] == 0]
            if len(freed):
                self._cursor = min(self._cursor, int(freed[0]))
        self.raise_in_file()

    def _block(self, index: int) -> Counts:
        if index in self._blocks:
            return self._blocks[index]
        if index >= len(self._table):
            raise SnapmgrError("image-full", "every cluster that the image's refcount table can name is in use")
        offset = int(self._table[index]) & BLOCK_MASK
        if offset == 0:
            counts = self._new_block(index)
        else:
            raw = bytearray(self._header.cluster_size)
            self._file.pread_into(offset, memoryview(raw))
            counts = decode_refcounts(raw, self._header.refcount_order).astype(np.int64)
        self._blocks[index] = counts
        return counts

    def _new_block(self, index: int) -> Counts:
        """One that stands in the first of the clusters that it counts."""
        counts = np.zeros(self._width, np.int64)
        counts[0] = 1
        self._table[index] = np.uint64(index * self._width * self._header.cluster_size)
        self._changed.add(index)
        self._new_entries.add(index)
        return counts
