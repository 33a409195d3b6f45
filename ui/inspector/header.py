"""Top row of the Inspector: which stream this is, whether QEMU would load it, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from ui.theme import fonts
from ui.theme.tokens import INSET
from ui.widgets.controls import Segmented, action_button, button, fit_buttons
from ui.widgets.labels import Chip, ElidedLabel
from ui.widgets.notice_box import Glyph
from ui.words import tr

if TYPE_CHECKING:  # it leads to the engine, which the first paint does not wait for
    from ui.inspector.verdicts import Verdict

STRUCTURE, RECORDS, RAM = "structure", "records", "ram"
LEAST_NAME = 110
ROOM_FOR_FACTS = 900
"""Narrower than this the name needs the room; the facts are in the status bar too."""


class Header(QWidget):
    """``view_chosen`` carries structure, records or ram."""

    view_chosen = Signal(str)
    cancel_wanted = Signal()

    def __init__(self, actions: Sequence[QAction] = (), parent: QWidget | None = None) -> None:
        """``actions`` have buttons, the first of them the most room."""
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(INSET, 8, INSET, 4)
        row.setSpacing(8)
        row.addWidget(Glyph("file", "text2", 18))
        self._about = ""
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
        self.progress.setAccessibleName(tr("Reading the stream"))
        self.cancel = button(tr("Cancel"), run=self.cancel_wanted.emit)
        #: Three ways to look at a stream
        self.views = Segmented(((STRUCTURE, tr("Structure")), (RECORDS, tr("Records")), (RAM, tr("RAM"))), tr("View"))
        self.views.chosen.connect(self.view_chosen)
        row.addWidget(self.progress)
        row.addWidget(self.cancel)
        row.addWidget(self.views)
        self._buttons = [action_button(action) for action in actions]
        for part in self._buttons:
            row.addWidget(part)
        self.set_progress(None)

    def set_stream(self, name: str, hint: str) -> None:
        self.name.setText(name)
        self.name.set_hint(hint)

    def set_facts(self, facts: Sequence[str]) -> None:
        text = ", ".join(fact for fact in facts if fact)
        self.facts.setText(text)
        self.facts.setMinimumWidth(min(fonts.text_width(fonts.ui(12), text) + 4, 260))
        self._fold()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        """What is left out for the name, one after the other: the facts, words on the buttons, the word of the
        verdict, the last button."""
        whole = self.name.sizeHint().width()
        least = min(whole, fonts.px(LEAST_NAME))
        fixed = [part for part in (self.views, self.progress, self.cancel) if not part.isHidden()]
        room = self.width() - sum(part.sizeHint().width() + 12 for part in fixed) - 4 * INSET
        self.chip.set_short(False)
        taken = self.chip.sizeHint().width() + 12
        if self._buttons:
            taken += fit_buttons(self._buttons, room - whole - taken) + 12
        wide = self.chip.sizeHint().width()
        self.chip.set_short(taken > room - least)
        taken += self.chip.sizeHint().width() - wide
        for part in reversed(self._buttons):  # the menu has them, too
            fits = taken + least <= room
            taken -= 0 if fits else part.sizeHint().width() + 8
            part.setVisible(fits)
        self.name.setMinimumWidth(least)
        needed = taken + least + self.facts.minimumWidth()
        self.facts.setVisible(self.width() >= fonts.px(ROOM_FOR_FACTS) and needed <= room)
        self._say_verdict()

    def _say_verdict(self) -> None:
        word = self.chip.text() if self.chip.is_short() else ""
        self.chip.setToolTip("\n".join(part for part in (word, self._about) if part))

    def set_verdict(self, said: Verdict) -> None:
        self.chip.set_state(said.text, said.tone, said.icon)
        self._about = said.about
        self._fold()

    def set_progress(self, percent: int | None) -> None:
        """Percent read, -1 where the end is not known, None when nothing is being read."""
        for part in (self.progress, self.cancel):
            part.setVisible(percent is not None)
        if percent is not None:
            self.progress.setRange(0, 0 if percent < 0 else 100)
            self.progress.setValue(max(percent, 0))
            text = tr("reading") if percent < 0 else tr("reading, {number} %", number=percent)
            self.chip.set_state(text, "info", "hourglass-medium")
            self._about = tr("What was read so far can be used already")
        self._fold()
