"""Copies into RAM that threads of an executor do while the stream is read on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass

from snapmgr.ram.block import RAMBlock

AT_ONCE = 8
"""Copies under way before the next one waits for the first: what they hold of the stream stays bounded."""


@dataclass(frozen=True, slots=True)
class _Copy:
    """One under way, into pages ``[low, high]`` of the block."""

    block: RAMBlock
    low: int
    high: int
    done: Future[object]


class Copies:
    """Those that may touch the same pages are done in the order in which they came; without an executor all are."""

    def __init__(self, executor: Executor | None) -> None:
        self._executor = executor
        self._running: deque[_Copy] = deque()

    def start(self, block: RAMBlock, low: int, high: int, copy: Callable[[], object]) -> None:
        """``copy`` writes to nothing but the pages from ``low`` to ``high`` of the block."""
        if self._executor is None:
            copy()
            return
        self.settle(block, low, high)
        if len(self._running) >= AT_ONCE:
            self._running.popleft().done.result()
        self._running.append(_Copy(block, low, high, self._executor.submit(copy)))

    def settle(self, block: RAMBlock, low: int, high: int) -> None:
        """When it returns, nothing is copied into these pages any more."""
        if any(other.block is block and other.low <= high and low <= other.high for other in self._running):
            self.finish()

    def finish(self) -> None:
        """When it returns, all that was started is in memory."""
        while self._running:
            self._running.popleft().done.result()
