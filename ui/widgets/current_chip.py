"""The mark of the snapshot that was last saved or loaded, painted behind its name."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFont, QPainter

from ui.theme import fonts, icons
from ui.theme.palette import color
from ui.theme.tokens import RADIUS_CHIP
from ui.widgets.two_lines import mirrored, paint_line
from ui.words import tr

_PADDING, _GLYPH = 8, 12


def chip_width(*, short: bool = False) -> int:
    """Px; ``short`` is the glyph alone, where there is no room for the word."""
    #: The snapshot that was last saved or loaded
    word = fonts.text_width(fonts.ui(12, 500), tr("Current")) + 4
    return (0 if short else word) + 2 * _PADDING + _GLYPH


def paint_name(
    painter: QPainter, line: QRect, name: str, font: QFont, direction: Qt.LayoutDirection, *, current: bool
) -> None:
    """A name on its line, and behind it the mark where it is ``current``."""
    if not current:
        paint_line(painter, line, name, font, "text", direction=direction)
        return
    said = QRect(line)
    short = fonts.text_width(font, name) + _PADDING + chip_width() > line.width()
    said.setWidth(max(24, line.width() - chip_width(short=short) - _PADDING))
    used = paint_line(painter, mirrored(direction, line, said), name, font, "text", direction=direction)
    paint_chip(painter, line, used + _PADDING, direction, short=short)


def paint_chip(painter: QPainter, line: QRect, at: int, direction: Qt.LayoutDirection, *, short: bool) -> None:
    """On the line of a name, ``at`` px behind its beginning."""
    height = fonts.px(18)
    box = QRect(line.left() + at, line.center().y() - height // 2 + 1, chip_width(short=short), height)
    box = mirrored(direction, line, box)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color("infoBg"))
    painter.drawRoundedRect(QRectF(box), RADIUS_CHIP, RADIUS_CHIP)
    inner = box.adjusted(_PADDING, 0, -_PADDING, 0)
    glyph = QRect(inner.left(), box.center().y() - _GLYPH // 2 + 1, _GLYPH, _GLYPH)
    icons.paint(painter, QRectF(mirrored(direction, inner, glyph)), "map-pin-fill", "accent")
    if short:
        return
    words = mirrored(direction, inner, inner.adjusted(_GLYPH + 4, 0, 0, 0))
    painter.setFont(fonts.ui(12, 500))
    painter.setPen(color("accent"))
    painter.drawText(words, Qt.AlignmentFlag.AlignCenter, tr("Current"))
