"""Columns of the structure tree: what each says of a node."""

from __future__ import annotations

from PySide6.QtCore import Qt

from snapmgr.inspect.model import Node
from ui.models.texts import shown, value_text
from ui.shell import formats
from ui.words import later, tr

NAME, VALUE, TYPE, OFFSET, BYTES = range(5)
HEADERS = (later("Name"), later("Value"), later("Type"), later("Offset"), later("Bytes"))


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
        return tr("{bytes} from the beginning", bytes=formats.exact_bytes(node.offset))
    if column == BYTES and node.length:
        begin, end = node.offset, node.offset + node.length - 1
        return tr("{begin} to {end}", begin=formats.offset(begin, digits), end=formats.offset(end, digits))
    return text(node, column, digits) or None


def alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column == BYTES else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
