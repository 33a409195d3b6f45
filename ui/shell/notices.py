"""What the window tells in passing, and its history."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from PySide6.QtCore import QObject, Signal

from ui.shell.failures import Failure

HISTORY = 200
"""Notices kept; older ones are forgotten."""


class Tone(Enum):
    """How a notice looks: its icon, and the tokens of its colour and its ground."""

    INFO = ("info", "accent", "infoBg")
    DONE = ("check-circle", "ok", "okBg")
    WARNING = ("warning", "warn", "warnBg")
    ERROR = ("x-circle", "danger", "dangerBg")


@dataclass(frozen=True, slots=True)
class Notice:
    """``text`` is the sentence; ``detail`` what stands under it; one action at most."""

    text: str
    tone: Tone = Tone.INFO
    detail: str = ""
    action: str = ""
    run: Callable[[], None] | None = field(default=None, compare=False)
    failure: Failure | None = None

    @classmethod
    def of_failure(cls, failure: Failure) -> Notice:
        detail = " ".join(part for part in (failure.text, failure.hint) if part)
        return cls(failure.title, tone=Tone.ERROR, detail=detail, failure=failure)


class Notices(QObject):
    """The history of one window; whoever shows notices listens to ``posted``."""

    posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.history: deque[Notice] = deque(maxlen=HISTORY)

    def post(self, notice: Notice) -> None:
        self.history.append(notice)
        self.posted.emit(notice)
