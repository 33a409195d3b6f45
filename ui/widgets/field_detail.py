"""Everything about one field of a stream: where it is, what it holds raw, and what that means."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from snapmgr.inspect.model import Node, NodeKind
from ui.models.texts import shown
from ui.shell import formats
from ui.widgets.controls import button
from ui.widgets.labels import ElidedLabel, label
from ui.words import later, plural, tr

#: Facts of a field: its raw value, what that means, its type, its offset, its bytes
VALUE, MEANING, TYPE = later("Value"), later("Meaning"), later("Type")
WHERE, BYTES = later("Where"), later("Bytes")
SHOWN_BYTES = 48
"""Bytes of the field that are written out."""

KINDS = {
    #: Kinds of parts of a stream: what holds it together (header, footers, end)
    NodeKind.META: later("framing"),
    NodeKind.RAM: later("RAM"),
    #: A section that is sent in several passes, as RAM is
    NodeKind.BLOCK: later("iterative section"),
    NodeKind.DEVICE: later("device"),
    #: A part of a device’s state that is only there when it is needed
    NodeKind.SUBSECTION: later("subsection"),
    NodeKind.COMMAND: later("command"),
    NodeKind.FAULT: later("fault"),
}


def bytes_text(data: bytes, length: int) -> str:
    """The first bytes as hexadecimal, with how many more there are."""
    text = data[:SHOWN_BYTES].hex(" ").upper()
    more = length - min(length, SHOWN_BYTES)
    #: {bytes} are the first bytes of a field
    return plural("{bytes}  and {n} more byte", "{bytes}  and {n} more bytes", more, bytes=text) if more else text


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
            ((VALUE, "mono"), (MEANING, "body"), (TYPE, "body"), (WHERE, "mono"), (BYTES, "mono"))
        ):
            heading = label(tr(key), "caption")
            value = ElidedLabel("", role, Qt.TextElideMode.ElideRight)
            grid.addWidget(heading, row, 0)
            grid.addWidget(value, row, 1)
            self._facts[key] = (heading, value)
        column.addLayout(grid)
        self.lost = label("", "danger", wrap=True)
        self.lost.setVisible(False)
        column.addWidget(self.lost)
        column.addStretch(1)
        buttons = self._buttons = QHBoxLayout()
        buttons.setSpacing(8)
        self.show_button = button(tr("Show in bytes"), run=self.show_bytes.emit)
        self.copy_button = button(tr("Copy name = value"), "ghost", "copy", run=self.copy_value.emit)
        self.path_button = button(tr("Copy path"), "ghost", "copy", run=self.copy_path.emit)
        for part in (self.show_button, self.copy_button, self.path_button):
            buttons.addWidget(part)
        buttons.addStretch(1)
        column.addLayout(buttons)

    def minimumSizeHint(self) -> QSize:
        """As narrow as its place."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The buttons stand below each other where they have no room beside each other."""
        super().resizeEvent(event)
        parts = (self.show_button, self.copy_button, self.path_button)
        beside = sum(part.sizeHint().width() for part in parts) + 2 * 8 <= self.width() - 36
        direction = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        self._buttons.setDirection(direction)

    def show_node(self, nodes: Sequence[Node], data: bytes, digits: int = 8, *, lost: str = "") -> None:
        """``nodes`` lead from the root to the field, ``data`` are its first bytes; ``lost`` says why there are none."""
        node = nodes[-1]
        self.name.setText(shown(node.name))
        above = " / ".join(shown(parent.name) for parent in nodes[:-1])
        self.path.setText(above or tr("{kind}, at the top of the stream", kind=tr(KINDS[node.kind])))
        begin = formats.offset(node.offset, digits)
        end = formats.offset(node.offset + max(node.length, 1) - 1, digits)
        span = tr("{begin} to {end}", begin=begin, end=end) if node.length > 1 else begin
        size = formats.exact_bytes(node.length) if node.length else tr("no bytes")
        self._say(VALUE, shown(node.value))
        self._say(MEANING, shown(node.meaning))
        self._say(TYPE, shown(node.type))
        self._say(WHERE, f"{span}, {size}")
        self._say(BYTES, "" if lost else bytes_text(data, node.length))
        self.lost.setText(lost)
        self.lost.setVisible(bool(lost))

    def text(self, key: str) -> str:
        """What is said under Value, Meaning, Type, Where or Bytes."""
        return self._facts[key][1].full_text()

    def _say(self, key: str, text: str) -> None:
        heading, value = self._facts[key]
        value.setText(text)
        heading.setVisible(bool(text))
        value.setVisible(bool(text))
