"""The states of a page: colour, word and sign of each, for large cells and for the legend."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen, QPolygonF

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
    PageState.STAYS: "k_meta",
    PageState.AGAIN: "p_xbz",
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
    PageState.STAYS: later("stays where it is"),
    PageState.AGAIN: later("came again"),
}
ABOUT = {
    PageState.MISSING: later("not here yet"),
    PageState.ZERO: later("nothing but zeros: hardly anything is sent for it"),
    PageState.SENT: later("sent, and not written since"),
    PageState.ARRIVED: later("here"),
    PageState.TO_SEND: later("dirty: not sent yet, or written by the guest since it was"),
    PageState.REQUESTED: later("the guest waits for it, and it is sent first"),
    PageState.CACHED: later("has come for the next checkpoint"),
    PageState.APART: later("written by the guest here, which the next checkpoint undoes"),
    PageState.STAYS: later("both machines have it, so it is not sent"),
    PageState.AGAIN: later("a duplicate: what was sent of it before was in vain"),
}
"""What each means, for whoever sees it for the first time."""

HERE = (PageState.TO_SEND, PageState.SENT, PageState.REQUESTED, PageState.ZERO)
THERE = (PageState.ARRIVED, PageState.AGAIN, PageState.MISSING, PageState.REQUESTED, PageState.ZERO)
IN_COLO = (PageState.ARRIVED, PageState.CACHED, PageState.APART, PageState.ZERO)
"""What there is to see on the source, on the destination, and there while both run the guest."""
CORE = 6
"""Px of a cell that fills its ring."""
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
    PageState.STAYS,
    PageState.AGAIN,
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
        case PageState.AGAIN:
            painter.drawLine(QPointF(left, top), QPointF(right, bottom))
            painter.drawLine(QPointF(left, bottom), QPointF(right, top))
        case PageState.CACHED | PageState.STAYS:
            for y in (middle.y() - reach / 2, middle.y() + reach / 2):
                painter.drawLine(QPointF(left, y), QPointF(right, y))


def paint_ring(painter: QPainter, middle: QPointF, *, filled: bool = True) -> None:
    """Around a page that the guest waits for; ``filled`` where the page itself is too small to be seen in it."""
    if filled:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("p_req"))
        painter.drawEllipse(middle, CORE / 2 + 1, CORE / 2 + 1)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(color("text"), 1.5))
    painter.drawEllipse(middle, 6, 6)


class PageMarks:
    """Signs of a map, painted once for each size and theme."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._tiles: npt.NDArray[np.uint32] = np.zeros((0, 0, 0), np.uint32)

    def paint(self, painter: QPainter, cells: npt.NDArray[np.uint8], cell: int) -> None:
        """Over cells of their colours, ``cell`` px wide each."""
        ratio = painter.device().devicePixelRatioF()
        key = (cell, ratio, *(color(COLOURS[state]).rgb() for state in PageState))
        if key != self._key:
            self._key, self._tiles = key, _tiles(round(cell * ratio))
        rows, columns = cells.shape
        side = self._tiles.shape[1]
        pixels = np.ascontiguousarray(self._tiles[cells].swapaxes(1, 2)).reshape(rows * side, columns * side)
        wide, high = columns * side, rows * side
        image = QImage(pixels.data, wide, high, wide * 4, QImage.Format.Format_ARGB32_Premultiplied)
        painter.drawImage(QRect(0, 0, columns * cell, rows * cell), image)


def _tiles(side: int) -> npt.NDArray[np.uint32]:
    """The sign of each state, and nothing for a cell without one: [state, y, x], ``side`` px each way."""
    tiles = np.zeros((len(PageState) + 1, side, side), np.uint32)
    for state in _SIGNS:
        tile = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
        tile.fill(Qt.GlobalColor.transparent)
        painter = QPainter(tile)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_mark(painter, state, QRectF(0, 0, side, side), COLOURS[state])
        painter.end()
        tiles[state] = np.frombuffer(tile.constBits(), np.uint32).reshape(side, side)
    return tiles
