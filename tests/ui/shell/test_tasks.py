"""The owner of everything that runs."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from typing import Any

import pytest

from snapmgr.errors import Cancelled
from snapmgr.work import CancelToken, Progress
from ui.shell.tasks import Tasks

Failures = list[tuple[BaseException, str]]


@pytest.fixture
def failures() -> Failures:
    return []


@pytest.fixture
def tasks(failures: Failures) -> Tasks:
    return Tasks(lambda error, name: failures.append((error, name)))


def test_a_failure_reaches_its_owner_with_the_name(drive: Callable[..., Any], tasks: Tasks, failures: Failures) -> None:
    async def fails() -> None:
        raise ValueError("no")

    async def scene() -> None:
        tasks.start(fails(), "Open")
        await tasks.idle()
        await tasks.aclose()

    drive(scene())
    assert [(type(error), name) for error, name in failures] == [(ValueError, "Open")]


def test_cancelling_is_no_failure(drive: Callable[..., Any], tasks: Tasks, failures: Failures) -> None:
    async def cancelled() -> None:
        raise Cancelled

    async def scene() -> None:
        tasks.start(cancelled(), "Read")
        tasks.start(asyncio.Event().wait(), "Wait")
        await asyncio.sleep(0)
        await tasks.aclose()

    drive(scene())
    assert failures == []


def test_closing_waits_until_a_worker_has_stopped(drive: Callable[..., Any], tasks: Tasks) -> None:
    started, left = threading.Event(), threading.Event()

    def work(cancel: CancelToken) -> None:
        started.set()
        try:
            while True:
                cancel.check()
        finally:
            left.set()

    async def scene() -> None:
        tasks.start(tasks.run_in_worker(work, cancel=CancelToken()), "Read")
        while not started.is_set():
            await asyncio.sleep(0)
        await tasks.aclose()
        assert left.is_set()

    drive(scene())
    assert tasks.running() == []
    with pytest.raises(RuntimeError, match="closing"):
        tasks.start(asyncio.sleep(0), "Late")


def test_progress_comes_in_the_windows_thread_and_is_thinned(drive: Callable[..., Any], tasks: Tasks) -> None:
    seen: list[tuple[int, int, bool]] = []
    main = threading.get_ident()

    def work(progress: Progress) -> str:
        for done in range(1, 5001):
            progress(done, 5000)
        return "read"

    async def scene() -> str:
        def shown(done: int, total: int) -> None:
            seen.append((done, total, threading.get_ident() == main))

        result = await tasks.run_in_worker(work, progress=shown)
        await asyncio.sleep(0)
        await tasks.aclose()
        return result

    assert drive(scene()) == "read"
    assert seen[-1] == (5000, 5000, True)
    assert len(seen) < 100
    assert all(in_main for _, _, in_main in seen)


def test_an_error_in_a_worker_is_raised_where_it_is_awaited(drive: Callable[..., Any], tasks: Tasks) -> None:
    def work() -> None:
        raise OSError(5, "Input/output error")

    async def scene() -> None:
        with pytest.raises(OSError, match="Input/output"):
            await tasks.run_in_worker(work)
        await tasks.aclose()

    drive(scene())


def test_workers_stand_back_behind_the_window(drive: Callable[..., Any], tasks: Tasks) -> None:
    def own() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    async def scene() -> int:
        try:
            return await tasks.run_in_worker(own)
        finally:
            await tasks.aclose()

    assert drive(scene()) == min(19, own() + 10)
