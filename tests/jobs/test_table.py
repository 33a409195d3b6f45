"""Jobs of one machine and of several: statuses, verbs, turns, errors, the end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from snapmgr.errors import Cancelled, InUse, NotFound, SnapmgrError, UsageError
from snapmgr.jobs.control import JobControl
from snapmgr.jobs.history import JobHistory
from snapmgr.jobs.job import Job, JobType, JobView
from snapmgr.jobs.status import JobStatus, JobVerb, VerbRefused
from snapmgr.jobs.table import JobStatusChange, JobTable

SAVE, LOAD, DELETE = JobType.SNAPSHOT_SAVE, JobType.SNAPSHOT_LOAD, JobType.SNAPSHOT_DELETE
NOW = 1_700_000_000_000_005_000


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as made:
        yield made


class Piecewise:
    """Work in pieces of one byte, each of which is done when it is let."""

    def __init__(self, pieces: int = 100) -> None:
        self.pieces = pieces
        self.done = 0
        self._let = threading.Semaphore(0)
        self._entered = threading.Event()

    async def entered(self) -> None:
        """Until the worker is in it."""
        await asyncio.to_thread(self._entered.wait)

    def __call__(self, control: JobControl) -> str:
        self._entered.set()
        for piece in range(1, self.pieces + 1):
            self._let.acquire()
            self.done = piece
            control.progress(piece, self.pieces)
        return "done"

    def let(self, pieces: int = 1) -> None:
        self._let.release(pieces)


class Events:
    """What a table told, and a way to wait for it."""

    def __init__(self, table: JobTable) -> None:
        self.seen: list[JobStatusChange] = []
        self._more = asyncio.Event()
        table.subscribe(self._take)

    def _take(self, event: JobStatusChange) -> None:
        self.seen.append(event)
        self._more.set()

    async def until(self, job: Job, status: JobStatus) -> None:
        while job.status is not status:
            self._more.clear()
            await self._more.wait()

    def of(self, job: Job) -> list[str]:
        return [event.status.value for event in self.seen if event.id == job.id]


def drive(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 60))


def test_a_job_goes_through_its_statuses_and_stays_until_it_is_dismissed(pool: ThreadPoolExecutor) -> None:
    async def test() -> None:
        table = JobTable("m", pool.submit, now=lambda: NOW)
        events = Events(table)
        work = Piecewise(3)
        job = table.start("s", SAVE, work)
        assert table.query() == [
            {"id": "s", "type": "snapshot-save", "status": "created", "current-progress": 0, "total-progress": 0}
        ]
        work.let(3)
        assert await job.wait() == "done"
        assert events.of(job) == ["created", "running", "waiting", "pending", "concluded"]
        assert events.seen[0].document() == {
            "event": "JOB_STATUS_CHANGE",
            "data": {"id": "s", "status": "created"},
            "timestamp": {"seconds": 1_700_000_000, "microseconds": 5},
        }
        assert table.query()[0] == {
            "id": "s", "type": "snapshot-save", "status": "concluded", "current-progress": 3, "total-progress": 3
        }  # fmt: skip
        with pytest.raises(UsageError) as taken:
            table.start("s", LOAD, work)
        assert taken.value.qemu == "Job ID 's' already in use"
        table.get("s").dismiss()
        assert events.of(job)[-1] == "null" and table.query() == []
        with pytest.raises(NotFound) as gone:
            table.get("s")
        assert gone.value.qemu == "Job not found"

    drive(test)


def test_an_error_is_kept_until_the_job_is_dismissed(pool: ThreadPoolExecutor) -> None:
    def refuse(control: JobControl) -> None:
        raise SnapmgrError("no", "it cannot be", qemu="QEMU's words")

    def bug(control: JobControl) -> None:
        raise ZeroDivisionError("a bug")

    async def test() -> None:
        table = JobTable("m", pool.submit)
        events = Events(table)
        first, second = table.start("a", LOAD, refuse), table.start("b", DELETE, bug)
        for _ in range(2):
            with pytest.raises(SnapmgrError, match="it cannot be"):
                await first.wait()
        assert first.failure is not None and first.failure.__traceback__ is None, "it would keep what the work held"
        with pytest.raises(ZeroDivisionError):
            await second.wait()
        assert events.of(first) == ["created", "running", "aborting", "concluded"]
        assert [row["error"] for row in table.query()] == ["QEMU's words", "ZeroDivisionError('a bug')"]
        first.dismiss()
        assert [row["id"] for row in table.query()] == ["b"]

    drive(test)


def test_pausing_holds_the_work_and_cancelling_lets_it_go(pool: ThreadPoolExecutor) -> None:
    async def test() -> None:
        table = JobTable("m", pool.submit)
        events = Events(table)
        work = Piecewise()
        job = table.start("s", SAVE, work)
        await work.entered()
        job.pause()
        with pytest.raises(VerbRefused) as twice:
            job.pause()
        assert twice.value.qemu == "Job is already paused"
        work.let()
        await events.until(job, JobStatus.PAUSED)
        held = work.done
        work.let(3)
        job.resume()
        await events.until(job, JobStatus.RUNNING)
        with pytest.raises(VerbRefused) as never:
            job.resume()
        assert never.value.qemu == "Can't resume a job that was not paused"
        job.pause()
        work.let()
        await events.until(job, JobStatus.PAUSED)
        assert held == 1 and 1 < work.done < 100
        assert job.cancel()
        with pytest.raises(Cancelled):
            await job.wait()
        assert table.query()[0]["error"] == "Operation canceled"
        assert events.of(job) == [
            "created", "running", "paused", "running", "paused", "running", "aborting", "concluded"
        ]  # fmt: skip

    drive(test)


def test_a_slow_job_waits_for_its_speed_and_can_be_let_go(pool: ThreadPoolExecutor) -> None:
    reached = threading.Event()

    def work(control: JobControl) -> None:
        control.stage("copying", 0)
        reached.set()
        control.progress(1 << 40, 1 << 41)

    async def test() -> None:
        table = JobTable("m", pool.submit)
        events = Events(table)
        for end in ("cancel", "any speed"):
            reached.clear()
            gate = Piecewise(1)
            job = table.start(end.replace(" ", "-"), SAVE, lambda control, gate=gate: (gate(control), work(control)))
            await gate.entered()
            await events.until(job, JobStatus.RUNNING)
            job.set_speed(1)
            gate.let()
            await asyncio.to_thread(reached.wait)
            assert job.status is JobStatus.RUNNING
            if end == "cancel":
                job.cancel()
                with pytest.raises(Cancelled):
                    await job.wait()
            else:
                job.set_speed(0)
                await job.wait()
        other = table.start("x", SAVE, Piecewise(1))
        with pytest.raises(UsageError) as refused:
            other.set_speed(-1)
        assert refused.value.qemu == "Parameter 'speed' expects a non-negative value"
        await table.aclose()

    drive(test)


def test_verbs_that_these_jobs_never_take(pool: ThreadPoolExecutor) -> None:
    async def test() -> None:
        table = JobTable("m", pool.submit)
        events = Events(table)
        work = Piecewise(1)
        job = table.start("s", SAVE, work)
        await events.until(job, JobStatus.RUNNING)
        for verb, words in (("complete", "complete"), ("finalize", "finalize"), ("dismiss", "dismiss")):
            with pytest.raises(VerbRefused) as refused:
                getattr(job, verb)()
            assert refused.value.qemu == f"Job 's' in state 'running' cannot accept command verb '{words}'"
        with pytest.raises(VerbRefused) as refused:
            job.change()
        assert refused.value.qemu == "Job type does not support change"
        work.let()
        await job.wait()
        for verb in ("cancel", "pause", "complete", "finalize", "change"):
            with pytest.raises(VerbRefused) as refused:
                getattr(job, verb)()
            assert refused.value.qemu == f"Job 's' in state 'concluded' cannot accept command verb '{verb}'"

    drive(test)


def test_a_job_that_does_not_finalize_by_itself_waits_when_all_is_prepared(pool: ThreadPoolExecutor) -> None:
    changed: list[str] = []

    async def test() -> None:
        table = JobTable("m", pool.submit)
        table.auto_finalize = False
        events = Events(table)

        def work(control: JobControl) -> None:
            control.progress(1, 1)
            control.cancel.close()
            control.progress(1, 1)
            changed.append(job.id)

        job = table.start("a", SAVE, work)
        await events.until(job, JobStatus.PENDING)
        assert job.view().verbs == {JobVerb.CANCEL, JobVerb.FINALIZE} and not changed
        with pytest.raises(VerbRefused) as refused:
            job.pause()
        assert refused.value.qemu == "Job 'a' in state 'pending' cannot accept command verb 'pause'"
        job.finalize()
        await job.wait()
        assert changed == ["a"] and job.view().verbs == {JobVerb.DISMISS}
        assert events.of(job) == ["created", "running", "waiting", "pending", "concluded"]
        job = table.start("b", SAVE, work)
        await events.until(job, JobStatus.PENDING)
        assert job.cancel() and JobVerb.FINALIZE not in job.view().verbs
        with pytest.raises(Cancelled):
            await job.wait()
        assert events.of(job)[-3:] == ["pending", "aborting", "concluded"]
        job = table.start("c", SAVE, work)
        await events.until(job, JobStatus.PENDING)
        await table.aclose()
        assert changed == ["a"] and isinstance(job.failure, Cancelled)

    drive(test)


def test_jobs_of_one_machine_wait_for_each_other_and_those_of_another_do_not(pool: ThreadPoolExecutor) -> None:
    async def test() -> None:
        table, elsewhere = JobTable("m", pool.submit), JobTable("n", pool.submit)
        events, others = Events(table), Events(elsewhere)
        works = [Piecewise(1) for _ in range(4)]
        first, second, third = (table.start(name, SAVE, work) for name, work in zip("abc", works[:3], strict=True))
        other = elsewhere.start("a", LOAD, works[3])
        await events.until(first, JobStatus.RUNNING)
        await others.until(other, JobStatus.RUNNING)
        assert [(view.status.value, view.holder) for view in table.views()] == [
            ("running", None), ("created", "a"), ("created", "a")
        ]  # fmt: skip
        with pytest.raises(InUse, match=r"job a \(snapshot-save\) is at work on m") as busy:
            table.start("d", DELETE, works[3], wait=False)
        assert busy.value.code == "machine-busy" and "d" not in [view.id for view in table.views()]
        assert second.cancel()
        with pytest.raises(Cancelled):
            await second.wait()
        assert events.of(second) == ["created", "aborting", "concluded"] and first.status is JobStatus.RUNNING
        works[0].let()
        await first.wait()
        await events.until(third, JobStatus.RUNNING)
        assert third.view().holder is None
        works[2].let()
        works[3].let()
        await asyncio.gather(third.wait(), other.wait())
        assert [work.done for work in works] == [1, 0, 1, 1]
        table.start("e", DELETE, works[0], wait=False)
        await asyncio.gather(table.aclose(), elsewhere.aclose())

    drive(test)


def test_a_job_that_the_worker_has_not_begun_is_called_off() -> None:
    async def test() -> None:
        with ThreadPoolExecutor(1) as busy:
            let = threading.Event()
            busy.submit(let.wait)
            table = JobTable("m", busy.submit)
            work = Piecewise(1)
            job = table.start("s", SAVE, work)
            await asyncio.sleep(0)
            job.cancel()
            with pytest.raises(Cancelled):
                await job.wait()
            assert not let.is_set() and work.done == 0
            let.set()

    drive(test)


def test_closing_ends_what_works_what_waits_and_what_stands_still(pool: ThreadPoolExecutor) -> None:
    async def test() -> None:
        before = asyncio.all_tasks()
        table = JobTable("m", pool.submit)
        events = Events(table)
        work = Piecewise()
        jobs = [table.start(name, SAVE, work) for name in "abc"]
        await work.entered()
        jobs[0].pause()
        work.let()
        await events.until(jobs[0], JobStatus.PAUSED)
        await table.aclose()
        assert all(job.over and isinstance(job.failure, Cancelled) for job in jobs) and work.done == 1
        assert asyncio.all_tasks() - {asyncio.current_task()} <= before
        with pytest.raises(RuntimeError, match="are over"):
            table.start("d", SAVE, work)

    drive(test)


def test_who_waits_for_a_job_is_told_where_a_listener_fails(pool: ThreadPoolExecutor) -> None:
    def fails(event: JobStatusChange) -> None:
        if event.status is JobStatus.PENDING:
            raise ValueError("the view is gone")

    async def test() -> None:
        table = JobTable("m", pool.submit)
        table.subscribe(fails)
        job = table.start("s", SAVE, lambda control: None)
        with pytest.raises(ValueError, match="the view is gone"):
            await job.wait()
        await table.aclose()

    drive(test)


def test_whoever_cancels_the_task_waits_for_the_work(pool: ThreadPoolExecutor) -> None:
    entered, left = threading.Event(), threading.Event()

    def work(control: JobControl) -> None:
        entered.set()
        try:
            while True:
                control.check()
        finally:
            left.set()

    async def test() -> None:
        table = JobTable("m", pool.submit)
        job = table.start("s", SAVE, work)
        await asyncio.to_thread(entered.wait)
        mine = [task for task in asyncio.all_tasks() if task.get_name() == "snapshot-save s"]
        mine[0].cancel()
        await asyncio.wait(mine)
        assert left.is_set() and isinstance(job.failure, Cancelled) and job.over

    drive(test)


def test_the_loop_goes_on_and_sees_the_progress(pool: ThreadPoolExecutor) -> None:
    async def test() -> None:
        views: list[JobView] = []
        more = asyncio.Event()
        time = iter(range(1, 10_000))

        def shown(view: JobView) -> None:
            views.append(view)
            more.set()

        table = JobTable("m", pool.submit, clock=lambda: float(next(time)))
        work = Piecewise(5)
        job = table.start("s", SAVE, work, shown=shown)
        for piece in range(1, 5):
            more.clear()
            work.let()
            await more.wait()
            assert views[-1].progress.current == piece and views[-1].progress.total == 5
        assert views[-1].progress.rate is not None and views[-1].progress.remaining is not None
        work.let()
        await job.wait()
        assert views[-1].status is JobStatus.CONCLUDED and views[-1].progress.remaining == 0

    drive(test)


def test_the_history_has_what_became_of_them(pool: ThreadPoolExecutor, tmp_path: Path) -> None:
    def refuse(control: JobControl) -> None:
        raise SnapmgrError("no", "it cannot be")

    async def test() -> None:
        times = iter(range(1000))
        history = JobHistory(tmp_path)
        table = JobTable("the machine", pool.submit, history=history, now=lambda: next(times))
        works = Piecewise(1)
        works.let()
        good = table.start("good", SAVE, works)
        await good.wait()
        bad = table.start("bad", LOAD, refuse)
        with pytest.raises(SnapmgrError):
            await bad.wait()
        stopped = table.start("stopped", DELETE, works)
        stopped.cancel()
        with pytest.raises(Cancelled):
            await stopped.wait()
        rows = history.read()
        assert [(row.type, row.id, row.status, row.error) for row in rows] == [
            ("snapshot-save", "good", "concluded", None),
            ("snapshot-load", "bad", "concluded", "it cannot be"),
            ("snapshot-delete", "stopped", "concluded", "Operation canceled"),
        ]
        assert all(row.machine == "the machine" and row.start < row.end for row in rows)

    drive(test)


def test_a_history_that_cannot_be_written_is_no_harm(pool: ThreadPoolExecutor, tmp_path: Path) -> None:
    async def test() -> None:
        (tmp_path / "file").write_bytes(b"")
        table = JobTable("m", pool.submit, history=JobHistory(tmp_path / "file"))
        work = Piecewise(1)
        work.let()
        assert await table.start("s", SAVE, work).wait() == "done"

    drive(test)
