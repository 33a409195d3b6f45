"""How many pages of each kind stand between two places of a stream, asked for row by row of a tree."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from snapmgr.ram.columns import BlockPages
from snapmgr.ram.words import PageKind
from snapmgr.totals import totals


class PageCounts:
    """Of the runs of all blocks, by where their contents begin; O(log runs) for an answer."""

    def __init__(self, blocks: Iterable[BlockPages]) -> None:
        runs = [block.runs for block in blocks]
        self._kinds = []
        for kind in PageKind:
            mine = [one.kind == kind for one in runs]
            data = np.concatenate([one.data[here] for one, here in zip(runs, mine, strict=True)] or [np.empty(0)])
            if not len(data):
                continue
            count = np.concatenate([one.count[here] for one, here in zip(runs, mine, strict=True)])
            order = np.argsort(data, kind="stable")
            total = np.concatenate((np.zeros(1, np.uint64), totals(count[order].astype(np.uint64))))
            self._kinds.append((kind, data[order], total))

    def between(self, start: int, end: int) -> list[tuple[PageKind, int]]:
        """(kind, pages) of what begins in ``[start, end)``, without the kinds of which there are none."""
        found = []
        for kind, data, total in self._kinds:
            low, high = np.searchsorted(data, np.array([start, end], data.dtype))
            if high > low:
                found.append((kind, int(total[high] - total[low])))
        return found
