"""The Migration view before anything moves: what can be tried, one click each."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from ui.migration.scenarios import SCENARIOS
from ui.theme import fonts
from ui.widgets.controls import button
from ui.widgets.labels import label
from ui.words import tr


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
        column.addWidget(label(said, "secondary", wrap=True))
        self._grid = QGridLayout()
        self._grid.setSpacing(12)
        self._cards = [self._card(scenario.id) for scenario in SCENARIOS]
        column.addLayout(self._grid)
        column.addStretch(1)
        self._columns = 0
        self.adapt(1000)

    def _card(self, id: str) -> QFrame:
        scenario = next(one for one in SCENARIOS if one.id == id)
        card = QFrame()
        card.setProperty("frame", "card")
        column = QVBoxLayout(card)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(4)
        column.addWidget(label(tr(scenario.title), "strong", wrap=True))
        column.addWidget(label(tr(scenario.lesson), "secondary", wrap=True))
        column.addStretch(1)
        run = button(tr("Try it"), icon="play", run=lambda: self.chosen.emit(id))
        run.setAccessibleName(tr("Try it: {scenario}", scenario=tr(scenario.title)))
        column.addWidget(run)
        return card

    def adapt(self, width: int) -> None:
        columns = max(1, min(len(self._cards), width // fonts.px(250)))
        if columns == self._columns:
            return
        self._columns = columns
        for place, card in enumerate(self._cards):
            self._grid.addWidget(card, place // columns, place % columns)
