"""The right pane as a whole: details, and the way back where they are a page of their own."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from snapmgr.snapshots.model import SnapshotRow, Snapshots
from ui.shell import formats
from ui.snapshots.details import Details, image_boxes
from ui.theme.tokens import INSET
from ui.widgets.controls import button, line
from ui.widgets.disk_list import DiskList, device_lines
from ui.widgets.labels import label
from ui.words import tr


class DetailsPane(QWidget):
    """``back_wanted`` is the button above details that are a page of their own."""

    back_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(200)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._bar = QWidget()
        row = QHBoxLayout(self._bar)
        row.setContentsMargins(8, 8, 8, 8)
        row.addWidget(button(tr("Back to the list"), "ghost", "arrow-left", run=self.back_wanted.emit))
        row.addStretch(1)
        column.addWidget(self._bar)
        self._line = line()
        column.addWidget(self._line)
        self.area = Details()
        self._nothing = QWidget()
        self._said = QVBoxLayout(self._nothing)
        self._said.setContentsMargins(INSET, INSET, INSET, INSET)
        self._said.setSpacing(8)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._nothing)
        self._stack.addWidget(self.area)
        column.addWidget(self._stack, 1)
        self.set_page(False)
        self.clear()

    def set_page(self, page: bool) -> None:
        """Whether this is a page of its own, which one can leave."""
        self._bar.setVisible(page)
        self._line.setVisible(page)

    def show_snapshot(
        self, row: SnapshotRow, found: Snapshots, labels: Mapping[str, str], units: formats.Units
    ) -> None:
        self.area.show_snapshot(row, found, labels, units)
        self._stack.setCurrentWidget(self.area)

    def set_machine(self, text: str) -> None:
        self.area.set_machine(text)

    def show_machine(self, found: Snapshots | None, labels: Mapping[str, str], units: formats.Units) -> None:
        """No snapshot is selected: what there is to say of the disks."""
        parts: list[QWidget] = []
        if found is not None:
            disks = DiskList()
            disks.show_lines(device_lines(found.devices, labels, units))
            if found.rows:
                parts.append(label(tr("Select a snapshot to see its details."), "caption", wrap=True))
            elif found.owned:
                said = tr("Nothing is saved yet. Save snapshot… keeps the machine and its disks as they are.")
                parts.append(label(said, "caption", wrap=True))
            parts += [label(tr("Disks"), "group"), disks, *image_boxes(found, labels)]
        self._say(parts)

    def clear(self) -> None:
        self._say([label(tr("Details of the selected snapshot stand here."), "caption", wrap=True)])

    def _say(self, parts: list[QWidget]) -> None:
        while (item := self._said.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for part in parts:
            self._said.addWidget(part)
        self._said.addStretch(1)
        self._stack.setCurrentWidget(self._nothing)
