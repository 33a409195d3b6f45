"""What differs, in a few words each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.compare.comparing import Compared, Comparison
from ui.isolation import isolated
from ui.shell import formats
from ui.theme import fonts
from ui.widgets.labels import Chip
from ui.words import plural, tr

MOST = 6


def chips_of(
    found: Comparison, sides: tuple[Compared, Compared], labels: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """Texts with their tones and icons; ``labels`` are names of the disks by their paths."""
    chips: list[tuple[str, str, str]] = []
    if found.streams is not None:
        devices = found.streams.devices.differing
        only = [device for device in devices if device.only]
        fields, both = found.streams.field_count, len(devices) - len(only)
        if fields or not devices:
            many = plural("{n} device", "{n} devices", both)
            #: {devices} is something like: 9 devices
            said = plural("{n} field differs in {devices}", "{n} fields differ in {devices}", fields, devices=many)
            tone, icon = ("warn", "arrows-left-right") if fields else ("ok", "check")
            chips.append((said if fields else tr("no field differs"), tone, icon))
        only_a, only_b = (sum(device.only == side for device in only) for side in ("a", "b"))
        if only_a:
            chips.append((plural("{n} device only in A", "{n} devices only in A", only_a), "info", "minus-circle"))
        if only_b:
            chips.append((plural("{n} device only in B", "{n} devices only in B", only_b), "info", "plus-circle"))
        pages = found.streams.page_count
        count = formats.grouped(sum(len(block.states) for block in found.streams.ram))
        said = plural("{n} of {total} pages differs", "{n} of {total} pages differ", pages, total=count)
        chips.append((said, "warn" if pages else "ok", "grid-four"))
    for disk in found.disks:
        count = formats.grouped(len(disk.clusters))
        said = plural("{n} of {total} clusters differs", "{n} of {total} clusters differ", disk.changed, total=count)
        if len(found.disks) > 1:
            said = tr("{what}: {name}", what=isolated(labels[disk.path]), name=said)
        chips.append((said, "warn" if disk.differs else "ok", "hard-drive"))
    a, b = sides
    if a.clock is not None and b.clock is not None:
        apart = formats.duration(abs(a.clock - b.clock) / 1e9)
        chips.append((tr("{time} apart on the VM clock", time=apart), "neutral", "clock"))
    return chips[:MOST]


class ChipRow(QWidget):
    """Chips beside each other, on as many lines as they need."""

    GAP, LINE = 8, 22

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chips: list[Chip] = []

    def show_chips(self, chips: Sequence[tuple[str, str, str]]) -> None:
        for old in self.chips:
            old.hide()
            old.deleteLater()
        self.chips = [Chip(*one, parent=self) for one in chips]
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        left, top, height = 0, 0, fonts.px(self.LINE)
        right_to_left = self.isRightToLeft()
        for chip in self.chips:
            width = chip.sizeHint().width()
            if left and left + width > self.width():
                left, top = 0, top + height + self.GAP
            chip.setGeometry(self.width() - left - width if right_to_left else left, top, width, height)
            left += width + self.GAP
        self.setFixedHeight(top + height)
