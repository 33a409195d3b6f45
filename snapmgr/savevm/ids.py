"""The highest number in use under each name, as entries come and go (savevm.c: calculate_new_instance_id)."""

from __future__ import annotations

from collections import Counter, defaultdict
from heapq import heappop, heappush


class HighestIds:
    """Counts (name, number) pairs; the highest of a name is known without looking at all of them."""

    def __init__(self) -> None:
        self._used: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self._heaps: defaultdict[str, list[int]] = defaultdict(list)

    def add(self, name: str, number: int) -> None:
        if not self._used[name][number]:
            heappush(self._heaps[name], -number)
        self._used[name][number] += 1

    def remove(self, name: str, number: int) -> None:
        used = self._used[name]
        used[number] -= 1
        if not used[number]:
            del used[number]

    def next(self, name: str) -> int:
        """One above the highest that is in use, 0 where none is."""
        heap, used = self._heaps.get(name), self._used.get(name)
        while heap and used is not None and -heap[0] not in used:
            heappop(heap)
        return 1 - heap[0] if heap else 0
