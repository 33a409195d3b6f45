"""Work on the demo machine's snapshots as a job: a signal cancels it, and nothing is left of it then."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any

from snapmgr.cli.output import Output
from snapmgr.cli.progress import progress
from snapmgr.errors import SnapmgrError
from snapmgr.jobs.snapshots import MachineJobs
from snapmgr.jobs.table import JobTable, Submit
from snapmgr.machine.driver import Driver

if TYPE_CHECKING:
    from snapmgr.jobs.job import Job, JobView
    from snapmgr.machine.machine import Machine

Begin = Callable[[MachineJobs, Callable[["JobView"], None]], "Job"]
"""``begin(jobs, shown)`` starts the job; ``shown`` wants to be told how far it is."""


def run_job(output: Output, label: str, machine: Machine, begin: Begin, *, live: bool = False) -> Any:
    """The job's result.  ``live``: the guest runs from the job's first moment to its end.

    Raises what it raised; Cancelled where a signal came in time.
    """
    return asyncio.run(_follow(output, label, machine, begin, live))


async def _follow(output: Output, label: str, machine: Machine, begin: Begin, live: bool) -> Any:
    with (
        ThreadPoolExecutor(2, thread_name_prefix="machine") as workers,
        driven(machine, workers) if live else nullcontext(workers.submit) as submit,
        progress(output, label) as report,
    ):
        table = JobTable("demo", submit)

        def shown(view: JobView) -> None:
            report(view.progress.current, view.progress.total)

        try:
            job = begin(MachineJobs(machine, table, beside=workers.submit), shown)
            with _signals(output, job):
                return await job.wait()
        finally:
            await table.aclose()


@contextmanager
def driven(machine: Machine, workers: ThreadPoolExecutor) -> Iterator[Submit]:
    """Have the machine run in real time; it begins with the first order, which so finds it as it is now."""
    driver = Driver(machine, time.monotonic)
    work: list[Future[None]] = []

    def submit(action: Callable[[], Any]) -> Future[Any]:
        ordered = driver.order(lambda _: action())
        if not work:
            work.append(workers.submit(driver.work))
        return ordered

    machine.start()
    try:
        yield submit
    finally:
        driver.finish()
        for running in work:
            running.result()
        with suppress(SnapmgrError):  # what its guest wrote meanwhile finds no room: closing the disk says so
            machine.stop()


@contextmanager
def _signals(output: Output, job: Job) -> Iterator[None]:
    """Until the job is over, what would end the process cancels the job; what is ignored stays so."""
    loop = asyncio.get_running_loop()
    taken = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        before = signal.getsignal(number)
        if before != signal.SIG_IGN:
            loop.add_signal_handler(number, _cancel, output, job)
            taken.append((number, before))
    try:
        yield
    finally:
        for number, before in taken:
            loop.remove_signal_handler(number)
            signal.signal(number, before)


def _cancel(output: Output, job: Job) -> None:
    """Where that comes too late, it is said: what the job says of itself at its end is no surprise then."""
    with suppress(SnapmgrError):  # it is over already
        if job.cancel():
            return
    output.note("too late to cancel: it is being finished")
