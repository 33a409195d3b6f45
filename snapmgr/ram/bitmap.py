"""Which pages are dirty: the guest's log, and the migration's own bitmap that it is synced into.

One byte per page: runs are found by numpy, and 2 million pages (8 GiB) are 2 MiB.  The guest marks between the steps
of a migration, not during one (the machine's worker does both in turn), so nothing here is locked.  A background
snapshot is written while the guest runs: ``ram.tracking`` has the lock for that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
Pages = npt.NDArray[np.int64]
Where = slice | npt.NDArray[np.integer[Any]]

_STRIDE = 1 << 16
"""Pages looked through at once for the next dirty one."""


class DirtyLog:
    """What the guest wrote since the log was taken last.

    It is told before the bytes change: where there is a ``guard``, it keeps what the pages hold until then.  Where
    pages may be missing there is ``fetch``, called before they are read or written; it returns when they are here.
    """

    def __init__(self, pages: int) -> None:
        self.flags: Flags = np.zeros(pages, np.bool_)
        self.guard: Callable[[Where], None] | None = None
        self.fetch: Callable[[Where], None] | None = None
        self.watched: Flags | None = None
        """Pages written since somebody began to count, whoever takes the log meanwhile."""

    def reading(self, first: int, count: int = 1) -> None:
        """Pages ``[first, first + count)`` are about to be read.  Raises what ``fetch`` does, as the others do."""
        fetch = self.fetch
        if fetch is not None:
            fetch(slice(first, first + count))

    def set(self, first: int, count: int = 1) -> None:
        """Pages ``[first, first + count)`` are about to be written."""
        self._mark(slice(first, first + count))

    def mark(self, pages: npt.NDArray[np.integer[Any]]) -> None:
        """These pages are about to be written; in any order, repetitions allowed."""
        self._mark(pages)

    def _mark(self, where: Where) -> None:
        fetch, guard = self.fetch, self.guard
        if fetch is not None:
            fetch(where)
        if guard is not None:
            guard(where)
        self.flags[where] = True
        if self.watched is not None:
            self.watched[where] = True

    def count(self) -> int:
        return int(np.count_nonzero(self.flags))

    def clear(self) -> None:
        """Begin anew (memory_global_dirty_log_start)."""
        self.flags[:] = False


class PageBitmap:
    """The pages that are still to be sent of one block, and how many."""

    def __init__(self, pages: int, *, filled: bool = False) -> None:
        self.flags: Flags = np.full(pages, filled, np.bool_)
        self.count = pages if filled else 0

    def sync(self, log: DirtyLog) -> int:
        """Take over what the guest wrote, and empty its log; returns how many pages were clean so far.

        migration/ram.c: ramblock_sync_dirty_bitmap.
        """
        written = log.flags[: len(self.flags)]
        fresh = int(np.count_nonzero(written & ~self.flags))
        if fresh:
            self.flags |= written
            self.count += fresh
        log.clear()
        return fresh

    def next(self, start: int) -> int | None:
        """The first dirty page from ``start`` on."""
        for at in range(start, len(self.flags), _STRIDE):
            part = self.flags[at : at + _STRIDE]
            found = int(part.argmax())
            if part[found]:
                return at + found
        return None

    def take(self, first: int, limit: int) -> Pages:
        """The dirty pages of ``[first, first + limit)``, ascending, which are clean from now on."""
        part = self.flags[first : first + limit]
        pages = np.flatnonzero(part) + first
        part[:] = False
        self.count -= len(pages)
        return pages

    def take_some(self, first: int, most: int, reach: int) -> Pages:
        """The dirty pages of ``[first, first + reach)``, the first ``most`` of them, likewise."""
        end, at = min(first + reach, len(self.flags)), first + most
        pages: Pages = np.flatnonzero(self.flags[first : min(at, end)]) + first
        while len(pages) < most and at < end:
            more = np.flatnonzero(self.flags[at : min(at + _STRIDE, end)])[: most - len(pages)] + at
            pages, at = np.concatenate((pages, more)), at + _STRIDE
        self.remove(pages)
        return pages

    def add(self, page: int) -> None:
        """This page, which was clean, is dirty from now on."""
        self.flags[page] = True
        self.count += 1

    def remove(self, pages: Pages) -> None:
        """These pages, each of them dirty, are clean from now on."""
        self.flags[pages] = False
        self.count -= len(pages)

    def runs(self) -> tuple[Pages, Pages]:
        """All dirty pages as runs: (first page, count) of each, ascending."""
        return runs_of_flags(self.flags)


def runs_of_flags(flags: Flags) -> tuple[Pages, Pages]:
    """Runs of set flags as (first, count)."""
    padded = np.zeros(len(flags) + 2, np.bool_)
    padded[1:-1] = flags
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    return edges[0::2], edges[1::2] - edges[0::2]


def runs_of_pages(pages: Pages) -> Iterator[tuple[int, int]]:
    """Ascending page numbers as (first, count)."""
    if len(pages):
        starts = np.flatnonzero(np.concatenate(([True], np.diff(pages) != 1)))
        counts = np.diff(np.concatenate((starts, [len(pages)])))
        yield from zip(pages[starts].tolist(), counts.tolist(), strict=True)
