"""What long work shares with whoever waits for it: progress, and a way to stop.

Workers call ``Progress`` after every chunk (some MiB), never per page; whoever shows it limits its own rate.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from snapmgr.errors import Cancelled

T = TypeVar("T")

Progress = Callable[[int, int], None]
"""``progress(done, total)``, in bytes; ``total`` is 0 where it is not known."""


def no_progress(done: int, total: int) -> None:
    """Progress for callers who do not care."""


Stage = Callable[[str, int], None]
"""``stage(word, later)``: another part of the work begins, and after it at least ``later`` bytes will come."""


def no_stage(word: str, later: int) -> None:
    """Stages for callers who do not care."""


class CancelToken:
    """Set from any thread by who wants to stop; asked between chunks by the worker."""

    def __init__(self, sealed: Callable[[], None] = lambda: None, prepared: Callable[[], None] = lambda: None) -> None:
        """Called by the worker: ``prepared`` just before it gets too late (it may take its time), ``sealed`` after."""
        self._event = threading.Event()
        self._sealed, self._prepared = sealed, prepared
        self._lock = threading.Lock()
        self._closed = False

    def cancel(self) -> bool:
        """Ask for it; False where it comes too late."""
        with self._lock:
            if not self._closed:
                self._event.set()
            return self._event.is_set()

    def close(self) -> None:
        """From now on it is too late to cancel.  Raises Cancelled if somebody asked for it before."""
        self._prepared()
        with self._lock:
            if self._event.is_set():
                raise Cancelled
            self._closed = True
        self._sealed()

    @property
    def closed(self) -> bool:
        """Whether it is too late."""
        return self._closed

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def check(self) -> None:
        """Raise Cancelled if somebody asked for it."""
        if self._event.is_set():
            raise Cancelled


def stoppable(progress: Progress, cancel: CancelToken | None) -> Progress:
    """Progress that raises Cancelled where somebody asked to stop."""
    if cancel is None:
        return progress

    def report(done: int, total: int) -> None:
        cancel.check()
        progress(done, total)

    return report


async def to_its_end(future: asyncio.Future[T]) -> T:
    """What it comes to, however often the waiting task is cancelled: for what must not be left half done."""
    while not future.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait({future})
    return future.result()
