"""The built-in machine in the Snapshots view: its place in the list of machines, and its pane."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Coroutine
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from snapmgr.errors import Cancelled
from snapmgr.machine.machine import MachineView
from snapmgr.snapshots.machine import Saved
from snapmgr.snapshots.model import SnapshotRow
from ui.isolation import isolated
from ui.models.names import disk_labels, quoted
from ui.models.source_list import DEMO, SourceEntry, SourceListModel, SourceState
from ui.shell.context import WindowContext
from ui.shell.documents import Document, DocumentKind
from ui.shell.failures import describe
from ui.shell.question import ask, ask_besides
from ui.snapshots import change_texts as texts
from ui.snapshots import demo_jobs
from ui.snapshots.beside import say_damaged
from ui.snapshots.demo_beside import DemoBeside
from ui.snapshots.demo_disks import demo_folder
from ui.snapshots.demo_jobs import DemoJob
from ui.snapshots.demo_machine import DemoMachine
from ui.snapshots.demo_pane import DemoPane
from ui.snapshots.demo_where import Where
from ui.snapshots.jobs import Jobs
from ui.widgets.activity import ActivityState
from ui.words import grouped, listed, plural, tr

LIST_EVERY = 0.2
"""Seconds between two changes of its row in the list: numbers that run faster cannot be read."""


class Demo(QObject):
    """``pane`` shows the machine, made in ``page`` when it is first asked for; ``model`` has a row for the machine as
    long as there is one."""

    def __init__(
        self, context: WindowContext, page: QWidget, model: SourceListModel, jobs: Jobs, changed: Callable[[], None]
    ) -> None:
        super().__init__(page)
        self.machine = DemoMachine(context.tasks, demo_folder(), parent=self, history=jobs.history)
        self._page, self._jobs = page, jobs
        self._context, self._model, self._changed = context, model, changed
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        """Of streams that were written to be looked at; gone with this object."""
        self._listed_at, self._was_running = 0.0, False
        self.machine.viewed.connect(self._seen)

    @property
    def pane(self) -> DemoPane:
        return self._parts[0]

    @property
    def beside(self) -> DemoBeside:
        return self._parts[1]

    @cached_property
    def _parts(self) -> tuple[DemoPane, DemoBeside]:
        pane = DemoPane(
            self._context.actions.__getitem__, lambda: self._context.settings["appearance.units"], self._page
        )
        pane.workload_chosen.connect(self._choose_workload)
        pane.snapshots.save_wanted.connect(
            lambda name, live, where: self._start(self._save(name, live, where), tr("Save the snapshot"))
        )
        pane.snapshots.load_wanted.connect(self._ask_load)
        pane.snapshots.delete_wanted.connect(self._ask_delete)
        return pane, DemoBeside(self._context, pane, self.list_snapshots)

    def keep_notes(self) -> None:
        """Write what was typed last."""
        if "_parts" in self.__dict__:
            self.beside.finish()

    def start(self) -> None:
        """Make the machine run, and list it."""
        fresh = not self.machine.exists
        self.machine.power_on()
        if fresh:
            self._start(self.list_snapshots(), tr("List the snapshots of the demo machine"))
        if self._model.entry(DEMO) is None:
            self._model.put(SourceEntry(DEMO, SourceState.LOADING, tr("starting")))

    async def end(self) -> None:
        """Let the machine go."""
        self.keep_notes()
        await self.machine.power_off()
        self._model.remove(DEMO)
        self._changed()

    def status(self) -> tuple[str, str]:
        view = self.machine.view
        if view is None:
            return tr("Demo machine: starting"), ""
        state = tr("running") if self.machine.is_running else view.run_state.value
        return tr("Demo machine: {state}", state=state), tr("tick {tick}", tick=grouped(view.tick))

    async def inspect(self) -> None:
        """Write its stream as it is now, and open it in the Inspector."""
        view = self.machine.view
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="snapmgr-demo-")
        path = Path(self._folder.name) / f"demo-tick-{view.tick if view is not None else 0}.mig"
        await self.machine.save(path)
        await self._context.documents.show(Document(DocumentKind.STREAM, (str(path),), fleeting=True))

    def _seen(self, view: MachineView) -> None:
        running = self.machine.is_running
        if self.pane.isVisible() and not self.beside.loading:
            self.pane.show_view(view)
        now = time.monotonic()
        if running == self._was_running and now - self._listed_at < LIST_EVERY:
            return
        self._listed_at, self._was_running = now, running
        state = SourceState.RUNNING if running else SourceState.PAUSED
        word = state.word if running or view.run_state.value == "paused" else view.run_state.value
        self._model.put(SourceEntry(DEMO, state, tr("{state}, tick {tick}", state=word, tick=grouped(view.tick))))
        self._changed()

    def show_now(self) -> None:
        """Bring the pane up to date when it comes on show."""
        if self.machine.view is not None:
            self.pane.show_view(self.machine.view)

    # --- snapshots ---

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._context.tasks.start(work, name)

    async def list_snapshots(self, select: str = "") -> None:
        """Show what there is on its disks."""
        found = await self.machine.snapshots()
        rows = found.rows
        say_damaged(self._context, found.beside.damaged)
        part, why = self.pane.snapshots, self.machine.no_disks
        part.set_usable(why is None)
        part.where.show_disks(self.machine.disks)
        if why is not None:
            part.say(tr("Without its disks nothing can be kept: {reason}", reason=describe(why).text))
        elif not rows or part.says_nothing_is_saved:
            part.say_nothing_is_saved(not rows)
        part.show_rows(found, self._context.settings["appearance.units"], select)

    async def _do(self, doing: DemoJob) -> bool:
        """A job on it, while nothing else of the kind can be asked for.  Whether it was done."""
        part = self.pane.snapshots
        part.set_usable(False)
        part.say("")
        again = partial(self._start_job, doing)
        number = self._jobs.add(doing.title, tr("Demo machine"), doing.kind.value, DEMO, in_bytes=True, again=again)
        try:
            on_it = await self.machine.jobs()
            result = await self._jobs.run(number, doing.kind.name.lower(), on_it.table, partial(doing.begin, on_it))
        except Cancelled:
            title, about = texts.cancelled(doing.kind), tr("The machine and its disks are as they were.")
            self._jobs.end(number, ActivityState.CANCELLED, title, about)
        except Exception as error:
            failure = describe(error, texts.not_done(doing.kind))
            self._jobs.end(number, ActivityState.FAILED, failure.title, failure.text, failure)
        else:
            title, about = doing.ended(result)
            self._jobs.end(number, ActivityState.DONE, title, about)
            return True
        finally:
            if self.machine.exists and not self._context.tasks.closed:
                await self.list_snapshots()
        return False

    def _start_job(self, doing: DemoJob) -> None:
        async def again() -> None:
            await self._do(doing)

        if self.machine.exists and self._jobs.running(DEMO) is None:
            self._start(again(), doing.title)

    async def _save(self, name: str, live: bool, where: Where) -> None:
        def ended(saved: Saved) -> tuple[str, str]:
            self.pane.snapshots.name.clear()
            return self._saved(saved)

        await self._do(demo_jobs.save(name.strip(), live, where, ended))

    def _saved(self, saved: Saved) -> tuple[str, str]:
        return demo_jobs.saved(saved, self._context.settings["appearance.units"])

    def _ask_load(self, row: SnapshotRow) -> None:
        async def load(keep_first: bool) -> None:
            if keep_first and not await self._do(demo_jobs.save("", self.machine.is_running, Where(), self._saved)):
                return
            async with self.beside.showing(row):
                await self._do(demo_jobs.load(row))
            self.show_now()  # a machine that stands says nothing more of itself

        title = tr("Load {name}?", name=quoted(row.name, row.id))
        said = tr("What the machine and its disks hold now is lost, unless a snapshot holds it too.")
        if row.missing:
            labels = disk_labels(self.machine.disks)
            disks = listed([isolated(labels[path]) for path in row.missing])
            stays = plural(
                "{disks} was not kept with it, and stays what it is now.",
                "{disks} were not kept with it, and stay what they are now.",
                len(row.missing),
                disks=disks,
            )
            said = f"{said} {stays}"
        keep, do = tr("Keep it as it is"), tr("Load snapshot")
        ask_besides(self._context, title, said, keep=keep, do=do, tick=tr("Save “Now” first"), then=load)

    def _ask_delete(self, row: SnapshotRow) -> None:
        async def delete() -> None:
            await self._do(demo_jobs.delete(row, self._context.settings["appearance.units"]))

        title = tr("Delete {name}?", name=quoted(row.name, row.id))
        said = tr("The state of the machine and of its disks at that time is lost for ever.")
        keep, do = tr("Keep snapshot"), tr("Delete snapshot")
        ask(self._context, title, said, keep=keep, do=do, then=delete)

    def _choose_workload(self, name: str, rate: int) -> None:
        work = self.machine.choose_workload(name, rate or None)
        self._context.tasks.start(work, tr("Change the workload"))
