"""A question before something is lost: what goes, what stays, and two buttons that name both outcomes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout

from ui.shell.context import WindowContext
from ui.widgets.controls import button
from ui.widgets.labels import label

Then = Callable[[], Awaitable[None] | None]


class Question(QDialog):
    """``keep`` changes nothing and is the default button; closing the dialog means the same."""

    def __init__(self, context: WindowContext, title: str, text: str, *, keep: str, do: str) -> None:
        super().__init__(context.window)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(8)
        head = label(title, "dialog", wrap=True)
        head.setMinimumWidth(min(400, context.window.width() - 96))
        column.addWidget(head)
        column.addWidget(label(text, "body2", wrap=True))
        column.addSpacing(12)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        self.keep = button(keep, run=self.reject)
        self.keep.setDefault(True)
        self.do = button(do, "danger", run=self.accept)
        self.do.setAutoDefault(False)
        row.addWidget(self.keep)
        row.addWidget(self.do)
        column.addLayout(row)
        self.keep.setFocus()


def ask(context: WindowContext, title: str, text: str, *, keep: str, do: str, then: Then) -> None:
    """Ask; ``then`` is started if the answer is ``do``."""
    question = Question(context, title, text, keep=keep, do=do)
    question.accepted.connect(lambda: context.run(lambda _: then(), do))
    question.open()
