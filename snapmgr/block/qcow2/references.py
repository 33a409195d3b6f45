"""Who uses which cluster: a walk over all metadata of an image (block/qcow2-refcount.c: calculate_refcounts)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from snapmgr.block.qcow2.faults import Faults
from snapmgr.block.qcow2.geometry import (
    COMPRESSED,
    COPIED,
    L1_RESERVED,
    L2_RESERVED,
    OFFSET_MASK,
    SECTOR,
    SUBCLUSTERS,
    ZERO,
)
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.l2 import Words
from snapmgr.block.qcow2.refcounts import BLOCK_MASK
from snapmgr.block.qcow2.tally import Tally
from snapmgr.totals import totals

Flags = NDArray[np.bool_]

ACTIVE, REST = 0, 1
"""Users of clusters: the disk as it is now, and whatever belongs to no layer."""


def user_of(entry: int, *, state: bool) -> int:
    """The user that is the disk of the snapshot with this place in the table, or its VM state."""
    return 2 + 2 * entry + state


class L1(NamedTuple):
    """Entries of an L1 table, where they stand, and whose they are."""

    words: Words
    place: int
    user: int


def _u64(value: int) -> np.uint64:
    return np.uint64(value)


class References:
    """``counts[i]`` is how often cluster i of the file is used, one more than the file has; faults go to ``faults``,
    and to ``tally`` as often as QEMU comes across them.

    ``tells_users`` says whether it makes a difference by whom.  The one more is for compressed data that begins inside
    the file and ends less than a cluster behind it.
    """

    tells_users = False

    def __init__(self, image: Qcow2Image, faults: Faults, tally: Tally) -> None:
        self._image = image
        self._faults = faults
        self._tally = tally
        self._cluster = image.cluster_size
        self.file_size = -(-image.file.size // SECTOR) * SECTOR  # QEMU counts files in sectors
        self.counts = np.zeros(-(-self.file_size // self._cluster) + 1, dtype=np.int64)

    def beyond(self, offset: int, length: int) -> bool:
        """Whether the range leaves the file by a cluster or more; the last cluster may be there in part only."""
        return offset + length - self.file_size >= self._cluster

    def add_range(self, offset: int, length: int) -> None:
        """One use of every cluster of a range; what lies behind the end of the file is named by the caller."""
        if length > 0 and not self.beyond(offset, length):
            self._count_row(offset, length, 1)
        elif length > 0:
            self._tally.corruptions += 1

    def used_by(self, users: Iterable[int]) -> None:
        """Who uses what is added from now on, L1 tables aside: ``ACTIVE``, ``REST``, ``user_of``.  Here it makes no
        difference."""

    def _count(self, numbers: NDArray[np.int64], times: int) -> None:
        """``times`` uses of each of these clusters; one that is named twice is used twice as often."""
        if _is_row(numbers):
            self.counts[numbers[0] : numbers[-1] + 1] += times
        else:
            np.add.at(self.counts, numbers, times)

    def _count_row(self, offset: int, length: int, times: int) -> None:
        """``times`` uses of each cluster that the range touches."""
        self.counts[offset // self._cluster : (offset + length - 1) // self._cluster + 1] += times

    def add_clusters(self, offsets: Words, times: int) -> Flags:
        """``times`` uses of the cluster at each offset, of both clusters where it lies between two; says which lie
        behind the end of the file."""
        numbers = (offsets >> _u64(self._image.header.cluster_bits)).view(np.int64)
        odd: Flags = (offsets & _u64(self._cluster - 1)) != 0
        outside: Flags = offsets >= _u64(self.file_size)
        if not outside.any() and not odd.any():
            self._count(numbers, times)
            return outside
        self._count(numbers[~outside], times)
        self._count(numbers[~outside & odd] + 1, times)
        self._tally.corruptions += times * int(np.count_nonzero(outside))
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
        self._tally.corruptions += int(np.count_nonzero(reserved)) + int(np.count_nonzero(unaligned & ~reserved))
        good = np.flatnonzero(used & ~unaligned & ~reserved)
        outside = self.add_clusters(offsets[good], 1)
        if outside.any():
            self._faults.count("refcount-block-beyond-end", int(outside.sum()), place + int(good[outside][0]) * 8)
        numbers = (offsets[good][~outside] >> _u64(self._image.header.cluster_bits)).astype(np.int64)
        self._tally.corruptions += self._shared_blocks(numbers)

    def _shared_blocks(self, numbers: NDArray[np.int64]) -> int:
        """How many of these blocks, counted just now, were not the first use of their cluster."""
        clusters, times = np.unique(numbers, return_counts=True)
        if self._image.header.refcount_order == 0:  # a count that cannot exceed 1 looks right
            return 0
        before = self.counts[clusters] - times
        return int(times.sum()) - int(np.count_nonzero(before == 0))

    def limit(self) -> None:
        """Counts end where the width of refcounts ends; every use beyond is an error."""
        width = 1 << self._image.header.refcount_order
        most = (1 << min(width, 63)) - 1
        if self.counts.max() <= most:
            return
        self._tally.corruptions += int(np.maximum(self.counts - most, 0).sum())
        np.minimum(self.counts, most, out=self.counts)

    def add_l1s(self, tables: Sequence[L1]) -> tuple[Words, NDArray[np.intp]]:
        """The offsets of their L2 tables inside the file, one for each use, and which of ``tables`` each is from."""
        l1 = np.concatenate([table.words for table in tables])
        ends = totals([len(table.words) for table in tables])
        offsets = l1 & _u64(OFFSET_MASK)
        reserved = (l1 & _u64(L1_RESERVED)) != 0
        unaligned = offsets & _u64(self._cluster - 1) != 0
        used = np.flatnonzero(l1)
        outside = self.add_clusters(offsets[used], 1)

        def count(code: str, wrong: NDArray[np.intp]) -> int:
            if len(wrong):
                first = int(np.searchsorted(ends, wrong[0], "right"))
                place = tables[first].place + 8 * (int(wrong[0]) - int(ends[first]) + len(tables[first].words))
                self._faults.count(code, len(wrong), place)
            return len(wrong)

        self._tally.corruptions += count("l1-reserved-bits", np.flatnonzero(reserved))
        self._tally.corruptions += count("l2-unaligned", np.flatnonzero(unaligned))
        count("l2-table-beyond-end", used[outside & ~unaligned[used]])
        inside = used[~outside]
        return offsets[inside], np.searchsorted(ends, inside, "right")

    def add_l2(self, l2_offset: int, times: int, active: int) -> None:
        """The clusters of one L2 table that ``times`` L1 entries use, ``active`` of them the active layer's.

        QEMU walks through whatever stands at the offset, be it no table at all; its entries are no faults for people.
        """
        faults = self._faults if l2_offset and l2_offset % self._cluster == 0 else Faults()
        entries, bitmaps = read_l2(self._image, l2_offset)
        if bitmaps is None and self._is_plain(entries):
            offsets = entries & _u64(OFFSET_MASK)
            if active:
                self._tally.active_table(offsets[offsets != 0], 0, self._cluster, active)
        else:
            offsets = self._all_kinds(entries, bitmaps, l2_offset, times, active, faults)
        used = np.flatnonzero(offsets)
        outside = self.add_clusters(offsets[used], times)
        if outside.any():
            first = l2_offset + int(used[outside][0]) * self._image.geometry.entry_size
            faults.count("data-beyond-end", int(outside.sum()), first)

    def _is_plain(self, entries: Words) -> bool:
        """Whether all are clusters at sound offsets, or nothing: there is no more to be looked at then."""
        plain = OFFSET_MASK & -self._cluster | COPIED
        return not self._image.header.has_data_file and not (entries & _u64(~plain & (1 << 64) - 1)).any()

    def _all_kinds(
        self, entries: Words, bitmaps: Words | None, l2_offset: int, times: int, active: int, faults: Faults
    ) -> Words:
        """What ``add_l2`` says of a table with entries of any kind; offsets of data in the file, 0 for other entries.

        Compressed data is counted here.
        """
        step = self._image.geometry.entry_size
        packed = (entries & _u64(COMPRESSED)) != 0
        # with subclusters QEMU takes no notice of ZERO, reserved there
        wrong = ~packed & ((entries & _u64(L2_RESERVED)) != 0)
        faults.count_where("l2-reserved-bits", wrong, l2_offset, step)
        odd = self._odd_bitmaps(entries, bitmaps, packed)
        faults.count_where("subcluster-bitmap", odd, l2_offset, step)
        self._tally.corruptions += times * int(np.count_nonzero(odd))
        told = packed & ~odd  # QEMU leaves alone what a compressed entry with a bitmap refers to
        if self._image.header.has_data_file:
            self._tally.corruptions += times * int(np.count_nonzero(told))
            told = np.zeros_like(told)
        self._add_packed(entries, packed, told, l2_offset, times, faults)
        offsets = np.where(packed, _u64(0), entries & _u64(OFFSET_MASK))
        held = offsets != 0
        if self._image.header.has_data_file:
            held |= ~packed & ((entries & _u64(COPIED | ZERO)) == _u64(COPIED))
        if active:
            self._tally.active_table(offsets[held], int(np.count_nonzero(told)), self._cluster, active)
        unaligned = offsets % _u64(self._cluster) != 0
        self._tally.corruptions += times * int(np.count_nonzero(wrong)) + times * int(np.count_nonzero(unaligned))
        if self._image.header.has_data_file:
            return np.zeros_like(offsets)
        faults.count_where("l2-entry-invalid", unaligned, l2_offset, step)
        return offsets

    def _odd_bitmaps(self, entries: Words, bitmaps: Words | None, packed: Flags) -> Flags:
        """Entries whose subclusters are said to be allocated and zero at once, or allocated in no cluster."""
        if bitmaps is None:
            return np.zeros(len(entries), np.bool_)
        low, high = bitmaps & _u64(0xFFFF_FFFF), bitmaps >> _u64(SUBCLUSTERS)
        held = (entries & _u64(OFFSET_MASK)) != 0
        if self._image.header.has_data_file:
            held |= (entries & _u64(COPIED)) != 0
        odd: Flags = np.where(packed, bitmaps != 0, np.where(held, (low & high) != 0, low != 0))
        return odd

    def _add_packed(
        self, entries: Words, packed: Flags, told: Flags, l2_offset: int, times: int, faults: Faults
    ) -> None:
        """Compressed clusters: ``packed`` are all, ``told`` those whose data is counted."""
        step = self._image.geometry.entry_size
        copied = packed & ((entries & _u64(COPIED)) != 0)
        faults.count_where("compressed-copied", copied, l2_offset, step)
        self._tally.corruptions += times * int(np.count_nonzero(copied))
        for index in np.flatnonzero(told).tolist():
            offset, length = self._image.geometry.compressed(int(entries[index]))
            if self.beyond(offset, length):
                faults.count("compressed-beyond-end", 1, l2_offset + index * step)
                self._tally.corruptions += times
                continue
            self._count_row(offset, length, times)


def _is_row(numbers: NDArray[np.int64]) -> bool:
    """Whether each follows the one before, as the clusters of a table mostly do."""
    count = len(numbers)
    return count > 0 and int(numbers[-1]) - int(numbers[0]) == count - 1 and bool((np.diff(numbers) == 1).all())


def read_l2(image: Qcow2Image, l2_offset: int) -> tuple[Words, Words | None]:
    """The entries of an L2 table, and their subcluster bitmaps where there are any."""
    raw = bytearray(image.cluster_size)
    image.file.pread_into(l2_offset, memoryview(raw))
    words = np.frombuffer(raw, dtype=">u8").astype(np.uint64)
    return (words[0::2], words[1::2]) if image.geometry.extended else (words, None)


@dataclass(frozen=True, slots=True)
class Refcounts:
    """``counts`` of the file's clusters, ``unknown`` where nobody can tell, ``elsewhere`` for any other cluster."""

    counts: Words
    unknown: Flags
    elsewhere: Callable[[Words], tuple[Words, Flags]]


