"""All recorded values of the snapshots as a sortable table, one line per row."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from ui.models.snapshot_table import HEADERS, RIGHT, Column, Roles
from ui.theme import fonts, icons
from ui.theme.palette import color
from ui.theme.tokens import ROW_TREE
from ui.widgets.list_keys import list_key
from ui.widgets.shared_columns import Need, SharedColumns, SharedTable, sampled, widest
from ui.widgets.title_row import ARROW, TitleRow
from ui.widgets.two_lines import mirrored, paint_line
from ui.words import tr

Index = QModelIndex | QPersistentModelIndex
PADDING = 8
_ROW = ROW_TREE + 6
_SLACK = 4
_ORDER = (
    Column.ID, Column.NAME, Column.WHEN, Column.DISKS, Column.STATE, Column.CLOCK, Column.DISK_SIZE, Column.ICOUNT,
)  # fmt: skip
"""From left to right."""


_IMPORTANCE = (
    Column.NAME, Column.WHEN, Column.DISKS, Column.ID, Column.STATE, Column.CLOCK, Column.DISK_SIZE, Column.ICOUNT,
)  # fmt: skip
"""What is left out last comes first."""
_LEAST_NAME = 150
_LEAST_DISKS = 110
_SIGN = 20
"""The sign before a trouble, with its air."""


class GridDelegate(QStyledItemDelegate):
    """One line, numbers at the right, what is not recorded in grey, trouble with its sign."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        cell = QRect(option.rect)
        if selected:
            painter.fillRect(cell, color("sel"))
        elif index.row() == getattr(option.widget, "hovered", -1):
            painter.fillRect(cell, color("hover"))
        column, direction = index.column(), option.direction
        box = cell.adjusted(PADDING, 0, -PADDING, 0)
        text = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
        tint = "text" if column == Column.NAME else "text2"
        if index.data(Roles.QUIET):
            tint = "text2" if selected else "text3"
        if index.data(Roles.TROUBLE):
            text = str(index.data(Roles.SECOND))
            glyph = mirrored(direction, cell, QRect(box.left(), cell.center().y() - 7, 15, 15))
            icons.paint(painter, QRectF(glyph), "warning", "warn")
            box = mirrored(direction, cell, box.adjusted(_SIGN, 0, 0, 0))
            tint = "warn"
        font = fonts.role("strong") if column == Column.NAME else fonts.ui(tabular=True)
        elide = Qt.TextElideMode.ElideMiddle if column == Column.NAME else Qt.TextElideMode.ElideRight
        paint_line(painter, box, text, font, tint, direction=direction, at_end=column in RIGHT, elide=elide)
        if selected and option.widget is not None and option.widget.hasFocus() and column == Column.ID:
            painter.fillRect(
                mirrored(direction, cell, QRect(cell.left(), cell.top(), 2, cell.height())), color("accent")
            )
        painter.restore()


class SnapshotGrid(SharedTable):
    """``inspect_wanted`` is Enter or a double click; ``sort_wanted`` a click on a title, with the direction."""

    inspect_wanted = Signal()
    copy_wanted = Signal()
    sort_wanted = Signal(int, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hovered = -1
        self.setItemDelegate(GridDelegate(self))
        self._header = TitleRow(self, clickable=True)
        self.setHorizontalHeader(self._header)
        self._header.sectionClicked.connect(self._title_clicked)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Snapshots, all values"))
        self.doubleClicked.connect(lambda _: self.inspect_wanted.emit())
        self._hide_disks = False
        self.columns: SharedColumns = SharedColumns(self, _IMPORTANCE, self._needs)

    def show_order(self, column: Column, *, descending: bool) -> None:
        self._header.sorted = (column, descending)
        self._header.viewport().update()

    def _title_clicked(self, section: int) -> None:
        column, descending = self._header.sorted or (Column.WHEN, True)
        newest_first = section == Column.WHEN
        self.sort_wanted.emit(section, not descending if column == section else newest_first)

    def set_columns(self, *, disks: bool) -> None:
        """Another list is there; ``disks`` is False where there is only one disk."""
        self._hide_disks = not disks
        self.verticalHeader().setDefaultSectionSize(fonts.px(_ROW))
        self._header.setFixedHeight(fonts.px(30))
        for place, column in enumerate(_ORDER):
            self._header.moveSection(self._header.visualIndex(column), place)
        self.columns.measure_again()

    def _needs(self) -> dict[int, Need]:
        return {column: self._need(column) for column in _ORDER if column != Column.DISKS or not self._hide_disks}

    def _need(self, column: Column) -> Need:
        """Names and troubles may be shortened; a date or a number is whole or not there."""
        margins = 2 * PADDING + _SLACK
        title = fonts.text_width(fonts.ui(12, 600), tr(HEADERS[column])) + ARROW + 4 + margins
        font = fonts.role("strong") if column == Column.NAME else fonts.ui(tabular=True)
        wanted = max(title, self._widest(column, font) + margins)
        if column == Column.NAME:
            return Need(min(wanted, fonts.px(_LEAST_NAME)), wanted)
        if column == Column.DISKS:
            return Need(min(wanted, max(title, fonts.px(_LEAST_DISKS))), wanted)
        return Need(wanted, wanted)

    def _widest(self, column: Column, font: QFont) -> int:
        if column != Column.DISKS:
            return widest(self, column, font)
        found = 0
        for row in sampled(self.model().rowCount()):
            index = self.model().index(row, column)
            trouble = bool(index.data(Roles.TROUBLE))
            text = str(index.data(Roles.SECOND if trouble else Qt.ItemDataRole.DisplayRole) or "")
            found = max(found, fonts.text_width(font, text) + (_SIGN if trouble else 0))
        return found

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.verticalHeader().setDefaultSectionSize(fonts.px(_ROW))
            self._header.setFixedHeight(fonts.px(30))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.MouseMove, QEvent.Type.Leave):
            point = self.viewport().mapFromGlobal(self.cursor().pos())
            row = self.rowAt(point.y()) if event.type() == QEvent.Type.MouseMove else -1
            if row != self.hovered:
                self.hovered = row
                self.viewport().update()
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if list_key(self, event):
            return
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: -1}
        if event.key() in ends and self.model() is not None and self.model().rowCount():
            row = ends[Qt.Key(event.key())] % self.model().rowCount()
            self.setCurrentIndex(self.model().index(row, max(self.currentIndex().column(), 0)))
            return
        super().keyPressEvent(event)
