"""The demo machine's snapshots as a timeline: Now first, then the newest, each with its line and its screen."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from snapmgr.snapshots.model import SnapshotRow, Snapshots
from ui.models import beside_texts
from ui.models.lanes import RowLanes, among, lanes_of, widest
from ui.models.names import shown_name
from ui.models.snapshot_texts import vm_clock
from ui.shell import formats
from ui.theme import fonts
from ui.theme.palette import color
from ui.theme.tokens import ROW_SNAPSHOT
from ui.widgets.current_chip import paint_name
from ui.widgets.lane_painter import Node, extra_width, lane_step, paint_lanes, paint_node
from ui.widgets.timeline import LOOK_MS, TILE, paint_tile
from ui.widgets.two_lines import mirrored, paint_line, upper_and_lower
from ui.words import tr

Index = QModelIndex | QPersistentModelIndex
_ROLE = Qt.ItemDataRole.UserRole
ROW, LANES, PLACE, SECOND, SCREEN = (_ROLE + number for number in range(5))
LANE, GAP, PADDING = 14, 14, 8
NOW_EVERY = 0.2
"""Seconds between two pictures of what the machine shows now."""


class DemoTimeline(QListWidget):
    """``unwanted`` is the key that deletes; ``screens_wanted`` carries the keys of
    screens that rows in sight have, ``screen_of`` answers those that are there."""

    unwanted = Signal()
    screens_wanted = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("frame", "list")
        self.setAccessibleName(tr("Snapshots of the demo machine"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setItemDelegate(_Delegate(self))
        self.screen_of: Callable[[str], QImage | None] = lambda key: None
        self.now = QImage()
        """What the machine shows now."""
        self.lanes, self.current = 1, -1
        self._now_at = 0.0
        self._look = QTimer(self, singleShot=True, interval=LOOK_MS)
        self._look.timeout.connect(self._look_at_rows)
        self.verticalScrollBar().valueChanged.connect(lambda _: self._look.start())

    def show_list(self, found: Snapshots, units: formats.Units, select: str) -> None:
        """``select`` is the id of the one that becomes the selection."""
        rows, beside = found.rows, found.beside
        shown = sorted(range(len(rows)), key=lambda one: (rows[one].date_sec, rows[one].date_nsec, one), reverse=True)
        self.current = shown.index(beside.current) if beside.current in shown else -1
        known = self.current if self.current >= 0 else None
        lanes = lanes_of(*among(shown, beside.parents), known, now=True)
        self.lanes = widest(lanes)
        self.clear()
        self._add_now(known, bool(rows))
        for place, position in enumerate(shown):
            row = rows[position]
            clock, size = vm_clock(row), formats.size(row.vm_state_size, units)
            name = shown_name(row.name, row.id)
            #: A snapshot of the demo machine, and the VM clock it was saved at
            item = QListWidgetItem(tr("{name}, at {clock}", name=name, clock=clock))
            note = beside_texts.first_line(beside.notes.get(position, ""))
            facts = {ROW: row, LANES: lanes[place], PLACE: place, SECOND: note or f"{clock}, {size}"}
            for role, value in (facts | {SCREEN: beside.screens.get(position)}).items():
                item.setData(role, value)
            about = beside_texts.about(found, position)
            item.setToolTip("\n".join((name, f"{clock}, {size}", *about)))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join((item.text(), *about)))
            self.addItem(item)
            if row.id == select:
                self.setCurrentItem(item)
        self._look.start()

    def _add_now(self, current: int | None, any_rows: bool) -> None:
        item = QListWidgetItem(tr("Now"))
        said = tr("as it is, not saved")
        if current is None and any_rows:
            said = tr("not known which snapshot it came from")
        item.setData(LANES, RowLanes(0, leaving=True if current is not None else None))
        item.setData(SECOND, said)
        item.setToolTip(said)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{item.text()}, {said}")
        self.addItem(item)

    def row_of(self, item: QListWidgetItem | None) -> SnapshotRow | None:
        """None for Now, and for nothing."""
        return item.data(ROW) if item is not None else None

    def show_now(self, picture: QImage) -> None:
        """What the machine shows; painted a few times a second."""
        moment = time.monotonic()
        if moment - self._now_at >= NOW_EVERY and self.count():
            self._now_at, self.now = moment, picture
            self.viewport().update(self.visualItemRect(self.item(0)))

    def _look_at_rows(self) -> None:
        box = self.viewport().rect()
        first, last = self.indexAt(box.topLeft()), self.indexAt(box.bottomLeft())
        if self.isVisible() and first.isValid():
            end = last.row() if last.isValid() else self.count() - 1
            keys = [self.item(row).data(SCREEN) for row in range(first.row(), end + 1)]
            if wanted := [key for key in keys if key is not None]:
                self.screens_wanted.emit(wanted)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._look.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.unwanted.emit()
        else:
            super().keyPressEvent(event)


class _Delegate(QStyledItemDelegate):
    def __init__(self, view: DemoTimeline) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, fonts.px(ROW_SNAPSHOT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view, box, direction = self._view, QRect(option.rect), option.direction
        state = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        ground = "sel" if selected else "raised"
        if selected or state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, color("sel" if selected else "hover"))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row: SnapshotRow | None = index.data(ROW)
        self._paint_lanes(painter, box, direction, index, row, ground)
        left = box.left() + LANE + GAP + extra_width(view.lanes)
        tile = QRect(QPoint(left, box.top() + (box.height() - TILE.height()) // 2), TILE)
        key = index.data(SCREEN)
        screen = view.screen_of(key) if key is not None else None
        if row is None and not view.now.isNull():
            screen = view.now
        paint_tile(painter, QRectF(mirrored(direction, box, tile)), screen)
        words = box.adjusted(tile.right() + 1 + PADDING - box.left(), 0, -PADDING, 0)
        self._paint_words(painter, mirrored(direction, box, words), direction, index, row)
        painter.restore()
        if selected and view.hasFocus():
            painter.fillRect(mirrored(direction, box, QRect(box.left(), box.top(), 2, box.height())), color("accent"))

    def _paint_lanes(
        self, painter: QPainter, box: QRect, direction: Any, index: Index, row: SnapshotRow | None, ground: str
    ) -> None:
        view, lanes, place = self._view, index.data(LANES), index.data(PLACE)
        step = lane_step(view.lanes)

        def x_of(lane: int) -> float:
            x = LANE + lane * step
            return box.right() + 1 - x if direction == Qt.LayoutDirection.RightToLeft else box.left() + x

        above = row is not None and place < view.current
        here = row is not None and place == view.current
        paint_lanes(painter, box.top(), box.bottom() + 1, x_of, RowLanes(*lanes), above_current=above, at_current=here,
                    from_now=row is None)  # fmt: skip
        node = Node(square=row is not None and row.disk_only, current=here, now=row is None)
        centre = QPointF(x_of(lanes[0]), box.top() + box.height() / 2)
        paint_node(painter, centre, ground, node, tint="text2" if ground == "sel" else "text3")

    def _paint_words(
        self, painter: QPainter, box: QRect, direction: Any, index: Index, row: SnapshotRow | None
    ) -> None:
        strong, small = fonts.role("strong"), fonts.ui(12, tabular=True)
        name = shown_name(row.name, row.id) if row is not None else str(index.data())
        upper, lower = upper_and_lower(box, strong, small)
        current = row is not None and index.data(PLACE) == self._view.current
        paint_name(painter, upper, name, strong, direction, current=current)
        elide = Qt.TextElideMode.ElideRight
        paint_line(painter, lower, str(index.data(SECOND)), small, "text2", direction=direction, elide=elide)
