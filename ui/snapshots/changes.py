"""Changes of snapshots: jobs, one at a time on a machine, and the list read again afterwards."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from snapmgr.errors import Cancelled
from snapmgr.jobs.job import Job, JobType, JobView
from ui.models.source_list import Paths
from ui.shell.context import WindowContext
from ui.shell.notices import Tone
from ui.snapshots import change_texts as texts
from ui.snapshots.change_request import ChangeRequest, Kind
from ui.snapshots.jobs import Jobs
from ui.snapshots.machines import Machines
from ui.snapshots.presenter import Presenter, change_work
from ui.snapshots.undo import Undo
from ui.widgets.activity import ActivityState
from ui.words import tr

TYPES = {
    Kind.SAVE: JobType.SNAPSHOT_SAVE,
    Kind.LOAD: JobType.SNAPSHOT_LOAD,
    Kind.DELETE: JobType.SNAPSHOT_DELETE,
    Kind.RENAME: JobType.SNAPSHOT_RENAME,
    Kind.UNDO: JobType.SNAPSHOT_UNDO,
    Kind.FINISH: JobType.SNAPSHOT_FINISH,
}


class Changes(QObject):
    """``made`` carries a request that was carried out, ``read_again`` the same once the list shows it."""

    made = Signal(object)
    read_again = Signal(object)
    changed = Signal()

    def __init__(
        self, context: WindowContext, machines: Machines, presenter: Presenter, jobs: Jobs, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._context, self._machines, self._presenter, self.jobs = context, machines, presenter, jobs
        self.undo = Undo(machines)

    def busy(self, paths: Paths) -> str:
        """Why nothing else can be changed on these disks now, "" if it can."""
        running = self.jobs.running(paths)
        #: {what} is something like: Saving “before-update”
        return tr("{what} is not finished yet", what=running.title) if running is not None else ""

    def concerns(self, paths: Paths | None) -> bool:
        """Whether these disks are being changed: what is seen of them meanwhile is our own doing."""
        return paths is not None and self.jobs.running(paths) is not None

    def start(self, request: ChangeRequest) -> None:
        """Do it, unless something else is being done with one of these disks."""
        if self.busy(request.paths) or self._context.tasks.closed:
            return
        title, machine = texts.running(request), self._machines.name(request.machine)
        paths, again = tuple({*request.machine, *request.paths}), partial(self.start, request)
        number = self.jobs.add(title, machine, request.kind.value, paths, again=again)
        self.changed.emit()
        self._context.tasks.start(self._make(request, number), title)

    def take_back(self) -> None:
        """Undo the last deletion."""
        if (request := self.undo.request()) is not None:
            self.start(request)

    def undo_wanted(self) -> None:
        """By the strip's button; says why not where it cannot be done any more."""
        actions = self._context.actions
        if reason := actions.reason("snapshot.undo"):
            self._context.notify(tr("Not brought back: {reason}", reason=reason), tone=Tone.WARNING)
        actions.run("snapshot.undo")

    async def _make(self, request: ChangeRequest, number: int) -> None:
        table = self.jobs.table(request.machine, self._machines.name(request.machine))
        job: Job | None = None

        def begin(job_id: str, shown: Callable[[JobView], None]) -> Job:
            nonlocal job
            job = table.start(job_id, TYPES[request.kind], change_work(request), shown=shown)
            return job

        try:
            async with self._presenter.alone(request.paths):
                changed = await self.jobs.run(number, request.kind.name.lower(), table, begin)
        except Cancelled:
            await self._read(request)
            title, about = texts.cancelled(request.kind), texts.unchanged(request)
            self.jobs.end(number, ActivityState.CANCELLED, title, about)
        except Exception as error:  # whatever it is: it does not stay with a bar that never moves
            failure = texts.failed(request, error, sealed=job is not None and job.control.cancel.closed)
            await self._read(request)
            self.jobs.end(number, ActivityState.FAILED, failure.title, failure.text, failure)
        else:
            said = texts.result(request, changed, self._context.settings["appearance.units"])
            self.undo.remember(request, changed)
            self.made.emit(request)
            await self._read(request)
            undo = self.undo.follows(request)
            self.jobs.end(number, ActivityState.DONE, texts.done(request), said, undo=undo)
            self.read_again.emit(request)
        finally:
            self.changed.emit()

    async def _read(self, request: ChangeRequest) -> None:
        """Read the list before anything is said, so that what is said can be seen."""
        await self._machines.read(request.machine)
