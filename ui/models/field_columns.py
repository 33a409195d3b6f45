"""Columns of the structure tree: what each says of a node."""

from __future__ import annotations

from PySide6.QtCore import Qt

from snapmgr.inspect.model import Node
from ui.models.texts import shown, value_text
from ui.shell import formats

NAME, VALUE, TYPE, OFFSET, BYTES = range(5)
HEADERS = ("Name", "Value", "Type", "Offset", "Bytes")


def text(node: Node, column: int, digits: int) -> str:
    """What a cell shows; ``digits`` of an offset."""
    if column == NAME:
        return shown(node.name)
    if column == VALUE:
        return value_text(node)
    if column == TYPE:
        return shown(node.type)
    if column == OFFSET:
        return formats.offset(node.offset, digits)
    return formats.grouped(node.length)


def tooltip(node: Node, column: int, digits: int) -> str | None:
    if column == OFFSET:
        return formats.exact_bytes(node.offset) + " from the beginning"
    if column == BYTES and node.length:
        last = node.offset + node.length - 1
        return f"{formats.offset(node.offset, digits)} to {formats.offset(last, digits)}"
    return text(node, column, digits) or None


def alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column == BYTES else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
