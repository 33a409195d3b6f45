"""The demo machine on show: its screen, its controls, and what can be counted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFormLayout,
    QHBoxLayout,
    QScrollArea,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from snapmgr.machine.machine import MachineView
from snapmgr.machine.runstate import RunState
from snapmgr.machine.workloads import WORKLOADS
from ui.shell import formats
from ui.shell.actions import plain
from ui.snapshots.demo_snapshots import DemoSnapshots
from ui.theme import fonts, icons
from ui.widgets.controls import ComboBox, action_button, button, fit_buttons, line
from ui.widgets.guest_screen import GuestScreen
from ui.widgets.labels import Chip, ElidedLabel, label
from ui.words import grouped, later, tr

SIDE, LEAST_SCREEN = 304, 240
"""Px of what is counted, and that the screen has at least beside it."""
MOST_WIDTH = (1 << 24) - 1
"""Qt's word for no limit."""
MOST_PAGES = 1 << 16
"""Pages a tick that can be asked for here."""

SUMMARIES = {
    "idle": later("nothing but the picture, the clock and the disks"),
    "sequential": later("one page behind the other, round and round"),
    "random": later("pages all over its memory"),
    "hotspot": later("nine in ten in a sixteenth of its memory"),
    "burst": later("runs of pages, then silence"),
    "full": later("every page in every tick"),
}

COUNTERS = {
    "pages-dirtied": later("Pages written"),
    "interrupts": later("Interrupts"),
    "packets": later("Packets"),
    "records": later("Disk records"),
    "mismatches": later("Mismatches"),
}


