"""Everything about one field of a stream: where it is, what it holds raw, and what that means."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from snapmgr.inspect.model import Node, NodeKind
from ui.models.texts import shown
from ui.shell import formats
from ui.widgets.controls import button
from ui.widgets.labels import ElidedLabel, label

SHOWN_BYTES = 48
"""Bytes of the field that are written out."""

KINDS = {
    NodeKind.META: "framing",
    NodeKind.RAM: "RAM",
    NodeKind.BLOCK: "iterative section",
    NodeKind.DEVICE: "device",
    NodeKind.SUBSECTION: "subsection",
    NodeKind.COMMAND: "command",
    NodeKind.FAULT: "fault",
}


def bytes_text(data: bytes, length: int) -> str:
    """The first bytes as hexadecimal, with how many more there are."""
    text = data[:SHOWN_BYTES].hex(" ").upper()
    more = length - min(length, SHOWN_BYTES)
    return f"{text}  and {formats.counted(more, 'more byte', 'more bytes')}" if more > 0 else text


class FieldDetail(QWidget):
    """Facts of one node.  ``show_bytes`` asks for its bytes, ``copy_path`` and ``copy_value`` for the clipboard."""

    show_bytes = Signal()
    copy_value = Signal()
    copy_path = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 12, 16, 12)
        column.setSpacing(4)
        self.name = ElidedLabel("", "explain")
        self.path = ElidedLabel("", "secondary")
        column.addWidget(self.name)
        column.addWidget(self.path)
        column.addSpacing(6)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        self._facts: dict[str, tuple[QWidget, ElidedLabel]] = {}
        for row, (key, role) in enumerate(
            (("Value", "mono"), ("Meaning", "body"), ("Type", "body"), ("Where", "mono"), ("Bytes", "mono"))
        ):
            heading = label(key, "caption")
            value = ElidedLabel("", role, Qt.TextElideMode.ElideRight)
            grid.addWidget(heading, row, 0)
            grid.addWidget(value, row, 1)
            self._facts[key] = (heading, value)
        column.addLayout(grid)
        column.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        self.show_button = button("Show in bytes", run=self.show_bytes.emit)
        self.copy_button = button("Copy name = value", "ghost", "copy", run=self.copy_value.emit)
        self.path_button = button("Copy path", "ghost", "copy", run=self.copy_path.emit)
        for part in (self.show_button, self.copy_button, self.path_button):
            buttons.addWidget(part)
        buttons.addStretch(1)
        column.addLayout(buttons)

    def show_node(self, nodes: Sequence[Node], data: bytes, digits: int = 8) -> None:
        """``nodes`` lead from the root to the field, ``data`` are its first bytes."""
        node = nodes[-1]
        self.name.setText(shown(node.name))
        above = " / ".join(shown(parent.name) for parent in nodes[:-1])
        self.path.setText(above or f"{KINDS[node.kind]}, at the top of the stream")
        begin = formats.offset(node.offset, digits)
        end = formats.offset(node.offset + max(node.length, 1) - 1, digits)
        where = f"{begin} to {end}, {formats.exact_bytes(node.length)}" if node.length > 1 else f"{begin}, 1 byte"
        self._say("Value", shown(node.value))
        self._say("Meaning", shown(node.meaning))
        self._say("Type", shown(node.type))
        self._say("Where", where if node.length else f"{begin}, no bytes")
        self._say("Bytes", bytes_text(data, node.length))

    def text(self, key: str) -> str:
        """What is said under Value, Meaning, Type, Where or Bytes."""
        return self._facts[key][1].full_text()

    def _say(self, key: str, text: str) -> None:
        heading, value = self._facts[key]
        value.setText(text)
        heading.setVisible(bool(text))
        value.setVisible(bool(text))
