"""Top row of the Inspector: which stream this is, whether QEMU would load it, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from snapmgr.inspect.model import Problem, Severity
from ui.models.problem_table import worst
from ui.theme import fonts
from ui.theme.tokens import INSET
from ui.widgets.controls import Segmented, action_button, button
from ui.widgets.labels import Chip, ElidedLabel
from ui.widgets.notice_box import Glyph

STRUCTURE, RECORDS, RAM = "structure", "records", "ram"
ROOM_FOR_FACTS = 900
"""Narrower than this the name needs the room; the facts are in the status bar too."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the chip says: word, tone, icon, and the sentence behind it."""

    text: str
    tone: str
    icon: str
    about: str


def verdict(problems: Sequence[Problem], *, complete: bool = True) -> Verdict:
    """Whether QEMU loads the stream, as far as it was read."""
    found = worst(problems)
    if found is Severity.ERROR:
        return Verdict("does not load", "danger", "x-circle-fill", "QEMU refuses this stream")
    if not complete:
        return Verdict("read in part", "neutral", "prohibit", "Reading was stopped: what was read can be looked at")
    if found is Severity.WARNING:
        return Verdict("damaged", "warn", "warning-fill", "QEMU loads this stream, but something in it is wrong")
    return Verdict("loads", "ok", "check-circle-fill", "Nothing in this stream keeps QEMU from loading it")


class Header(QWidget):
    """``view_chosen`` carries structure, records or ram."""

    view_chosen = Signal(str)
    cancel_wanted = Signal()

    def __init__(self, export: QAction | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(INSET, 8, INSET, 4)
        row.setSpacing(8)
        row.addWidget(Glyph("file", "text2", 18))
        self.name = ElidedLabel("", "object")
        self.chip = Chip()
        self.facts = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight)
        row.addWidget(self.name)
        row.addSpacing(2)
        row.addWidget(self.chip)
        row.addSpacing(4)
        row.addWidget(self.facts)
        row.addStretch(1)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(120)
        self.progress.setAccessibleName("Reading the stream")
        self.cancel = button("Cancel", run=self.cancel_wanted.emit)
        self.views = Segmented(((STRUCTURE, "Structure"), (RECORDS, "Records"), (RAM, "RAM")), "View")
        self.views.chosen.connect(self.view_chosen)
        row.addWidget(self.progress)
        row.addWidget(self.cancel)
        row.addWidget(self.views)
        if export is not None:
            self.export = action_button(export)
            row.addWidget(self.export)
        self.set_progress(None)

    def set_stream(self, name: str, hint: str) -> None:
        self.name.setText(name)
        self.name.set_hint(hint)

    def set_facts(self, facts: Sequence[str]) -> None:
        text = ", ".join(fact for fact in facts if fact)
        self.facts.setText(text)
        self.facts.setMinimumWidth(min(fonts.text_width(fonts.ui(12), text) + 4, 260))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.facts.setVisible(self.width() >= fonts.px(ROOM_FOR_FACTS))

    def set_verdict(self, said: Verdict) -> None:
        self.chip.set_state(said.text, said.tone, said.icon)
        self.chip.setToolTip(said.about)

    def set_progress(self, percent: int | None) -> None:
        """Percent read, -1 where the end is not known, None when nothing is being read."""
        for part in (self.progress, self.cancel):
            part.setVisible(percent is not None)
        if percent is not None:
            self.progress.setRange(0, 0 if percent < 0 else 100)
            self.progress.setValue(max(percent, 0))
            self.chip.set_state("reading" if percent < 0 else f"reading, {percent} %", "info", "hourglass-medium")
            self.chip.setToolTip("What was read so far can be used already")
