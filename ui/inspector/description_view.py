"""The VM description of a stream (the JSON behind its end) as indented text, device by device."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QMouseEvent, QTextCursor, QTextFormat
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from snapmgr.names import visible_text
from snapmgr.work import CancelToken
from ui.theme import fonts
from ui.theme.palette import color
from ui.words import tr

PIECE = 2000
"""Lines that are given to the text view at once."""


@dataclass
class Description:
    """Lines of the indented text, and where each device begins: ``starts`` are line numbers, ``devices`` their
    (name, instance id)."""

    lines: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    devices: list[tuple[str, int]] = field(default_factory=list)
    whole: bool = True

    def device_at(self, line: int) -> tuple[str, int] | None:
        row = bisect_right(self.starts, line) - 1
        return self.devices[row] if row >= 0 else None

    def range_of(self, name: str, instance: int) -> tuple[int, int] | None:
        """(first line, line after the last) of a device."""
        try:
            row = self.devices.index((name, instance))
        except ValueError:
            return None
        return self.starts[row], self.starts[row + 1] if row + 1 < len(self.starts) else len(self.lines) - 2

    def pieces(self) -> Iterator[str]:
        for first in range(0, len(self.lines), PIECE):
            yield "\n".join(self.lines[first : first + PIECE])


def indented(text: str, cancel: CancelToken) -> Description:
    """Lay the JSON out.  Runs in a worker.  Damaged JSON is shown as it stands."""
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return Description([visible_text(line) for line in text[: 1 << 20].split("\n")], whole=False)
    devices = parsed.pop("devices", None) if isinstance(parsed, dict) else None
    if not isinstance(devices, list):
        return Description(json.dumps(parsed, indent=2, ensure_ascii=False).splitlines())
    result = Description(json.dumps(parsed, indent=2, ensure_ascii=False).splitlines()[:-1])
    if len(result.lines) > 1:
        result.lines[-1] += ","
    result.lines = result.lines or ["{"]
    result.lines.append('  "devices": [')
    for number, device in enumerate(devices):
        cancel.check()
        lines = json.dumps(device, indent=2, ensure_ascii=False).splitlines()
        result.starts.append(len(result.lines))
        result.devices.append(_identity(device))
        result.lines.extend(f"    {line}" for line in lines)
        if number + 1 < len(devices):
            result.lines[-1] += ","
    result.lines += ["  ]", "}"]
    return result


def _identity(device: object) -> tuple[str, int]:
    if not isinstance(device, dict):
        return "", 0
    instance = device.get("instance_id", 0)
    return str(device.get("name", "")), instance if isinstance(instance, int) else 0


class DescriptionView(QPlainTextEdit):
    """Read-only text.  ``device_chosen(name, instance id)`` is the device that was clicked."""

    device_chosen = Signal(str, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.description = Description()
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setAccessibleName(tr("VM description"))
        self.setFont(fonts.mono(12))
        self.document().setDocumentMargin(16)
        self._shown: tuple[int, int] | None = None

    def begin(self, description: Description) -> None:
        """Show another description, piece by piece with ``append``."""
        self.clear()
        self.description = description
        self._shown = None
        self.setExtraSelections([])

    def append(self, piece: str) -> None:
        self.appendPlainText(piece)

    def show_device(self, name: str, instance: int) -> None:
        """Bring a device to the top and tint it."""
        lines = self.description.range_of(name, instance)
        if lines is None or lines[0] >= self.document().blockCount():
            return
        self._shown = lines
        begin = QTextCursor(self.document().findBlockByNumber(lines[0]))
        self.setTextCursor(begin)
        self.verticalScrollBar().setValue(max(0, lines[0] - 1))
        self._tint()

    def _tint(self) -> None:
        if self._shown is None:
            return
        tint = QTextEdit.ExtraSelection()
        tint.cursor = QTextCursor(self.document().findBlockByNumber(self._shown[0]))
        last = self.document().findBlockByNumber(min(self._shown[1], self.document().blockCount()) - 1)
        behind = min(
            last.position() + last.length(), self.document().characterCount() - 1
        )  # so that all of it is tinted
        tint.cursor.setPosition(behind, QTextCursor.MoveMode.KeepAnchor)
        tint.format.setBackground(color("text", 0.09))
        tint.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        self.setExtraSelections([tint])

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if not self.textCursor().hasSelection():
            device = self.description.device_at(self.cursorForPosition(event.position().toPoint()).blockNumber())
            if device is not None:
                self.device_chosen.emit(*device)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()
        elif event.type() == QEvent.Type.ApplicationFontChange:
            self.setFont(fonts.mono(12))
