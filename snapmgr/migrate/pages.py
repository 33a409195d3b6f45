"""What has become of every page of a machine that moves, on both sides: one byte a page, from the engine's bitmaps.

Whoever looks does so beside the threads that send and receive: a page may be seen as it was a moment ago.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from snapmgr.machine.memory import PAGE
from snapmgr.ram.bitmap import Flags
from snapmgr.ram.load import RamLoader, Repeats
from snapmgr.ram.save import RamSaver
from snapmgr.ram.tracked import Tracked

States = npt.NDArray[np.uint8]
"""A PageState for each page of all blocks, one block behind the other."""


class PageState(IntEnum):
    """The source's are ``TO_SEND``, ``SENT`` or ``ZERO``, the destination's ``MISSING``, ``ARRIVED`` or ``ZERO``.

    Under COLO the destination's may be ``CACHED``, which is what has come for the next checkpoint, or ``APART``: its
    own guest has written them, which the next checkpoint undoes.

    ``STAYS`` is RAM that both sides map (x-ignore-shared).  The destination's are ``AGAIN`` for a while where they came
    though they were here: what was sent before was in vain.
    """

    MISSING = 0
    ZERO = 1
    SENT = 2
    ARRIVED = 3
    TO_SEND = 4
    REQUESTED = 5
    CACHED = 6
    APART = 7
    STAYS = 8
    AGAIN = 9


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


class ArrivalLook:
    """The destination's pages, as far as it knows itself; which of them are zero only the source does."""

    def __init__(self, loader: RamLoader, page_size: int = PAGE, clock: Callable[[], float] = time.monotonic) -> None:
        self._page_size = page_size
        self.layout = Layout()
        self.source: States = np.zeros(0, np.uint8)
        self.destination: States = np.zeros(0, np.uint8)
        self._loader, self._clock = loader, clock
        self._beginning = threading.Lock()
        self._came: dict[str, tuple[Repeats, Repeats]] = {}
        """How often pages had come again, a while ago and a little later."""
        self._came_at = 0.0
        self._received: dict[str, Flags] = {}

    def look(self, *, over: bool = False) -> bool:
        """Bring ``destination`` up to date; False before there is something to see.  ``over``: what came came a while
        ago."""
        self.remember()
        if not self.begin():
            return False
        self._look_at_repeats()
        first = 0
        for name, count in self.layout.blocks:
            states = self.destination[first : first + count]
            self._look_at_arrived(name, states, np.uint8(0))
            if not over:
                self._mark_repeats(name, states)
            first += count
        self._look_at_requests()
        return True

    def begin(self) -> bool:
        """Whether it is known which pages there are; from any thread."""
        with self._beginning:
            if not self.layout.blocks and self._received:
                blocks = tuple((name, len(flags)) for name, flags in self._received.items())
                self.layout = Layout(blocks, self._page_size)
                self.source = self.destination = np.zeros(self.layout.pages, np.uint8)
            return bool(self.layout.blocks)

    def remember(self) -> None:
        """What has come is forgotten by the engine at the end; from any thread."""
        if self._loader.received:
            self._received = self._loader.received

    def _look_at_arrived(self, name: str, states: States, zero: States | np.uint8) -> None:
        """``zero`` is 1 for each page that is known to be."""
        received = self._received.get(name)
        if received is not None:
            np.subtract(_BYTES[PageState.ARRIVED], zero * _STEP, out=states)
            np.multiply(states, received[: len(states)].view(np.uint8), out=states)
        cache = self._loader.cache
        differing = cache.differing(name) if cache is not None else None
        if differing is not None:
            came, written = (flags[: len(states)] for flags in differing)
            np.putmask(states, written, PageState.APART)
            np.putmask(states, came, PageState.CACHED)

    def _look_at_repeats(self) -> None:
        """Remember the counts twice a while."""
        now = self._clock()
        if now - self._came_at < AGAIN_FOR / 2 and self._came:
            return
        self._came_at = now
        for name, counts in self._loader.again.items():
            before = self._came.get(name)
            self._came[name] = (before[1] if before is not None else counts.copy(), counts.copy())

    def _mark_repeats(self, name: str, destination: States) -> None:
        counts, before = self._loader.again.get(name), self._came.get(name)
        if counts is None or before is None or len(counts) < len(destination) or self._loader.cache is not None:
            return
        came = counts[: len(destination)] != before[0][: len(destination)]
        if came.any():
            destination += (came & (destination == _BYTES[PageState.ARRIVED])).view(np.uint8) * _REPEATED

    def _look_at_requests(self) -> None:
        """Pages that the guest waits for."""
        missing = self._loader.missing
        if missing is None or not missing.left:
            return
        for block, first, count in missing.requested():
            at = self.layout.number(block.idstr, first * self.layout.page_size)
            if at is not None:
                self.source[at : at + count] = self.destination[at : at + count] = PageState.REQUESTED


