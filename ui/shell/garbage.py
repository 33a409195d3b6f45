"""Objects of Qt die in the thread of Qt, whichever thread happens to run out of room for new ones.

Python looks for cycles wherever an allocation passes its threshold; in a worker, that would destroy widgets and timers
from the wrong thread.  So the automatic search is off while a window lives, and the same search, with the same
thresholds, is made here by a timer.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 500


class Garbage(QObject):
    """Takes over from the automatic collection until ``stop``."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_on = gc.isenabled()
        gc.disable()
        gc.freeze()  # what was imported stays: no search looks through it again
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> int:
        """Search the generations that are due; returns how many objects were found."""
        due = [count > limit > 0 for count, limit in zip(gc.get_count(), gc.get_threshold(), strict=True)]
        return gc.collect(max(place for place, is_due in enumerate(due) if is_due)) if any(due) else 0

    def stop(self) -> None:
        """Give it back to Python, and look once more."""
        self._timer.stop()
        gc.unfreeze()
        if self._was_on:
            gc.collect(1)  # now, not in the midst of a QObject that goes: destroying another there may wait for ever
            gc.enable()
