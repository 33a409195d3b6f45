"""What every page of a block is, as arrays of one byte a page: how it came last, how often, in which pass.

Made from runs, never page by page: the time is that of writing the arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from snapmgr.inspect.index import StreamIndex
from snapmgr.ram.columns import U8, BlockPages
from snapmgr.ram.last import distinct, flatten
from snapmgr.ram.runs import U64, record_stride
from snapmgr.ram.words import PageKind

MOST = 255
"""Of what is counted for one page: that many or more."""
_WORD = 8
"""Bytes before the contents of a page: address and flags."""


class PageState(IntEnum):
    """How a page came last; ``AGAIN`` is in full, but not for the first time.  What was taken back never came."""

    NEVER = 0
    ZERO = 1
    FULL = 2
    XBZRLE = 3
    COMPRESSED = 4
    AGAIN = 5


_STATES = np.zeros(len(PageKind), np.uint8)
for _kind, _state in (
    (PageKind.NORMAL, PageState.FULL),
    (PageKind.PLAIN, PageState.FULL),
    (PageKind.FILL, PageState.FULL),
    (PageKind.ZERO, PageState.ZERO),
    (PageKind.XBZRLE, PageState.XBZRLE),
    (PageKind.COMPRESSED, PageState.COMPRESSED),
    (PageKind.FOREIGN, PageState.COMPRESSED),
    (PageKind.GONE, PageState.NEVER),
):
    _STATES[_kind] = _state


@dataclass(frozen=True, eq=False, slots=True)
class PageStates:
    """Of each page a PageState, how often it was sent (at most MOST), and the pass it came in last (0: never;
    ``pass_step`` passes are one, so that all fit into a byte)."""

    states: U8
    times: U8
    last: U8
    pass_step: int

    def counts(self) -> dict[PageState, int]:
        found = np.bincount(self.states, minlength=len(PageState))
        return {state: int(found[state]) for state in PageState}


def page_states(index: StreamIndex, name: str, upto: int | None = None) -> PageStates:
    """What pages of block ``name`` are when the stream ends, or after pass ``upto`` (from 1).  Raises NotFound."""
    block = index.ram.block(name)
    runs, last = block.runs, block.last
    first, count, kind, iteration = runs.first, runs.count, runs.kind, runs.iteration
    if upto is not None:
        held = iteration <= upto
        first, count, kind, iteration = first[held], count[held], kind[held], iteration[held]
        last = flatten(first, count)
    came = kind != PageKind.GONE
    times = _times(first[came], count[came], block.pages)
    states = _spread(_STATES[kind[last.run]], last.first, last.count, block.pages)
    states[(states == PageState.FULL) & (times > 1)] = PageState.AGAIN
    step = max(1, -(-int(iteration.max(initial=0)) // MOST))
    passes = np.where(kind == PageKind.GONE, 0, -(-iteration.astype(np.int64) // step)).astype(np.uint8)
    return PageStates(states, times, _spread(passes[last.run], last.first, last.count, block.pages), step)


def _spread(values: U8, first: U64, count: U64, pages: int) -> U8:
    """One value a page from disjoint stretches in ascending order; 0 between them."""
    begin = np.minimum(first, np.uint64(pages)).astype(np.int64)
    end = np.minimum(first + count, np.uint64(pages)).astype(np.int64)
    edges = np.empty(2 * len(begin) + 1, np.int64)
    edges[0:-1:2], edges[1::2], edges[-1] = begin, end, pages
    lengths = np.diff(edges, prepend=0)
    between = np.zeros(len(edges), np.uint8)
    between[1::2] = values
    return np.repeat(between, lengths)


def _times(first: U64, count: U64, pages: int) -> U8:
    """How many stretches lie over each page."""
    begin, end = np.sort(first), np.sort(first + count)
    cuts = distinct(np.concatenate((begin, end)))
    over = np.searchsorted(begin, cuts, side="right") - np.searchsorted(end, cuts, side="right")
    lengths = np.diff(cuts, append=cuts[-1:])
    return _spread(np.minimum(over, MOST).astype(np.uint8), cuts, lengths, pages)


@dataclass(frozen=True, slots=True)
class PagePlace:
    """Page ``page`` of RAM block ``block``."""

    block: str
    page: int


def page_at(index: StreamIndex, offset: int) -> PagePlace | None:
    """The page whose record holds the byte at ``offset`` of the stream, None where none does.

    Of a packet of multifd that is packed it is the first of its pages.
    """
    for name, block in index.ram.blocks.items():
        page = _page_in(block, offset)
        if page is not None:
            return PagePlace(name, page)
    return _in_packet(index, offset)


def _in_packet(index: StreamIndex, offset: int) -> PagePlace | None:
    row = index.records.holding(offset)
    if row is None or index.records.type_at(row) != "PACKET":
        return None
    start, length = index.records.span(row)
    address = index.unpacked.packs.address_of(start, start + length) if index.unpacked is not None else None
    for name, block in index.ram.blocks.items():
        data = block.runs.data
        unread = (block.runs.kind == PageKind.FOREIGN) & (data >= np.uint64(start)) & (data < np.uint64(start + length))
        found = np.flatnonzero(unread)
        page = int(block.runs.first[found[0]]) if len(found) else None
        if page is None and address is not None:
            page = _page_in(block, address)
        if page is not None:
            return PagePlace(name, page)
    return None


def _page_in(block: BlockPages, offset: int) -> int | None:
    runs = block.runs
    if not len(runs):
        return None
    before = np.flatnonzero(runs.data <= np.uint64(offset + _WORD))
    if not len(before):
        return None
    row = int(before[np.argmax(runs.data[before])])
    data, kind, count = int(runs.data[row]), int(runs.kind[row]), int(runs.count[row])
    if count == 1 and runs.size[row]:
        return int(runs.first[row]) if offset < data + int(runs.size[row]) else None
    if kind in (PageKind.GONE, PageKind.FOREIGN):
        return None
    stride = record_stride(kind, block.page_bits)
    lead = 0 if kind == PageKind.PLAIN else _WORD
    behind = (offset - data + lead) // stride
    return int(runs.first[row]) + behind if 0 <= behind < count else None
