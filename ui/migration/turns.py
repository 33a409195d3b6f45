"""What is done in which frame of the Migration view, so that no frame does much more than others."""

from __future__ import annotations

from ui.migration.showing import PLOTS, Showing

FRAME_MS = 16
LOOK_EVERY = 2
"""Frames between two looks at the engine, and between two moments of a replay."""
NUMBERS_EVERY = 12
"""Frames in which all that is read changes once; curves change twice, as often as anybody follows."""
HEADS = 1
"""Which of these frames says what happens: a frame between two looks, as all of them."""
_CARDS, _LANES = 7, (3, 9)
_BAR, _PLOTS = 1, (3, 5)
"""Of half as many frames."""


def take_turn(showing: Showing, frame: int, now: float, at: float | None) -> None:
    """The part of curves and numbers that is due; only curves where somebody looks at another moment (``at``)."""
    turn = frame % NUMBERS_EVERY
    half = turn % (NUMBERS_EVERY // 2)
    if half == _BAR:
        showing.bar(now, at=at, live=True)
    elif half in _PLOTS:
        showing.plots(now, PLOTS[_PLOTS.index(half)], at=at)
    if at is not None:
        return
    if turn == HEADS:
        showing.heads(now, over=False)
    elif turn == _CARDS:
        showing.cards(now)
    elif turn in _LANES:
        showing.lanes(now)
