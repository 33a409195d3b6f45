"""``python -m tests.benchmarks.migration``: the Migration view while a guest of 2 GiB moves, without a display.

Prints seven numbers in seconds: from one picture of the source's pages to the next, on average, and of the stalls of
the event loop the 99th percentile and the longest: meanwhile, while the recording is played, and while its playhead is
dragged to and fro.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject

from snapmgr.machine.runstate import RunState
from snapmgr.migrate.wanted import Wanted
from tests.benchmarks.window import Stalls, run_watched
from ui.main_window import DEFAULT_SIZE, MainWindow
from ui.migration.page import MigrationPage
from ui.migration.run import Run, Stage

FILLING, MOVING = 4000, 40
"""Pages that the guest writes in a tick: before, so that most of its RAM holds something, and while it moves."""
WANTED = replace(
    Wanted(),
    ram=2 << 30,
    writes=FILLING,
    before=200,
    after=10,
    bandwidth=400 << 20,
    max_bandwidth=0,
    downtime_limit=300,
)


class Paints(QObject):
    """Counts the paints of a widget."""

    def __init__(self, watched: QObject) -> None:
        super().__init__(watched)
        self.count = 0
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


async def reached(run: Run, stage: Stage) -> None:
    while run.stage.value < stage.value:
        await asyncio.sleep(0.005)


async def played(page: MigrationPage) -> tuple[float, float]:
    """Stalls while the recording is played from its beginning to its end."""
    page.look_at(0.0)
    stalls = Stalls()
    page.play()
    while page.at is not None:
        await asyncio.sleep(0.02)
    return stalls.stop()


async def dragged(page: MigrationPage) -> tuple[float, float]:
    """Stalls while the playhead goes to the end and back, 60 moves a second as a mouse has them."""
    stalls, moves = Stalls(), 180
    for move in range(moves):
        share = 2 * move / moves
        page.panes_shown.lower.transport.phases.moved.emit(page.recording.end * min(share, 2 - share) * 0.99)
        await asyncio.sleep(1 / 60)
    return stalls.stop()


async def measure(window: MainWindow) -> None:
    try:
        await window.context.tasks.idle()
        window.resize(*DEFAULT_SIZE)  # all of it is in sight then; the screen that there is not is small
        window.show_view("migration")
        page = window.context.page("migration")
        assert isinstance(page, MigrationPage)
        page.panes_shown.settings.show_wanted(WANTED)
        page.start()
        run = page.run
        assert run is not None
        await reached(run, Stage.MOVING)
        while run.both is None or run.both.source.run_state is not RunState.RUNNING:
            await asyncio.sleep(0)  # a guest that does not run yet is not asked to write less, and would never be moved
        run.want(replace(WANTED, writes=MOVING))
        loop = asyncio.get_running_loop()
        paints, stalls, begin = Paints(page.panes_shown.source.map), Stalls(), loop.time()
        while run.status.is_running or run.status.value == "none":
            await asyncio.sleep(0.02)
        measured = [(loop.time() - begin) / max(1, paints.count), *stalls.stop()]
        await reached(run, Stage.OVER)
        if page.recording.outcome["status"] != "completed" or not page.recording.outcome["agrees"]:
            raise RuntimeError(f"it did not move: {page.recording.outcome}")
        await asyncio.sleep(1)  # what is shown once, at the end, has been painted
        print(*measured, *await played(page), *await dragged(page))
    finally:
        window.close()


def main() -> int:
    return run_watched(measure)


if __name__ == "__main__":
    sys.exit(main())
