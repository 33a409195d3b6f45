"""Timeline: its heading, what moves through time, and the bar of phases."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.migration.phases import Phases
from ui.widgets.controls import ComboBox, action_button, button
from ui.widgets.labels import Chip, label
from ui.words import tr

SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)
IDS = ("migration.first", "migration.back", "migration.play", "migration.step", "migration.last")


class Transport(QWidget):
    """``speed`` is how fast a recording is played."""

    live_wanted = Signal()

    def __init__(self, actions: Callable[[str], QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 4)
        column.setSpacing(6)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(label(tr("Timeline"), "group"))
        row.addStretch(1)
        for id in IDS:
            made = action_button(actions(id), "small", icon_only=True)
            row.addWidget(made)
        self.chip = Chip()
        row.addWidget(self.chip)
        self.go_live = button(tr("Go live"), "link", run=self.live_wanted.emit)
        self.go_live.hide()
        row.addWidget(self.go_live)
        self._speed = ComboBox()
        self._speed.setAccessibleName(tr("Speed of the replay"))
        for speed in SPEEDS:
            self._speed.addItem(f"{speed:g}×", speed)
        self._speed.setCurrentIndex(SPEEDS.index(1.0))
        row.addWidget(self._speed)
        column.addLayout(row)
        self.phases = Phases()
        column.addWidget(self.phases)

    @property
    def speed(self) -> float:
        return float(self._speed.currentData())

    def set_replay(self, possible: bool) -> None:
        """A speed is of use where there is something to play."""
        self._speed.setVisible(possible)
