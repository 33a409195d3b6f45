"""Snapshots of machines as jobs: what they do, how far they say they are, and how the guest is afterwards."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from snapmgr.errors import NotFound, SnapmgrError
from snapmgr.jobs.job import Job, JobView
from snapmgr.jobs.snapshots import ImageJobs, MachineJobs
from snapmgr.jobs.status import JobStatus
from snapmgr.jobs.table import JobTable
from snapmgr.machine.driver import Driver
from snapmgr.machine.machine import Machine, MachineView
from snapmgr.machine.runstate import RunState
from snapmgr.snapshots.machine import Saved, save_snapshot
from snapmgr.work import Stage
from tests.jobs.machines import RAM, contents, images, jobs_of, machine


def names(paths: list[Path]) -> list[list[str]]:
    return [[name for _, name, _ in listed] for listed, _ in contents(paths)]


def test_save_load_delete(tmp_path: Path) -> None:
    paths = images(tmp_path, "a", "b")

    async def test(made: Machine, jobs: MachineJobs) -> None:
        made.start()
        made.run(20)
        saved = await jobs.save("s", "here").wait()
        assert isinstance(saved, Saved) and saved.name == "here" and names(paths) == [["here"], ["here"]]
        digest = made.digest()
        made.run(7)
        await jobs.load("l", "here").wait()
        assert made.digest() == digest and made.run_state is RunState.RUNNING
        await jobs.save("o", "here", overwrite=True, vmstate=str(paths[1])).wait()
        assert [size > 0 for ((_, _, size),) in (listed for listed, _ in contents(paths))] == [False, True]
        gone = await jobs.delete("d", "here").wait()
        assert [one.name for one in gone] == ["here"] * 2 and names(paths) == [[], []]
        rows = [(row["id"], row["type"], row["status"]) for row in jobs.table.query()]
        assert rows == [
            ("s", "snapshot-save", "concluded"),
            ("l", "snapshot-load", "concluded"),
            ("o", "snapshot-save", "concluded"),
            ("d", "snapshot-delete", "concluded"),
        ]

    with machine(paths) as made, jobs_of(made) as jobs:
        asyncio.run(test(made, jobs))


@pytest.mark.parametrize("saved_running", [True, False])
@pytest.mark.parametrize("state", ["running", "paused", "prelaunch"])
def test_the_run_state_follows_the_start_of_the_load(tmp_path: Path, saved_running: bool, state: str) -> None:
    paths = images(tmp_path, "a")
    with machine(paths) as first:
        first.start()
        first.run(10)
        if not saved_running:
            first.stop()
        save_snapshot(first, "here")
    with machine(paths) as made, jobs_of(made) as jobs:
        if state != "prelaunch":
            made.start()
            made.run(3)
        if state == "paused":
            made.stop()

        async def test() -> None:
            await jobs.load("l", "here").wait()

        asyncio.run(test())
        assert (made.run_state is RunState.RUNNING) is (state == "running") and made.tick == 10
        made.advance(1)


def test_progress_is_bytes_that_were_written(tmp_path: Path) -> None:
    paths = images(tmp_path, "a", "b")
    views: list[JobView] = []
    ticking = iter(range(1_000_000))

    async def test(made: Machine) -> None:
        with ThreadPoolExecutor(1) as worker:
            table = JobTable("demo", worker.submit, clock=lambda: float(next(ticking)))
            jobs = MachineJobs(made, table)
            saved = await jobs.save("s", "here", shown=views.append).wait()
            assert views[-1].progress.current == views[-1].progress.total >= saved.vm_state_size
            views.clear()
            await jobs.load("l", "here", shown=views.append).wait()
            totals = {view.progress.total for view in views if view.progress.phase == "trying the VM state"}
            assert max(totals) >= 2 * saved.vm_state_size, "the state is read twice"
            assert views[-1].progress.current >= 2 * saved.vm_state_size
            assert [view.progress.current for view in views] == sorted(view.progress.current for view in views)
            phases = list(dict.fromkeys(view.progress.phase for view in views))
            assert phases[-1] == "loading the VM state"

    with machine(paths) as made:
        made.advance(20)
        asyncio.run(test(made))


def test_how_much_there_is_to_save_is_known_from_the_beginning(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    stages: list[tuple[str, int]] = []

    def seen(done: int, total: int) -> None:
        if len(stages) == 1:
            told.append((done, total))

    with machine(images(tmp_path, "a")) as made:
        made.advance(200)
        saved = save_snapshot(made, "x", progress=seen, stage=lambda word, later: stages.append((word, later)))
    assert stages == [("saving the VM state", 0), ("preparing the disks", 0)]
    assert told == sorted(told, key=lambda pair: pair[0]) and told[-1] == (saved.vm_state_size, saved.vm_state_size)
    assert all(done <= total and saved.vm_state_size <= total + (1 << 20) for done, total in told)
    assert told[0][0] < saved.vm_state_size // 2 and told[0][1] < saved.vm_state_size + RAM // 2


def test_a_machine_that_is_driven_is_saved_between_two_ticks(tmp_path: Path) -> None:
    paths = images(tmp_path, "a")

    async def test(made: Machine) -> None:
        moments = [100.0]  # the guest's time passes when this test says so
        views: asyncio.Queue[MachineView] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        driver = Driver(made, lambda: moments[-1], show=lambda view: loop.call_soon_threadsafe(views.put_nowait, view))

        async def behind(tick: int) -> int:
            """Wait until that tick at least has been made; which one is the last."""
            driver.order(lambda machine: None)  # a view comes after it
            while (view := await views.get()).tick < tick:
                pass
            return view.tick

        driver.order(lambda machine: machine.start())
        thread = threading.Thread(target=driver.work)
        thread.start()
        try:
            jobs = MachineJobs(made, JobTable("demo", lambda work: driver.order(lambda _: work())))
            at_save = await behind(1)
            await asyncio.gather(*(jobs.save(f"s{number}", f"s{number}").wait() for number in range(3)))
            moments.append(100.21)
            assert await behind(at_save + 10) == at_save + 10
            await jobs.load("l", "s0").wait()
            assert await asyncio.wrap_future(driver.order(lambda machine: machine.tick)) == at_save
            with pytest.raises(NotFound):
                await jobs.load("n", "none").wait()
            state = await asyncio.wrap_future(driver.order(lambda machine: machine.run_state))
            assert state is RunState.RUNNING
            await jobs.table.aclose()
        finally:
            driver.finish()
            thread.join()

    with machine(paths) as made:
        asyncio.run(test(made))
    assert names(paths) == [["s0", "s1", "s2"]]


def test_the_error_says_what_qemu_would_and_stays(tmp_path: Path) -> None:
    async def test(jobs: MachineJobs) -> None:
        with pytest.raises(NotFound):
            await jobs.load("l", "none").wait()
        assert jobs.table.query()[0]["error"] == "Snapshot 'none' does not exist in one or more devices"
        jobs.table.get("l").dismiss()
        assert jobs.table.query() == []

    with machine(images(tmp_path, "a")) as made, jobs_of(made) as jobs:
        asyncio.run(test(jobs))


def test_two_machines_work_at_once(tmp_path: Path) -> None:
    """Each waits in the middle of its work until the other one is there."""
    meeting = threading.Barrier(2)
    one, other = images(tmp_path, "a"), images(tmp_path, "b")

    async def test(first: MachineJobs, second: MachineJobs) -> None:
        started: list[Job] = []
        for jobs in (first, second):
            started.append(jobs.save("s", "x"))
            stage = started[-1].control.stage

            def staged(word: str, later: int, stage: Stage = stage) -> None:
                if word == "saving the VM state":
                    meeting.wait(60)
                stage(word, later)

            started[-1].control.stage = staged  # type: ignore[method-assign]
        await asyncio.gather(*(job.wait() for job in started))

    with machine(one) as a, machine(other) as b, jobs_of(a) as first, jobs_of(b) as second:
        asyncio.run(test(first, second))
    assert names(one + other) == [["x"], ["x"]]


def test_disks_without_a_machine(tmp_path: Path) -> None:
    paths = images(tmp_path, "a", "b")

    async def test(jobs: ImageJobs) -> None:
        before = contents(paths)
        await jobs.save("s", "here").wait()
        assert names(paths) == [["here"], ["here"]]
        await jobs.load("l", "here").wait()
        with pytest.raises(SnapmgrError, match="already"):
            await jobs.save("again", "here").wait()
        await jobs.delete("d", "here", trim=True).wait()
        assert contents(paths) == before
        assert [view.progress.phase for view in jobs.table.views()] == ["preparing the disks"] * 4
        jobs.table.auto_finalize = False
        pending, waits = asyncio.Event(), jobs.save("w", "waits")
        jobs.table.subscribe(lambda event: pending.set() if event.status is JobStatus.PENDING else None)
        await pending.wait()
        assert names(paths) == [[], []], "all is prepared, nothing changed"
        waits.finalize()
        await waits.wait()
        assert names(paths) == [["waits"], ["waits"]]

    with ThreadPoolExecutor(1) as worker:
        asyncio.run(test(ImageJobs(paths, JobTable("disks", worker.submit))))
