"""What ``snapctl`` needs as a process of its own: streams that are there, and signals that let it tidy up."""

from __future__ import annotations

import os
import signal
import sys
from io import TextIOWrapper
from types import FrameType


def prepare() -> None:
    """Before anything is opened or printed."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by who started us: the next file would take its number
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115, PTH123  (pathlib takes a tenth of a start)
        _print_whatever_comes(getattr(sys, name))
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _interrupt)


def _print_whatever_comes(stream: object) -> None:
    """What the terminal's encoding lacks is escaped rather than refused."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")


def _interrupt(number: int, frame: FrameType | None) -> None:
    """As Ctrl+C: half a file is taken away before the end."""
    raise KeyboardInterrupt
