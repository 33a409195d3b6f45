"""Where a sender stands among the dirty pages of all blocks (migration/ram.c: find_dirty_block, get_queued_page)."""

from __future__ import annotations

from collections.abc import Sequence

from snapmgr.ram.bitmap import Pages
from snapmgr.ram.tracked import Tracked

REACH = 1 << 18
"""Pages that one piece may stretch over: where few are dirty, what a piece costs is paid once in a gigabyte."""


class Walk:
    """Through the blocks in the order of their list, round and round; pages in ascending order."""

    def __init__(self, tracked: Sequence[Tracked] = ()) -> None:
        self.tracked = tracked
        self.rounds = 0
        """How often all blocks were gone through."""
        self._turn = self._page = 0

    def begin_anew(self) -> None:
        """From the first page on."""
        self._turn = self._page = 0

    def go_on_behind(self, tracked: Tracked, pages: Pages) -> None:
        """What is asked for next lies there, as likely as not."""
        self._turn = next(number for number, other in enumerate(self.tracked) if other is tracked)
        self._page = int(pages[-1]) + 1

    def take(self, most: int, reach: int = REACH) -> tuple[Tracked, Pages] | None:
        """The next dirty pages of one block, at least one and ``most`` at most, the last less than ``reach`` pages
        behind the first; they are clean from now on.  None where nothing is dirty, after one round to find that out."""
        for _ in range(len(self.tracked) + 1):
            tracked = self.tracked[self._turn]
            page = tracked.bitmap.next(self._page)
            if page is not None:
                pages = tracked.bitmap.take_some(page, most, reach)
                self._page = int(pages[-1]) + 1
                return tracked, pages
            self._turn, self._page = (self._turn + 1) % len(self.tracked), 0
            self.rounds += not self._turn
        return None
