"""What long work shares with whoever waits for it: progress, and a way to stop.

Workers call ``Progress`` after every chunk (some MiB), never per page; whoever shows it limits its own rate.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from snapmgr.errors import Cancelled

Progress = Callable[[int, int], None]
"""``progress(done, total)``, in bytes; ``total`` is 0 where it is not known."""


def no_progress(done: int, total: int) -> None:
    """Progress for callers who do not care."""


class CancelToken:
    """Set from any thread by who wants to stop; asked between chunks by the worker."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        self._event.set()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def check(self) -> None:
        """Raise Cancelled if somebody asked for it."""
        if self._event.is_set():
            raise Cancelled