class PageLook(ArrivalLook):
    """Both sides' pages, as far as they are known.  ``staying`` are blocks with their pages that are not sent."""

    def __init__(
        self,
        saver: RamSaver,
        loader: RamLoader,
        staying: tuple[tuple[str, int], ...] = (),
        clock: Callable[[], float] = time.monotonic,
        *,
        copies: bool = False,
    ) -> None:
        """``copies``: RAM goes as it was at one moment, and what the guest writes since does not."""
        super().__init__(loader, clock=clock)
        self._copies, self._saver, self._staying = copies, saver, staying
        self._tracked: tuple[Tracked, ...] = ()

    def look(self, *, over: bool = False) -> bool:
        """Bring ``source`` and ``destination`` up to date; False before there is something to see.  ``over``: what came
        came a while ago."""
        if not self._tracked and not self.begin():
            return False
        self.remember()
        self._look_at_repeats()
        first = sum(count for _, count in self._staying)
        for tracked in self._tracked:
            end = first + len(tracked.bitmap.flags)
            self._look_at(tracked, self.source[first:end], self.destination[first:end], over=over)
            if not over:
                self._mark_repeats(tracked.block.idstr, self.destination[first:end])
            first = end
        self._look_at_requests()
        return True

    def begin(self) -> bool:
        """Whether it is known which pages there are; from any thread."""
        with self._beginning:
            tracked = self._saver.tracked
            if self._tracked or not tracked:
                return bool(self._tracked)
            blocks = tuple((one.block.idstr, len(one.bitmap.flags)) for one in tracked)
            self.layout = Layout((*self._staying, *blocks), 1 << tracked[0].block.page_bits)
            self.source = np.zeros(self.layout.pages, np.uint8)
            self.source[: sum(count for _, count in self._staying)] = PageState.STAYS
            self.destination = self.source.copy()
            self._tracked = tracked
            return True

    def _look_at(self, tracked: Tracked, source: States, destination: States, *, over: bool) -> None:
        """By whole columns of bytes, without an index: a million pages take a millisecond."""
        zero = tracked.zero.view(np.uint8)
        np.subtract(_BYTES[PageState.SENT], zero, out=source)  # ZERO is one below SENT
        waiting = tracked.bitmap.flags.view(np.uint8)
        if not self._copies and not over:  # what is written when it is over is no part of it
            waiting = waiting | tracked.block.dirty.flags[: len(source)].view(np.uint8)
        np.maximum(source, waiting * np.uint8(PageState.TO_SEND), out=source)
        self._look_at_arrived(tracked.block.idstr, destination, zero)


_BYTES = {state: np.uint8(state) for state in PageState}
"""To be compared with columns: a member of an enum would have them made words of eight bytes first."""
AGAIN_FOR = 0.6
"""Seconds after which a page that came again is like any other."""
_REPEATED = np.uint8(PageState.AGAIN - PageState.ARRIVED)
_STEP = np.uint8(PageState.ARRIVED - PageState.ZERO)


def counts(states: States) -> dict[PageState, int]:
    """How many pages have each state."""
    return {state: int(np.count_nonzero(states == byte)) for state, byte in _BYTES.items()}
