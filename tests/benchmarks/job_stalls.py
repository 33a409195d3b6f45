"""``python -m tests.benchmarks.job_stalls``: the real window while its demo machine is saved live, without a display.

The machine has 1 GiB of RAM, all of it in use.  Prints two numbers in seconds: of the stalls of the event loop until
the job has ended the 99th percentile and the longest.
"""

from __future__ import annotations

import sys
from typing import Any

from snapmgr.machine.guest import BootOptions
from snapmgr.machine.options import MachineOptions
from tests.benchmarks.window import Stalls, run_watched
from ui.main_window import MainWindow
from ui.models.source_list import DEMO
from ui.snapshots import demo
from ui.snapshots.change_request import ChangeRequest, Kind
from ui.snapshots.demo_machine import DemoMachine
from ui.snapshots.page import SnapshotsPage

OPTIONS = MachineOptions(ram=1 << 30, boot=BootOptions("full", 1))


class Large(DemoMachine):
    """The demo machine with more RAM than it has otherwise."""

    def __init__(self, *words: Any, **more: Any) -> None:
        super().__init__(*words, **more)
        self._options = OPTIONS


async def measure(window: MainWindow) -> None:
    try:
        await window.context.tasks.idle()
        window.context.actions.run("demo.start")
        page = window.context.page("snapshots")
        assert isinstance(page, SnapshotsPage)
        machine = page.demo.machine
        await machine.order(lambda own: own.advance(3))  # every page holds something now
        await machine.choose_workload("hotspot")
        await window.context.tasks.idle()
        stalls = Stalls()
        page.changes.start(ChangeRequest(Kind.SAVE, DEMO, (), name="x", owned=True, live=True))
        await window.context.tasks.idle()
        print(*stalls.stop())
        if page.jobs.activities[0].failure is not None:
            raise RuntimeError(page.jobs.activities[0].about)
    finally:
        window.close()


def main() -> int:
    module: Any = demo
    module.DemoMachine = Large
    return run_watched(measure)


if __name__ == "__main__":
    sys.exit(main())
