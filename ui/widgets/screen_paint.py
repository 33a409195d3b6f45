"""A guest's screen as a small tile, painted."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPen

from ui.theme import icons
from ui.theme.palette import color
from ui.theme.tokens import RADIUS_SMALL

TILE = QSize(56, 36)
"""As rows have it."""


def _middle_of(screen: QImage, box: QRectF) -> QRectF:
    """The part of it that has the proportions of ``box``."""
    part = QRectF(QPointF(), box.size().scaled(screen.size().toSizeF(), Qt.AspectRatioMode.KeepAspectRatio))
    part.moveCenter(QRectF(screen.rect()).center())
    return part


def paint_tile(painter: QPainter, box: QRectF, screen: QImage | None = None) -> None:
    """The screen; where none was recorded a disk stands for it, never an empty frame."""
    painter.setBrush(color("raised"))
    if screen is not None:
        path = QPainterPath()
        path.addRoundedRect(box, RADIUS_SMALL, RADIUS_SMALL)
        painter.save()
        painter.setClipPath(path)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(box, screen, _middle_of(screen, box))
        painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(color("line"), 1))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_SMALL, RADIUS_SMALL)
    if screen is None:
        icons.paint(painter, QRectF(box.center().x() - 9, box.center().y() - 9, 18, 18), "hard-drive", "text2")
