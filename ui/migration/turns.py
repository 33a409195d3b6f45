"""What is done in which turn of the Migration view, so that none does much more than others: the window is held up by
the longest one."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from snapmgr.migrate.handover import Side
from ui.migration.showing import PLOTS, Showing
from ui.migration.sight import Sight

TURN_MS = 8
LOOK_EVERY = 4
"""Turns between two looks at the engine.  What moves is painted twice meanwhile."""
ROUND = 24
"""Turns in which all that is read changes once; curves change twice, as often as anybody follows."""
SAYS, SHOWS_STATE = 10, 18
"""Turns of a round for what is said of all of it, and for buttons."""
_HEADS, _CARDS = 2, {6: Side.SOURCE, 14: Side.DESTINATION}
_LANES, _BAR, _PLOTS = 0, 3, (7, 11, 5, 9)
"""Of half a round."""


class Turns(QObject):
    """``came`` comes TURN_MS apart from ``begin`` or ``start`` to ``stop``.  ``count`` are those that there were so
    far: after ROUND more all that is shown is new.  ``rate`` is how many pictures come in a second, 0.0 at first."""

    came = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.count, self.rate, self._counted = 0, 0.0, 0.0
        self._timer = QTimer(self, interval=TURN_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._turn)

    def begin(self) -> None:
        """Start, and measure the rate anew."""
        self.rate, self._counted = 0.0, time.perf_counter()
        self.start()

    def start(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _turn(self) -> None:
        self.count += 1
        if self.count % ROUND == 0:
            now = time.perf_counter()
            self.rate, self._counted = 2 * ROUND / LOOK_EVERY / max(1e-3, now - self._counted), now
        self.came.emit()


def take_turn(showing: Showing, sight: Sight, turn: int, *, only_curves: bool = False) -> None:
    """The part that is due.  Each map and each lane is painted in every second turn, and none with another."""
    phase, half = turn % LOOK_EVERY, turn % (ROUND // 2)
    if not only_curves:
        _move(showing, sight, phase)
        _read(showing, sight, turn % ROUND)
    plays = sight.flows and not sight.runs
    if half == _BAR or (plays and phase == _BAR % LOOK_EVERY):
        showing.bar(sight.end, at=sight.at, live=sight.runs)
    elif half in _PLOTS:
        showing.plots(sight.end, PLOTS[_PLOTS.index(half)], at=sight.at)


def _move(showing: Showing, sight: Sight, phase: int) -> None:
    if phase in (1, 2):
        showing.machine(Side.SOURCE if phase == 1 else Side.DESTINATION, sight)
    else:
        showing.fade(Side.SOURCE if phase == 3 else Side.DESTINATION)
    showing.move(sight, back=bool(phase % 2))


def _read(showing: Showing, sight: Sight, place: int) -> None:
    if place % (ROUND // 2) == _LANES:
        showing.lanes(sight.time)
    elif place == _HEADS:
        showing.heads(sight.time, over=not sight.runs and sight.at is None)
    elif place in _CARDS:
        showing.card(_CARDS[place], sight.time)
