"""What a migration is asked to be: scenario, channel, guest, parameters, capabilities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from snapmgr.machine.workloads import WORKLOADS
from snapmgr.migrate.scenarios import BY_ID, SCENARIOS
from snapmgr.migrate.wanted import BITMAPS, COLO, MIB, PAGE, Wanted, wanted_of
from ui.migration.capabilities import CapabilityList
from ui.migration.stop_slider import StopSlider
from ui.shell import formats
from ui.widgets.controls import ComboBox, action_button
from ui.widgets.labels import ElidedLabel, label
from ui.widgets.scrolling import Scrolling
from ui.words import plural, tr

BANDWIDTHS = [n * MIB for n in (1, 2, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256, 512, 1024)]
ANY = 1 << 50
"""A bandwidth that nothing can use up: where a slider says “any”, the engine is told 0."""
DELAYS = (0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
DOWNTIMES = (10, 20, 50, 100, 200, 300, 500, 1000, 2000)
BETWEEN = (50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000)
WRITES = (0, 2, 5, 10, 15, 20, 30, 40, 60, 80, 120, 160, 240, 400, 800)
DIRTY_LIMITS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
PERCENT = (1, 5, 10, 20, 30, 40, 50, 60, 80, 99)
SIZES = [n * MIB for n in (16, 32, 64, 128, 256, 512, 1024, 2048, 4096)]
CHANNELS = (1, 2, 3, 4, 6, 8)
COMPRESSIONS = ("none", "zlib", "zstd")
MOST_DISKS = 2


def _bandwidth(value: int) -> str:
    return tr("any") if value >= ANY else formats.rate(value)


def _milliseconds(value: int) -> str:
    return tr("{number} ms", number=value)


def _mebibytes(value: int) -> str:
    return formats.rate(value * MIB)


def _percent(value: int) -> str:
    return tr("{number} %", number=value)


class SettingsPane(QWidget):
    """``changed`` comes when somebody chose something, ``scenario_chosen`` carries the id of one."""

    changed = Signal()
    scenario_chosen = Signal(str)

    def __init__(self, cut: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "app")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._wanted = Wanted()
        self._rows: dict[str, QWidget] = {}
        self._hints: dict[QWidget, str] = {}
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        area = Scrolling(self)
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(16, 12, 16, 12)
        self._column.setSpacing(8)
        self._build(cut)
        self._column.addStretch(1)
        area.hold(inner)
        outer.addWidget(area)
        self.choose(SCENARIOS[0].id)

    # -- layout ----------------------------------------------------------------------------------------------------

    def _build(self, cut: QAction) -> None:
        self._group(tr("Scenario"))
        self.scenario = _combo_box()
        self.scenario.setAccessibleName(tr("Scenario"))
        for scenario in SCENARIOS:
            self.scenario.addItem(tr(scenario.title), scenario.id)
        self.scenario.activated.connect(lambda place: self.scenario_chosen.emit(self.scenario.itemData(place)))
        self._column.addWidget(self.scenario)
        self.lesson = label("", "caption", wrap=True)
        self._column.addWidget(self.lesson)
        self._group(tr("Channel"))
        self.bandwidth = self._slider(tr("Bandwidth"), [*BANDWIDTHS, ANY], _bandwidth, tr("What the link carries"))
        self.latency = self._slider(tr("Latency"), DELAYS, _milliseconds, tr("How long a byte is on its way"))
        self.jitter = self._slider(tr("Jitter"), DELAYS, _milliseconds, tr("What may come on top of the latency"))
        self.cut = action_button(cut)
        self._column.addWidget(self.cut)
        self._group(tr("Guest"))
        self.workload = _combo_box()
        self.workload.setAccessibleName(tr("Workload"))
        for workload in WORKLOADS:
            self.workload.addItem(workload.name, workload.name)
        self.workload.activated.connect(lambda place: self.changed.emit())
        self._column.addWidget(self.workload)
        self.writes = self._slider(tr("Writes"), WRITES, self._writes, tr("How much the guest writes"))
        self.ram = self._choice(tr("RAM"), tr("RAM of the machines"), [(formats.size(size), size) for size in SIZES])
        disks = [(tr("none"), 0), *((plural("{n} disk", "{n} disks", n), n) for n in range(1, MOST_DISKS + 1))]
        self.disks = self._choice(tr("Disks"), tr("Disks that both machines can reach"), disks)
        self._column.addSpacing(4)
        self.capabilities = CapabilityList()
        self.capabilities.changed.connect(self._ticked)
        self._column.addWidget(self.capabilities)
        self._parameters()

    def _parameters(self) -> None:
        self._group(tr("Parameters"))
        self.max_bandwidth = self._slider("max-bandwidth", [*BANDWIDTHS, ANY], _bandwidth,
                                          tr("What the source sends at most"))  # fmt: skip
        self.downtime_limit = self._slider("downtime-limit", DOWNTIMES, _milliseconds,
                                           tr("How long the guest may stand still at the switchover"))  # fmt: skip
        self.postcopy_bandwidth = self._slider("max-postcopy-bandwidth", [*BANDWIDTHS, ANY], _bandwidth,
                                               tr("What the source sends at most once the guest has gone over; pages"
                                                  " that are waited for come on top"))  # fmt: skip
        self.throttle_initial = self._slider("cpu-throttle-initial", PERCENT, _percent,
                                             tr("How much auto-converge slows the guest down at first"))  # fmt: skip
        self.throttle_increment = self._slider("cpu-throttle-increment", PERCENT, _percent,
                                               tr("How much more it does every time"))  # fmt: skip
        self.throttle_most = self._slider("max-cpu-throttle", PERCENT, _percent,
                                          tr("How much it does at most"))  # fmt: skip
        self.dirty_limit = self._slider("vcpu-dirty-limit", DIRTY_LIMITS, _mebibytes,
                                        tr("What the guest may write at most while dirty-limit holds it"))  # fmt: skip
        self.channels = self._slider("multifd-channels", CHANNELS, str, tr("How many channels carry pages"))
        packed = [(name, name) for name in COMPRESSIONS]
        self.compression = self._choice("multifd-compression", tr("How they pack pages"), packed)
        self.checkpoint_delay = self._slider("x-checkpoint-delay", BETWEEN, _milliseconds,
                                             tr("How far apart two checkpoints are"))  # fmt: skip
        self._of_capability: tuple[tuple[frozenset[str], tuple[QWidget, ...]], ...] = (
            (frozenset({"postcopy-ram", BITMAPS}), (self.postcopy_bandwidth,)),
            (frozenset({"auto-converge"}), (self.throttle_initial, self.throttle_increment, self.throttle_most)),
            (frozenset({"dirty-limit"}), (self.dirty_limit,)),
            (frozenset({"multifd"}), (self.channels, self._rows["multifd-compression"])),
            (frozenset({COLO}), (self.checkpoint_delay,)),
        )
        """Parameters that mean something with one of these capabilities only."""
        self.more = label(tr("Others appear with their capability."), "caption", wrap=True)
        self._column.addWidget(self.more)

    def _group(self, title: str) -> None:
        self._column.addSpacing(4)
        self._column.addWidget(label(title, "group"))

    def _slider(self, title: str, stops: object, words: object, hint: str) -> StopSlider:
        made = StopSlider(title, stops, words, hint)  # type: ignore[arg-type]
        made.chosen.connect(lambda value: self.changed.emit())
        self._column.addWidget(made)
        return made

    def _choice(self, title: str, hint: str, entries: list[tuple[str, object]]) -> ComboBox:
        """A row with a list to choose from."""
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        made, name = _combo_box(), ElidedLabel(title, "secondary", Qt.TextElideMode.ElideRight)
        line.addWidget(name)
        made.setAccessibleName(title if title.isascii() and "-" in title else hint)
        made.setToolTip(hint)
        for words, value in entries:
            made.addItem(words, value)
        made.activated.connect(lambda place: self._ticked())
        line.addWidget(made, 1)
        self._column.addWidget(row)
        self._rows[title] = row
        return made

    def _ticked(self) -> None:
        """What is chosen decides what else can be."""
        self.capabilities.have_disks(self.disks.currentData())
        self._show_what_matters()
        self.changed.emit()

    def _show_what_matters(self) -> None:
        names = self.capabilities.names()
        for wanted, parts in self._of_capability:
            for part in parts:
                part.setVisible(bool(wanted & names))

    # -- what was chosen -------------------------------------------------------------------------------------------

    def _writes(self, value: int) -> str:
        return formats.rate(value * PAGE * self._wanted.rate)

    def wanted(self) -> Wanted:
        """As the controls stand."""
        return replace(
            self._wanted,
            bandwidth=_told(self.bandwidth),
            latency=self.latency.value(),
            jitter=self.jitter.value(),
            workload=self.workload.currentData(),
            writes=self.writes.value(),
            ram=self.ram.currentData(),
            disks=self.disks.currentData(),
            max_bandwidth=_told(self.max_bandwidth),
            downtime_limit=self.downtime_limit.value(),
            checkpoint_delay=self.checkpoint_delay.value(),
            throttle_initial=self.throttle_initial.value(),
            throttle_increment=self.throttle_increment.value(),
            throttle_most=self.throttle_most.value(),
            dirty_limit=self.dirty_limit.value(),
            max_postcopy_bandwidth=_told(self.postcopy_bandwidth),
            channels=self.channels.value(),
            compression=self.compression.currentData(),
            capabilities=self.capabilities.names(),
        )

    def choose(self, id: str) -> None:
        """Make everything what a scenario asks for."""
        scenario = BY_ID[id]
        self.scenario.setCurrentIndex(self.scenario.findData(id))
        self.lesson.setText(tr(scenario.lesson))
        self.show_wanted(scenario.wanted())

    def show_recorded(self, facts: Mapping[str, Any]) -> None:
        """What a recording was asked for."""
        scenario = facts.get("scenario")
        if isinstance(scenario, str) and scenario in BY_ID:
            self.choose(scenario)
        self.show_wanted(wanted_of(facts))

    def show_wanted(self, wanted: Wanted) -> None:
        """Stand at these, without a signal."""
        self.blockSignals(True)
        self._wanted = wanted
        self.bandwidth.set_value(wanted.bandwidth or ANY)
        self.latency.set_value(wanted.latency)
        self.jitter.set_value(wanted.jitter)
        self.workload.setCurrentIndex(max(0, self.workload.findData(wanted.workload)))
        self.writes.set_value(wanted.writes)
        self.ram.setCurrentIndex(max(0, self.ram.findData(wanted.ram)))
        self.max_bandwidth.set_value(wanted.max_bandwidth or ANY)
        self.downtime_limit.set_value(wanted.downtime_limit)
        self.checkpoint_delay.set_value(wanted.checkpoint_delay)
        self.throttle_initial.set_value(wanted.throttle_initial)
        self.throttle_increment.set_value(wanted.throttle_increment)
        self.throttle_most.set_value(wanted.throttle_most)
        self.dirty_limit.set_value(wanted.dirty_limit)
        self.postcopy_bandwidth.set_value(wanted.max_postcopy_bandwidth or ANY)
        self.channels.set_value(wanted.channels)
        self.compression.setCurrentIndex(max(0, self.compression.findData(wanted.compression)))
        self.disks.setCurrentIndex(max(0, self.disks.findData(wanted.disks)))
        self.capabilities.show_names(wanted.capabilities, self.disks.currentData())
        self._show_what_matters()
        self.blockSignals(False)

    def lock(self, locked: bool) -> None:
        """What cannot change while it runs is off then, and says why."""
        self.capabilities.lock(locked)
        fixed = tr("Fixed while running")
        opened = tr("Fixed while running: the channels are opened at the beginning")
        for widget, why in (
            (self.scenario, fixed), (self.ram, fixed), (self.disks, fixed), (self.compression, opened),
            (self.channels.slider, opened),
        ):  # fmt: skip
            widget.setEnabled(not locked)
            hint = self._hints.setdefault(widget, widget.toolTip())
            widget.setToolTip("\n".join(part for part in (hint, why) if part) if locked else hint)
        if locked:
            self.more.setText(tr("These act at once, as in QEMU."))
        else:
            self.more.setText(tr("Others appear with their capability."))


def _told(slider: StopSlider) -> int:
    return 0 if slider.value() >= ANY else slider.value()


def _combo_box() -> ComboBox:
    """One that can be narrower than its longest entry."""
    made = ComboBox()
    made.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(6)
    return made
