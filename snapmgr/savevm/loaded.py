"""Which entry a section id of the stream belongs to (savevm.c: load_section_id, qemu_loadvm_section_part_end)."""

from __future__ import annotations

from collections import defaultdict
from heapq import heappop, heappush

from snapmgr.savevm.entry import Entry
from snapmgr.savevm.registry import Registry


class LoadedSections:
    """Ids and versions as START and FULL sections bring them.

    Every entry begins with id 0 and version 0, so a PART of id 0 before any START belongs to the first entry.  Where
    several entries have the same id, the first in the registry's order is meant.
    """

    def __init__(self, registry: Registry) -> None:
        self._first = list(registry)[::-1]
        self._ids: dict[Entry, int] = {}
        self._versions: dict[Entry, int] = {}
        self._at: dict[tuple[int, int], Entry] = {}
        self._by_id: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)

    def begin(self, entry: Entry, section_id: int, version: int) -> None:
        """A START or FULL section of ``entry``."""
        self._versions[entry] = version
        if self._ids.get(entry) != section_id:
            self._ids[entry] = section_id
            self._at[entry.order] = entry
            heappush(self._by_id[section_id], entry.order)

    def version(self, entry: Entry) -> int:
        return self._versions.get(entry, 0)

    def find(self, section_id: int) -> Entry | None:
        """Whose PART or END this is."""
        heap = self._by_id.get(section_id)
        while heap and self._ids[self._at[heap[0]]] != section_id:
            heappop(heap)
        found = self._at[heap[0]] if heap else None
        if section_id == 0:
            untouched = self._untouched()
            if untouched is not None and (found is None or untouched.order < found.order):
                return untouched
        return found

    def _untouched(self) -> Entry | None:
        while self._first and self._first[-1] in self._ids:
            self._first.pop()
        return self._first[-1] if self._first else None
