"""What is done in which frame of the Migration view, so that no frame does much more than others."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer, Signal

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


class Frames(QObject):
    """``came`` comes FRAME_MS apart from ``begin`` or ``start`` to ``stop``.  ``count`` are those that there were so
    far: after NUMBERS_EVERY more all that is shown is new.  ``rate`` of them come in a second, 0.0 at first."""

    came = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.count, self.rate, self._counted = 0, 0.0, 0.0
        self._timer = QTimer(self, interval=FRAME_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._frame)

    def begin(self) -> None:
        """Start, and measure the rate anew."""
        self.rate, self._counted = 0.0, time.perf_counter()
        self.start()

    def start(self) -> None:
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _frame(self) -> None:
        self.count += 1
        if self.count % NUMBERS_EVERY == 0:
            now = time.perf_counter()
            self.rate, self._counted = NUMBERS_EVERY / max(1e-3, now - self._counted), now
        self.came.emit()


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
