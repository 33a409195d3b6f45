"""All of a block in a strip, with what the map beside it shows marked; a click goes there."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.inspector.memory.looks import Look, table
from ui.inspector.memory.zooming import Lie, fitting
from ui.models.page_levels import Levels
from ui.theme.palette import color
from ui.words import tr


class WholeBlock(QWidget):
    """``wanted`` carries a page that was clicked, or that the keys went to."""

    wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(96, 60)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Whole block"))
        self._levels: Levels | None = None
        self._look, self._top = Look.STATE, 1
        self._seen = (0, 0)

    def show_levels(self, levels: Levels | None, look: Look, top: int) -> None:
        self._levels, self._look, self._top = levels, look, top
        self.update()

    def mark(self, first: int, end: int) -> None:
        """Outline the pages that the map shows."""
        self._seen = first, end
        self.update()

    def per_dot(self) -> int:
        """Pages under a dot."""
        return 1 << self._lie().level

    def _pages(self) -> int:
        return self._levels.pages if self._levels is not None else 0

    def _lie(self) -> Lie:
        return Lie.at(fitting(self._pages(), self.width(), self.height()), self.width())

    def sizeHint(self) -> QSize:
        return QSize(184, 400)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        painter.fillRect(self.rect(), color("sunken"))
        if self._levels is None:
            return
        lie = self._lie()
        rows = lie.rows(self._pages())
        level = min(lie.level, len(self._levels.values) - 1)
        cells = self._levels.window(level, 0, rows * lie.columns).reshape(rows, lie.columns)
        pixels = np.ascontiguousarray(table(self._look, self._top)[cells])
        image = QImage(pixels.data, lie.columns, rows, lie.columns * 4, QImage.Format.Format_RGB32)
        painter.drawImage(self.rect(), image)
        first, end = self._seen
        if end - first < self._pages():
            top, bottom = (self.height() * page // max(self._pages(), 1) for page in (first, end))
            painter.setPen(QPen(color("text"), 2))
            painter.drawRect(QRect(1, max(1, top), self.width() - 2, max(4, bottom - top)))
        if self.hasFocus():
            painter.setPen(QPen(color("accent"), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _go(self, event: QMouseEvent) -> None:
        lie, point = self._lie(), event.position().toPoint()
        column = max(0, min(lie.columns - 1, point.x() * lie.columns // max(1, self.width())))
        row = max(0, point.y()) * lie.rows(self._pages()) // max(1, self.height())
        page = (row * lie.columns + column) << lie.level
        if self._pages():
            self.wanted.emit(min(page, self._pages() - 1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        first, end = self._seen
        middle, step = (first + end) // 2, max(1, end - first)
        places = {
            Qt.Key.Key_Up: middle - self._lie().per_row,
            Qt.Key.Key_Down: middle + self._lie().per_row,
            Qt.Key.Key_PageUp: middle - step,
            Qt.Key.Key_PageDown: middle + step,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: self._pages() - 1,
        }
        if (page := places.get(Qt.Key(event.key()))) is not None and self._pages():
            self.wanted.emit(max(0, min(page, self._pages() - 1)))
        else:
            super().keyPressEvent(event)
