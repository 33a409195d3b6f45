"""What has become of every page of a machine that moves, on both sides: one byte a page, from the engine's bitmaps.

Whoever looks does so beside the threads that send and receive: a page may be seen as it was a moment ago.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from snapmgr.ram.bitmap import Flags
from snapmgr.ram.load import RamLoader
from snapmgr.ram.save import RamSaver
from snapmgr.ram.tracked import Tracked

States = npt.NDArray[np.uint8]
"""A PageState for each page of all blocks, one block behind the other."""


class PageState(IntEnum):
    """The source's are ``TO_SEND``, ``SENT`` or ``ZERO``, the destination's ``MISSING``, ``ARRIVED`` or ``ZERO``.

    Under COLO the destination's may be ``CACHED``, which is what has come for the next checkpoint, or ``APART``: its
    own guest has written them, which the next checkpoint undoes.
    """

    MISSING = 0
    ZERO = 1
    SENT = 2
    ARRIVED = 3
    TO_SEND = 4
    REQUESTED = 5
    CACHED = 6
    APART = 7


@dataclass(frozen=True, slots=True)
class Layout:
    """Blocks in their order with their pages; ``page_size`` in bytes."""

    blocks: tuple[tuple[str, int], ...] = ()
    page_size: int = 4096

    @property
    def pages(self) -> int:
        return sum(count for _, count in self.blocks)

    def place(self, page: int) -> tuple[str, int]:
        """Block and address in it of a page, counted over all blocks.  Raises IndexError."""
        for name, count in self.blocks:
            if page < count:
                return name, page * self.page_size
            page -= count
        raise IndexError(page)

    def number(self, name: str, address: int) -> int | None:
        """The other way round; None for a place that there is not."""
        first = 0
        for block, count in self.blocks:
            if block == name:
                page = address // self.page_size
                return first + page if 0 <= page < count else None
            first += count
        return None


class PageLook:
    """Both sides' pages, as far as they are known."""

    def __init__(self, saver: RamSaver, loader: RamLoader) -> None:
        self.layout = Layout()
        self.source: States = np.zeros(0, np.uint8)
        self.destination: States = np.zeros(0, np.uint8)
        self._saver, self._loader = saver, loader
        self._tracked: tuple[Tracked, ...] = ()
        self._received: dict[str, Flags] = {}

    def look(self) -> bool:
        """Bring ``source`` and ``destination`` up to date; False before there is something to see."""
        if not self._tracked and not self._begin():
            return False
        if self._loader.received:
            self._received = self._loader.received
        first = 0
        for tracked in self._tracked:
            end = first + len(tracked.bitmap.flags)
            self._look_at(tracked, self.source[first:end], self.destination[first:end])
            first = end
        self._look_at_requests()
        return True

    def _look_at_requests(self) -> None:
        """Pages that the guest waits for."""
        missing = self._loader.missing
        if missing is None or not missing.left:
            return
        for block, first, count in missing.requested():
            at = self.layout.number(block.idstr, first * self.layout.page_size)
            if at is not None:
                self.source[at : at + count] = self.destination[at : at + count] = PageState.REQUESTED

    def _begin(self) -> bool:
        tracked = self._saver.tracked
        if not tracked:
            return False
        self._tracked = tracked
        blocks = tuple((one.block.idstr, len(one.bitmap.flags)) for one in tracked)
        self.layout = Layout(blocks, 1 << tracked[0].block.page_bits)
        self.source = np.zeros(self.layout.pages, np.uint8)
        self.destination = np.zeros(self.layout.pages, np.uint8)
        return True

    def _look_at(self, tracked: Tracked, source: States, destination: States) -> None:
        """By whole columns of bytes, without an index: a million pages take a millisecond."""
        zero = tracked.zero.view(np.uint8)
        np.subtract(PageState.SENT, zero, out=source, casting="unsafe")  # ZERO is one below SENT
        waiting = (tracked.bitmap.flags | tracked.block.dirty.flags[: len(source)]).view(np.uint8)
        np.maximum(source, waiting * np.uint8(PageState.TO_SEND), out=source)
        received = self._received.get(tracked.block.idstr)
        if received is not None:
            np.subtract(PageState.ARRIVED, zero * _STEP, out=destination, casting="unsafe")
            np.multiply(destination, received[: len(source)].view(np.uint8), out=destination)
        cache = self._loader.cache
        differing = cache.differing(tracked.block.idstr) if cache is not None else None
        if differing is not None:
            came, written = (flags[: len(source)] for flags in differing)
            np.putmask(destination, written, PageState.APART)
            np.putmask(destination, came, PageState.CACHED)


_STEP = np.uint8(PageState.ARRIVED - PageState.ZERO)


def counts(states: States) -> dict[PageState, int]:
    """How many pages have each state."""
    return {state: int(np.count_nonzero(states == state)) for state in PageState}
