"""Glyphs that tell the state of a page without its colour."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from ui.theme.palette import color, luminance


def paint_glyph(painter: QPainter, box: QRectF, ground: QColor, glyph: str) -> None:
    """What tells a state without its colour, in whichever of two inks is seen better."""
    light = luminance(ground.name()) < 0.25
    quiet = glyph in ("dot", "slash", "tick")
    ink = color("text3") if quiet else color("onPrimary") if light else color("onKind")
    middle, reach = box.center(), box.width() * 0.26
    painter.setPen(QPen(ink, max(1.0, box.width() / 12), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    if glyph == "dot":
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawEllipse(middle, max(0.8, box.width() / 14), max(0.8, box.width() / 14))
    elif glyph == "up":
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        corners = (QPointF(-reach, reach * 0.8), QPointF(reach, reach * 0.8), QPointF(0, -reach))
        painter.drawPolygon(QPolygonF([middle + corner for corner in corners]))
    else:
        painter.drawLines(_strokes(glyph, middle, reach))


def _strokes(glyph: str, middle: QPointF, reach: float) -> list[QLineF]:
    strokes = {
        "cross": ((-1, -1, 1, 1), (-1, 1, 1, -1)),
        "bars": ((-1, -0.5, 1, -0.5), (-1, 0.5, 1, 0.5)),
        "slash": ((-0.8, 0.8, 0.8, -0.8),),
        "tick": ((-0.8, 0, -0.2, 0.6), (-0.2, 0.6, 0.9, -0.7)),
    }[glyph]
    x, y = middle.x(), middle.y()
    return [QLineF(x + a * reach, y + b * reach, x + c * reach, y + d * reach) for a, b, c, d in strokes]
