"""Places in what is painted by hand, for languages that are written from the right."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter


def placed(painter: QPainter, within: QRect | QRectF, box: QRectF) -> QRectF:
    """``box`` as it lies in ``within`` when lines run from the left; mirrored where they run from the right."""
    if painter.layoutDirection() == Qt.LayoutDirection.LeftToRight:
        return box
    outer = QRectF(within)
    return QRectF(outer.left() + outer.right() - box.right(), box.top(), box.width(), box.height())