class DemoPane(QWidget):
    """``workload_chosen`` carries a name and pages a tick (0 = as the workload has it)."""

    workload_chosen = Signal(str, int)

    def __init__(self, actions: Callable[[str], QAction], units: Callable[[], formats.Units], parent: QWidget) -> None:
        super().__init__(parent)
        self._units = units
        self._buttons: list[QToolButton] = []
        self._filled_for: tuple[str, int] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._make_header(actions))
        column.addWidget(line())
        middle = self._middle = QHBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        stage = QWidget()
        around = QVBoxLayout(stage)
        around.setContentsMargins(16, 16, 16, 16)
        self.screen = GuestScreen()
        around.addWidget(self.screen)
        middle.addWidget(stage, 1)
        self._line, self._side = line(vertical=True), self._make_side()
        middle.addWidget(self._line)
        middle.addWidget(self._side)
        column.addLayout(middle, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.adapt()

    def adapt(self) -> None:
        """Where the screen has no room beside what is counted, that stands under it; where words have none, icons."""
        fit_buttons(self._buttons, self.width() - self.run.sizeHint().width() - 8 - 32)
        side = fonts.px(SIDE)
        below = self.width() - side < fonts.px(LEAST_SCREEN)
        self._line.setVisible(not below)
        self._middle.setDirection(QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight)
        self._middle.setStretch(2, 1 if below else 0)
        self._side.setMinimumWidth(0 if below else side)
        self._side.setMaximumWidth(MOST_WIDTH if below else side)

    def _make_header(self, actions: Callable[[str], QAction]) -> QWidget:
        header = QWidget()
        column = QVBoxLayout(header)
        column.setContentsMargins(16, 12, 16, 8)
        column.setSpacing(8)
        upper = QHBoxLayout()
        upper.setSpacing(12)
        upper.addWidget(ElidedLabel(tr("Demo machine"), "machine", Qt.TextElideMode.ElideRight))
        self.chip = Chip()
        upper.addWidget(self.chip)
        self.about = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight)
        upper.addWidget(self.about, 1)
        column.addLayout(upper)
        lower = QHBoxLayout()
        lower.setSpacing(8)
        self.run = button(tr("Run"), "primary", "play-fill", run=actions("demo.run").trigger)
        self.run.setToolTip(actions("demo.run").toolTip())
        lower.addWidget(self.run)
        for id in ("demo.step", "demo.inspect", "demo.reset", "demo.end"):
            action = actions(id)
            action.setIconText(plain(action.text()))  # Qt leaves the … out of what buttons show
            self._buttons.append(action_button(action))
            lower.addWidget(self._buttons[-1])
        lower.addStretch(1)
        column.addLayout(lower)
        return header

    def _make_side(self) -> QScrollArea:
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(label(tr("What the guest does"), "group"))
        self.workload = ComboBox()
        self.workload.setAccessibleName(tr("Workload"))
        for workload in WORKLOADS:
            self.workload.addItem(workload.name, workload.name)
        self.workload.activated.connect(lambda place: self.workload_chosen.emit(self.workload.itemData(place), 0))
        column.addWidget(self.workload)
        self.summary = label("", "secondary", wrap=True)
        column.addWidget(self.summary)
        row = QHBoxLayout()
        pages = label(tr("Pages a tick"), "body2")
        self.rate = QSpinBox()
        self.rate.setRange(0, MOST_PAGES)
        self.rate.setKeyboardTracking(False)
        self.rate.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.rate.setAccessibleName(tr("Pages a tick"))
        self.rate.valueChanged.connect(self._rate_changed)
        pages.setBuddy(self.rate)
        row.addWidget(pages)
        row.addStretch(1)
        row.addWidget(self.rate)
        column.addLayout(row)
        column.addSpacing(8)
        column.addWidget(label(tr("Now"), "group"))
        self._facts = QFormLayout()
        self._facts.setHorizontalSpacing(16)
        self._values = {}
        for key, text in {"tick": tr("Tick"), "clock": tr("VM clock"), "ram": tr("RAM")}.items():
            self._add_fact(key, text)
        for key, text in COUNTERS.items():
            self._add_fact(key, tr(text))
        column.addLayout(self._facts)
        column.addSpacing(8)
        self.snapshots = DemoSnapshots()
        column.addWidget(self.snapshots)
        column.addStretch(1)
        area.setWidget(side)
        return area

    def _add_fact(self, key: str, text: str) -> None:
        value = label("", "body")
        value.setFont(fonts.ui(13, 400, tabular=True))
        self._values[key] = value
        self._facts.addRow(label(text, "secondary"), value)

    def show_view(self, view: MachineView) -> None:
        """Show what the machine is like now."""
        running = view.run_state is RunState.RUNNING
        self.chip.set_state(view.run_state.value, "ok" if running else "warn", "play-fill" if running else "pause-fill")
        self.run.setText(tr("Pause") if running else tr("Run"))
        self.run.setIcon(icons.icon("pause-fill" if running else "play-fill", "onPrimary"))
        ram = formats.size(view.ram, self._units())
        disks = ", ".join(Path(name).name for name in view.disks)
        self.about.setText(", ".join((view.machine, ram, disks or tr("no disks"))))
        self.screen.show_picture(view.screen)
        self.snapshots.list.show_now(self.screen.image)
        self._fill_workload(view)
        self._values["tick"].setText(grouped(view.tick))
        self._values["clock"].setText(formats.vm_clock(view.now))
        self._values["ram"].setText(ram)
        for key in COUNTERS:
            self._values[key].setText(grouped(view.counters[key]))

    def _fill_workload(self, view: MachineView) -> None:
        """Only where it is another: what somebody types just now stays."""
        known = view.workload, view.rate
        if known == self._filled_for:
            return
        self._filled_for = known
        self.workload.setCurrentIndex(self.workload.findData(view.workload))
        self.summary.setText(tr(SUMMARIES[view.workload]))
        self.rate.blockSignals(True)
        self.rate.setValue(min(view.rate, MOST_PAGES))
        self.rate.blockSignals(False)

    def _rate_changed(self, rate: int) -> None:
        if self._filled_for is not None:
            self.workload_chosen.emit(self._filled_for[0], rate)
