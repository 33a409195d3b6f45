"""The way between both machines, and what was put on it last or comes next."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ui.migration.channel_view import Lane
from ui.migration.traffic import URGENT, channel_name
from ui.widgets.controls import action_button
from ui.widgets.labels import Chip, ElidedLabel, label
from ui.words import tr


class Channel(QWidget):
    """The lanes, and what was put on the wire last."""

    def __init__(self, actions: Callable[[str], QAction]) -> None:
        super().__init__()
        self._presents = self._steps = self._low = self._cut = False
        self._title = ""
        """Of what comes next, or was done just now, where it goes step by step."""
        self._answers = True
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(label(tr("Channel"), "strong"))
        self.chip = Chip()
        head.addWidget(self.chip)
        head.addStretch(1)
        column.addLayout(head)
        self.main = Lane(tr("main"), tr("sections and pages"))
        self.urgent = Lane(URGENT, tr("pages that are waited for"))
        self.beside: list[Lane] = []
        """Of multifd."""
        self.back = Lane(tr("return path"), tr("answers of the destination"), back=True)
        for lane in (self.main, self.urgent, self.back):
            column.addWidget(lane)
        self.urgent.hide()
        self._column, self._above = column, 2
        column.addStretch(1)
        self.wire = QFrame()
        self.wire.setProperty("frame", "card")
        inside = QVBoxLayout(self.wire)
        inside.setContentsMargins(12, 8, 12, 8)
        inside.setSpacing(2)
        self.wire_title = label(tr("On the wire now"), "group")
        inside.addWidget(self.wire_title)
        self.section = ElidedLabel("", "strong", Qt.TextElideMode.ElideRight, steady=True)
        self.record = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight, steady=True)
        self.begins = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight, steady=True)
        self.meaning = label("", "caption", wrap=True)
        self.meaning.setMinimumHeight(1)
        self.meaning.hide()
        self.bytes = action_button(actions("migration.bytes"), "plain")
        for part in (self.section, self.meaning, self.record, self.begins):
            inside.addWidget(part)
        inside.addWidget(self.bytes, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.wire)

    def show_step(self, step: tuple[str, str] | None, put: str = "", *, done: bool = False) -> None:
        """Name and meaning of what comes next, or is ``done``, and what was ``put`` before; None: nothing waits."""
        self._steps = step is not None
        self._title = (tr("Just now") if done else tr("Next")) if step is not None else ""
        self._say_title()
        self.meaning.setVisible(step is not None)
        if step is not None:
            self._say(step[0], step[1], tr("put before it: {title}", title=put) if put else "")
        self.show_wire()

    def show_cut(self, cut: bool) -> None:
        """Whether nothing is under way any more: what was put last is not on the wire now."""
        self._cut = cut
        self._say_title()

    def _say_title(self) -> None:
        words = self._title or (tr("Last on the wire") if self._cut else tr("On the wire now"))
        if self.wire_title.text() != words:
            self.wire_title.setText(words)

    def show_put(self, section: str, record: str, begins: str) -> None:
        """What was put last; not while it goes step by step."""
        if not self._steps:
            self._say(section, "", record, begins)

    def _say(self, section: str, meaning: str, record: str, begins: str = "") -> None:
        for part, words in ((self.section, section), (self.record, record), (self.begins, begins)):
            if part.full_text() != words:
                part.setText(words)
        if self.meaning.text() != meaning:
            self.meaning.setText(meaning)

    def show_idle(self, low: bool) -> None:
        """Nothing moves: where there is little room, no more than that there is a way."""
        self._low = low
        self.main.rename(self.main.name, "" if low else tr("sections and pages"))
        self.back.setVisible(self._answers and not low)
        self.show_wire()

    def present(self, wanted: bool) -> None:
        """For an audience only what is about to happen, step by step."""
        self._presents = wanted
        self.show_wire()

    def show_wire(self) -> None:
        """What was put last, or comes next."""
        self.wire.setHidden(self._low or (self._presents and self.meaning.isHidden()))

    def show_file(self, wanted: bool, *, answers: bool) -> None:
        """A file instead of a channel; whether something comes back."""
        self._answers = answers
        self.back.setVisible(answers)
        name, about = (
            (tr("file"), tr("sections, and pages at their places"))
            if wanted
            else (tr("main"), tr("sections and pages"))
        )
        self.main.rename(name, about)

    def show_channels(self, count: int) -> None:
        """So many lanes of multifd, under the main one."""
        while len(self.beside) < count:
            lane = Lane(channel_name(len(self.beside)), "")
            self._column.insertWidget(self._above + len(self.beside), lane)
            self.beside.append(lane)
        for number, lane in enumerate(self.beside):
            lane.setVisible(number < count)
