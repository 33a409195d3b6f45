"""All recorded values of the snapshots as a sortable table, one line per row."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from ui.models.snapshot_table import HEADERS, RIGHT, Column, Roles
from ui.models.snapshot_texts import DISK_ONLY
from ui.shell import formats
from ui.theme import fonts, icons
from ui.theme.palette import color
from ui.theme.tokens import ROW_TREE
from ui.widgets.timeline import list_key
from ui.widgets.title_row import TitleRow
from ui.widgets.two_lines import mirrored, paint_line
from ui.words import tr

Index = QModelIndex | QPersistentModelIndex
PADDING = 8
_ROW = ROW_TREE + 6
_SLACK = 4
_ORDER = (
    Column.ID, Column.NAME, Column.WHEN, Column.DISKS, Column.STATE, Column.CLOCK, Column.DISK_SIZE, Column.ICOUNT,
)  # fmt: skip
"""From left to right: where there is no room for all, what is looked for least stands outside."""


def _samples() -> dict[Column, tuple[str, ...]]:
    """Texts whose width a column has room for; the name takes the rest."""
    clock, unknown = formats.vm_clock(100 * 86400 * 10**9), tr(formats.NOT_RECORDED)
    return {
        Column.ID: ("000", tr(HEADERS[Column.ID])),
        Column.WHEN: ("0000-00-00 00:00:00",),
        Column.CLOCK: (clock, unknown),
        Column.ICOUNT: (unknown,),
        Column.STATE: (formats.size(10 << 20), tr(DISK_ONLY), tr(HEADERS[Column.STATE])),
        Column.DISK_SIZE: (f"{tr(HEADERS[Column.DISK_SIZE])} M",),
        Column.DISKS: ("000 " + tr("differs between disks"),),
    }


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
            box = mirrored(direction, cell, box.adjusted(20, 0, 0, 0))
            tint = "warn"
        font = fonts.role("strong") if column == Column.NAME else fonts.ui(tabular=True)
        elide = Qt.TextElideMode.ElideMiddle if column == Column.NAME else Qt.TextElideMode.ElideRight
        paint_line(painter, box, text, font, tint, direction=direction, at_end=column in RIGHT, elide=elide)
        if selected and option.widget is not None and option.widget.hasFocus() and column == Column.ID:
            painter.fillRect(
                mirrored(direction, cell, QRect(cell.left(), cell.top(), 2, cell.height())), color("accent")
            )
        painter.restore()


class SnapshotGrid(QTableView):
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

    def show_order(self, column: Column, *, descending: bool) -> None:
        self._header.sorted = (column, descending)
        self._header.viewport().update()

    def _title_clicked(self, section: int) -> None:
        column, descending = self._header.sorted or (Column.WHEN, True)
        newest_first = section == Column.WHEN
        self.sort_wanted.emit(section, not descending if column == section else newest_first)

    def set_columns(self, *, disks: bool) -> None:
        """``disks`` is False where there is only one."""
        self._hide_disks = not disks
        self._share()

    def _share(self) -> None:
        if self.model() is None:
            return
        self.verticalHeader().setDefaultSectionSize(fonts.px(_ROW))
        self._header.setFixedHeight(fonts.px(30))
        self.setColumnHidden(Column.DISKS, self._hide_disks)
        for place, column in enumerate(_ORDER):
            self._header.moveSection(self._header.visualIndex(column), place)
        body = fonts.ui(tabular=True)
        widths = {
            column: max(fonts.text_width(body, text) for text in texts) + 2 * PADDING + _SLACK
            for column, texts in _samples().items()
            if column != Column.DISKS or not self._hide_disks
        }
        widths[Column.NAME] = max(fonts.px(150), self.viewport().width() - sum(widths.values()))
        for column, width in widths.items():
            self._header.resizeSection(column, width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange, QEvent.Type.ApplicationFontChange):
            self._share()

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
