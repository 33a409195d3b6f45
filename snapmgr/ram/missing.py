"""Pages that a guest runs without until it needs them: the receiving side of postcopy.

QEMU has the kernel stop whoever touches such a page (migration/postcopy-ram.c, userfaultfd).  This guest says itself
what it is about to read or write (``DirtyLog.fetch``): it asks for what is missing then, and waits until it has come.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import numpy as np

from snapmgr.errors import SnapmgrError
from snapmgr.ram.bitmap import Flags, Pages, Where, runs_of_flags, runs_of_pages
from snapmgr.ram.block import RAMBlock

Ask = Callable[[RAMBlock, Sequence[tuple[int, int]]], None]
"""``ask(block, runs)`` has the source send these pages soon; (first page, count) of each run."""

MOST_WAITS = 4096
"""Waits whose lengths are remembered."""


class MissingPages:
    """From ``start`` to ``stop``.  ``received`` has by idstr a flag for each page of each block.

    ``lock`` is held while pages are put in their places.  ``clock`` gives nanoseconds.
    """

    def __init__(
        self,
        blocks: Sequence[RAMBlock],
        received: dict[str, Flags],
        ask: Ask,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self.lock = threading.Condition()
        self.received = received
        self.waited = 0
        """Nanoseconds that the guest waited for pages so far (query-migrate: postcopy-blocktime)."""
        self.waits: deque[int] = deque(maxlen=MOST_WAITS)
        """Nanoseconds of each wait."""
        self.requests = 0
        """Runs of pages that were asked for."""
        self.duplicates = 0
        """Pages that came though they were here: they are passed over."""
        self._blocks = list(blocks)
        self._ask = ask
        self._clock = clock
        self._requested = {block.idstr: np.zeros(len(received[block.idstr]), np.bool_) for block in blocks}
        self._left = sum(int(np.count_nonzero(~received[block.idstr][: block.pages])) for block in blocks)
        self._over: SnapmgrError | None = None

    @property
    def left(self) -> int:
        """Pages that have not come yet."""
        return self._left

    def start(self) -> None:
        """From now on whoever needs a page that is missing waits for it."""
        for block in self._blocks:
            block.dirty.fetch = partial(self._fetch, block)

    def stop(self) -> None:
        """All are here: nobody has to ask any more."""
        for block in self._blocks:
            block.dirty.fetch = None

    def give_up(self, error: SnapmgrError) -> None:
        """Who waits, and whoever needs a missing page from now on, gets this error."""
        with self.lock:
            self._over = error
            self.lock.notify_all()

    def requested(self) -> Iterator[tuple[RAMBlock, int, int]]:
        """Runs of pages that somebody waits for, to be asked for again on a new channel."""
        for block in self._blocks:
            with self.lock:
                waiting = self._requested[block.idstr] & ~self.received[block.idstr]
            for first, count in zip(*(column.tolist() for column in runs_of_flags(waiting)), strict=True):
                yield block, first, count

    @contextmanager
    def placing(self, block: RAMBlock, pages: Pages) -> Iterator[Flags]:
        """Which of these pages are still to be put in place; afterwards they are here.

        What is here already must stay: the guest may have written to it.
        """
        with self.lock:
            flags = self.received[block.idstr]
            fresh: Flags = ~flags[pages]
            yield fresh
            flags[pages] = True
            count = len(np.unique(pages[fresh]))
            self._left -= count
            self.duplicates += len(pages) - count
            self.lock.notify_all()

    def bitmap(self, idstr: str) -> bytes | None:
        """A bit for each page that has come, in whole little-endian u64 (ram.c: ramblock_recv_bitmap_send)."""
        block = next((block for block in self._blocks if block.idstr == idstr), None)
        if block is None:
            return None
        with self.lock:
            packed = np.packbits(self.received[idstr][: block.pages], bitorder="little")
        return packed.tobytes().ljust(-(-block.pages // 64) * 8, b"\0")

    # -- the guest -------------------------------------------------------------------------------------------------

    def _fetch(self, block: RAMBlock, where: Where) -> None:
        with self.lock:
            missing = _not_set(self.received[block.idstr], where)
            if not len(missing):
                return
            self._check()
            requested = self._requested[block.idstr]
            fresh = missing[~requested[missing]]
            requested[missing] = True
        since = self._clock()
        runs = list(runs_of_pages(fresh))
        self.requests += len(runs)
        if runs:
            self._ask(block, runs)
        self._wait_for(self.received[block.idstr], missing)
        self.waits.append(self._clock() - since)
        self.waited += self.waits[-1]

    def _wait_for(self, received: Flags, pages: Pages) -> None:
        with self.lock:
            while not received[pages].all():
                self._check()
                self.lock.wait()

    def _check(self) -> None:
        if self._over is not None:
            raise self._over.again()


def _not_set(flags: Flags, where: Where) -> Pages:
    """Those of the pages whose flag is not set, ascending, each once."""
    pages: Pages
    if isinstance(where, slice):
        pages = np.flatnonzero(~flags[where]) + where.start
    else:
        pages = np.unique(where[~flags[where]]).astype(np.int64)
    return pages
