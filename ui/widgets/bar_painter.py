"""Paints the overview: both rows to scale, the lens between them, what is selected and what is at fault."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QFontMetrics, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from snapmgr.inspect.model import NodeKind, Problem, Severity
from ui.models.texts import shown
from ui.theme import fonts
from ui.theme.palette import color, on_kind, tokens
from ui.widgets.bar_grid import INSET, BarGrid
from ui.widgets.bar_segments import Segment, SpanTable

TICKS = 7
PICTURES = 8
"""Rows that are kept as pictures at most."""

_PROBLEM = {Severity.ERROR: "danger", Severity.WARNING: "warn", Severity.NOTE: "accent"}


@dataclass(frozen=True)
class Overview:
    """What is to be painted: the spans, of which ``read`` bytes were read, the problems, and the marked bytes as
    (offset, length)."""

    table: SpanTable
    problems: Sequence[Problem]
    read: int
    mark: tuple[int, int]
    caption: str


class BarPainter:
    """Keeps the pictures of rows that have not changed."""

    def __init__(self, grid: BarGrid) -> None:
        self._grid = grid
        self._pictures: dict[tuple[object, ...], QPixmap] = {}

    def forget(self) -> None:
        """The spans are others now."""
        self._pictures.clear()

    def paint(self, painter: QPainter, shown: Overview, ratio: float) -> None:
        """Paint everything; ``ratio`` is that of the device."""
        grid = self._grid
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._grid.low:
            self._paint_caption(painter, shown.caption)
        if grid.size:
            self._paint_row(painter, grid.whole_rect(), (0, grid.size), shown.table, ratio)
            self._paint_beam(painter)
            self._paint_row(painter, grid.lens_rect(), grid.lens, shown.table, ratio)
            self._paint_unread(painter, shown.read)
            self._paint_faults(painter, shown.problems)
            self._paint_marks(painter, shown.mark)
            if not self._grid.low:
                self._paint_axis(painter)
            self._paint_problems(painter, shown.problems)

    def _paint_caption(self, painter: QPainter, caption: str) -> None:
        grid, font = self._grid, fonts.ui(11, 500)
        painter.setFont(font)
        painter.setPen(color("text2"))
        text = QFontMetrics(font).elidedText(caption, Qt.TextElideMode.ElideRight, int(grid.width))
        painter.drawText(QRectF(INSET, -2, grid.width, grid.whole_top), Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_row(
        self, painter: QPainter, rect: QRectF, window: tuple[int, int], table: SpanTable, ratio: float
    ) -> None:
        """Draw the spans of a window; the picture is kept until the window or the look changes."""
        key = (window, rect.width(), rect.height(), ratio, tokens().name, fonts.scale())
        picture = self._pictures.get(key)
        if picture is None:
            picture = QPixmap(math.ceil(rect.width() * ratio), math.ceil(rect.height() * ratio))
            picture.setDevicePixelRatio(ratio)
            picture.fill(Qt.GlobalColor.transparent)
            inner = QPainter(picture)
            _draw_spans(inner, QRectF(0, 0, rect.width(), rect.height()), window, table)
            inner.end()
            if len(self._pictures) >= PICTURES:
                self._pictures.clear()
            self._pictures[key] = picture
        painter.drawPixmap(rect.topLeft(), picture)

    def _paint_unread(self, painter: QPainter, read: int) -> None:
        grid = self._grid
        if read >= grid.size:
            return
        for row, first, length in ((grid.whole_rect(), 0, grid.size), (grid.lens_rect(), *grid.lens)):
            left = max(grid.x(read, first, length), row.left())
            if left < row.right():
                rest = QRectF(left, row.top(), row.right() - left, row.height())
                painter.fillRect(rest, QBrush(color("lineStrong", 0.5), Qt.BrushStyle.BDiagPattern))

    def _paint_beam(self, painter: QPainter) -> None:
        handle, below = self._grid.handle_rect(), self._grid.lens_rect()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("text", 0.05))
        painter.drawPolygon(QPolygonF([handle.bottomLeft(), handle.bottomRight(), below.topRight(), below.topLeft()]))

    def _paint_faults(self, painter: QPainter, problems: Sequence[Problem]) -> None:
        """The bytes at fault, as far as the lens can show them."""
        grid, rect = self._grid, self._grid.lens_rect()
        for problem in problems:
            if problem.severity is Severity.ERROR and problem.length:
                left = max(grid.x(problem.offset, *grid.lens), rect.left())
                right = min(grid.x(problem.offset + problem.length, *grid.lens), rect.right())
                if right > rect.left() and left < rect.right():
                    _fill(painter, QRectF(left, rect.top(), max(right - left, 2.0), rect.height()), NodeKind.FAULT)

    def _paint_marks(self, painter: QPainter, mark: tuple[int, int]) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        grid = self._grid
        boxes = [grid.handle_rect()] if grid.magnifies else []
        if (marked := self._marked_rect(*mark)) is not None:
            boxes.append(marked)
        for box in boxes:
            painter.setPen(QPen(color("app"), 4))
            painter.drawRoundedRect(box, 3, 3)
            painter.setPen(QPen(color("text"), 2))
            painter.drawRoundedRect(box, 3, 3)

    def _marked_rect(self, offset: int, length: int) -> QRectF | None:
        """What is selected, on row 2; None where the lens shows nothing of it."""
        grid, rect = self._grid, self._grid.lens_rect()
        first, seen = grid.lens
        if not length or offset >= first + seen or offset + length <= first:
            return None
        left = max(grid.x(offset, first, seen), rect.left())
        right = min(grid.x(offset + length, first, seen), rect.right())
        if right - left < 6:
            left, right = (left + right) / 2 - 3, (left + right) / 2 + 3
        return QRectF(left, rect.top() - 2, right - left, rect.height() + 4)

    def _paint_axis(self, painter: QPainter) -> None:
        grid, font = self._grid, fonts.mono(11)
        painter.setFont(font)
        painter.setPen(color("text3"))
        metrics = QFontMetrics(font)
        first, length = grid.lens
        width = metrics.horizontalAdvance("0" * grid.digits)
        ticks = max(2, min(TICKS, int(grid.width // (width + 24))))
        step = _round_step(length, ticks - 1)
        places = [first + (length * tick // (ticks - 1)) // step * step for tick in range(1, ticks - 1)]
        taken: list[float] = []
        for place in [first, first + length, *places]:  # the ends first: what would lie over another is left out
            x = grid.x(place, first, length)
            x = max(INSET, min(x - (0 if place == first else width / 2), INSET + grid.width - width))
            if any(abs(x - other) < width + 8 for other in taken):
                continue
            taken.append(x)
            painter.drawText(QPointF(x, grid.axis_top + metrics.ascent()), f"{place:0{grid.digits}X}")

    def _paint_problems(self, painter: QPainter, problems: Sequence[Problem]) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        grid = self._grid
        first, length = grid.lens
        for problem in reversed(problems):
            painter.setBrush(color(_PROBLEM[problem.severity]))
            _triangle(painter, grid.x(problem.offset, 0, grid.size), grid.whole_top - 1)
            if first <= problem.offset < first + length and grid.magnifies:
                _triangle(painter, grid.x(problem.offset, first, length), grid.lens_top - 3)


def _draw_spans(painter: QPainter, rect: QRectF, window: tuple[int, int], table: SpanTable) -> None:
    painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    shape = QPainterPath()
    shape.addRoundedRect(rect, 4, 4)
    painter.setClipPath(shape)
    painter.fillRect(rect, color("sunken"))
    painter.setFont(fonts.ui(11, 600))
    for segment in table.segments(*window, rect.width()):
        _draw_segment(painter, rect, segment, table)


def _draw_segment(painter: QPainter, row: QRectF, segment: Segment, table: SpanTable) -> None:
    wide = segment.right - segment.left
    gap = 1.5 if wide > 4 else 0.0
    box = QRectF(row.left() + segment.left, row.top(), wide - gap, row.height())
    _fill(painter, box, segment.kind)
    if segment.span is None or wide < 24:
        return
    label = _fitting(shown(table.spans[segment.span].label), QFontMetrics(painter.font()), int(wide - gap - 12))
    if label:
        painter.setPen(on_kind(segment.kind.value))
        painter.drawText(box.adjusted(6, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, label)


def _fill(painter: QPainter, box: QRectF, kind: NodeKind) -> None:
    if kind is NodeKind.FAULT:
        painter.fillRect(box, color("onPrimary"))
        painter.fillRect(box, color("k_fault", 0.55))
        painter.fillRect(box, QBrush(color("k_fault"), Qt.BrushStyle.BDiagPattern))
    else:
        painter.fillRect(box, color(kind.value))


def _triangle(painter: QPainter, x: float, bottom: float) -> None:
    painter.drawPolygon(QPolygonF([QPointF(x - 5, bottom - 6), QPointF(x + 5, bottom - 6), QPointF(x, bottom)]))


def _fitting(label: str, metrics: QFontMetrics, width: int) -> str:
    """The label, or what can be shortened of it; nothing rather than a stump."""
    if metrics.horizontalAdvance(label) <= width:
        return label
    short = label.replace("RAM, iteration ", "it. ")
    if short != label and metrics.horizontalAdvance(short) <= width:
        return short
    elided = metrics.elidedText(label, Qt.TextElideMode.ElideRight, width)
    return elided if len(elided) >= 4 else ""


def _round_step(length: int, ticks: int) -> int:
    """A power of sixteen that makes ticks round numbers."""
    step = 1
    while step * 16 <= max(length // max(ticks, 1), 1):
        step *= 16
    return step