def copied_flags(image: Qcow2Image, l1: Words, refcounts: Refcounts, faults: Faults, tally: Tally) -> None:
    """COPIED in the active layer must say whether the refcount is 1 (qcow2-refcount.c: check_oflag_copied)."""
    wrong, inside = _wrong_flags(l1, refcounts, image.header.cluster_bits)
    faults.count_where("copied-flag", wrong & inside, image.header.l1_offset, 8)
    tally.corruptions += int(np.count_nonzero(wrong))
    offsets, times = np.unique(l1 & _u64(OFFSET_MASK), return_counts=True)
    _, told = _single(offsets >> _u64(image.header.cluster_bits), refcounts)
    for offset, number, known in zip(offsets.tolist(), times.tolist(), told.tolist(), strict=True):
        if not known or not 0 < offset < image.file.size:  # QEMU leaves a table alone whose refcount it cannot read
            continue
        entries, _ = read_l2(image, offset)
        if image.header.has_data_file:  # nobody counts its clusters: each has one user
            wrong = inside = ((entries & _u64(OFFSET_MASK)) != 0) & ((entries & _u64(COPIED)) == 0)
        else:
            wrong, inside = _wrong_flags(entries, refcounts, image.header.cluster_bits)
        wrong &= (entries & _u64(COMPRESSED)) == 0
        if offset % image.cluster_size == 0:
            faults.count_where("copied-flag", wrong & inside, offset, image.geometry.entry_size)
        tally.corruptions += number * int(np.count_nonzero(wrong))


def _wrong_flags(entries: Words, refcounts: Refcounts, cluster_bits: int) -> tuple[Flags, Flags]:
    """Which entries have the wrong flag, and which refer to the file: what lies behind its end is a fault already."""
    offsets = entries & _u64(OFFSET_MASK)
    numbers = offsets >> _u64(cluster_bits)
    single, told = _single(numbers, refcounts)
    wrong: Flags = told & (offsets != 0) & (single != ((entries & _u64(COPIED)) != 0))
    return wrong, numbers < _u64(len(refcounts.counts))


def _single(numbers: Words, refcounts: Refcounts) -> tuple[Flags, Flags]:
    """Which of these clusters have refcount 1, and of which it can be told."""
    inside = numbers < _u64(len(refcounts.counts))
    here, there = np.flatnonzero(inside), np.flatnonzero(~inside)
    single, told = np.zeros(len(numbers), dtype=bool), np.zeros(len(numbers), dtype=bool)
    index = numbers[here].astype(np.int64)
    single[here], told[here] = refcounts.counts[index] == 1, ~refcounts.unknown[index]
    if len(there):
        counts, told[there] = refcounts.elsewhere(numbers[there])
        single[there] = counts == 1
    return single, told
