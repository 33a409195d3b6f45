"""The jobs of one machine, or of one set of images: one of them works at a time, the others wait for their turn.

QEMU runs the snapshot jobs of a machine one after the other too.  Whoever does not want to wait is told who works.
Tables of different machines know nothing of each other.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from snapmgr.errors import Cancelled, InUse, NotFound
from snapmgr.jobs.control import JobControl
from snapmgr.jobs.history import JobHistory, JobRecord
from snapmgr.jobs.job import Job, JobType, JobView, error_text
from snapmgr.jobs.names import check_id
from snapmgr.jobs.status import JobStatus
from snapmgr.names import quoted
from snapmgr.work import to_its_end

Result = TypeVar("Result")

Work = Callable[[JobControl], Any]
"""Done in the worker; it reports to the control, and leaves nothing behind where that raises Cancelled."""

Submit = Callable[[Callable[[], Any]], "Future[Any]"]
"""Has something done by the thread that owns the machine: an executor's ``submit``, or a driver's orders."""


@dataclass(frozen=True, slots=True)
class JobStatusChange:
    """The event JOB_STATUS_CHANGE, ``moment`` in ns since 1970."""

    id: str
    status: JobStatus
    moment: int

    def document(self) -> dict[str, Any]:
        """As QMP sends it."""
        data = {"id": self.id, "status": self.status.value}
        return {"event": "JOB_STATUS_CHANGE", "data": data, "timestamp": timestamp(self.moment)}


def timestamp(moment: int) -> dict[str, int]:
    """``moment`` in ns since 1970, as events have it."""
    seconds, rest = divmod(moment, 1_000_000_000)
    return {"seconds": seconds, "microseconds": rest // 1000}


class JobTable:
    """Used in the thread of one loop; ``aclose`` ends it.  ``machine`` is its name in the history.

    ``auto_finalize`` may be set at any time, for the jobs that begin then: without it each waits, pending, when all is
    prepared, until it is finalized.
    """

    def __init__(
        self,
        machine: str,
        submit: Submit,
        *,
        history: JobHistory | None = None,
        now: Callable[[], int] = time.time_ns,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.machine = machine
        self.auto_finalize = True
        self._submit = submit
        self._history = history
        self._now = now
        self._clock = clock
        self._jobs: dict[str, Job] = {}
        self._turns: list[Job] = []
        self._looks: dict[str, asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._listeners: list[Callable[[JobStatusChange], None]] = []
        self._closed = False

    def subscribe(self, listener: Callable[[JobStatusChange], None]) -> Callable[[], None]:
        """Have ``listener`` called at every change of a status; until what is returned is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def query(self) -> list[dict[str, Any]]:
        """The answer to query-jobs: all that are not dismissed, oldest first."""
        return [view.document() for view in self.views()]

    def views(self) -> list[JobView]:
        """The same with all that is known."""
        return [job.view() for job in self._jobs.values()]

    def get(self, job_id: str) -> Job:
        """Raises NotFound ``job-not-found``."""
        try:
            return self._jobs[job_id]
        except KeyError:
            raise NotFound("job-not-found", f"there is no job {quoted(job_id)}", qemu="Job not found") from None

    def start(
        self,
        job_id: str,
        kind: JobType,
        work: Work,
        *,
        wait: bool = True,
        shown: Callable[[JobView], None] = lambda view: None,
        submit: Submit | None = None,
    ) -> Job:
        """Begin a job, or without ``wait`` refuse to where another one works.

        ``submit`` leads to another thread than that of the machine, for work that orders things of that itself.
        Raises UsageError ``job-id``, InUse ``machine-busy``.
        """
        if self._closed:
            raise RuntimeError(f"the jobs of {self.machine} are over; not started: {job_id}")
        check_id(job_id, self._jobs)
        if self._turns and not wait:
            first = self._turns[0]
            raise InUse(
                "machine-busy",
                f"job {first.id} ({first.type}) is at work on {self.machine}",
                hint="Wait for it, or cancel it.",
            )
        job = Job(job_id, kind, self._job_changed, shown=shown, clock=self._clock, auto_finalize=self.auto_finalize)
        self._jobs[job_id] = job
        self._turns.append(job)
        job.holder = self._turns[0] if self._turns[0] is not job else None
        job.move(JobStatus.CREATED)
        task = asyncio.get_running_loop().create_task(
            self._run(job, work, submit or self._submit), name=f"{kind} {job_id}"
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job

    def order(self, action: Callable[[], Result]) -> Result:
        """Have something done by the thread that owns the machine, and wait for it: for work in another thread.

        Raises what ``action`` raises.
        """
        result: Result = self._submit(action).result()
        return result

    async def aclose(self) -> None:
        """Cancel all that works or waits, and wait for the end of it; nothing starts afterwards."""
        self._closed = True
        for job in self._turns:
            job.stop()
        while self._tasks:
            await asyncio.wait(self._tasks)

    # -- one job -----------------------------------------------------------------------------------------------------

    async def _run(self, job: Job, work: Work, submit: Submit) -> None:
        """From its turn to its end; whoever cancels this task cancels the job, and waits for it."""
        began = self._now()
        try:
            try:
                if await self._turn(job):
                    await self._work(job, work, submit)
                else:
                    job.fail(Cancelled())
            finally:
                self._turns.remove(job)
                self._next_turn()
            await self._remember(job, began)
        except BaseException as error:  # a listener, say: whoever waits for the job is told, and does not wait for ever
            job.failure = job.failure or error
            raise
        finally:
            job.end()

    async def _turn(self, job: Job) -> bool:
        """Wait until nobody comes before it; False where it was cancelled meanwhile."""
        look = asyncio.Event()
        job.call_off = look.set
        self._looks[job.id] = look
        while self._turns[0] is not job and not job.control.cancel.cancelled:
            look.clear()
            try:
                await look.wait()
            except asyncio.CancelledError:
                job.stop()
        del self._looks[job.id]
        return not job.control.cancel.cancelled

    def _next_turn(self) -> None:
        """Somebody is gone: those who wait look again."""
        for job in self._turns:
            job.holder = self._turns[0] if job is not self._turns[0] else None
        for look in self._looks.values():
            look.set()

    async def _work(self, job: Job, work: Work, submit: Submit) -> None:
        ordered = submit(partial(_in_worker, job, work))
        done = asyncio.wrap_future(ordered)
        job.call_off = ordered.cancel
        while not done.done():
            try:
                await asyncio.wait({done})
            except asyncio.CancelledError:
                job.stop()
        if done.cancelled():
            job.fail(Cancelled())
        elif (failure := done.exception()) is not None:
            job.fail(failure)
        else:
            job.succeed(done.result())

    async def _remember(self, job: Job, began: int) -> None:
        if self._history is None:
            return
        text = None if job.failure is None else error_text(job.failure)
        record = JobRecord(job.type, job.id, self.machine, began, self._now(), job.status, text, job.about)
        writing = asyncio.get_running_loop().run_in_executor(None, self._history.append, record)
        with suppress(OSError):  # a job is no worse because nobody will read of it later
            await to_its_end(writing)

    def _job_changed(self, job: Job) -> None:
        if job.status is JobStatus.NULL:
            del self._jobs[job.id]
        event = JobStatusChange(job.id, job.status, self._now())
        for listener in list(self._listeners):
            listener(event)


def _in_worker(job: Job, work: Work) -> Any:
    job.begin()
    return work(job.control)
