"""Changes of snapshots: jobs, one at a time on a machine, and the list read again afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from snapmgr.errors import Cancelled
from snapmgr.jobs.job import Job, JobType, JobView
from snapmgr.jobs.table import JobTable
from ui.models.source_list import Paths
from ui.shell.context import WindowContext
from ui.shell.notices import Tone
from ui.snapshots import change_texts as texts
from ui.snapshots import owned_changes
from ui.snapshots.change_request import ChangeRequest, Kind
from ui.snapshots.inspected import why_kept
from ui.snapshots.jobs import Begin, Jobs
from ui.snapshots.machines import Machines
from ui.snapshots.owned_changes import IN_BYTES, loading_then, saving_now
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

    def why_not(self, machine: Paths, *, gone: bool) -> str:
        """What keeps its snapshots from being changed now: another change, or the Inspector, which reads one of them.

        Who has the disks open itself does not mind who reads, as long as what is read is not ``gone`` by that.
        """
        if reason := self.busy(machine):
            return reason
        owned = self._machines.owner(machine) is not None
        return "" if owned and not gone else why_kept(self._context, self._machines.files_of(machine))

    def again(self, request: ChangeRequest) -> bool:
        """Begin anew what failed; where something else is in the way by now, say so and return False."""
        gone = request.kind is Kind.DELETE or request.overwrite
        if reason := self.why_not(request.machine, gone=gone):
            what = texts.not_done(request.kind)
            self._context.notify(tr("{what}: {reason}", what=what, reason=reason), tone=Tone.WARNING)
            return False
        self.start(request)
        return True

    def start(self, request: ChangeRequest) -> None:
        """Do it, unless something else is being done with one of these disks."""
        if self.busy((*request.machine, *request.paths)) or self._context.tasks.closed:
            return
        first = saving_now(request) if request.owned and request.keep_first else None
        doing = loading_then(request) if first is not None else request
        if first is None:
            work: Coroutine[Any, Any, object] = self._make(doing, self._add(doing))
        else:
            work = self._one_by_one(first, doing, self._add(first, followed=True))
        self._context.tasks.start(work, texts.running(request))

    def _add(self, request: ChangeRequest, *, followed: bool = False) -> int:
        """Show it as begun; ``followed``: another one comes after it."""
        machine, again = self._machines.name(request.machine), partial(self.again, request)
        paths, in_bytes = tuple({*request.machine, *request.paths}), request.owned and request.kind in IN_BYTES
        title, icon = texts.running(request), request.kind.value
        number = self.jobs.add(title, machine, icon, paths, in_bytes=in_bytes, again=again, followed=followed)
        self.changed.emit()
        return number

    async def _one_by_one(self, first: ChangeRequest, then: ChangeRequest, number: int) -> None:
        """The second only where the first was carried out, and nobody said meanwhile that it shall not be."""
        if not await self._make(first, number):
            return
        following = self._add(then)
        if self.jobs.called_off(number):
            about = f"{texts.done(first)}. {texts.unchanged(then)}"
            self.jobs.end(following, ActivityState.CANCELLED, texts.cancelled(then.kind), about)
            self.changed.emit()
        else:
            await self._make(then, following)

    def take_back(self, on_show: Paths | None) -> None:
        """Undo the last deletion from the machine on show."""
        if (request := self.undo.request(on_show)) is not None:
            self.start(request)

    def undo_wanted(self) -> None:
        """By the strip's button: what it said was deleted, whatever is on show; says why not where that cannot be."""
        machine = self.undo.machine
        reason = self.undo.why_not(machine) or (self.why_not(machine, gone=False) if machine is not None else "")
        if reason:
            self._context.notify(tr("Not brought back: {reason}", reason=reason), tone=Tone.WARNING)
        else:
            self.take_back(machine)

    async def _doing(self, request: ChangeRequest) -> tuple[JobTable, Begin, AbstractAsyncContextManager[None]]:
        """Whose job it is, how it begins, and what is entered meanwhile."""
        owner = self._machines.owner(request.machine)
        if owner is None:
            table = self.jobs.table(request.machine, self._machines.name(request.machine))
            work, kind = change_work(request), TYPES[request.kind]
            return table, lambda job_id, shown: table.start(job_id, kind, work, shown=shown), nullcontext()
        on_it = await owner.jobs()
        return on_it.table, partial(owned_changes.begin, on_it, request, self._date), owner.doing(request)

    def _date(self) -> int:
        return int(self._context.now() * 1_000_000_000)

    async def _make(self, request: ChangeRequest, number: int) -> bool:
        """From its beginning to its end.  Whether it was carried out."""
        job: Job | None = None
        owner = self._machines.owner(request.machine)

        def noting(begin: Begin, job_id: str, shown: Callable[[JobView], None]) -> Job:
            nonlocal job
            job = begin(job_id, shown)
            job.about = texts.subject(request)
            return job

        try:
            async with self._presenter.alone(request.paths if owner is None else owner.files):
                table, begin, meanwhile = await self._doing(request)
                async with meanwhile:
                    kind = request.kind.name.lower()
                    outcome = await self.jobs.run(number, kind, table, partial(noting, begin))
        except Cancelled:
            await self._read(request)
            title, about = texts.cancelled(request.kind), texts.unchanged(request)
            self.jobs.end(number, ActivityState.CANCELLED, title, about)
        except Exception as error:  # whatever it is: it does not stay with a bar that never moves
            failure = texts.failed(request, error, sealed=job is not None and job.control.cancel.closed)
            await self._read(request)
            self.jobs.end(number, ActivityState.FAILED, failure.title, failure.text, failure)
        else:
            said = texts.result(request, outcome, self._context.settings["appearance.units"])
            self.undo.remember(request, texts.disks_of(outcome))
            self.made.emit(request)
            await self._read(request)
            undo = self.undo.follows(request) and not (owner is not None and owner.runs)
            self.jobs.end(number, ActivityState.DONE, texts.done(request), said, undo=undo)
            self.read_again.emit(request)
            return True
        finally:
            self.changed.emit()
        return False

    async def _read(self, request: ChangeRequest) -> None:
        """Read the list before anything is said, so that what is said can be seen."""
        await self._machines.read(request.machine)
        await asyncio.sleep(0)  # it is painted, before all that the job's end changes
