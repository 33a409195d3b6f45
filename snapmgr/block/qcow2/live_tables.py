"""The active layer's tables while its guest runs: changed in memory, written by a flush."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from snapmgr.block.device import BlockDevice
from snapmgr.block.qcow2.geometry import COPIED, OFFSET_MASK
from snapmgr.block.qcow2.l2 import Kind, RunTable, Words, parse_l2
from snapmgr.block.qcow2.tables import L2Cache, Mapping, Run


class LiveTables(Mapping):
    """A mapping whose L2 tables can be changed.  ``l1_offset`` is where the L1 table stands in the file."""

    def __init__(self, file: BlockDevice, cache: L2Cache, l1: Words, l1_offset: int) -> None:
        super().__init__(cache, l1)
        self._file = file
        self._l1_offset = l1_offset
        self._words: dict[int, Words] = {}
        self._parsed: dict[int, RunTable] = {}
        self._changed: set[int] = set()
        self._new: set[int] = set()
        """Tables that the L1 table of the file does not name yet."""

    @property
    def pending(self) -> bool:
        return bool(self._changed)

    def writable(self, index: int, take: Callable[[], int], drop: Callable[[int], None]) -> Words:
        """The words of L2 table ``index``, to be changed; ``take`` gives the offset of a free cluster for a table that
        is not the layer's own yet, ``drop`` is told the offset of the one that it had before.

        Say ``changed`` afterwards.
        """
        entry = int(self._raw[index])
        own = bool(entry & COPIED)
        if index not in self._words:
            self._words[index] = self._read(entry & OFFSET_MASK)
        if not own:
            place = take()
            if entry & OFFSET_MASK:
                drop(entry & OFFSET_MASK)
            self._raw[index] = np.uint64(place | COPIED)
            self._l1[index] = np.uint64(place)
            self._used = np.flatnonzero(self._l1)
            self._new.add(index)
        self._changed.add(index)
        return self._words[index]

    def changed(self, index: int) -> None:
        """The words of this table are others now."""
        self._parsed.pop(index, None)

    def _read(self, offset: int) -> Words:
        raw = bytearray(self._cache.rules.geometry.cluster_size)
        if offset:
            self._file.pread_into(offset, memoryview(raw))
        return np.frombuffer(raw, ">u8").astype(np.uint64)

    def write_new(self, write: Callable[[int, bytes], None]) -> None:
        """Write the tables that nothing in the file refers to yet."""
        for index in sorted(self._changed & self._new):
            write(int(self._l1[index]), self._encoded(index))

    def write_own(self, write: Callable[[int, bytes], None]) -> None:
        """Write the tables that the file has already, and the L1 entries of the new ones."""
        for index in sorted(self._changed - self._new):
            write(int(self._l1[index]), self._encoded(index))
        for index in sorted(self._new):
            write(self._l1_offset + index * 8, int(self._raw[index]).to_bytes(8))
        self._changed.clear()
        self._new.clear()

    def _encoded(self, index: int) -> bytes:
        return self._words[index].astype(">u8").tobytes()

    def _in_table(self, index: int, offset: int, stop: int) -> Iterator[Run]:
        if index not in self._words:
            yield from super()._in_table(index, offset, stop)
            return
        rules = self._cache.rules
        base = index * rules.geometry.l2_span
        if index not in self._parsed:
            self._parsed[index] = parse_l2(self._encoded(index), rules, base)
        for start, length, kind, host in self._parsed[index].between(offset - base, stop - base):
            yield Run(base + start, length, Kind(kind), host, int(self._l1[index]))
