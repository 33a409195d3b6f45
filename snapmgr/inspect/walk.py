"""Which pass over RAM a page belongs to: QEMU walks over blocks and pages in their order, again and again.

Two kinds of streams hold pages out of order.  A background snapshot has early what the guest wrote to first, and
nothing twice: that is one pass.  Threads that compress pages hand them over late: there, a pass begins with a page
that came in it already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from snapmgr.ram.columns import U32, BlockPages
from snapmgr.ram.runs import U64
from snapmgr.ram.words import PageKind
from snapmgr.totals import totals

MAX_ITERATIONS = 10_000
"""Passes that are told apart."""

_MOST_PAGES = 1 << 25
"""Of all blocks together, of which is known when they came last."""
_AT_ONCE = 1 << 18

Rows = npt.NDArray[np.intp]


class Walk:
    """``starts`` is where each pass begins in the stream; ``held`` that no more begin, as in postcopy."""

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.held = False
        self._at = (0, 0)

    def begin(self, offset: int) -> None:
        """A pass begins that the main stream does not show."""
        if len(self.starts) < MAX_ITERATIONS:
            self.starts.append(offset)
            self._at = (0, 0)

    def passes_of(self, place: int, first: U64, count: U64, offset: U64) -> U32:
        """The pass of each run of the block at ``place``, in the order of the wire: a new one begins wherever the walk
        turns back."""
        if not self.starts:
            self.starts.append(int(offset[0]))
        here = (place, int(first[0]))
        back = np.zeros(len(first), np.bool_)
        back[1:] = first[1:] < first[:-1] + count[:-1]
        back[0] = here < self._at
        self._at = (place, int(first[-1] + count[-1]))
        if self.held or len(self.starts) >= MAX_ITERATIONS:
            return np.full(len(first), len(self.starts), np.uint32)
        numbers = len(self.starts) + totals(back)
        self.starts.extend(int(value) for value in offset[back][: MAX_ITERATIONS - len(self.starts)])
        return numbers.astype(np.uint32)


def out_of_order(starts: Sequence[int], blocks: Sequence[BlockPages]) -> tuple[Sequence[int], Sequence[BlockPages]]:
    """Where the passes of a stream begin, and its blocks with their pages in them, whatever order these came in."""
    if len(starts) < 2:
        return starts, blocks
    if not any(block.resent for block in blocks):
        return starts[:1], [_with(block, np.ones(len(block.runs), np.uint32)) for block in blocks]
    pages = sum(block.pages for block in blocks)
    packed = any((block.runs.kind == PageKind.COMPRESSED).any() for block in blocks)
    return _by_repeats(blocks, pages) if packed and pages <= _MOST_PAGES else (starts, blocks)


def _with(block: BlockPages, iteration: U32) -> BlockPages:
    return replace(block, runs=replace(block.runs, iteration=iteration))


def _by_repeats(blocks: Sequence[BlockPages], pages: int) -> tuple[Sequence[int], Sequence[BlockPages]]:
    """A pass begins with a page that came in it already."""
    base = totals([0, *(block.pages for block in blocks)])
    first = np.concatenate([at + block.runs.first.astype(np.int64) for at, block in zip(base, blocks, strict=False)])
    count = np.concatenate([block.runs.count.astype(np.int64) for block in blocks])
    data = np.concatenate([block.runs.data for block in blocks])
    stamps, starts, passes = np.zeros(pages, np.uint16), [int(data.min())], np.ones(len(data), np.uint32)
    order, first, count = _pieces(np.argsort(data, kind="stable"), first, count)
    ends, done = totals(count), 0
    while done < len(order):
        before = int(ends[done - 1]) if done else 0
        upto = max(done + 1, int(np.searchsorted(ends, before + _AT_ONCE, "right")))
        at = ends[done:upto] - count[done:upto] - before  # of the first page of each piece
        piece = np.repeat(np.arange(upto - done), count[done:upto])
        page = first[done:upto][piece] + np.arange(len(piece)) - at[piece]
        number, begins = _numbered(np.minimum(page, pages - 1), stamps, len(starts))  # those beyond are said elsewhere
        starts += data[order[done:upto][piece[begins]]].tolist()
        passes[order[done:upto]] = number[at]
        done = upto
    parts = np.split(passes, totals([len(block.runs) for block in blocks])[:-1])
    return starts, [_with(block, part) for block, part in zip(blocks, parts, strict=True)]


def _pieces(
    order: Rows, first: npt.NDArray[np.int64], count: npt.NDArray[np.int64]
) -> tuple[Rows, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Runs in this order, long ones in pieces: (run, first page, pages) of each."""
    first, count = first[order], count[order]
    number = np.maximum(1, -(-count // _AT_ONCE))
    row = np.repeat(np.arange(len(order)), number)
    behind = _AT_ONCE * (np.arange(len(row)) - np.repeat(totals(number) - number, number))
    return order[row], first[row] + behind, np.minimum(count[row] - behind, _AT_ONCE)


def _numbered(page: npt.NDArray[np.int64], stamps: npt.NDArray[np.uint16], now: int) -> tuple[U32, Rows]:
    """The pass of each page, and at which of them one begins; ``stamps`` says of all pages in which they came last."""
    order = np.argsort(page, kind="stable")
    same = page[order[1:]] == page[order[:-1]]
    last = np.full(len(page), -1, np.int64)
    last[order[1:][same]] = order[:-1][same] + 1
    fresh = order[np.concatenate((np.ones(1, np.bool_), ~same))]
    last[fresh[stamps[page[fresh]] == now]] = 0  # came earlier, in the pass that goes on
    last = np.maximum.accumulate(last)
    begins, begin = list[int](), 0
    while now + len(begins) < MAX_ITERATIONS and (found := int(np.searchsorted(last, begin))) < len(page):
        begins.append(found)
        begin = found + 1
    number = now + np.searchsorted(np.array(begins, np.int64), np.arange(len(page)), "right")
    stamps[page] = number
    return number.astype(np.uint32), np.array(begins, np.intp)
