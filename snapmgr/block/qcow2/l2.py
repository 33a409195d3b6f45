"""L2 tables as runs: whole tables are classified with numpy, so work is per run, never per cluster.

The kinds are those of block/qcow2.h (qcow2_get_subcluster_type), with the faults of a table folded into INVALID.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snapmgr.block.qcow2.geometry import COMPRESSED, COPIED, OFFSET_MASK, SUBCLUSTERS, ZERO, Geometry

Words = NDArray[np.uint64]


class Kind(IntEnum):
    """What stands behind a stretch of the guest's disk."""

    UNALLOCATED = 0
    """Read from the backing file, zeros without one."""
    ZERO = 1
    DATA = 2
    COMPRESSED = 3
    INVALID = 4
    """The entry contradicts itself; QEMU calls the image corrupt when it meets it."""
    INVALID_L2 = 5
    """The L1 entry points to no possible L2 table."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What entries may say in this image."""

    geometry: Geometry
    version: int
    data_file: bool = False


@dataclass(frozen=True, slots=True)
class RunTable:
    """One L2 table as runs: ``starts`` in bytes from the table's first guest byte, ``kinds``, and per run ``hosts``:
    the offset in the file for DATA, the L2 entry itself for COMPRESSED and INVALID."""

    starts: NDArray[np.int64]
    kinds: NDArray[np.uint8]
    hosts: Words
    span: int

    @property
    def weight(self) -> int:
        """Bytes of memory that it takes."""
        return self.starts.nbytes + self.kinds.nbytes + self.hosts.nbytes

    def between(self, first: int, end: int) -> list[tuple[int, int, int, int]]:
        """(start, length, kind, host) of the runs in ``[first, end)``, cut to it; host as in ``hosts``, moved along."""
        low = int(np.searchsorted(self.starts, first, side="right")) - 1
        high = int(np.searchsorted(self.starts, end, side="left"))
        starts = self.starts[low:high].tolist()
        found = []
        for index, (kind, host) in enumerate(
            zip(self.kinds[low:high].tolist(), self.hosts[low:high].tolist(), strict=True)
        ):
            start = starts[index]
            stop = starts[index + 1] if index + 1 < len(starts) else end
            if start < first:
                host += first - start if kind == Kind.DATA else 0
                start = first
            found.append((start, stop - start, kind, host))
        return found


def parse_l2(raw: bytes | bytearray | memoryview, rules: Rules, guest: int) -> RunTable:
    """The table with the bytes ``raw`` as runs; ``guest`` is the first byte it maps (it matters with a data file)."""
    words = np.frombuffer(raw, dtype=">u8").astype(np.uint64)
    if rules.geometry.extended:
        return _extended(words[0::2], words[1::2], rules, guest)
    return _standard(words, rules, guest)


def _u64(value: int) -> np.uint64:
    return np.uint64(value)


def _standard(entries: Words, rules: Rules, guest: int) -> RunTable:
    size = rules.geometry.cluster_size
    offsets = entries & _u64(OFFSET_MASK)
    kinds = _cluster_kinds(entries, offsets, rules, guest)
    zero = (entries & _u64(ZERO)).astype(bool) & ((entries & _u64(COMPRESSED)) == 0)
    aligned = (offsets & _u64(size - 1)) == 0
    zero_kind = Kind.ZERO if rules.version >= 3 else Kind.INVALID
    kinds[zero] = np.where(aligned[zero], zero_kind, Kind.INVALID)
    return _runs(kinds, np.where(kinds == Kind.DATA, offsets, entries), size)


def _cluster_kinds(entries: Words, offsets: Words, rules: Rules, guest: int) -> NDArray[np.uint8]:
    """UNALLOCATED, DATA, COMPRESSED or INVALID for each cluster, zero flags aside."""
    size = rules.geometry.cluster_size
    allocated = offsets != 0
    if rules.data_file:  # there, offset 0 is as good as any, and COPIED says that it is meant
        allocated |= (entries & _u64(COPIED)).astype(bool)
    kinds = np.where(allocated, Kind.DATA, Kind.UNALLOCATED).astype(np.uint8)
    kinds[allocated & ((offsets & _u64(size - 1)) != 0)] = Kind.INVALID
    packed = (entries & _u64(COMPRESSED)).astype(bool)
    kinds[packed] = Kind.COMPRESSED
    if rules.data_file:
        here = _u64(guest) + np.arange(len(entries), dtype=np.uint64) * _u64(size)
        kinds[packed | ((kinds == Kind.DATA) & (offsets != here))] = Kind.INVALID
    return kinds


def _extended(entries: Words, bitmaps: Words, rules: Rules, guest: int) -> RunTable:
    offsets = entries & _u64(OFFSET_MASK)
    clusters = _cluster_kinds(entries, offsets, rules, guest)
    low = bitmaps & _u64(0xFFFF_FFFF)
    high = bitmaps >> _u64(SUBCLUSTERS)
    clusters[(clusters == Kind.DATA) & ((low & high) != 0)] = Kind.INVALID
    clusters[(clusters == Kind.UNALLOCATED) & (low != 0)] = Kind.INVALID
    position = np.arange(SUBCLUSTERS, dtype=np.uint64)
    zero = ((high[:, None] >> position) & _u64(1)).astype(bool)
    held = ((low[:, None] >> position) & _u64(1)).astype(bool)
    kinds = np.repeat(clusters[:, None], SUBCLUSTERS, axis=1)
    plain = (kinds == Kind.DATA) | (kinds == Kind.UNALLOCATED)
    kinds[plain & ~held] = Kind.UNALLOCATED
    kinds[plain & zero] = Kind.ZERO
    unit = rules.geometry.unit
    hosts = np.where(kinds == Kind.DATA, offsets[:, None] + position * _u64(unit), entries[:, None])
    return _runs(kinds.reshape(-1), hosts.reshape(-1), unit, joined=SUBCLUSTERS)


def _runs(kinds: NDArray[np.uint8], hosts: Words, unit: int, joined: int = 1) -> RunTable:
    """Join neighbours that read as one; a compressed or invalid cluster (``joined`` units) is always its own run."""
    first = np.empty(len(kinds), dtype=bool)
    first[0] = True
    same = kinds[1:] == kinds[:-1]
    data = kinds[1:] == Kind.DATA
    follows = hosts[1:] == hosts[:-1] + _u64(unit)
    single = kinds[1:] >= Kind.COMPRESSED
    inside: Any = (np.arange(1, len(kinds)) % joined) != 0
    first[1:] = ~(same & (~data | follows) & (~single | inside))
    at = np.flatnonzero(first)
    return RunTable((at * unit).astype(np.int64), kinds[at], hosts[at], len(kinds) * unit)
