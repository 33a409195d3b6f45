"""L1 tables and the cache of L2 tables: guest offsets to runs in the file."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from snapmgr.block.device import BlockDevice
from snapmgr.block.qcow2.geometry import OFFSET_MASK
from snapmgr.block.qcow2.l2 import Kind, Rules, RunTable, Words, parse_l2

_CACHE_BYTES = 32 << 20


@dataclass(frozen=True, slots=True)
class Run:
    """``length`` bytes of the guest from ``guest`` that are stored alike.

    ``host`` is the file offset for DATA, the L2 entry for COMPRESSED and INVALID, the L1 entry for INVALID_L2.
    ``start`` is the guest offset at which the cluster (or table) begins, for what can only be read whole.
    """

    guest: int
    length: int
    kind: Kind
    host: int
    l2_offset: int = 0


class L2Cache:
    """Parsed L2 tables, the last used ones up to some MiB.  For all layers of an image and from any thread."""

    def __init__(self, file: BlockDevice, rules: Rules, capacity: int = _CACHE_BYTES) -> None:
        self._file = file
        self._rules = rules
        self._capacity = capacity
        self._weight = 0
        self._tables: OrderedDict[tuple[int, int], RunTable] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def rules(self) -> Rules:
        return self._rules

    def get(self, l2_offset: int, guest: int) -> RunTable:
        """The table at ``l2_offset`` of the file that maps the guest from ``guest`` on."""
        key = (l2_offset, guest if self._rules.data_file else 0)
        with self._lock:
            table = self._tables.get(key)
            if table is not None:
                self._tables.move_to_end(key)
                return table
        raw = bytearray(self._rules.geometry.cluster_size)
        self._file.pread_into(l2_offset, memoryview(raw))
        table = parse_l2(raw, self._rules, guest)
        with self._lock:
            if key not in self._tables:
                self._tables[key] = table
                self._weight += table.weight
            while self._weight > self._capacity and len(self._tables) > 1:
                _, dropped = self._tables.popitem(last=False)
                self._weight -= dropped.weight
        return table


class Mapping:
    """One L1 table: the active one or that of a snapshot.  Entries behind its end count as unallocated."""

    def __init__(self, cache: L2Cache, l1: Words) -> None:
        self._cache = cache
        self._l1 = l1 & np.uint64(OFFSET_MASK)
        self._used = np.flatnonzero(self._l1)
        self._raw = l1

    @property
    def l1(self) -> Words:
        """The entries as they are in the file, flags and all."""
        return self._raw

    @property
    def end(self) -> int:
        """Guest bytes that the table can map."""
        return len(self._l1) * self._cache.rules.geometry.l2_span

    def last_used_end(self) -> int:
        """Guest offset behind the last L2 table that there is."""
        return (int(self._used[-1]) + 1) * self._cache.rules.geometry.l2_span if len(self._used) else 0

    def runs(self, offset: int, length: int) -> Iterator[Run]:
        """Cover ``[offset, offset + length)`` with runs in order, without gaps; neighbours may still be alike."""
        span = self._cache.rules.geometry.l2_span
        end = offset + length
        while offset < end:
            index = offset // span
            position = int(np.searchsorted(self._used, index))
            if position == len(self._used):
                yield Run(offset, end - offset, Kind.UNALLOCATED, 0)
                return
            used = int(self._used[position])
            if used > index:
                stop = min(end, used * span)
                yield Run(offset, stop - offset, Kind.UNALLOCATED, 0)
                offset = stop
                continue
            stop = min(end, (index + 1) * span)
            yield from self._in_table(index, offset, stop)
            offset = stop

    def _in_table(self, index: int, offset: int, stop: int) -> Iterator[Run]:
        geometry = self._cache.rules.geometry
        l2_offset = int(self._l1[index])
        base = index * geometry.l2_span
        if l2_offset % geometry.cluster_size:
            yield Run(offset, stop - offset, Kind.INVALID_L2, int(self._raw[index]), l2_offset)
            return
        table = self._cache.get(l2_offset, base)
        for start, length, kind, host in table.between(offset - base, stop - base):
            yield Run(base + start, length, Kind(kind), host, l2_offset)


def read_l1(file: BlockDevice, offset: int, entries: int) -> Words:
    """The entries of an L1 table whose bounds were checked; what lies behind the end of the file is zero."""
    raw = bytearray(entries * 8)
    file.pread_into(offset, memoryview(raw))
    return np.frombuffer(raw, dtype=">u8").astype(np.uint64)
