"""Pages light up when something happens to them, and fade: which did since the last picture, and how bright each is."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from snapmgr.migrate.pages import PageState, States

FADE = 0.6
"""Seconds in which a light goes out."""
LEVELS = 16
"""Brightnesses, 0 for none."""
_AGAIN = np.uint8(PageState.AGAIN)

Flags = npt.NDArray[np.bool_]


class PageLights:
    """Of one map.  Its cells may be arranged anew at any time: lights that burn go out then."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._before: States = np.zeros(0, np.uint8)
        self._lit: npt.NDArray[np.float32] = np.zeros(0, np.float32)
        """When each cell lit up, in seconds since ``_first``."""
        self._first = self._until = 0.0
        self.happened: Flags = np.zeros(0, np.bool_)
        """Of those that ``changed`` gave, the ones to which something happened: what came again has its own colour for
        a while, and goes out without a light."""
        self.from_to: tuple[States, States] = self._before, self._before
        """What the pages that ``changed`` gave were, and what they are."""

    def changed(self, states: States) -> Flags | None:
        """Which pages have another state than when this was asked last; None where none has, or all are new."""
        if len(self._before) != len(states):
            self._before = states.copy()
            return None
        changed = states != self._before
        if not changed.any():
            return None
        places = np.flatnonzero(changed)
        before, now = self.from_to = self._before[places], states[places]
        silent = places[(before == _AGAIN) | (now == _AGAIN)]
        self.happened = changed
        if len(silent):
            self.happened = changed.copy()
            self.happened[silent] = False
        np.copyto(self._before, states)
        return changed

    def forget(self, states: States) -> None:
        """What is shown is another moment: nothing happened just now."""
        self._before = states.copy()
        self.go_out()

    def go_out(self) -> None:
        """Cells stand for other pages than before."""
        self._until = 0.0

    def light(self, changed: Flags, per_cell: int, cells: int) -> None:
        """These pages, ``per_cell`` of them in each of so many cells."""
        if len(self._lit) != cells:
            self._lit = np.full(cells, -FADE, np.float32)
        now = self._clock()
        if now >= self._until:  # nothing burns: times are counted from here, so that they are small
            self._lit[:] = -FADE
            self._first = now
        self._lit[: -(-len(changed) // per_cell)][any_of(changed, per_cell)] = now - self._first
        self._until = now + FADE

    def burn(self, cells: int) -> bool:
        """Whether any of so many cells is lit yet."""
        return len(self._lit) == cells and self._clock() < self._until

    def levels(self) -> npt.NDArray[np.uint8]:
        """How bright each cell is."""
        left = self._lit + np.float32(FADE - (self._clock() - self._first))  # in few steps: it is done in every frame
        left *= np.float32((LEVELS - 1) / FADE)
        np.ceil(left, out=left)
        np.maximum(left, 0, out=left)
        np.minimum(left, LEVELS - 1, out=left)
        bright: npt.NDArray[np.uint8] = left.astype(np.uint8)
        return bright


def any_of(flags: Flags, per: int) -> Flags:
    """Whether any of ``per`` (a power of two) flags is set, for each group of so many; the last may have fewer."""
    short = -len(flags) % per
    words = np.concatenate((flags, np.zeros(short, np.bool_))) if short else np.ascontiguousarray(flags)
    if per >= 8:
        words, per = words.view(np.uint64), per // 8
    while per > 1:  # halving is quicker than any() along short rows
        words = words[0::2] | words[1::2]
        per //= 2
    found: Flags = words != 0
    return found
