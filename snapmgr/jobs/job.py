"""One job: its status, and the verbs that it takes (job.c).

Everything here happens in the thread of the loop; the worker has a JobControl.  Snapshot jobs finalize by themselves
and stay until they are dismissed (JOB_MANUAL_DISMISS); ahead of QEMU they can be made to wait when all is prepared and
nothing changed yet, as block jobs with ``auto-finalize: false`` do.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from snapmgr.errors import Cancelled, SnapmgrError, UsageError
from snapmgr.jobs.control import JobControl
from snapmgr.jobs.meter import JobProgress
from snapmgr.jobs.status import JobStatus, JobVerb, VerbRefused, check_move, check_verb, permitted

CANCELLED = "Operation canceled"
"""strerror(ECANCELED): what query-jobs says of a job that was cancelled."""
_APART = 1 / 30
"""Seconds between two calls of ``shown``."""


class JobType(StrEnum):
    """QAPI's names."""

    SNAPSHOT_SAVE = "snapshot-save"
    SNAPSHOT_LOAD = "snapshot-load"
    SNAPSHOT_DELETE = "snapshot-delete"
    SNAPSHOT_RENAME = "snapshot-rename"
    SNAPSHOT_UNDO = "snapshot-undo"
    SNAPSHOT_FINISH = "snapshot-finish"
    """Ours: QEMU has no commands for these."""


@dataclass(frozen=True, slots=True)
class JobView:
    """A job at one moment.  ``holder`` is the id of the job that it waits for, ``passed`` every status that it had.

    ``cancelling``: somebody asked for it, and it was not too late; ``cancellable``: nobody did, and it is not yet;
    ``paused``: somebody wants it to stand still, which it may come to a little later.  ``verbs`` would be taken now.
    """

    id: str
    type: JobType
    status: JobStatus
    progress: JobProgress
    failure: BaseException | None
    holder: str | None
    passed: tuple[JobStatus, ...] = ()
    cancelling: bool = False
    cancellable: bool = False
    paused: bool = False
    verbs: frozenset[JobVerb] = frozenset()

    def document(self) -> dict[str, Any]:
        """As query-jobs has it."""
        info: dict[str, Any] = {
            "id": self.id,
            "type": self.type.value,
            "status": self.status.value,
            "current-progress": self.progress.current,
            "total-progress": self.progress.total,
        }
        if self.failure is not None:
            info["error"] = error_text(self.failure)
        return info


def error_text(failure: BaseException) -> str:
    """QEMU's text where there is one."""
    if isinstance(failure, Cancelled):
        return CANCELLED
    return (failure.qemu or failure.message) if isinstance(failure, SnapmgrError) else repr(failure)


