"""The states of a page: colour, word and sign of each, for large cells and for the legend."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap, QPolygonF

from snapmgr.migrate.pages import PageState
from ui.theme.palette import color, on_kind
from ui.words import later

COLOURS = {
    PageState.MISSING: "p_miss",
    PageState.ZERO: "p_zero",
    PageState.SENT: "p_sent",
    PageState.ARRIVED: "p_norm",
    PageState.TO_SEND: "p_dirty",
    PageState.REQUESTED: "p_req",
    PageState.CACHED: "p_comp",
    PageState.APART: "p_dirty",
}
WORDS = {
    PageState.MISSING: later("missing"),
    PageState.ZERO: later("zero"),
    PageState.SENT: later("sent"),
    PageState.ARRIVED: later("arrived"),
    PageState.TO_SEND: later("to send"),
    PageState.REQUESTED: later("asked for"),
    PageState.CACHED: later("in the cache"),
    PageState.APART: later("written here"),
}

HERE = (PageState.ZERO, PageState.SENT, PageState.TO_SEND, PageState.REQUESTED)
THERE = (PageState.ZERO, PageState.ARRIVED, PageState.MISSING, PageState.REQUESTED)
IN_COLO = (PageState.ZERO, PageState.ARRIVED, PageState.CACHED, PageState.APART)
"""What there is to see on the source, on the destination, and there while both run the guest."""
LEAST_MARK = 8
"""Px of a cell from which it has room for a sign."""
_SIGNS = (
    PageState.MISSING,
    PageState.ZERO,
    PageState.SENT,
    PageState.TO_SEND,
    PageState.REQUESTED,
    PageState.CACHED,
    PageState.APART,
)
"""States with a sign; what has arrived has none."""


def paint_mark(painter: QPainter, state: PageState, box: QRectF, tint: str) -> None:
    """The sign of a state in the middle of a box of its colour ``tint``."""
    ink = color("text3") if tint == "p_miss" else on_kind(tint)
    painter.setPen(QPen(ink, max(1.0, box.width() / 9)))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    middle, reach = box.center(), box.width() * 0.22
    left, right, top, bottom = middle.x() - reach, middle.x() + reach, middle.y() - reach, middle.y() + reach
    match state:
        case PageState.MISSING:
            painter.drawLine(QPointF(left, bottom), QPointF(right, top))
        case PageState.ZERO:
            painter.setBrush(ink)
            painter.drawEllipse(middle, reach / 3, reach / 3)
        case PageState.SENT:
            points = [QPointF(left, middle.y()), QPointF(middle.x() - reach / 4, bottom), QPointF(right, top)]
            painter.drawPolyline(QPolygonF(points))
        case PageState.TO_SEND | PageState.APART:
            up = state is PageState.TO_SEND
            base, tip = (bottom, top) if up else (top, bottom)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            painter.drawPolygon(QPolygonF([QPointF(left, base), QPointF(right, base), QPointF(middle.x(), tip)]))
        case PageState.REQUESTED:
            painter.drawEllipse(middle, reach, reach)
        case PageState.CACHED:
            for y in (middle.y() - reach / 2, middle.y() + reach / 2):
                painter.drawLine(QPointF(left, y), QPointF(right, y))


class PageMarks:
    """Signs of a map, painted once for each size and theme."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._strip = QPixmap()

    def paint(self, painter: QPainter, cells: npt.NDArray[np.uint8], cell: int) -> None:
        """Over cells of their colours, ``cell`` px wide each."""
        ratio = painter.device().devicePixelRatioF()
        key = (cell, ratio, *(color(COLOURS[state]).rgb() for state in PageState))
        if key != self._key:
            self._key, self._strip = key, self._make(cell, ratio, [COLOURS[state] for state in PageState])
        side = cell * ratio
        made = []
        for state in _SIGNS:
            source = QRectF(state * side, 0, side, side)
            for row, column in zip(*(found.tolist() for found in np.nonzero(cells == state)), strict=True):
                middle = QPointF((column + 0.5) * cell, (row + 0.5) * cell)
                made.append(QPainter.PixmapFragment.create(middle, source, 1 / ratio, 1 / ratio))
        if made:
            painter.drawPixmapFragments(made, len(made), self._strip)

    @staticmethod
    def _make(cell: int, ratio: float, tints: list[str]) -> QPixmap:
        strip = QPixmap(round(len(tints) * cell * ratio), round(cell * ratio))
        strip.setDevicePixelRatio(ratio)
        strip.fill(Qt.GlobalColor.transparent)
        painter = QPainter(strip)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, tint in enumerate(tints):
            paint_mark(painter, PageState(place), QRectF(place * cell, 0, cell, cell), tint)
        painter.end()
        return strip
