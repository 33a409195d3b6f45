"""The one owner of everything that runs: coroutines of the window, and work in threads.

Closing cancels and awaits all of it.  A failure is never lost: it goes to ``on_failure``.
"""

from __future__ import annotations

import asyncio
import functools
import os
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from snapmgr.errors import Cancelled
from snapmgr.work import CancelToken

T = TypeVar("T")
ProgressShown = Callable[[int, int], None]
_INTERVAL = 1 / 30
"""Seconds between two reports of progress to the window."""

_NICE = 10
"""How much a worker, and every thread that it starts, stands back behind the window's thread where both want to run."""


def step_back() -> None:
    """For the calling thread, which is not the window's."""
    with suppress(OSError):  # a system that has other ideas of whose turn it is
        nice = os.getpriority(os.PRIO_PROCESS, os.getpid()) + _NICE  # the window's thread is the process's first
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), min(19, nice))


class Tasks:
    """Starts, keeps and ends the tasks of one window.  Used in the window's thread only."""

    def __init__(self, on_failure: Callable[[BaseException, str], None], workers: int = 3) -> None:
        self._on_failure = on_failure
        self._tasks: set[asyncio.Task[Any]] = set()
        self._lasting: set[asyncio.Task[Any]] = set()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="snapmgr", initializer=step_back)
        self._tokens: set[CancelToken] = set()
        self.closed = False

    def start(self, work: Coroutine[Any, Any, T], name: str, *, lasting: bool = False) -> asyncio.Task[T]:
        """Run a coroutine; ``name`` says what it does, for the text of its failure.

        A ``lasting`` one has no end of its own, as a machine that runs: ``idle`` does not wait for it."""
        if self.closed:
            work.close()
            raise RuntimeError(f"the window is closing; not started: {name}")
        task = asyncio.get_event_loop().create_task(work, name=name)
        (self._lasting if lasting else self._tasks).add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        self._lasting.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None and not isinstance(error, Cancelled):
            self._on_failure(error, task.get_name())

    def running(self) -> list[str]:
        """Names of what runs, oldest first is not promised."""
        return [task.get_name() for task in self._tasks | self._lasting]

    async def run_in_worker(
        self,
        work: Callable[..., T],
        *arguments: Any,
        progress: ProgressShown | None = None,
        cancel: CancelToken | None = None,
        **keywords: Any,
    ) -> T:
        """``work(*arguments, progress=…, cancel=…)`` in a thread; both are passed only where they are given.

        ``progress`` is called in the window's thread, at most 30 times a second and once for the last value.
        Cancelling the awaiting task cancels the token and waits until the thread has left ``work``.
        """
        loop = asyncio.get_running_loop()
        token = cancel or CancelToken()
        if progress is not None:
            keywords["progress"] = _Throttle(loop, progress)
        if cancel is not None:
            keywords["cancel"] = cancel
        self._tokens.add(token)
        future = loop.run_in_executor(self._pool, functools.partial(work, *arguments, **keywords))
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            token.cancel()
            await asyncio.wait([future])
            if not future.cancelled():
                future.exception()  # it was asked to stop: how it stopped is of no interest
            raise
        finally:
            self._tokens.discard(token)

    def submit(self, work: Callable[[], Any]) -> Future[Any]:
        """``work()`` in a thread, for jobs: they cancel it themselves, and somebody awaits them."""
        return self._pool.submit(work)

    async def idle(self) -> None:
        """Wait until nothing runs that has an end, whatever was started meanwhile included."""
        while mine := [task for task in self._tasks if task is not asyncio.current_task()]:
            await asyncio.wait(mine)

    async def cancel_all(self) -> None:
        """Cancel everything that runs and wait for its end."""
        for token in list(self._tokens):
            token.cancel()
        mine = [task for task in self._tasks | self._lasting if task is not asyncio.current_task()]
        for task in mine:
            task.cancel()
        if mine:
            await asyncio.wait(mine)

    async def aclose(self) -> None:
        """The same, and nothing starts after it."""
        self.closed = True
        await self.cancel_all()
        self._pool.shutdown(wait=True, cancel_futures=True)


class _Throttle:
    """Progress called from a worker, forwarded to the loop at a rate that a window can take."""

    def __init__(self, loop: asyncio.AbstractEventLoop, shown: ProgressShown) -> None:
        self._loop = loop
        self._shown = shown
        self._last = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._last >= _INTERVAL or (total and done >= total):
            self._last = now
            self._loop.call_soon_threadsafe(self._shown, done, total)
