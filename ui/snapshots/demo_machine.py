"""The built-in machine as the window has it: one worker thread owns and ticks it, views of it come here.

Orders go to the worker and are done between two ticks; nothing of the machine is touched from this side.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from snapmgr.errors import SnapmgrError
from snapmgr.jobs.history import JobHistory
from snapmgr.jobs.snapshots import MachineJobs
from snapmgr.jobs.table import JobTable
from snapmgr.machine.driver import Driver
from snapmgr.machine.machine import Machine, MachineView
from snapmgr.machine.options import MachineOptions
from snapmgr.machine.runstate import RunState
from snapmgr.machine.saving import save
from snapmgr.savevm.output import Buffer
from snapmgr.snapshots.machine import list_of
from snapmgr.snapshots.model import Snapshots
from snapmgr.snapshots.space import MachineSpace
from snapmgr.snapshots.upkeep import space_of_machine
from snapmgr.work import to_its_end
from ui.shell.tasks import Tasks, step_back
from ui.snapshots.demo_disks import NAMES, make_machine
from ui.words import tr

T = TypeVar("T")

TICKS_A_SECOND = 50
NAME = "demo"
"""What it is called in the history of jobs."""


class DemoMachine(QObject):
    """``viewed`` carries a MachineView, at most 30 times a second; ``view`` is the last one, None before the first."""

    viewed = Signal(object)

    def __init__(
        self,
        tasks: Tasks,
        folder: Path,
        options: MachineOptions | None = None,
        parent: QObject | None = None,
        *,
        history: JobHistory | None = None,
        disks: Sequence[str] = NAMES,
    ) -> None:
        """``folder`` is where its ``disks`` are, or are made; ``history`` gets its jobs."""
        super().__init__(parent)
        self.view: MachineView | None = None
        self.no_disks: Exception | None = None
        """Why it has no disks, None where it has."""
        self._folder, self._names = folder, tuple(disks)
        self._history = history
        self._tasks = tasks
        self._options = options or MachineOptions()
        self._driver: asyncio.Future[Driver] | None = None
        self._jobs: MachineJobs | None = None
        self._life: asyncio.Task[None] | None = None
        self._handing = threading.Lock()
        self._waiting: MachineView | None = None

    @property
    def exists(self) -> bool:
        """Whether there is a machine, running or not."""
        return self._life is not None and not self._life.done()

    @property
    def is_running(self) -> bool:
        return self.exists and self.view is not None and self.view.run_state is RunState.RUNNING

    def power_on(self) -> None:
        """Make the machine and let it run; nothing happens where there is one."""
        if not self.exists:
            self._driver = asyncio.get_event_loop().create_future()
            self._life = self._tasks.start(self._live(self._driver), tr("Run the demo machine"), lasting=True)

    async def power_off(self) -> None:
        """End the machine; what it had is gone."""
        life = self._life
        if life is not None:
            life.cancel()
            await asyncio.wait([life])
        self._life, self.view = None, None

    async def _live(self, up: asyncio.Future[Driver]) -> None:
        loop = asyncio.get_running_loop()
        # two: what ticks the machine, and what saves it meanwhile
        own = ThreadPoolExecutor(2, thread_name_prefix="demo", initializer=step_back)
        making = loop.run_in_executor(own, make_machine, self._options, self._folder, self._names)
        try:
            machine, self.no_disks = await asyncio.shield(making)
            await self._drive(machine, own, up)
        finally:
            up.cancel()
            # whoever cancels once more while it ends: a thread that is left would keep its disks, and the window
            await to_its_end(asyncio.ensure_future(_unmake(making, own)))

    async def _drive(self, machine: Machine, own: ThreadPoolExecutor, up: asyncio.Future[Driver]) -> None:
        """Until it is cancelled: the worker ticks the machine and does what it is asked for."""
        loop = asyncio.get_running_loop()
        driver = Driver(machine, time.monotonic, rate=TICKS_A_SECOND, show=lambda view: self._seen(loop, view))
        driver.order(lambda machine: machine.start())
        table = JobTable(NAME, lambda work: driver.order(lambda _: work()), history=self._history)
        self._jobs = MachineJobs(machine, table, beside=own.submit)
        up.set_result(driver)
        work = loop.run_in_executor(own, driver.work)
        try:
            await asyncio.shield(work)
        finally:
            await to_its_end(asyncio.ensure_future(table.aclose()))
            driver.finish()
            await to_its_end(work)

    def _seen(self, loop: asyncio.AbstractEventLoop, view: MachineView) -> None:
        """In the worker: the newest view waits for the window, older ones are let go."""
        with self._handing:
            first, self._waiting = self._waiting is None, view
        if first and not loop.is_closed():
            loop.call_soon_threadsafe(self._show)

    def _show(self) -> None:
        with self._handing:
            view, self._waiting = self._waiting, None
        if view is not None and self.exists:
            self.view = view
            self.viewed.emit(view)

    # -- orders ----------------------------------------------------------------------------------------------------

    async def order(self, action: Callable[[Machine], T]) -> T:
        """Have something done to the machine, and wait for it.  Raises what ``action`` raises, and SnapmgrError
        ``machine-ended`` where it was too late."""
        life = self._life
        if self._driver is None or life is None:
            raise RuntimeError("there is no demo machine")
        driver = await asyncio.shield(self._driver)
        future: Future[T] = driver.order(action)
        done = asyncio.wrap_future(future, loop=asyncio.get_event_loop())

        def too_late(life: asyncio.Task[None]) -> None:
            done.cancel()

        life.add_done_callback(too_late)
        try:
            return await done
        except asyncio.CancelledError:
            if not life.done():
                raise
            raise SnapmgrError("machine-ended", "the demo machine has ended") from None
        finally:
            life.remove_done_callback(too_late)

    async def run_on(self) -> None:
        await self.order(lambda machine: machine.start())

    async def pause(self) -> None:
        await self.order(lambda machine: machine.stop())

    async def step(self, ticks: int = 1) -> None:
        """Let so many ticks pass; it stands afterwards."""

        def advance(machine: Machine) -> None:
            machine.stop()
            machine.advance(ticks)

        await self.order(advance)

    async def reset(self) -> None:
        await self.order(lambda machine: machine.reset())

    async def choose_workload(self, name: str, rate: int | None = None) -> None:
        await self.order(lambda machine: machine.choose_workload(name, rate))

    async def save(self, path: Path) -> int:
        """Write its stream to ``path``; it stands still meanwhile and goes on if it ran.  Returns bytes.

        Raises SnapmgrError, OSError.
        """
        return await self.order(lambda machine: _save(machine, path))

    async def last_report(self) -> str:
        """What the machine said last of itself, "" for nothing."""
        return await self.order(lambda machine: machine.reports[-1].text if machine.reports else "")

    # -- snapshots -------------------------------------------------------------------------------------------------

    async def snapshots(self) -> Snapshots:
        """What there is on its disks, and what is known beside them."""
        return await self.order(list_of)

    async def space(self) -> MachineSpace:
        """What they take up.  Raises SnapmgrError."""
        return await self.order(space_of_machine)

    @property
    def disks(self) -> tuple[str, ...]:
        """Names of its disks, none where it has none."""
        return () if self.no_disks is not None else tuple(str(self._folder / name) for name in self._names)

    async def jobs(self) -> MachineJobs:
        """The jobs on it, once it is there."""
        if self._driver is not None:
            await asyncio.shield(self._driver)
        if self._jobs is None:
            raise RuntimeError("there is no demo machine")
        return self._jobs


async def _unmake(making: asyncio.Future[tuple[Machine, Exception | None]], own: ThreadPoolExecutor) -> None:
    """Once it is made, if it is, and nothing is done to it any more."""
    loop = asyncio.get_running_loop()
    await asyncio.wait({making})
    if not making.cancelled() and making.exception() is None:
        await loop.run_in_executor(own, making.result()[0].close)
    own.shutdown()


def _save(machine: Machine, path: Path) -> int:
    with path.open("wb") as file:

        def drain(buffers: object) -> None:
            pieces: list[Buffer] = list(buffers)  # type: ignore[call-overload]
            file.writelines(pieces)

        return save(machine, drain)
