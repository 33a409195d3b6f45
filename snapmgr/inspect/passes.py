"""How RAM changed while it was sent: what each pass carried, and how one page came through all of them.

Functions of the runs that an index holds; a pass is counted from 1, as far as the order of pages shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from snapmgr.containers.unpacked import UNPACKED
from snapmgr.errors import NotFound
from snapmgr.inspect.index import StreamIndex
from snapmgr.names import quoted
from snapmgr.ram.last import flatten
from snapmgr.ram.runs import record_stride
from snapmgr.ram.words import PageKind

_LEAD = {
    PageKind.NORMAL: 8,
    PageKind.ZERO: 8,
    PageKind.FILL: 8,
    PageKind.XBZRLE: 8 + 1 + 2,
    PageKind.COMPRESSED: 8 + 4,
}
"""Bytes before the contents of a page: address and flags, and what the encoding puts there (migration/ram.c)."""


@dataclass(frozen=True, slots=True)
class PassSummary:
    """``sent`` page records of one pass; ``pages`` of them are different ones: what the guest wrote meanwhile at least,
    in all passes but the first, which sends every page."""

    number: int
    sent: int
    pages: int


@dataclass(frozen=True, slots=True)
class Sending:
    """A page as it came once: in which pass, as what, where its contents stand in the source, and how many bytes they
    are there.  ``packed_by`` names the method where they are packed together with those of other pages; ``offset``
    and ``size`` are then the whole packet of multifd."""

    iteration: int
    kind: PageKind
    offset: int
    size: int
    packed_by: str = ""

    @property
    def begin(self) -> int:
        """Where its record begins; the block's name, if it is sent again, stands between that and the contents."""
        return self.offset - (0 if self.packed_by else _LEAD.get(self.kind, 0))

    @property
    def length(self) -> int:
        """Bytes of the record, without the block's name."""
        return self.offset + self.size - self.begin


def working_set(index: StreamIndex, block: str) -> list[PassSummary]:
    """One row for each pass over RAM, those in which nothing of the block came too.  Raises NotFound.

    What POSTCOPY_RAM_DISCARD took back does not count as sent.
    """
    runs = index.ram.block(block).runs
    sent = runs.kind != PageKind.GONE
    last = max(index.iterations, int(runs.iteration.max(initial=0)))
    summaries = []
    for number in range(1, last + 1):
        mine = sent & (runs.iteration == number)
        different = flatten(runs.first[mine], runs.count[mine])
        summaries.append(PassSummary(number, int(runs.count[mine].sum()), int(different.count.sum())))
    return summaries


def history(index: StreamIndex, block: str, page: int) -> Sequence[Sending]:
    """Every time that a page of ``block`` came or was taken back, in the order of the wire.  Raises NotFound."""
    pages = index.ram.block(block)
    if not 0 <= page < pages.pages:
        raise NotFound(
            "no-such-page", f"RAM block {quoted(block)} has no page {page}", hint=f"The last one is {pages.pages - 1}."
        )
    runs = pages.runs
    rows = np.flatnonzero((runs.first <= np.uint64(page)) & (np.uint64(page) - runs.first < runs.count))
    found = []
    for row in rows.tolist():
        kind = PageKind(int(runs.kind[row]))
        behind = page - int(runs.first[row])
        at = int(runs.data[row]) + (behind * record_stride(kind, pages.page_bits) if behind else 0)
        size = _size(kind, int(runs.size[row]), pages.page_bits)
        found.append(_in_packet(index, Sending(int(runs.iteration[row]), kind, at, size), pages.packed_by))
    return found


def _in_packet(index: StreamIndex, alone: Sending, packed_by: str) -> Sending:
    """The packet instead of the page where that was packed together with others."""
    at, method = alone.offset, packed_by
    if alone.offset >= UNPACKED and index.unpacked is not None:
        at, method = index.unpacked.packs.packet_of(alone.offset)
    elif alone.kind is not PageKind.FOREIGN:
        return alone
    row = index.records.holding(at)
    offset, length = (at, 0) if row is None else index.records.span(row)
    return replace(alone, offset=offset, size=length, packed_by=method)


def _size(kind: PageKind, told: int, page_bits: int) -> int:
    if kind is PageKind.GONE:
        return 0
    return told or (1 << page_bits if kind in (PageKind.NORMAL, PageKind.PLAIN) else 1)
