"""Spans of a stream as pieces of a bar: to scale, and where many fall on one pixel the worst of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from snapmgr.inspect.model import NodeKind, Span

_RANK = {
    NodeKind.META: 1,
    NodeKind.RAM: 2,
    NodeKind.BLOCK: 3,
    NodeKind.DEVICE: 4,
    NodeKind.SUBSECTION: 5,
    NodeKind.COMMAND: 6,
    NodeKind.FAULT: 7,
}
_KINDS = {rank: kind for kind, rank in _RANK.items()}


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the bar from ``left`` to ``right`` (px).  ``span`` is its row, None where several were merged."""

    left: float
    right: float
    kind: NodeKind
    span: int | None


class SpanTable:
    """Spans as columns, so that any window of the stream is cut out without a loop over all of them."""

    def __init__(self, spans: Sequence[Span] = ()) -> None:
        self.spans: tuple[Span, ...] = tuple(spans)
        self._begin = np.array([span.offset for span in self.spans], dtype=np.int64)
        self._end = self._begin + np.array([span.length for span in self.spans], dtype=np.int64)
        self._rank = np.array([_RANK[span.kind] for span in self.spans], dtype=np.int8)

    def __len__(self) -> int:
        return len(self.spans)

    def at(self, offset: int) -> int | None:
        """Row of the span that holds a byte."""
        row = int(np.searchsorted(self._begin, offset, side="right")) - 1
        return row if row >= 0 and offset < self._end[row] else None

    def nearest(self, offset: int) -> int | None:
        """Row of the last span that begins at or before a byte."""
        return max(int(np.searchsorted(self._begin, offset, side="right")) - 1, 0) if self.spans else None

    def segments(self, first: int, length: int, width: float) -> list[Segment]:
        """Pieces of ``[first, first + length)`` bytes drawn ``width`` px wide, from left to right."""
        if not self.spans or length <= 0 or width <= 0:
            return []
        low = int(np.searchsorted(self._end, first, side="right"))
        high = int(np.searchsorted(self._begin, first + length, side="left"))
        scale = width / length
        left = np.clip((self._begin[low:high] - first) * scale, 0.0, width)
        right = np.clip((self._end[low:high] - first) * scale, 0.0, width)
        wide = right - left >= 1.0
        result = [
            Segment(float(left[row]), float(right[row]), _KINDS[int(self._rank[low + row])], int(low + row))
            for row in np.flatnonzero(wide)
        ]
        result += self._merged(np.flatnonzero(~wide), left, low, width)
        return sorted(result, key=lambda segment: (segment.left, -segment.right))

    def _merged(self, narrow: np.ndarray, left: np.ndarray, low: int, width: float) -> list[Segment]:
        """One piece per pixel for all spans that are narrower than one."""
        if not len(narrow):
            return []
        column = np.minimum(left[narrow].astype(np.int64), max(int(width) - 1, 0))
        pixels, first, count = np.unique(column, return_index=True, return_counts=True)
        worst = np.maximum.reduceat(self._rank[low + narrow], first)
        return [
            Segment(float(pixel), float(pixel) + 1, _KINDS[int(rank)], int(low + narrow[at]) if many == 1 else None)
            for pixel, at, many, rank in zip(pixels, first, count, worst, strict=True)
        ]


def default_lens(spans: Sequence[Span], size: int) -> tuple[int, int]:
    """What the second row shows at first, as (offset, length): where the devices are, with the end of RAM before."""
    ends = [span.offset + span.length for span in spans if span.kind is NodeKind.RAM]
    if not ends or max(ends) >= size or size - max(ends) > size * 3 // 4:
        return 0, size
    rest = size - max(ends)
    begin = max(0, max(ends) - max(rest // 28, 1))
    return begin, size - begin
