"""What is written on a picture of the past, so that nobody takes it for live."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter

from ui.theme import fonts
from ui.theme.palette import color

_AIR, _RADIUS = 8, 6


def paint_date(painter: QPainter, picture: QRect, text: str, direction: Qt.LayoutDirection) -> None:
    """In the lower corner at the end of the line."""
    font = fonts.role("secondary")
    text = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, picture.width() - 2 * _AIR)
    width, height = min(fonts.text_width(font, text) + 2 * _AIR, picture.width()), fonts.px(22)
    left = picture.left() + _AIR
    if direction == Qt.LayoutDirection.LeftToRight:
        left = max(picture.left(), picture.right() + 1 - width - _AIR)
    box = QRectF(left, picture.bottom() + 1 - height - _AIR, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color("scrim"))
    painter.drawRoundedRect(box, _RADIUS, _RADIUS)
    painter.setFont(font)
    painter.setPen(color("onPrimary"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
