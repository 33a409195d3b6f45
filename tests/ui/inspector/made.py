"""Streams for the tests of the Inspector."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from tests import corpus

Stream = Callable[..., Path]


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def damaged(*names: str) -> str:
    """The first of these damaged cases that this corpus has."""
    known = corpus.streams()["damaged"]
    return next(name for stem in names for name in (f"{stem}.v72", f"{stem}.v100") if name in known)


def long_stream(folder: Path, times: int = 60) -> Path:
    """A stream of some ten MiB: one whose RAM sections come again and again."""
    whole = corpus.stream_bytes("tiny.v100")
    facts = corpus.streams()["cases"]["tiny.v100"]["facts"]["index"]
    begin, length = next((row[0], row[6]) for row in facts if row[1] == "PART")
    path = folder / "long.mig"
    path.write_bytes(whole[:begin] + whole[begin : begin + length] * times * 10 + whole[begin + length :])
    return path
