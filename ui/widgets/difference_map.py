"""Pages of a RAM block as dots: which are the same, which changed, which one side alone has."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme.palette import color
from ui.words import plural, tr

DOT = 4
"""Px of a dot's side."""
COLOURS = ("p_zero", "p_dirty", "p_comp", "p_xbz")
GLYPHS = ("dot", "up", "bars", "cross")
"""By the state of a page: same, changed, only in A, only in B."""
_WORSE = np.array([0, 3, 1, 2], np.uint8)
"""How bad each state is: of the pages under one dot the worst shows."""
_STATES = np.array([0, 2, 3, 1], np.uint8)


class DifferenceMap(QWidget):
    """``per_dot`` pages lie under a dot; ``chosen`` carries a page under one that was clicked: the first that differs,
    if one does."""

    chosen = Signal(int)
    arranged = Signal()
    """``per_dot`` may be another."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 60)
        self._states: npt.NDArray[np.uint8] = np.zeros(0, np.uint8)
        self._dots: npt.NDArray[np.uint8] = np.zeros((0, 0), np.uint8)
        self.per_dot = 1
        self._marked: int | None = None

    def mark(self, page: int | None) -> None:
        """Put a frame around the dot over a page."""
        if page != self._marked:
            self._marked = page
            self.update()

    def show_states(self, name: str, states: npt.NDArray[np.uint8]) -> None:
        self._states = states
        changed = int(np.count_nonzero(states))
        said = plural("{n} page differs", "{n} pages differ", changed)
        self.setAccessibleName(tr("{block}: {said}", block=name, said=said))
        self._arrange()

    def sizeHint(self) -> QSize:
        return QSize(360, 240)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        columns, rows = max(1, self.width() // DOT), max(1, self.height() // DOT)
        pages, room = len(self._states), columns * rows
        self.per_dot = max(1, -(-pages // room))
        count = -(-pages // self.per_dot)
        worst = np.zeros(count * self.per_dot, np.uint8)
        worst[:pages] = _WORSE[self._states]
        dots = np.full(-(-count // columns) * columns, 255, np.uint8)
        if count:
            dots[:count] = _STATES[worst.reshape(count, self.per_dot).max(axis=1)]
        self._dots = dots.reshape(-1, columns)
        self.update()
        self.arranged.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        columns = self._dots.shape[1] if self._dots.size else 0
        point = event.position().toPoint()
        row, column = point.y() // DOT, point.x() // DOT
        first = (row * columns + column) * self.per_dot
        if 0 <= column < columns and 0 <= first < len(self._states):
            under = np.flatnonzero(self._states[first : first + self.per_dot])
            self.chosen.emit(first + (int(under[0]) if len(under) else 0))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color("sunken"))
        if not self._dots.size:
            return
        look = np.zeros(256, np.uint32)
        look[: len(COLOURS)] = [color(name).rgb() for name in COLOURS]
        look[255] = color("sunken").rgb()
        pixels = np.ascontiguousarray(look[self._dots])
        height, width = pixels.shape
        image = QImage(pixels.data, width, height, width * 4, QImage.Format.Format_RGB32)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        painter.drawImage(QRect(0, 0, width * DOT, height * DOT), image)
        if self._marked is not None and self._marked < len(self._states):
            row, column = divmod(self._marked // self.per_dot, width)
            dot = QRect(column * DOT, row * DOT, DOT, DOT)
            for grown, token in ((3, "sunken"), (2, "text")):
                painter.setPen(QPen(color(token), 1))
                painter.drawRect(dot.adjusted(-grown, -grown, grown - 1, grown - 1))
