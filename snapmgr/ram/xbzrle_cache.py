"""What the other side holds of the pages that were sent (migration/page_cache.c): one slot per page address.

Batches are consecutive pages of one block, no more of them than there are slots, so each has a slot of its own.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from snapmgr.errors import UsageError
from snapmgr.ram.bitmap import Flags, Pages
from snapmgr.ram.block import anonymous

U8 = npt.NDArray[np.uint8]

LIFETIME = 2
"""Passes for which a page keeps its slot although another wants it (page_cache.c: CACHED_PAGE_LIFETIME)."""

_NOBODY = -1


class XbzrleCache:
    """``size`` bytes of pages of ``1 << page_bits``, rounded down to a power of two of them.

    Pages are numbered over all blocks (ram_addr_t without its lower bits).  Raises UsageError for less than one page.
    """

    def __init__(self, size: int, page_bits: int) -> None:
        if size < 1 << page_bits:
            raise UsageError("cache-size", f"an xbzrle cache of {size} bytes is smaller than a page")
        self.slots = 1 << ((size >> page_bits).bit_length() - 1)
        self.size = self.slots << page_bits
        self._owner = np.full(self.slots, _NOBODY, np.int64)
        self._age = np.zeros(self.slots, np.int64)
        memory: U8 = np.frombuffer(anonymous(self.size), np.uint8)
        self._pages = memory[: self.size].reshape(self.slots, -1)

    def held(self, pages: Pages, age: int) -> Flags:
        """Which of these are here; they stay for LIFETIME passes from ``age`` on (cache_is_cached)."""
        slot = pages & self.slots - 1
        held: Flags = self._owner[slot] == pages
        self._age[slot[held]] = age
        return held

    def contents(self, pages: Pages) -> U8:
        """Rows as they were stored; a copy."""
        copied: U8 = self._pages[pages & self.slots - 1]
        return copied

    def store(self, pages: Pages, contents: U8, age: int) -> None:
        """Keep these, unless a slot is taken by another page that is still young (cache_insert)."""
        slot = pages & self.slots - 1
        owner = self._owner[slot]
        free = (owner == pages) | (owner == _NOBODY) | (self._age[slot] + LIFETIME <= age)
        slot = slot[free]
        self._pages[slot] = contents[free]
        self._owner[slot], self._age[slot] = pages[free], age
