"""Work on the demo machine's snapshots as a job: a signal cancels it, and nothing is left of it then."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from snapmgr.cli.output import Output
from snapmgr.cli.progress import progress
from snapmgr.errors import SnapmgrError
from snapmgr.jobs.snapshots import MachineJobs
from snapmgr.jobs.table import JobTable

if TYPE_CHECKING:
    from snapmgr.jobs.job import Job, JobView
    from snapmgr.machine.machine import Machine

Begin = Callable[[MachineJobs, Callable[["JobView"], None]], "Job"]
"""``begin(jobs, shown)`` starts the job; ``shown`` wants to be told how far it is."""


def run_job(output: Output, label: str, machine: Machine, begin: Begin) -> Any:
    """The job's result.  Raises what it raised; Cancelled where a signal came in time."""
    return asyncio.run(_follow(output, label, machine, begin))


async def _follow(output: Output, label: str, machine: Machine, begin: Begin) -> Any:
    with ThreadPoolExecutor(1, thread_name_prefix="machine") as worker, progress(output, label) as report:
        table = JobTable("demo", worker.submit)

        def shown(view: JobView) -> None:
            report(view.progress.current, view.progress.total)

        try:
            job = begin(MachineJobs(machine, table), shown)
            with _signals(job):
                return await job.wait()
        finally:
            await table.aclose()


@contextmanager
def _signals(job: Job) -> Iterator[None]:
    """Until the job is over, what would end the process cancels the job; what is ignored stays so."""
    loop = asyncio.get_running_loop()
    taken = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        before = signal.getsignal(number)
        if before != signal.SIG_IGN:
            loop.add_signal_handler(number, _cancel, job)
            taken.append((number, before))
    try:
        yield
    finally:
        for number, before in taken:
            loop.remove_signal_handler(number)
            signal.signal(number, before)


def _cancel(job: Job) -> None:
    with suppress(SnapmgrError):  # it is over already
        job.cancel()
