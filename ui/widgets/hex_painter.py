"""Paints the bytes on screen: a row at a time, and over it the few runs that have a colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QRegion

from snapmgr.inspect.model import NodeKind
from ui.theme import fonts
from ui.theme.palette import color
from ui.widgets.hex_grid import HexGrid
from ui.widgets.hex_rows import Differs, pieces

HATCH = 5.0
"""Px from one stroke of a fault to the next."""
WIDE = 4096
"""Wider than any row, in px."""


@dataclass(frozen=True)
class Scene:
    """What is to be painted: texts of the rows, (begin, end, kind) of runs from the first byte on screen, (offset,
    length) of the selection and of what it lies in, the byte that the keyboard is at, and (begin, end) of stretches
    that cannot be read any more."""

    lines: Sequence[tuple[str, str]]
    runs: Sequence[tuple[int, int, NodeKind | Differs]]
    selection: tuple[int, int]
    context: tuple[int, int]
    cursor: int | None
    gone: Sequence[tuple[int, int]] = ()


def paint(painter: QPainter, viewport: QRect, grid: HexGrid, scene: Scene) -> None:
    """Paint everything that a viewport shows, its ground aside."""
    painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    painter.setFont(grid.font)
    metrics = QFontMetricsF(grid.font)
    drop = (grid.line - metrics.height()) / 2 - 1
    _paint_heading(painter, grid, drop + metrics.ascent() + 3)
    painter.setClipRect(viewport.adjusted(0, grid.heading, 0, grid.heading))
    _paint_tint(painter, grid, scene.context)
    _paint_runs(painter, grid, scene.runs)
    lost = _paint_gone(painter, grid, scene.gone)
    chosen = _paint_selection(painter, grid, scene)
    for text, tint in ((0, "text"), (1, "text3")):
        painter.setPen(color(tint))
        for row, line in enumerate(scene.lines):
            painter.drawText(_line_rect(grid, row, drop), 0, line[text])
    _paint_again(painter, viewport.width(), grid, scene.lines, lost, drop, "danger")
    _paint_again(painter, viewport.width(), grid, scene.lines, chosen, drop, "onPrimary")
    painter.setClipping(False)
    if scene.cursor is not None:
        _paint_cursor(painter, grid, scene.cursor)


def _line_rect(grid: HexGrid, row: int, drop: float) -> QRectF:
    return QRectF(grid.x(0), grid.top(row) + drop, WIDE, 64)


def _paint_heading(painter: QPainter, grid: HexGrid, baseline: float) -> None:
    painter.setPen(color("text3"))
    painter.setFont(fonts.mono(11))
    for cell, word in grid.columns.heading():
        painter.drawText(QPointF(grid.x(cell), baseline), word)
    painter.setFont(grid.font)


def _paint_tint(painter: QPainter, grid: HexGrid, context: tuple[int, int]) -> None:
    offset, length = context
    tint = color("text", 0.09)
    for row, column, last in pieces(
        offset, offset + length, grid.rows.first_byte, grid.rows.byte_count, grid.rows.per_row
    ):
        painter.fillRect(grid.span_rect(row, column, last).adjusted(-1, 0, 1, 0).toAlignedRect(), tint)
        if grid.columns.text_shown:
            painter.fillRect(grid.text_rect(row, column, last).toAlignedRect(), tint)


def _paint_runs(painter: QPainter, grid: HexGrid, runs: Sequence[tuple[int, int, NodeKind | Differs]]) -> None:
    fills: dict[NodeKind | Differs, QColor] = {kind: color(kind.value) for kind in (*NodeKind, *Differs)}
    for begin, end, kind in runs:
        row, column = divmod(begin, grid.rows.per_row)
        rect = grid.span_rect(row, column, (end - 1) % grid.rows.per_row)
        line = QRectF(rect.left(), rect.bottom() - 3, rect.width(), 2)
        if kind is NodeKind.FAULT:
            _paint_hatch(painter, line.adjusted(0, -2, 0, 0))
        else:
            if isinstance(kind, Differs):
                painter.fillRect(rect.adjusted(0, 1, 0, -1), color("warnBg"))
            painter.fillRect(line, fills[kind])


def _paint_hatch(painter: QPainter, line: QRectF) -> None:
    """A fault's underline, which does not need its colour."""
    painter.save()
    painter.setClipRect(line, Qt.ClipOperation.IntersectClip)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(line, color("onPrimary"))
    painter.setPen(QPen(color("k_fault"), 2))
    strokes = int((line.width() + line.height()) // HATCH) + 1
    for x in (line.left() + HATCH * stroke for stroke in range(strokes)):
        painter.drawLine(QPointF(x - line.height() - 1, line.bottom() + 1), QPointF(x + 1, line.top() - 1))
    painter.restore()


def _paint_gone(painter: QPainter, grid: HexGrid, gone: Sequence[tuple[int, int]]) -> QRegion:
    """The ground of what cannot be read; returns where."""
    region = QRegion()
    for begin, end in gone:
        row, column = divmod(begin, grid.rows.per_row)
        rect = grid.span_rect(row, column, (end - 1) % grid.rows.per_row)
        painter.fillRect(rect, color("dangerBg"))
        _paint_hatch(painter, QRectF(rect.left(), rect.bottom() - 4, rect.width(), 3))
        region += rect.toAlignedRect()
    return region


def _paint_selection(painter: QPainter, grid: HexGrid, scene: Scene) -> QRegion:
    """Fill what is selected; returns where."""
    begin, length = scene.selection
    region = QRegion()
    fault = _is_fault(scene.runs, begin - grid.rows.first_byte)
    for row, column, last in pieces(
        begin, begin + length, grid.rows.first_byte, grid.rows.byte_count, grid.rows.per_row
    ):
        rects = [grid.span_rect(row, column, last).adjusted(0, 1, 0, -4 if fault else -1)]
        if grid.columns.text_shown:
            rects.append(grid.text_rect(row, column, last).adjusted(0, 1, 0, -1))
        for rect in rects:
            painter.fillRect(rect, color("dangerFill" if fault else "primary"))
            region += rect.toAlignedRect()
    return region


def _is_fault(runs: Sequence[tuple[int, int, NodeKind | Differs]], place: int) -> bool:
    return any(begin <= place < end and kind is NodeKind.FAULT for begin, end, kind in runs)


def _paint_again(
    painter: QPainter,
    width: int,
    grid: HexGrid,
    lines: Sequence[tuple[str, str]],
    region: QRegion,
    drop: float,
    tint: str,
) -> None:
    """The texts in a region once more, in the colour that stands on its fill."""
    if region.isEmpty():
        return
    painter.setClipRegion(region)
    painter.setPen(color(tint))
    for row, line in enumerate(lines):
        if region.intersects(QRect(0, grid.top(row), width, grid.line)):
            for text in line:
                painter.drawText(_line_rect(grid, row, drop), 0, text)


def _paint_cursor(painter: QPainter, grid: HexGrid, cursor: int) -> None:
    painter.setPen(color("accent"))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.drawRoundedRect(QRectF(grid.byte_rect(cursor)).adjusted(-2.5, 1.5, 2.5, -1.5), 2, 2)
