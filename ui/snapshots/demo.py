"""The built-in machine in the Snapshots view: its place in the list of machines, its band, its snapshots."""

from __future__ import annotations

import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from snapmgr.errors import InUse, SnapmgrError
from snapmgr.jobs.history import JobHistory
from snapmgr.jobs.snapshots import MachineJobs
from snapmgr.machine.machine import MachineView
from snapmgr.machine.runstate import RunState
from snapmgr.snapshots.model import Snapshots
from snapmgr.snapshots.space import MachineSpace
from ui.models.now_row import Now
from ui.models.source_list import DEMO, Paths, SourceEntry, SourceState
from ui.shell import formats
from ui.shell.context import WindowContext
from ui.shell.documents import Document, DocumentKind
from ui.shell.failures import Failure, describe
from ui.snapshots.about import UNKNOWN, State
from ui.snapshots.change_request import ChangeRequest, Kind
from ui.snapshots.demo_band import DemoBand
from ui.snapshots.demo_disks import demo_folder
from ui.snapshots.demo_machine import DemoMachine
from ui.snapshots.machines import Machines
from ui.snapshots.screens import Screens, cropped
from ui.widgets.screen_paint import TILE
from ui.words import grouped, plural, tr

LIST_EVERY = 0.2
"""Seconds between two changes of its row in the list: numbers that run faster cannot be read."""


