"""A question before something is lost: what goes, what stays, and two buttons that name both outcomes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QVBoxLayout

from ui.shell.context import WindowContext
from ui.widgets.controls import button
from ui.widgets.labels import label
from ui.words import plural, tr

Then = Callable[[], Awaitable[None] | None]


class Question(QDialog):
    """``keep`` changes nothing and is the default button; closing the dialog means the same.

    ``tick`` is a box besides, which is ticked at first.
    """

    def __init__(self, context: WindowContext, title: str, text: str, *, keep: str, do: str, tick: str = "") -> None:
        super().__init__(context.window)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(8)
        head = label(title, "dialog", wrap=True)
        head.setMinimumWidth(min(400, context.window.width() - 96))
        column.addWidget(head)
        self.said = label(text, "body2", wrap=True)
        column.addWidget(self.said)
        self.tick = QCheckBox(tick)
        self.tick.setChecked(bool(tick))
        self.tick.setVisible(bool(tick))
        column.addWidget(self.tick)
        column.addSpacing(12)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        self.keep = button(keep, run=self.reject)
        self.keep.setDefault(True)
        self.do = button(do, "danger", run=self.accept)
        row.addWidget(self.keep)
        row.addWidget(self.do)
        column.addLayout(row)
        self.keep.setFocus()


def ask_before_closing(context: WindowContext, running: Sequence[str], then: Then) -> None:
    """Whether what runs may be cancelled, since the window closes."""
    if any(question.isVisible() for question in context.window.findChildren(Question)):
        return
    title = plural("A job is not finished", "{n} jobs are not finished", len(running))
    said = tr("What is cancelled leaves disks and snapshots as they were before.")
    names = "\n".join(running[:8])
    ask(context, title, f"{names}\n\n{said}", keep=tr("Stay"), do=tr("Cancel jobs and quit"), then=then)


def ask(context: WindowContext, title: str, text: str, *, keep: str, do: str, then: Then) -> None:
    """Ask; ``then`` is started if the answer is ``do``."""
    ask_besides(context, title, text, keep=keep, do=do, tick="", then=lambda _: then())


def ask_besides(
    context: WindowContext,
    title: str,
    text: str,
    *,
    keep: str,
    do: str,
    tick: str,
    then: Callable[[bool], Awaitable[None] | None],
) -> None:
    """Ask, with a box to tick; ``then`` is told whether it is."""
    question = Question(context, title, text, keep=keep, do=do, tick=tick)
    question.accepted.connect(lambda: context.run(lambda _: then(question.tick.isChecked()), do))
    question.open()
