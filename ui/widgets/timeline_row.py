"""One row of the timeline, painted: lanes, the guest's screen, and two lines of text in each column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui.models.snapshot_table import RIGHT, Column, Roles, SnapshotTableModel
from ui.theme import fonts, icons
from ui.theme.tokens import INSET, ROW_SNAPSHOT
from ui.widgets.current_chip import paint_name
from ui.widgets.lane_painter import Node, extra_width, lane_step, paint_lanes, paint_node
from ui.widgets.screen_paint import TILE, paint_tile
from ui.widgets.two_lines import mirrored, paint_line, upper_and_lower

if TYPE_CHECKING:
    from ui.widgets.timeline import TimelineView

Index = QModelIndex | QPersistentModelIndex
LANE = INSET + 6
"""Middle of the lane, from the edge of the view."""
TILE_LEFT = LANE + 20
NAME_LEFT = TILE_LEFT + TILE.width() + 12
PADDING = 8
SIGN = 20
"""The sign before what needs a look, with the air behind it."""


def _screen(view: TimelineView, index: Index) -> QImage | None:
    """That of the machine now, or the one kept with a snapshot, as far as it is loaded."""
    now, key = index.data(Roles.NOW), index.data(Roles.SCREEN)
    if now is not None:
        return now.screen if not now.screen.isNull() else None
    return view.screen_of(key) if key is not None else None


def _goal_of_now(index: Index) -> int:
    """The row that the line from now leads to, -1 for none."""
    model = index.model()
    goal = model.from_now if isinstance(model, SnapshotTableModel) else None
    return goal if goal is not None else -1


class TimelineDelegate(QStyledItemDelegate):
    """Paints one cell; the row's ground is the view's."""

    def __init__(self, view: TimelineView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, fonts.px(ROW_SNAPSHOT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        if index.data(Roles.FIRST) is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if index.column() == Column.NAME:
            self._paint_name(painter, option, index)
        else:
            self._paint_cell(painter, option, index)
        painter.restore()

    def _paint_name(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell, direction = QRect(option.rect), option.direction
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        lanes = self._view.lanes
        more = extra_width(lanes)
        self._paint_lane(painter, option, index, "sel" if selected else "panel", lanes)
        top = cell.top() + (cell.height() - TILE.height()) // 2
        tile = mirrored(direction, cell, QRect(QPoint(cell.left() + TILE_LEFT + more, top), TILE))
        paint_tile(painter, QRectF(tile), _screen(self._view, index))
        box = QRect(cell)
        box.setLeft(cell.left() + NAME_LEFT + more)
        box.setRight(cell.right() - PADDING)
        box = mirrored(direction, cell, box)
        name, about = str(index.data(Roles.FIRST)), str(index.data(Roles.SECOND))
        strong, small = fonts.role("strong"), fonts.role("secondary")
        upper, lower = upper_and_lower(box, strong, small)
        paint_name(painter, upper, name, strong, direction, current=bool(index.data(Roles.CURRENT)))
        paint_line(painter, lower, about, small, "text2", direction=direction, elide=Qt.TextElideMode.ElideRight)

    def _paint_lane(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index, ground: str, lanes: int
    ) -> None:
        cell, here, row = QRect(option.rect), index.data(Roles.LANES), index.data(Roles.ROW)
        goal, now = _goal_of_now(index), row is None
        step = lane_step(lanes)

        def x_of(lane: int) -> float:
            x = LANE + lane * step
            right_to_left = option.direction == Qt.LayoutDirection.RightToLeft
            return cell.right() + 1 - x if right_to_left else cell.left() + x

        paint_lanes(painter, cell.top(), cell.bottom() + 1, x_of, here, above_current=not now and index.row() < goal,
                    at_current=index.row() == goal, from_now=now)  # fmt: skip
        centre = QPointF(x_of(here.node), cell.top() + cell.height() / 2)
        node = Node(square=not now and row.disk_only, current=bool(index.data(Roles.CURRENT)), now=now)
        paint_node(painter, centre, ground, node, tint="text2" if ground == "sel" else "text3")

    def _paint_cell(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        direction = option.direction
        box = QRect(option.rect).adjusted(PADDING, 0, -PADDING, 0)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        first, second = str(index.data(Roles.FIRST)), str(index.data(Roles.SECOND) or "")
        trouble, end = bool(index.data(Roles.TROUBLE)), index.column() in RIGHT
        body, small = fonts.ui(tabular=True), fonts.ui(12, tabular=True)
        tint = "text" if index.column() == Column.WHEN or trouble else "text2"
        if index.data(Roles.QUIET):
            tint = "text2" if selected else "text3"
        if index.column() == Column.WHEN and (now := index.data(Roles.NOW)) is not None:
            tint = "ok" if now.runs else "text2"
        if not second:
            paint_line(painter, box, first, body, tint, direction=direction, at_end=end)
            return
        if trouble:
            glyph = QRect(box.left(), 0, 16, 16)
            inner = box.adjusted(SIGN, 0, 0, 0)
            upper, lower = upper_and_lower(inner, body, small)
            glyph.moveTop(upper.center().y() - 7)
            icons.paint(painter, QRectF(mirrored(direction, box, glyph)), "warning", "warn")
            upper, lower = mirrored(direction, box, upper), mirrored(direction, box, lower)
        else:
            upper, lower = upper_and_lower(box, body, small)
        paint_line(painter, upper, first, body, tint, direction=direction)
        paint_line(painter, lower, second, small, "warn" if trouble else "text2", direction=direction)
