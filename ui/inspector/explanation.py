"""What is known about one problem: the fact, its cause in plain words, QEMU's own text, and what to do."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from snapmgr.inspect.model import Problem
from snapmgr.wire.wording import alike
from ui.models.problem_table import STOPS_HERE, severity_word
from ui.models.texts import sentence
from ui.shell import formats
from ui.widgets.controls import action_button, button, icon_button
from ui.widgets.labels import Chip, label
from ui.words import plural, tr


def qemu_text(problem: Problem) -> str:
    """QEMU's words, once where all versions say the same, else each behind its version."""
    said = alike(problem.qemu)
    if len(said) <= 1:
        return said[0][1] if said else ""
    return "\n".join(f"{versions}: {text}" for versions, text in said)


def cause_text(problem: Problem) -> str:
    """Cause and what to do, as one paragraph."""
    parts = [part.strip() for part in (problem.cause, problem.hint) if part.strip()]
    return " ".join(part if part[-1] in ".?…" else f"{part}." for part in parts)


def report(problem: Problem, stream: str, digits: int = 8) -> str:
    """Everything as plain text, for the clipboard."""
    where = f"0x{formats.offset(problem.offset, digits)} ({problem.offset})"
    at_fault = plural("{n} byte at fault", "{n} bytes at fault", problem.length)
    lines = [
        ": ".join((severity_word(problem.severity), problem.message)),
        tr("Code: {code}", code=problem.code),
        tr("Stream: {name}", name=stream),
        ", ".join((tr("Offset: {offset}", offset=where), at_fault)),
    ]
    lines += [tr("Section: {name}", name=problem.section)] if problem.section else []
    lines += [cause_text(problem)] if cause_text(problem) else []
    #: {version} is that of a QEMU, or several: 7.2, 10.0
    lines += [tr("QEMU {version} says: {words}", version=one, words=text) for one, text in alike(problem.qemu)]
    return "\n".join(lines)


class Explanation(QScrollArea):
    """``show_bytes`` asks for the bytes at fault; ``repair`` is offered while it is on."""

    show_bytes = Signal()
    copy_report = Signal()
    copy_qemu = Signal()

    def __init__(self, repair: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        body = QWidget(self.viewport())
        body.setProperty("surface", "panel")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(body)
        column.setContentsMargins(20, 12, 16, 12)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(8)
        self.title = label("", "explain", wrap=True)
        self.title.setMinimumWidth(80)
        self.stops = Chip(tr(STOPS_HERE), "danger", "hand-palm")
        head.addWidget(self.title, 1)
        head.addWidget(self.stops, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        self.text = label("", "body2", wrap=True, selectable=True)
        self.text.setMinimumWidth(80)
        column.addWidget(self.text)
        column.addWidget(self._make_quote(body))
        column.addSpacing(4)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(button(tr("Show in bytes"), run=self.show_bytes.emit))
        self.repair = action_button(repair)
        buttons.addWidget(self.repair)
        repair.changed.connect(self._offer_repair)
        buttons.addWidget(button(tr("Copy report"), "ghost", "copy", run=self.copy_report.emit))
        buttons.addStretch(1)
        column.addLayout(buttons)
        column.addStretch(1)
        body.setMinimumHeight(1)  # else that of its narrowest; Qt asks how high the text is at the width that there is
        self.setWidget(body)
        self._offer_repair()

    def _offer_repair(self) -> None:
        self.repair.setVisible(self.repair.defaultAction().isEnabled())

    def _make_quote(self, body: QWidget) -> QFrame:
        self._quote = QFrame(body)
        self._quote.setProperty("frame", "well")
        row = QHBoxLayout(self._quote)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(8)
        heading = label(tr("What QEMU says"), "group")
        row.addWidget(heading, 0, Qt.AlignmentFlag.AlignTop)
        self.qemu = label("", "mono", wrap=True, selectable=True)
        for part in (heading, self.qemu):
            part.setContentsMargins(0, 4, 0, 4)  # one line stands in the middle of the button beside it
        self.qemu.setMinimumWidth(80)
        self.qemu.setAlignment(Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.qemu, 1)
        copy = icon_button("copy", tr("Copy what QEMU says"), self.copy_qemu.emit)
        row.addWidget(copy, 0, Qt.AlignmentFlag.AlignTop)
        return self._quote

    def show_problem(self, problem: Problem, *, stops: bool) -> None:
        """``stops``: QEMU stops at this one."""
        self.title.setText(sentence(problem.message))
        self.stops.setVisible(stops)
        cause = cause_text(problem)
        self.text.setText(sentence(cause))
        self.text.setVisible(bool(cause))
        said = qemu_text(problem)
        self.qemu.setText("\n".join(sentence(line) for line in said.splitlines()))
        self._quote.setVisible(bool(said))
        self.setAccessibleName(tr("About the problem: {problem}", problem=sentence(problem.message)))
        self.verticalScrollBar().setValue(0)
