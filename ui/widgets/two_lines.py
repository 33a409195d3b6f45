"""Painting of cells with one or two lines of text, mirrored where the window is."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle

from ui.isolation import isolated
from ui.theme.palette import color

_SIDE = Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter


def paint_line(
    painter: QPainter,
    box: QRect,
    text: str,
    font: QFont,
    tint: str,
    *,
    direction: Qt.LayoutDirection = Qt.LayoutDirection.LeftToRight,
    at_end: bool = False,
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
) -> int:
    """Draw one line into ``box``, shortened where it does not fit; returns its width.

    ``at_end`` aligns it with the end of the line, for numbers.  A text of another writing direction keeps its own
    order and stands at the same side as its neighbours.
    """
    room = max(box.width(), 0)
    shown = QFontMetrics(font).elidedText(text, elide, room)
    right = at_end != (direction == Qt.LayoutDirection.RightToLeft)
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    painter.setFont(font)
    painter.setPen(color(tint))
    painter.drawText(box, _SIDE | side, isolated(shown))
    return min(QFontMetrics(font).horizontalAdvance(shown), room)


def upper_and_lower(box: QRect, upper: QFont, lower: QFont) -> tuple[QRect, QRect]:
    """The places of two lines, centred in ``box`` together."""
    one, other = QFontMetrics(upper).height(), QFontMetrics(lower).height()
    top = box.top() + (box.height() - one - other - 2) // 2
    return (
        QRect(box.left(), top, box.width(), one),
        QRect(box.left(), top + one + 2, box.width(), other),
    )


def mirrored(direction: Qt.LayoutDirection, outer: QRect, inner: QRect) -> QRect:
    """``inner``, given for left to right, where it belongs in this direction."""
    return QStyle.visualRect(direction, outer, inner)
