"""A thread for copies and for packing, and more of them only where one does not keep up."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

BEHIND = 4
"""What waits for each thread before another one helps.  It gains where the system is slow to give new memory, which
takes much longer than the copy, and costs where it is not, as threads take the interpreter from each other."""


class Helped(Executor):
    """Begins what is submitted in its order, by ``threads`` at most, which end with the last reference to it."""

    def __init__(self, threads: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(threads, name)
        self._most, self._busy = threads, 0
        self._waiting: deque[Callable[[], None]] = deque()
        self._lock = threading.Lock()

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        future: Future[R] = Future()
        with self._lock:
            self._waiting.append(partial(_carry_out, future, partial(fn, *args, **kwargs)))
            if self._busy < self._most and len(self._waiting) > self._busy * BEHIND:
                self._pool.submit(self._work)
                self._busy += 1
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """What waits is carried out all the same."""
        self._pool.shutdown(wait)

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._busy -= 1
                    return
                carry_out = self._waiting.popleft()
            carry_out()
            del carry_out  # and with it what it holds, while there is nothing to do


def _carry_out(future: Future[R], work: Callable[[], R]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = work()
    except BaseException as error:
        future.set_exception(error)
    else:
        future.set_result(result)
