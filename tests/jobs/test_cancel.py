"""Cancelled at whichever write: as if nobody had asked for anything, or too late, and then all is done."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from snapmgr.errors import Cancelled
from snapmgr.jobs.job import Job
from snapmgr.jobs.snapshots import ImageJobs, MachineJobs
from snapmgr.jobs.table import JobTable
from snapmgr.machine.machine import Machine
from snapmgr.machine.runstate import RunState
from snapmgr.snapshots import transaction
from snapmgr.snapshots.change import create_snapshot
from tests.jobs.machines import contents, images, jobs_of, machine, on_write

KINDS: dict[str, Callable[[MachineJobs], Job]] = {
    "save": lambda jobs: jobs.save("j", "new"),
    "overwrite": lambda jobs: jobs.save("j", "old", overwrite=True),
    "load": lambda jobs: jobs.load("j", "old"),
    "delete": lambda jobs: jobs.delete("j", "old"),
}


def cancelling(loop: asyncio.AbstractEventLoop, job: Job, answers: list[bool]) -> None:
    """From the worker: cancel in the loop, and go on when that is done."""

    async def cancel() -> bool:
        return job.cancel()

    answers.append(asyncio.run_coroutine_threadsafe(cancel(), loop).result(60))


async def cancelled_at(patch: pytest.MonkeyPatch, start: Callable[[], Job], when: int) -> tuple[list[bool], Job]:
    """What cancel answered at the write number ``when``, nothing where there are fewer; the job, which is over."""
    loop, answers, job = asyncio.get_running_loop(), [], None

    def call(number: int) -> None:
        if number == when:
            assert job is not None
            cancelling(loop, job, answers)

    with patch.context() as context:
        on_write(context, call)
        job = start()
        try:
            await job.wait()
        except Cancelled:
            assert answers == [True]
        else:
            assert answers in ([], [False])
    return answers, job


def flush(made: Machine) -> None:
    for disk in made.board.disks:
        disk.device.flush()


@pytest.mark.parametrize("running", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_at_the_kth_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, running: bool) -> None:
    paths = images(tmp_path, "a", "b")

    async def test(made: Machine, jobs: MachineJobs) -> None:
        made.start()
        made.run(20)
        await jobs.save("first", "old").wait()
        made.run(20)
        if not running:
            made.stop()
        flush(made)
        state, digest, before = made.run_state, made.digest(), contents(paths)
        lengths = [path.stat().st_size for path in paths]
        chance, when, cancelled = random.Random(f"{kind} {running}"), 1, 0
        while True:
            answers, job = await cancelled_at(monkeypatch, lambda: KINDS[kind](jobs), when)
            job.dismiss()
            if answers != [True]:
                break
            cancelled += 1
            assert contents(paths) == before, f"cancelled at write {when}"
            assert made.run_state is state and made.digest() == digest
            assert [path.stat().st_size for path in paths] == lengths
            when += chance.randint(1, 4)
        assert cancelled >= 2 and contents(paths) != before
        assert (made.run_state is RunState.RUNNING) is running
        made.advance(5)
        await jobs.save("last", "last").wait()
        assert [listed[-1][1] for listed, _ in contents(paths)] == ["last"] * 2

    with machine(paths) as made, jobs_of(made) as jobs:
        asyncio.run(test(made, jobs))


@pytest.mark.parametrize("kind", KINDS)
def test_from_the_switch_of_the_headers_on_it_is_too_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    paths = images(tmp_path, "a", "b")
    switch = transaction.switch_all

    async def test(made: Machine, jobs: MachineJobs) -> None:
        made.start()
        made.run(20)
        await jobs.save("first", "old").wait()
        digest = made.digest()
        made.run(20)
        loop, answers = asyncio.get_running_loop(), []

        def late(shadows: list[transaction.Shadow], *, disks: bool) -> None:
            cancelling(loop, job, answers)
            switch(shadows, disks=disks)

        monkeypatch.setattr(transaction, "switch_all", late)
        job = KINDS[kind](jobs)
        await job.wait()
        assert answers == [False] and job.status == "concluded" and job.failure is None
        listed = [[name for _, name, _ in listed] for listed, _ in contents(paths)]
        assert listed == [{"save": ["old", "new"], "delete": []}.get(kind, ["old"])] * 2
        assert made.run_state is RunState.RUNNING
        if kind == "load":
            assert made.digest() == digest

    with machine(paths) as made, jobs_of(made) as jobs:
        asyncio.run(test(made, jobs))


def test_a_load_that_is_paused_in_its_last_phase_ends_when_the_table_closes(tmp_path: Path) -> None:
    """The disks went back already: it cannot stop there, so it goes on to its end."""
    paths = images(tmp_path, "a")

    async def test(made: Machine, jobs: MachineJobs) -> None:
        made.start()
        made.run(20)
        await jobs.save("first", "old").wait()
        digest = made.digest()
        made.run(5)
        stood = asyncio.Event()
        loop = asyncio.get_running_loop()
        job = jobs.load("j", "old")
        stage = job.control.stage

        def staged(word: str, later: int) -> None:
            if word == "loading the VM state":
                loop.call_soon_threadsafe(job.pause)
                asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(60)
            stage(word, later)

        job.control.stage = staged  # type: ignore[method-assign]
        jobs.table.subscribe(lambda event: stood.set() if event.status == "paused" else None)
        await stood.wait()
        await jobs.table.aclose()
        assert job.failure is None and job.status == "concluded" and made.digest() == digest

    with machine(paths) as made, jobs_of(made) as jobs:
        asyncio.run(test(made, jobs))


@pytest.mark.parametrize("kind", ["save", "load", "delete"])
def test_disks_without_a_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    paths = images(tmp_path, "a", "b")
    create_snapshot(paths, "old")
    before = contents(paths)

    async def test(jobs: ImageJobs) -> None:
        when = 1
        while True:
            start = {"save": lambda: jobs.save("j", "new"), "load": lambda: jobs.load("j", "old")}
            begin = start.get(kind, lambda: jobs.delete("j", "old"))
            answers, job = await cancelled_at(monkeypatch, begin, when)
            job.dismiss()
            if answers != [True]:
                break
            assert contents(paths) == before
            when += 1
        assert when > 3
        assert (contents(paths) != before) is (kind != "load")

    with ThreadPoolExecutor(1) as worker:
        asyncio.run(test(ImageJobs(paths, JobTable("disks", worker.submit))))
