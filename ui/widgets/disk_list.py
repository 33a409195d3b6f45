"""The disks of a machine with what each has of one snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from snapmgr.names import visible_text
from snapmgr.snapshots.model import DeviceInfo, SnapshotRow
from ui.isolation import isolated
from ui.models.snapshot_texts import on_disk
from ui.shell.failures import told
from ui.shell.formats import Units, size
from ui.widgets.labels import ElidedLabel
from ui.widgets.notice_box import Glyph
from ui.words import tr


@dataclass(frozen=True, slots=True)
class DiskLine:
    """One disk: ``state`` in words, ``tint`` and ``icon`` say the same again."""

    name: str
    path: str
    state: str
    icon: str
    tint: str
    about: str = ""


def device_lines(devices: tuple[DeviceInfo, ...], labels: Mapping[str, str], units: Units) -> list[DiskLine]:
    """A line for each disk as such: its size and format."""
    lines = []
    for device in devices:
        about = tr("builds upon {file}", file=isolated(visible_text(device.backing))) if device.backing else ""
        text = f"{size(device.virtual_size, units)}, {device.format}"
        icon, tint = ("hard-drive", "text2") if device.error is None else ("prohibit", "text3")
        if device.unread:
            text, icon, tint = tr("could not be read"), "warning", "warn"
        lines.append(DiskLine(labels.get(device.path, device.path), device.path, text, icon, tint, about))
    return lines


def disk_lines(devices: tuple[DeviceInfo, ...], row: SnapshotRow, labels: Mapping[str, str]) -> list[DiskLine]:
    """A line for each disk, in the order in which they were opened."""
    lines = []
    for device in devices:
        name = labels.get(device.path, device.path)
        if device.path in row.entries:
            state = on_disk(row.entries[device.path])
            lines.append(DiskLine(name, device.path, state, "check-circle-fill", "ok"))
        elif device.error is not None:
            about = told(device.error)
            if device.unread:
                lines.append(DiskLine(name, device.path, tr("could not be read"), "warning", "warn", about))
                continue
            state = tr("{format}, no snapshots", format=device.format)
            lines.append(DiskLine(name, device.path, state, "prohibit", "text3", about))
        else:
            lines.append(DiskLine(name, device.path, tr("not on this disk"), "minus-circle", "warn"))
    return lines


class DiskList(QWidget):
    """Lines of ``disk_lines``; rebuilt as a whole, there are never many."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Disks"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)

    def show_lines(self, lines: list[DiskLine]) -> None:
        while (item := self._column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for line in lines:
            self._column.addWidget(self._line(line))

    def _line(self, line: DiskLine) -> QWidget:
        made = QWidget()
        made.setAccessibleName(f"{line.name}: {line.state}")
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(Glyph(line.icon, line.tint, 16))
        name = ElidedLabel(line.name, "mono")
        name.set_hint(isolated(visible_text(line.path)))
        name.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        state = ElidedLabel(line.state, "warn" if line.tint == "warn" else "secondary", Qt.TextElideMode.ElideRight)
        if line.about:
            state.set_hint(line.about)
        row.addWidget(name, 1)
        row.addWidget(state)
        return made
