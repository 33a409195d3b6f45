"""Which run holds each page's last state: later runs cover earlier ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from snapmgr.ram.runs import U64
from snapmgr.totals import totals

_PAINT = 1 << 20
"""Segments painted at once: bounds memory."""


@dataclass(frozen=True, slots=True)
class LastState:
    """Disjoint stretches of pages in ascending order; ``run`` is the row of the run that came last there."""

    first: U64
    count: U64
    run: npt.NDArray[np.int64]

    def row_of(self, page: int) -> int | None:
        """The run that holds a page, None where it never came."""
        at = int(np.searchsorted(self.first, np.uint64(page), side="right")) - 1
        return int(self.run[at]) if at >= 0 and page < int(self.first[at] + self.count[at]) else None

    def rows_of(self, pages: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The run that holds each of these pages, -1 where it never came."""
        if not len(self.first):
            return np.full(len(pages), -1, np.int64)
        wanted = pages.astype(np.uint64)
        at = np.maximum(np.searchsorted(self.first, wanted, side="right") - 1, 0)
        held = (self.first[at] <= wanted) & (wanted < self.first[at] + self.count[at])
        return np.where(held, self.run[at], -1)


def flatten(first: U64, count: U64) -> LastState:
    """Resolve overlapping runs, given in the order of the wire.  O(runs) memory; time O(pages sent) at the worst."""
    order = np.argsort(first, kind="stable")
    begin, end = first[order], first[order] + count[order]
    if not (begin[1:] < end[:-1]).any():
        return LastState(begin, count[order], order.astype(np.int64))
    cuts = distinct(np.concatenate((begin, end)))
    low = np.searchsorted(cuts, first)
    spans = np.searchsorted(cuts, first + count) - low
    owner = _paint(len(cuts) - 1, low, spans)
    changes = np.flatnonzero(np.concatenate(([True], owner[1:] != owner[:-1])))
    stops = np.concatenate((changes[1:], [len(owner)]))
    held = owner[changes] >= 0
    changes, stops = changes[held], stops[held]
    return LastState(cuts[changes], cuts[stops] - cuts[changes], owner[changes])


def distinct(values: U64) -> U64:
    """Each value once, in ascending order; many times quicker than numpy.unique, which hashes first."""
    ordered = np.sort(values)
    found: U64 = ordered[np.concatenate((np.ones(min(1, len(ordered)), np.bool_), ordered[1:] != ordered[:-1]))]
    return found


def _paint(segments: int, low: npt.NDArray[np.intp], spans: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
    """Row of the last run over each segment, -1 where none is."""
    owner = np.full(segments, -1, np.int64)
    total = totals(spans)
    at = 0
    while at < len(low):
        done = int(total[at - 1]) if at else 0
        upto = max(at + 1, int(np.searchsorted(total, done + _PAINT, side="right")))
        if upto == at + 1:
            owner[low[at] : low[at] + spans[at]] = at
        else:
            part = slice(at, upto)
            shift = np.repeat(low[part] - (total[part] - spans[part] - done), spans[part])
            owner[shift + np.arange(len(shift))] = np.repeat(np.arange(at, upto), spans[part])
        at = upto
    return owner
