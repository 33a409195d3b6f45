"""Processes that tests start beside them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def beside(command: Sequence[str | Path], **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """It runs while the block does, and is waited for; where the block fails it is killed, as what would have ended it
    never comes then."""
    with subprocess.Popen(command, **options) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise
