"""Where a saver's bytes become a file: written at their offsets by threads, while the saver goes on."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Executor, Future

from snapmgr.block.vectored import VECTOR, write_at

Buffer = bytes | bytearray | memoryview

AT_ONCE = 4
"""Writes under way before the next one waits for the first."""


class FileSink:
    """A Drain into a regular file from ``offset`` on, by the threads of an executor; one is enough for one file.

    Buffers that were handed over must not change until ``flush`` returns.  The first OSError is raised by the next
    call, or by ``flush``; nothing is written after it.
    """

    def __init__(self, descriptor: int, executor: Executor, offset: int = 0) -> None:
        self.offset = offset
        self._descriptor = descriptor
        self._executor = executor
        self._running: deque[Future[None]] = deque()

    def __call__(self, buffers: Sequence[Buffer]) -> None:
        """Write these, one behind the other; returns before they are written.  Raises OSError of earlier ones."""
        for at in range(0, len(buffers), VECTOR):
            part = [memoryview(buffer).cast("B") for buffer in buffers[at : at + VECTOR]]
            if len(self._running) >= AT_ONCE:
                self._wait()
            offset, self.offset = self.offset, self.offset + sum(map(len, part))
            self._running.append(self._executor.submit(write_at, self._descriptor, part, offset))

    def flush(self) -> None:
        """When it returns, all is written, though not synced.  Raises OSError."""
        while self._running:
            self._wait()

    def _wait(self) -> None:
        try:
            self._running.popleft().result()
        except OSError:
            self._abandon()
            raise

    def _abandon(self) -> None:
        for future in self._running:
            future.cancel()
        while self._running:
            future = self._running.popleft()
            if not future.cancelled():
                future.exception()