class Demo(QObject):
    """The owner of ``machines`` for DEMO, which has a row there as long as there is a machine.

    ``changed``: it runs, stands or is gone; ``moved``: a later moment of it.
    """

    changed = Signal()
    moved = Signal()

    def __init__(
        self, context: WindowContext, page: QWidget, machines: Machines, screens: Screens, history: JobHistory
    ) -> None:
        super().__init__(page)
        self.machine = DemoMachine(context.tasks, demo_folder(), parent=self, history=history)
        self._page, self._context, self._machines, self._screens = page, context, machines, screens
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        """Of streams that were written to be looked at; gone with this object."""
        self._listed_at, self._state = 0.0, ""
        self._loading = False
        """Whether a saved screen is shown in the place of the machine's."""
        machines.owners[DEMO] = self
        self.machine.viewed.connect(self._seen)

    @cached_property
    def band(self) -> DemoBand:
        """What is shown of it above its snapshots."""
        band = DemoBand(self._context, self._page)
        band.workload_chosen.connect(self._choose_workload)
        return band

    def start(self) -> None:
        """Make the machine run, and list it."""
        self.machine.power_on()
        if self._machines.model.entry(DEMO) is None:
            self._machines.model.put(SourceEntry(DEMO, SourceState.LOADING, tr("starting")))

    async def end(self) -> None:
        """Let the machine go."""
        await self.machine.power_off()
        if self._machines.model.entry(DEMO) is not None:
            self._machines.remove(DEMO)
        self._state = ""
        self.changed.emit()

    async def begin_anew(self) -> None:
        """Where its disks could not be had: once more."""
        await self.machine.power_off()
        self._state = ""
        self.machine.power_on()
        await self._machines.read(DEMO)

    async def inspect(self) -> None:
        """Write its stream as it is now, and open it in the Inspector."""
        view = self.machine.view
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="snapmgr-demo-")
        path = Path(self._folder.name) / f"demo-tick-{view.tick if view is not None else 0}.mig"
        await self.machine.save(path)
        await self._context.documents.show(Document(DocumentKind.STREAM, (str(path),), fleeting=True))

    def _choose_workload(self, name: str, rate: int) -> None:
        work = self.machine.choose_workload(name, rate or None)
        self._context.tasks.start(work, tr("Change the workload"))

    # --- what it is like ---

    def _seen(self, view: MachineView) -> None:
        if self.band.isVisible() and not self._loading:
            self.band.show_view(view)
        moment, state = time.monotonic(), view.run_state.value
        if state == self._state and moment - self._listed_at < LIST_EVERY:
            return
        other, self._listed_at, self._state = state != self._state, moment, state
        source = SourceState.RUNNING if self.runs else SourceState.PAUSED
        found = self._machines.found(DEMO)
        about = tr("{state}, tick {tick}", state=self.state().text, tick=grouped(view.tick))
        self._machines.model.put(SourceEntry(DEMO, source, about, len(found.rows) if found is not None else None))
        self.moved.emit()
        if other:
            self.changed.emit()
            if view.run_state is RunState.IO_ERROR:
                self._context.tasks.start(self._tell_why(), tr("Say why the demo machine stands"))

    async def _tell_why(self) -> None:
        """A disk refused what its guest wrote."""
        said = await self.machine.last_report()
        hint = tr("Put that right, then choose Run; a snapshot can be loaded too.")
        self._context.fail(SnapmgrError("io-error", said, hint=hint), tr("The demo machine stands"))

    def show_now(self) -> None:
        """Bring the band up to date: it comes on show, or what it showed was not the machine."""
        if self.machine.view is not None:
            self.band.show_view(self.machine.view)

    def status(self) -> tuple[str, str]:
        """In words, and how far it has come."""
        view = self.machine.view
        if view is None:
            return tr("starting"), ""
        return self.state().text, tr("tick {tick}", tick=grouped(view.tick))

    # --- the owner of its disks ---

    @property
    def files(self) -> Paths:
        return self.machine.disks

    @property
    def runs(self) -> bool:
        return self.machine.is_running

    @property
    def ram(self) -> int:
        return self.machine.view.ram if self.machine.view is not None else 0

    @property
    def now(self) -> Now | None:
        view = self.machine.view
        if view is None:
            return None
        return Now(self.runs, self.state().text, view.now, cropped(self.band.screen.image, 2 * TILE))

    def facts(self) -> Sequence[str]:
        view = self.machine.view
        if view is None:
            return ()
        ram = formats.size(view.ram, self._context.settings["appearance.units"])
        disks = plural("{n} disk", "{n} disks", len(view.disks)) if view.disks else tr("no disks")
        return view.machine, ram, disks

    def state(self) -> State:
        view = self.machine.view
        if view is None:
            return UNKNOWN
        if self.runs:
            return State(SourceState.RUNNING.word, "ok", "play-fill")
        word = SourceState.PAUSED.word if view.run_state.value == "paused" else view.run_state.value
        return State(word, "warn", "pause-fill")

    async def snapshots(self) -> Snapshots:
        found = await self.machine.snapshots()
        if self.machine.no_disks is not None:
            raise self.machine.no_disks
        return found

    def failure(self, error: Exception) -> Failure:
        failure = describe(error, tr("The demo machine is without its disks"))
        goes_on = tr("Its guest runs without them, and no snapshot of it can be saved.")
        if isinstance(error, InUse):  # most likely by the demo machine of another window
            again = tr("End the demo machine there, then choose Start again: this one begins anew, with its disks.")
            return replace(failure, hint=f"{goes_on} {again}")
        again = tr("Start again has it begin anew, with its disks.")
        return replace(failure, hint=" ".join(filter(None, (failure.hint, goes_on, again))))

    async def space(self) -> MachineSpace:
        return await self.machine.space()

    async def jobs(self) -> MachineJobs:
        return await self.machine.jobs()

    @asynccontextmanager
    async def doing(self, request: ChangeRequest) -> AsyncIterator[None]:
        """The screen of what is being loaded stands in the place of the machine's, until that has it too."""
        image = await self._screen_of(request) if request.kind is Kind.LOAD else None
        if image is None:
            yield
            return
        date = formats.stamped_time(request.rows[0].date_sec, self._context.now())
        self._loading = True
        self.band.screen.show_saved(image, tr("as saved, {date}", date=date))
        try:
            yield
        finally:
            self._loading = False
            self.show_now()  # a machine that stands says nothing more of itself

    async def _screen_of(self, request: ChangeRequest) -> QImage | None:
        found = self._machines.found(DEMO)
        key = found.beside.screens.get(found.place(request.rows[0])) if found is not None else None
        return await self._screens.fetch(key) if key is not None else None
