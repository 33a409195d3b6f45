"""Write tracking of a background snapshot: RAM is sent as it was at one moment, and the guest goes on writing it.

QEMU has the kernel stop the guest at the first write to a page (migration/ram.c: ram_write_tracking_start).  This guest
says itself what it is about to write (``DirtyLog``): the pages that are not sent yet are copied first, and the copies
are what is sent next.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from snapmgr.ram.bitmap import Pages, Where
from snapmgr.ram.encode import U8
from snapmgr.ram.tracked import Tracked

MOST = 64 << 20
"""Bytes of copies at most; a guest that writes faster than they are sent waits."""
PIECE = 4 << 20
"""Bytes copied at once: the saver waits for no more than that."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Pages of a block in ascending order, with a row of ``contents`` for each: what they held at the moment."""

    tracked: Tracked
    pages: Pages
    contents: U8

    def split(self, count: int) -> tuple[Kept, Kept]:
        """The first ``count`` pages, and the rest."""
        first = Kept(self.tracked, self.pages[:count], self.contents[:count])
        return first, Kept(self.tracked, self.pages[count:], self.contents[count:])


class WriteTracking:
    """From ``start`` to ``stop``, both while nobody writes or by the saver; ``lock`` is held while pages are read.

    The bitmaps of ``tracked`` say which pages are not sent yet.  ``wait`` returns when there may be more room; for the
    guest that is until the saver has gone on.  ``clock`` gives nanoseconds.
    """

    def __init__(
        self,
        tracked: Sequence[Tracked],
        *,
        most: int = MOST,
        wait: Callable[[], object] | None = None,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self.lock = threading.Condition(threading.RLock())
        self.copied = 0
        """Bytes copied so far because the guest was about to write them."""
        self.waited = 0
        """Nanoseconds that the guest waited for room."""
        self.most_held = 0
        """Bytes of copies that there were at once."""
        self._tracked = tracked
        self._most = most
        self._wait = wait or self.lock.wait
        self._clock = clock
        self._kept: deque[Kept] = deque()
        self._held = 0
        self._over = False

    def start(self) -> None:
        """From now on what is written is kept first."""
        for tracked in self._tracked:
            tracked.block.dirty.guard = partial(self._about_to_write, tracked)

    def stop(self) -> None:
        """Nothing is kept any more; a guest that waits goes on.  More than once is harmless."""
        with self.lock:
            self._over = True
            for tracked in self._tracked:
                tracked.block.dirty.guard = None
            self._kept.clear()
            self._held = 0
            self.lock.notify_all()

    @property
    def pages(self) -> int:
        """Pages that are kept and not taken yet."""
        return sum(len(kept.pages) for kept in self._kept)

    def take(self, most: int) -> Kept | None:
        """The oldest copies, ``most`` pages at most; they are the caller's now.  Hold ``lock``."""
        if not self._kept:
            return None
        kept = self._kept.popleft()
        if len(kept.pages) > most:
            kept, rest = kept.split(most)
            self._kept.appendleft(rest)
        self._held -= kept.contents.nbytes
        self.lock.notify_all()
        return kept

    def _about_to_write(self, tracked: Tracked, where: Where) -> None:
        with self.lock:  # also where all are sent: one of them may be being read just now
            pages = _still_set(tracked, where)
        piece = max(1, PIECE >> tracked.block.page_bits)
        for start in range(0, len(pages), piece):
            self._keep(tracked, pages[start : start + piece])

    def _keep(self, tracked: Tracked, pages: Pages) -> None:
        with self.lock:
            self._wait_for_room(len(pages) << tracked.block.page_bits)
            left = pages[tracked.bitmap.flags[pages]]
            if self._over or not len(left):
                return
            contents = tracked.block.by_page[left]
            tracked.bitmap.remove(left)
            self._kept.append(Kept(tracked, left, contents))
            self.copied += contents.nbytes
            self._held += contents.nbytes
            self.most_held = max(self.most_held, self._held)

    def _wait_for_room(self, size: int) -> None:
        if self._over or not self._held or self._held + size <= self._most:
            return
        since = self._clock()
        while not self._over and self._held and self._held + size > self._most:
            self._wait()
        self.waited += self._clock() - since


def _still_set(tracked: Tracked, where: Where) -> Pages:
    """Those of the pages that are not sent yet, ascending, each once."""
    flags = tracked.bitmap.flags
    pages: Pages
    if isinstance(where, slice):
        pages = np.flatnonzero(flags[where]) + where.start
    else:
        pages = np.unique(where[flags[where]]).astype(np.int64)
    return pages
