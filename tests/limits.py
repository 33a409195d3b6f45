"""No test hangs for ever, and none that hangs stays unnamed.

pytest-timeout's alarm is a signal that rings once: it is not heard where no Python code runs (in Qt's loop, in C), what
it raises may be caught on its way (by a slot, by a pool that joins its threads), and after a failure it is off.  So a
coroutine in Qt's loop has a bound of its own, and each phase of a test has a last resort: the process dies with the
stacks of all its threads printed, and pytest-xdist names the test and goes on in another process.
"""

from __future__ import annotations

import asyncio
import faulthandler
import io
import os
import sys
import time
from collections.abc import Coroutine, Generator
from typing import Any, TypeVar

import pytest

T = TypeVar("T")

GRACE = 30.0
"""Seconds that a phase may take beyond the test's limit: time for the alarm and for what cleans up after it."""

LEAST = 20.0
"""Seconds that a coroutine gets in any case: the window is still to be ended after a test that took all its time."""


def wait_for_no_disk() -> None:
    """Have files of this process not forced to the disk: no test can tell, as nobody pulls the plug, and on a computer
    whose disk is busy each of the thousands of times may take seconds (all that others have written goes first)."""

    def forced(descriptor: Any) -> None:
        os.fstat(descriptor)  # as the real ones it refuses what is no open file

    os.fsync = os.fdatasync = forced


def limit_of(item: pytest.Item) -> float:
    """The seconds after which pytest-timeout's alarm rings, 0 for never."""
    marker = item.get_closest_marker("timeout")
    if marker is not None:
        return float(marker.args[0] if marker.args else marker.kwargs["timeout"])
    return float(getattr(item.config, "_env_timeout", None) or 0)


class Limits:
    """The plugin that arms the last resort; ``tests/conftest.py`` registers it."""

    def __init__(self) -> None:
        self._limit, self._begun = 0.0, time.monotonic()
        self._to = os.dup(sys.__stderr__.fileno() if sys.__stderr__ else 2)  # before anything captures it

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._limit, self._begun = limit_of(item), time.monotonic()
        try:
            return (yield)
        finally:
            self._limit = 0.0
            faulthandler.cancel_dump_traceback_later()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        self._arm()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self) -> None:
        self._arm()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self) -> None:
        self._arm()

    def _arm(self) -> None:
        if self._limit:
            faulthandler.dump_traceback_later(self._limit + GRACE, exit=True, file=self._to)

    def pytest_unconfigure(self) -> None:
        os.close(self._to)

    def left(self) -> float | None:
        """Seconds that a coroutine may take now, so that it ends before the alarm; None without a limit."""
        if not self._limit:
            return None
        return max(LEAST, self._begun + self._limit * 0.9 - time.monotonic())


def run_bounded(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T], seconds: float | None) -> T:
    """What ``work`` returns, run in Qt's loop; TimeoutError with every task's stack where it takes longer."""
    from PySide6.QtCore import QTimer

    future, late = asyncio.ensure_future(work, loop=loop), io.StringIO()

    def end() -> None:
        for task in asyncio.all_tasks(loop):
            task.print_stack(file=late)
        late.write("\n")
        faulthandler.dump_traceback(all_threads=True)
        future.cancel()
        loop.stop()

    timer = QTimer(singleShot=True)
    timer.timeout.connect(end)
    if seconds is not None:
        timer.start(int(seconds * 1000))
    try:
        result = loop.run_until_complete(future)
    except (RuntimeError, asyncio.CancelledError) as error:
        if late.getvalue():
            raise TimeoutError(f"not done after {seconds:.0f} s:\n{late.getvalue()}") from error
        raise
    finally:
        timer.stop()
    return result
