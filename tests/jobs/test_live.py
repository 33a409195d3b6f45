"""Jobs that save a machine while its own thread goes on ticking it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from snapmgr.errors import Cancelled
from snapmgr.jobs.snapshots import MachineJobs
from snapmgr.jobs.table import JobTable
from snapmgr.machine.driver import Driver
from snapmgr.machine.machine import Machine
from snapmgr.machine.runstate import RunState
from snapmgr.snapshots.list import list_snapshots
from tests.jobs.machines import contents, images, machine


def names(paths: list[Path]) -> list[list[str]]:
    return [[row.name for row in list_snapshots([path]).rows] for path in paths]


@asynccontextmanager
async def driven(made: Machine) -> AsyncIterator[tuple[Driver, MachineJobs]]:
    """The machine's own thread, whose clock goes on by one tick whenever it is asked, and one more for live saves."""
    seconds = iter(range(1 << 40))
    driver = Driver(made, lambda: next(seconds) / 50, rate=50.0, wait=lambda event, left: event.wait(0))
    driver.order(lambda machine: machine.start())
    thread = threading.Thread(target=driver.work)
    thread.start()
    with ThreadPoolExecutor(1) as beside:
        jobs = MachineJobs(made, JobTable("demo", lambda work: driver.order(lambda _: work())), beside=beside.submit)
        try:
            yield driver, jobs
        finally:
            await jobs.table.aclose()
            driver.finish()
            thread.join()


async def tick(driver: Driver) -> int:
    return await asyncio.wrap_future(driver.order(lambda machine: machine.tick))


def test_the_guest_runs_while_the_job_that_saves_it_stands(tmp_path: Path) -> None:
    paths = images(tmp_path, "a", "b")

    async def test(made: Machine) -> None:
        async with driven(made) as (driver, jobs):
            stood = asyncio.Event()
            jobs.table.subscribe(lambda event: stood.set() if event.status == "paused" else None)
            job = jobs.save("s", "here", live=True)
            job.pause()
            await stood.wait()
            before = await tick(driver)
            while await tick(driver) < before + 20:  # it would hang here if the guest stood still
                pass
            other = jobs.delete("d", "here")
            await asyncio.sleep(0)
            assert other.view().holder == "s" and names(paths) == [[], []]
            job.resume()
            saved = await job.wait()
            assert saved.name == "here" and 0 < saved.stood < 1_000_000_000
            await other.wait()
            assert names(paths) == [[], []]
            await jobs.save("again", "again", live=True).wait()
            assert names(paths) == [["again"], ["again"]]
            state = await asyncio.wrap_future(driver.order(lambda machine: machine.state()))
            assert state.run_state is RunState.RUNNING and state.counters["mismatches"] == 0

    with machine(paths) as made:
        asyncio.run(test(made))
    contents(paths)


@pytest.mark.parametrize("when", ["waiting for its turn", "paused", "table closed"])
def test_cancelled(tmp_path: Path, when: str) -> None:
    paths = images(tmp_path, "a")

    async def test(made: Machine) -> None:
        async with driven(made) as (driver, jobs):
            stood = asyncio.Event()
            jobs.table.subscribe(lambda event: stood.set() if event.status == "paused" else None)
            first = jobs.save("s", "here", live=True)
            first.pause()
            await stood.wait()
            job = jobs.save("t", "there", live=True) if when == "waiting for its turn" else first
            if when == "table closed":
                await jobs.table.aclose()
            else:
                assert job.cancel()
            with pytest.raises(Cancelled):
                await job.wait()
            assert names(paths) == [[]]
            before = await tick(driver)
            while await tick(driver) < before + 10:
                pass
            if job is not first:
                first.resume()
                await first.wait()
                assert names(paths) == [["here"]]

    with machine(paths) as made:
        asyncio.run(test(made))
        assert made.state().counters["mismatches"] == 0
    contents(paths)
