"""Timeline: its heading, what moves through time, and the bar of phases."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.migration.phases import Phases
from ui.migration.section_view import SectionView
from ui.theme import fonts
from ui.widgets.controls import ComboBox, Segmented, action_button, button
from ui.widgets.labels import Chip, label
from ui.widgets.scrolling import Scrolling
from ui.words import tr

SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)
PHASES, SECTIONS = "phases", "sections"
SECTIONS_HEIGHT = 128
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
        self.modes = Segmented(((PHASES, tr("Timeline")), (SECTIONS, tr("Sections"))), tr("What is seen over time"))
        self.modes.chosen.connect(self.show_mode)
        row.addWidget(self.modes)
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
        self.sections, self._area = SectionView(), Scrolling()
        self._area.setWidget(self.sections)
        self._area.setMinimumHeight(fonts.px(SECTIONS_HEIGHT))
        self._area.setMaximumHeight(fonts.px(SECTIONS_HEIGHT))
        self._area.hide()
        column.addWidget(self._area)
        said = tr("Filled while a section is put, outlined until the destination has taken it. Enter shows its bytes.")
        self._about = label(said, "caption", wrap=True)
        self._about.setMinimumHeight(1)
        self._about.hide()
        column.addWidget(self._about)

    def show_mode(self, mode: str) -> None:
        """PHASES or SECTIONS."""
        self.modes.set_chosen(mode)
        self.phases.setVisible(mode == PHASES)
        self._area.setVisible(mode == SECTIONS)
        self._about.setVisible(mode == SECTIONS)

    @property
    def shows_sections(self) -> bool:
        return not self._area.isHidden()

    @property
    def speed(self) -> float:
        return float(self._speed.currentData())

    def set_replay(self, possible: bool) -> None:
        """A speed is of use where there is something to play."""
        self._speed.setVisible(possible)