class Job:
    """Made by a JobTable.  ``changed`` is told every move, ``shown`` progress, at most 30 times a second.

    ``result`` is what the work returned, ``failure`` why it did not.  Without ``auto_finalize`` it waits, pending, when
    all is prepared, until it is finalized or cancelled.
    """

    def __init__(
        self,
        job_id: str,
        kind: JobType,
        changed: Callable[[Job], None],
        *,
        shown: Callable[[JobView], None] = lambda view: None,
        clock: Callable[[], float] = time.monotonic,
        auto_finalize: bool = True,
    ) -> None:
        self.id = job_id
        self.type = kind
        self.status = JobStatus.UNDEFINED
        self.result: Any = None
        self.failure: BaseException | None = None
        self.about = ""
        """Which snapshots it is about, in words: for the history."""
        self.holder: Job | None = None
        self.passed: list[JobStatus] = []
        self.call_off: Callable[[], object] = lambda: None
        """Ends its waiting for a turn or for the worker; of no effect on work that has begun."""
        self.control = JobControl(
            clock, self._held, self._moved, self._sealed, self._prepared, awaited=not auto_finalize
        )
        self._changed = changed
        self._shown = shown
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        self._paused = False
        self._coming = False
        self._last_shown = clock() - _APART

    # -- looking -----------------------------------------------------------------------------------------------------

    def view(self) -> JobView:
        """As it is now."""
        holder = self.holder.id if self.holder is not None else None
        token = self.control.cancel
        cancellable = not (self.over or token.closed or token.cancelled)
        return JobView(
            self.id,
            self.type,
            self.status,
            self.control.meter.progress,
            self.failure,
            holder,
            tuple(self.passed),
            cancelling=token.cancelled,
            cancellable=cancellable,
            paused=self._paused,
            verbs=self._verbs(cancellable),
        )

    def _verbs(self, cancellable: bool) -> frozenset[JobVerb]:
        """Those that the status takes, without what was asked for already or has no effect any more."""
        taken = permitted(self.status) - {JobVerb.CHANGE, JobVerb.PAUSE if self._paused else JobVerb.RESUME}
        if not cancellable:
            taken -= {JobVerb.CANCEL, JobVerb.PAUSE, JobVerb.RESUME, JobVerb.SET_SPEED}
        return taken if self.control.awaited and cancellable else taken - {JobVerb.FINALIZE}

    @property
    def paused(self) -> bool:
        """Whether somebody wants it to stand still."""
        return self._paused

    @property
    def over(self) -> bool:
        """Whether nothing of it runs or waits any more."""
        return self._over.is_set()

    async def wait(self) -> Any:
        """Wait for its end; returns what the work returned.  Raises what it raised, Cancelled."""
        await self._over.wait()
        if isinstance(self.failure, SnapmgrError):
            raise self.failure.again()
        if self.failure is not None:
            raise self.failure
        return self.result

    # -- verbs -------------------------------------------------------------------------------------------------------

    def cancel(self) -> bool:
        """Ask it to stop, leaving everything as before; False where it comes too late, and the job will conclude.

        Raises VerbRefused.
        """
        check_verb(self.id, self.status, JobVerb.CANCEL)
        self._paused = False
        return self.stop()

    def pause(self) -> None:
        """Let it stand still at the next piece; so does a guest that is being saved.  Raises VerbRefused."""
        check_verb(self.id, self.status, JobVerb.PAUSE)
        if self._paused:
            raise VerbRefused(self.id, self.status, JobVerb.PAUSE, "Job is already paused")
        self._paused = True
        self.control.hold(True)

    def resume(self) -> None:
        """Let it go on.  Raises VerbRefused."""
        if not self._paused:
            raise VerbRefused(self.id, self.status, JobVerb.RESUME, "Can't resume a job that was not paused")
        check_verb(self.id, self.status, JobVerb.RESUME)
        self._paused = False
        self.control.hold(False)

    def set_speed(self, speed: int) -> None:
        """Bytes a second at most, 0 = any.  Raises VerbRefused, UsageError ``job-speed``."""
        check_verb(self.id, self.status, JobVerb.SET_SPEED)
        if speed < 0:
            text = "Parameter 'speed' expects a non-negative value"
            raise UsageError("job-speed", f"{speed} is no speed: it takes bytes a second, or 0", qemu=text)
        self.control.limit(speed)

    def complete(self) -> None:
        """Only for jobs that get ready, which these do not.  Raises VerbRefused."""
        check_verb(self.id, self.status, JobVerb.COMPLETE)
        text = f"The active block job '{self.id}' cannot be completed"
        raise VerbRefused(self.id, self.status, JobVerb.COMPLETE, text)

    def change(self) -> None:
        """Only for jobs with options to change, which these do not have.  Raises VerbRefused."""
        check_verb(self.id, self.status, JobVerb.CHANGE)
        raise VerbRefused(self.id, self.status, JobVerb.CHANGE, "Job type does not support change")

    def finalize(self) -> None:
        """Let the change be made that waits for it.  Raises VerbRefused."""
        check_verb(self.id, self.status, JobVerb.FINALIZE)
        self.control.finalize()

    def dismiss(self) -> None:
        """Let it be forgotten, and its id be free.  Raises VerbRefused."""
        check_verb(self.id, self.status, JobVerb.DISMISS)
        self.move(JobStatus.NULL)

    # -- for the table -----------------------------------------------------------------------------------------------

    def stop(self) -> bool:
        """As ``cancel``, in any status."""
        asked = self.control.stop()
        self.call_off()
        return asked

    def move(self, status: JobStatus) -> None:
        """Raises IllegalMove (job_state_transition)."""
        check_move(self.id, self.status, status)
        self.status = status
        self.passed.append(status)
        self._changed(self)

    def begin(self) -> None:
        """The first thing in the worker."""
        self._loop.call_soon_threadsafe(self.move, JobStatus.RUNNING)
        self.control.check()

    def succeed(self, result: Any) -> None:
        """The work is done (job_completed)."""
        self.result = result
        self.control.meter.finish()
        self._reach_pending()
        self._conclude()

    def fail(self, failure: BaseException) -> None:
        """The work came to nothing, or did not begin."""
        # it may be kept for long: without the traceback, which keeps all that the work held
        self.failure = failure.again() if isinstance(failure, SnapmgrError) else failure
        self.move(JobStatus.ABORTING)
        self._conclude()

    def _conclude(self) -> None:
        self.move(JobStatus.CONCLUDED)
        self._shown(self.view())

    def end(self) -> None:
        """Everything that belongs to it is over; ``wait`` returns."""
        self._over.set()

    # -- from the worker ---------------------------------------------------------------------------------------------

    def _held(self, held: bool) -> None:
        self._loop.call_soon_threadsafe(self.move, JobStatus.PAUSED if held else JobStatus.RUNNING)

    def _prepared(self) -> None:
        self._loop.call_soon_threadsafe(self._reach_pending)

    def _reach_pending(self) -> None:
        if self.status is JobStatus.PENDING:  # it waited there
            return
        if self._paused:  # too late to stand still elsewhere
            self._paused = False
            self.control.hold(False)
        for status in (JobStatus.WAITING, JobStatus.PENDING):
            self.move(status)

    def _sealed(self) -> None:
        self._loop.call_soon_threadsafe(self._show)

    def _moved(self) -> None:
        if not self._coming:
            self._coming = True
            self._loop.call_soon_threadsafe(self._show_in_time)

    def _show_in_time(self) -> None:
        """Not too soon after the last time, but also where nothing more is reported for long."""
        wait = self._last_shown + _APART - self._clock()
        if wait > 0:
            self._loop.call_later(wait, self._show)
        else:
            self._show()

    def _show(self) -> None:
        self._coming, self._last_shown = False, self._clock()
        if self.status is not JobStatus.CONCLUDED:
            self._shown(self.view())
