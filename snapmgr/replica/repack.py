"""RAM that was sent, sent again in another coding: plain, compressed, or as what changed since a page came before."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from snapmgr.containers.source import Source
from snapmgr.ram.bitmap import Pages as Numbers
from snapmgr.ram.block import RAMBlock
from snapmgr.ram.counters import RamCounters
from snapmgr.ram.encode import named, zero_pages
from snapmgr.ram.load import place_page
from snapmgr.ram.packing import Batch, Packing, PackingOptions
from snapmgr.ram.place import length_of, place_pages
from snapmgr.ram.section import BlockList, OddPage, Pages, RamState
from snapmgr.replica.ram import RamReplay
from snapmgr.savevm.handlers import StreamOptions
from snapmgr.savevm.output import Output
from snapmgr.wire.events import Event
from snapmgr.wire.window import Window

CODINGS = ("plain", "xbzrle", "compress")
MOST_CACHE = 1 << 30
"""Bytes of what xbzrle keeps of pages that were sent."""


class RamRepack(RamReplay):
    """As RamReplay, with every page in ``coding``.

    What pages hold is built up beside, since what changed can only be said against it.
    """

    def __init__(self, source: Source, state: RamState, coding: str) -> None:
        super().__init__(source, state, {})
        self._coding = coding
        self._blocks: dict[str, RAMBlock] = {}
        self._bases: dict[str, int] = {}
        self._named: str | None = None
        self._sections = 0
        self._packing = self._new_packing(0)

    def put(self, start: int, end: int, out: Output) -> None:
        self._sections += 1
        super().put(start, end, out)

    def _new_packing(self, pages: int) -> Packing:
        bits = self._state.page_bits
        capabilities = set[str]() if self._coding == "plain" else {self._coding}
        cache = min(MOST_CACHE, 1 << max(0, pages - 1).bit_length() + bits)
        packing = Packing(
            PackingOptions(xbzrle_cache_size=cache), StreamOptions("", bits, capabilities=capabilities), RamCounters()
        )
        if self._coding == "xbzrle":
            packing.next_round()
        self._slots = cache >> bits
        return packing

    def _put(self, event: Event, window: Window, out: Output) -> None:
        if isinstance(event, BlockList):
            self._begin(event)
        super()._put(event, window, out)

    def _begin(self, event: BlockList) -> None:
        bits, pages = self._state.page_bits, 0
        for listed in event.blocks:
            block = RAMBlock(listed.name, listed.used_length, page_bits=bits)
            block.idstr = listed.name
            self._blocks[listed.name], self._bases[listed.name] = block, pages
            pages += block.pages
        self._packing = self._new_packing(pages)

    def _pages(self, event: Pages, data: memoryview, out: Output) -> None:
        """A page that comes twice in one stretch is sent twice, so that each is what it was."""
        bits, at = self._state.page_bits, 0
        block = self._blocks[event.block]
        for words in _ascending(event.words, bits):
            size = length_of(words, bits)
            place_pages(block, words, data[at : at + size], bits)
            self._send(block, (words >> np.uint64(bits)).astype(np.int64), out)
            at += size

    def _page(self, event: OddPage, window: Window, out: Output) -> None:
        block = self._blocks[event.block]
        window.offset = event.data_offset
        place_page(block, event, window.take(event.data_length))
        self._send(block, np.array([event.page], np.int64), out)

    def _send(self, block: RAMBlock, pages: Numbers, out: Output) -> None:
        for part in self._batches(pages):
            contents = block.by_page[part]
            batch = Batch(part, self._bases[block.idstr], contents, zero_pages(contents))
            opens = self._named != block.idstr
            data = self._packing.records(batch, self._sections, opens=opens, update=True, plain=False)
            if not len(data):
                continue
            self._named = block.idstr
            for piece in named(data, block.idstr) if opens else [data.data]:
                out.put(piece)

    def _batches(self, pages: Numbers) -> Iterator[Numbers]:
        """Few enough, and near enough to each other, for one batch."""
        edges = np.flatnonzero(np.diff(pages // self._slots)) + 1
        for part in np.split(pages, edges):
            for at in range(0, len(part), self._packing.most):
                yield part[at : at + self._packing.most]


def _ascending(words: npt.NDArray[np.uint64], page_bits: int) -> Iterator[npt.NDArray[np.uint64]]:
    """Stretches in which no page comes twice."""
    pages = words >> np.uint64(page_bits)
    edges = np.flatnonzero(pages[1:] <= pages[:-1]) + 1
    yield from np.split(words, edges)
