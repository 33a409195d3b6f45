"""The Migration view before anything moves: what can be tried, one click each."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from snapmgr.migrate.scenarios import SCENARIOS, Scenario
from ui.theme import fonts
from ui.widgets.controls import button, icon_button
from ui.widgets.labels import label
from ui.words import tr

LEAST = 220
"""Px of a card's width."""


class Idle(QWidget):
    """Nothing runs yet: what there is to see, one click each."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(label(tr("Choose what happens and press Start"), "explain", wrap=True))
        said = tr(
            "Two demo machines, and a channel between them. The guest runs on the source; in the end it runs on the"
            " destination, and has not noticed."
        )
        self._said = label(said, "secondary", wrap=True)
        column.addWidget(self._said)
        self._grid = QGridLayout()
        self._cards = [Card(scenario, self.chosen.emit) for scenario in SCENARIOS]
        column.addLayout(self._grid)
        column.addStretch(1)
        self._columns = 0
        self.adapt(1000, low=False)

    def adapt(self, width: int, *, low: bool) -> None:
        """``low``: there is little room for all of them."""
        self._said.setVisible(not low)
        self._grid.setSpacing(8 if low else 12)
        for card in self._cards:
            card.adapt(low=low)
        columns = next((count for count in (6, 3, 2) if width // count >= fonts.px(LEAST)), 1)
        if columns == self._columns:
            return
        self._columns = columns
        for place, card in enumerate(self._cards):
            self._grid.addWidget(card, place // columns, place % columns)
        for column in range(len(self._cards)):
            self._grid.setColumnStretch(column, int(column < columns))


class Card(QFrame):
    """One scenario: what it shows, and a button that begins it."""

    def __init__(self, scenario: Scenario, begin: Callable[[str], None]) -> None:
        super().__init__()
        self.setProperty("frame", "card")
        self._column = QVBoxLayout(self)
        self._column.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(8)
        title = label(tr(scenario.title), "strong", wrap=True)
        title.setMinimumHeight(1)
        head.addWidget(title, 1)
        words = tr("Try it: {scenario}", scenario=tr(scenario.title))
        self._whole = button(tr("Try it"), icon="play", run=lambda: begin(scenario.id))
        self._whole.setAccessibleName(words)
        self._small = icon_button("play", words, run=lambda: begin(scenario.id))
        head.addWidget(self._small, 0, Qt.AlignmentFlag.AlignTop)
        self._column.addLayout(head)
        lesson = label(tr(scenario.lesson), "secondary", wrap=True)
        lesson.setMinimumHeight(1)
        self._column.addWidget(lesson)
        self._column.addStretch(1)
        self._column.addWidget(self._whole)
        self.adapt(low=False)

    def adapt(self, *, low: bool) -> None:
        """``low``: no row for the button."""
        inset = 8 if low else 12
        self._column.setContentsMargins(inset, inset, inset, inset)
        self._whole.setVisible(not low)
        self._small.setVisible(low)
