"""The demo machine above its snapshots: its screen, its controls, and what can be counted."""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSpinBox, QToolButton, QVBoxLayout, QWidget

from snapmgr.machine.machine import MachineView
from snapmgr.machine.runstate import RunState
from snapmgr.machine.workloads import WORKLOADS
from ui.shell import formats
from ui.shell.actions import plain
from ui.shell.context import WindowContext
from ui.theme import fonts, icons
from ui.theme.tokens import INSET
from ui.widgets.controls import ComboBox, action_button, button, fit_buttons, icon_button
from ui.widgets.guest_screen import GuestScreen
from ui.widgets.labels import ElidedLabel, label
from ui.words import grouped, later, tr

MOST_PAGES = 1 << 16
"""Pages a tick that can be asked for here."""
FOLDED = "demo_band_folded"
"""What somebody chose, in the state that is kept."""
SIDE_BY_SIDE = 3
"""Counters in a row."""

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


class Form(IntEnum):
    """How much is seen; the value is the height of the screen."""

    BUTTONS = 0
    SMALL = 120
    LARGE = 180


class DemoBand(QWidget):
    """``workload_chosen`` carries a name and pages a tick (0 = as the workload has it)."""

    workload_chosen = Signal(str, int)

    def __init__(self, context: WindowContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._filled_for: tuple[str, int] | None = None
        self._form = Form.LARGE
        across = QHBoxLayout(self)
        across.setContentsMargins(INSET, 8, INSET, 8)
        across.setSpacing(INSET)
        self.screen = GuestScreen()
        across.addWidget(self.screen, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addLayout(self._make_buttons())
        self._more = QWidget()
        more = QVBoxLayout(self._more)
        more.setContentsMargins(0, 0, 0, 0)
        more.setSpacing(8)
        more.addLayout(self._make_workload())
        self.summary = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight)
        more.addWidget(self.summary)
        more.addLayout(self._make_facts())
        more.addStretch(1)
        column.addWidget(self._more, 1)
        across.addLayout(column, 1)

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        run = self._context.actions["demo.run"]
        self.run = button(tr("Run"), "", "play-fill", run=run.trigger)
        self.run.setToolTip(run.toolTip())
        self.run.setMinimumWidth(max(self._width_of(tr("Run")), self._width_of(tr("Pause"))))
        row.addWidget(self.run)
        self._buttons: list[QToolButton] = []
        for id in ("demo.step", "demo.inspect", "demo.reset", "demo.end"):
            action = self._context.actions[id]
            action.setIconText(plain(action.text()))  # Qt leaves the … out of what buttons show
            self._buttons.append(action_button(action))
            row.addWidget(self._buttons[-1])
        row.addStretch(1)
        self.said = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight, keeps=True)
        row.addWidget(self.said)
        self.fold = icon_button("caret-up", "", run=self._fold_wanted)
        self.fold.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        row.addWidget(self.fold)
        return row

    def _width_of(self, text: str) -> int:
        made = button(text, "", "play-fill")
        width = made.sizeHint().width()
        made.deleteLater()
        return width

    def _make_workload(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.workload = ComboBox()
        self.workload.setAccessibleName(tr("Workload"))
        for workload in WORKLOADS:
            self.workload.addItem(workload.name, workload.name)
        self.workload.activated.connect(lambda place: self.workload_chosen.emit(self.workload.itemData(place), 0))
        self.rate = QSpinBox()
        self.rate.setRange(0, MOST_PAGES)
        self.rate.setKeyboardTracking(False)
        self.rate.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.rate.setAccessibleName(tr("Pages a tick"))
        self.rate.valueChanged.connect(self._rate_changed)
        for text, part in ((tr("Workload"), self.workload), (tr("Pages a tick"), self.rate)):
            words = label(text, "secondary")
            words.setBuddy(part)
            row.addWidget(words)
            row.addWidget(part)
            row.addSpacing(8)
        row.addStretch(1)
        return row

    def _make_facts(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        self._values, self._rows = {}, []
        texts = {"tick": tr("Tick"), "clock": tr("VM clock"), "ram": tr("RAM")} | {
            key: tr(text) for key, text in COUNTERS.items()
        }
        for number, (key, text) in enumerate(texts.items()):
            place, column = divmod(number, SIDE_BY_SIDE)
            name, value = label(text, "secondary"), ElidedLabel("", "body", Qt.TextElideMode.ElideRight, steady=True)
            value.setFont(fonts.ui(13, 400, tabular=True))
            value.setMinimumWidth(fonts.text_width(value.font(), grouped(10**8)))
            grid.addWidget(name, place, 2 * column)
            grid.addWidget(value, place, 2 * column + 1)
            grid.setColumnStretch(2 * column + 1, 1)
            self._values[key] = value
            self._rows.append((place, name, value))
        return grid

    # --- how much is seen ---

    def adapt(self, height: int) -> None:
        """In a window of this height; what somebody folded away or unfolded stays so."""
        folded = self._context.settings.state.get(FOLDED)
        least = 640 if folded is None else 10_000 if folded else 0
        form = Form.BUTTONS if height < least else Form.LARGE if height >= 840 else Form.SMALL
        self._show_counters(form)
        self._show_form(form if self._has_room(form) else Form.BUTTONS)

    def _has_room(self, form: Form) -> bool:
        """Whether what belongs beside the screen fits there."""
        return self.width() >= fonts.px(form * 4 // 3) + 3 * INSET + self._more.minimumSizeHint().width()

    def _fold_wanted(self) -> None:
        self._context.settings.state[FOLDED] = self._form is not Form.BUTTONS
        self.adapt(self._context.window.height())

    def _show_counters(self, form: Form) -> None:
        self.summary.setVisible(form is Form.LARGE)
        for row, *parts in self._rows:
            for part in parts:
                part.setVisible(form is Form.LARGE or row == 0)

    def _show_form(self, form: Form) -> None:
        self._form = form
        folded = form is Form.BUTTONS
        self.screen.setFixedSize(QSize(fonts.px(form * 4 // 3), fonts.px(form)))
        self.screen.setVisible(not folded)
        self._more.setVisible(not folded)
        self.said.setVisible(folded)
        self.fold.setIcon(icons.icon("caret-down" if folded else "caret-up"))
        said = tr("Show its screen") if folded else tr("Fold its screen away")
        self.fold.setToolTip(said)
        self.fold.setAccessibleName(said)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.adapt(self._context.window.height())

    def _fit(self) -> None:
        """Where words of buttons have no room, icons."""
        screen = self.screen.width() + INSET if self._form is not Form.BUTTONS else fonts.px(140)
        rest = self.width() - 2 * INSET - screen - self.run.sizeHint().width() - self.fold.sizeHint().width() - 8
        fit_buttons(self._buttons, rest, 4)

    # --- what it shows ---

    def show_view(self, view: MachineView) -> None:
        """Show what the machine is like now."""
        running = view.run_state is RunState.RUNNING
        if self.run.property("running") != running:
            self.run.setProperty("running", running)
            self.run.setText(tr("Pause") if running else tr("Run"))
            self.run.setIcon(icons.icon("pause-fill" if running else "play-fill"))
        self.screen.show_picture(view.screen)
        self._fill_workload(view)
        tick, clock = grouped(view.tick), formats.vm_clock(view.now)
        self.said.setText(tr("Tick {tick}", tick=tick))
        self._values["tick"].setText(tick)
        self._values["clock"].setText(clock)
        self._values["ram"].setText(self._context.size(view.ram))
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
        self.workload.setToolTip(self.summary.full_text())
        self.rate.blockSignals(True)
        self.rate.setValue(min(view.rate, MOST_PAGES))
        self.rate.blockSignals(False)

    def _rate_changed(self, rate: int) -> None:
        if self._filled_for is not None:
            self.workload_chosen.emit(self._filled_for[0], rate)
