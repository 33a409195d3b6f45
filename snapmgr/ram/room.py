"""Room for records, used again once nobody looks at it any more: memory that is new each time costs the system more
than the records cost us."""

from __future__ import annotations

import sys

import numpy as np

from snapmgr.ram.encode import U8

SLAB = (4 << 20) + (64 << 10)
"""Bytes: records of 4 MiB of RAM, their words too."""
MOST = 16
"""Slabs at most: what is under way to the other side, and what it is about to put in place."""
LEAST = 256 << 10
"""Bytes for which a slab is worth while; the C library keeps less than that itself."""


def _references(slabs: list[U8], number: int) -> int:
    return sys.getrefcount(slabs[number])


_UNSEEN = _references([np.empty(0, np.uint8)], 0)
"""To a slab that nobody holds but the list, and the call that asks."""


class Room:
    """For one thread, which writes; whoever reads holds a view of a slab, in whatever thread, and so keeps it."""

    def __init__(self, slab: int = SLAB, most: int = MOST) -> None:
        self._slab, self._most = slab, most
        self._slabs: list[U8] = []

    def take(self, size: int) -> U8:
        """So many bytes, whatever is in them: of a slab that nobody looks at, else new ones."""
        if not LEAST <= size <= self._slab:
            return np.empty(size, np.uint8)
        for number in range(len(self._slabs)):
            if _references(self._slabs, number) == _UNSEEN:  # whatever looks at it refers to it, at last
                return self._slabs[number][:size]
        if len(self._slabs) == self._most:
            return np.empty(size, np.uint8)
        self._slabs.append(np.empty(self._slab, np.uint8))
        return self._slabs[-1][:size]
