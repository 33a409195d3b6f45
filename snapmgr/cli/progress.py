"""One line of progress on stderr: only on a terminal, only for what lasts."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from snapmgr.cli.output import Output
from snapmgr.cli.text import size
from snapmgr.work import Progress, no_progress

PATIENCE = 0.5
"""Seconds that pass before anything is shown."""
INTERVAL = 0.1
"""Seconds between two drawings."""


class ProgressLine:
    """Draws ``label`` with percent and amounts over itself; drawn nothing, it leaves nothing."""

    def __init__(self, label: str, stream: TextIO, shown: Callable[[int], str] = size) -> None:
        self._label = label
        self._shown = shown
        self._stream = stream
        self._due = time.monotonic() + PATIENCE
        self._drawn = False

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + INTERVAL
        self._drawn = True
        share = (
            f"{100 * done // total:3d} %  {self._shown(done)} of {self._shown(total)}" if total else self._shown(done)
        )
        self._stream.write(f"\r{self._label}  {share}\x1b[K")
        self._stream.flush()

    def close(self) -> None:
        """Take the line away."""
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


@contextmanager
def progress(output: Output, label: str, shown: Callable[[int], str] = size) -> Iterator[Progress]:
    """Progress for one piece of work, in bytes or as ``shown``; silent when quiet or when stderr is no terminal."""
    if output.quiet or not sys.stderr.isatty():
        yield no_progress
        return
    line = ProgressLine(label, sys.stderr, shown)
    try:
        yield line
    finally:
        line.close()
