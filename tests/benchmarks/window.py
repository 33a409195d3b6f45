"""``python -m tests.benchmarks.window FILE BEGIN``: the real window, timed from within, without a display.

BEGIN is the reading of ``time.monotonic`` when the process was started.  Prints four numbers in seconds: from BEGIN to
the first paint, from opening FILE to its being shown, and of the stalls of the event loop while it was opened the 99th
percentile and the longest.  The Inspector is made in that time too, as when a user opens the first stream.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QWidget

from ui import app
from ui.main_window import MainWindow

PROBE = 1
"""Milliseconds between two ticks that find every stall."""


class NextPaint(QObject):
    """Sees the next paint of a widget; ``at`` is the moment when the loop turns again after it."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.at = 0.0
        self.painted = asyncio.Event()
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self._note)
        return False

    def _note(self) -> None:
        self.at = time.monotonic()
        self.painted.set()


class Stalls:
    """How much later than asked each tick of a timer comes, in seconds."""

    def __init__(self) -> None:
        self._ticks = [time.perf_counter()]
        self._timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=PROBE)
        self._timer.timeout.connect(lambda: self._ticks.append(time.perf_counter()))
        self._timer.start()

    def stop(self) -> tuple[float, float]:
        """The 99th percentile and the longest, what has not ticked yet included."""
        self._timer.stop()
        late = np.diff([*self._ticks, time.perf_counter()]) - PROBE / 1000
        return max(float(np.percentile(late, 99)), 0.0), float(late.max())


def run_watched(measure: Callable[[MainWindow], Coroutine[Any, Any, None]]) -> int:
    """The application as it is, with ``measure`` beside its window's own life."""
    live = MainWindow.live

    async def watched(window: MainWindow, sources: list[str]) -> None:
        measuring = asyncio.ensure_future(measure(window))
        await live(window, sources)
        await measuring

    window_class: Any = MainWindow
    window_class.live = watched
    return app.main([])


async def measure(window: MainWindow, paint: NextPaint, path: str, begin: float) -> None:
    """Open the stream in the window once that has come to rest, print what was measured, and close it."""
    try:
        await paint.painted.wait()
        await window.context.tasks.idle()
        stalls, opened = Stalls(), time.monotonic()
        document = await window.context.documents.open([path])
        if document is None:
            raise RuntimeError("the window did not open the stream")
        page = window.context.current
        if page is None or page.document() != document:
            raise RuntimeError("the window does not show the stream")
        shown = NextPaint(page)
        page.update()
        await shown.painted.wait()
        await window.context.tasks.idle()
        print(paint.at - begin, shown.at - opened, *stalls.stop())
    finally:
        window.close()


def main(path: str, begin: float) -> int:
    """The application as it is, with ``measure`` beside its own life."""
    show = MainWindow.show
    paints: list[NextPaint] = []

    def watched_show(window: MainWindow) -> None:
        paints.append(NextPaint(window))
        show(window)

    window_class: Any = MainWindow
    window_class.show = watched_show
    return run_watched(lambda window: measure(window, paints[0], path, begin))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], float(sys.argv[2])))
