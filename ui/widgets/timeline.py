"""The snapshots in order of time: lanes, the guest's screen, and two lines per row.

A solid line leads to what a snapshot came from, a dotted one says order by date only.  A round node has a VM state, a
square one is disk only.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QAbstractItemModel, QEvent, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHeaderView, QStyleOptionViewItem, QTreeView, QWidget

from ui.models.lanes import widest
from ui.models.snapshot_table import Column, Roles, SnapshotTableModel
from ui.theme import fonts
from ui.theme.palette import color
from ui.theme.tokens import INSET
from ui.widgets.lane_painter import extra_width
from ui.widgets.list_keys import list_key
from ui.widgets.timeline_columns import FOLDED, SHOWN, fitting, widths_of
from ui.widgets.timeline_row import NAME_LEFT, Index, TimelineDelegate
from ui.widgets.title_row import TitleRow
from ui.widgets.two_lines import mirrored
from ui.words import tr

LOOK_MS = 40
"""How long rows stand still before their screens are loaded."""
LEAST_NAME = 130
"""Room that a name has before columns are folded."""


class TimelineView(QTreeView):
    """``inspect_wanted`` is Enter or a double click; ``copy_wanted`` is Ctrl+C.

    ``screens_wanted`` carries the keys of screens that rows in sight have; ``screen_of`` answers those that are there.
    """

    inspect_wanted = Signal()
    copy_wanted = Signal()
    screens_wanted = Signal(list)
    looked = Signal(int, int)
    """The first and the last row in sight."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(TimelineDelegate(self))
        self.setRootIsDecorated(False)
        self.setItemsExpandable(False)
        self.setExpandsOnDoubleClick(False)
        self.setUniformRowHeights(True)
        self.setIndentation(0)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setAllColumnsShowFocus(False)  # Fusion would paint a frame of its own; the bar at the side says it
        self.setSelectionMode(QTreeView.SelectionMode.SingleSelection)
        self.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QTreeView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Snapshots, newest first"))
        header = TitleRow(self, clickable=False)
        header.insets = {Column.NAME: INSET}
        header.setStretchLastSection(False)
        self.setHeader(header)
        self._narrow = False
        self._wanted: list[Column] = list(SHOWN)
        self._needs: dict[Column, int] = {}
        self.lanes = 1
        """Lanes that there are beside each other somewhere in the list."""
        self.screen_of: Callable[[str], QImage | None] = lambda key: None
        self._look = QTimer(self, singleShot=True, interval=LOOK_MS)
        self._look.timeout.connect(self.look_at_rows)
        self.verticalScrollBar().valueChanged.connect(lambda _: self._look.start())
        self.doubleClicked.connect(lambda _: self.inspect_wanted.emit())

    def set_columns(self, *, narrow: bool, disks: bool) -> None:
        """``narrow`` leaves clock and VM state to the details; ``disks`` is False where there is only one."""
        self._narrow = narrow
        self._wanted = [column for column in SHOWN if disks or column != Column.DISKS]
        self._measure()

    def _measure(self) -> None:
        """The rows are others, or the size of type: once for all rows, not with every step of a resize."""
        model = self.model()
        if isinstance(model, SnapshotTableModel):
            self._needs = widths_of(model.snapshots.rows, model.now.clock_nsec if model.now is not None else 0)
            self._count_lanes()
            self._share()

    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        if model is not None:
            for changed in (model.modelReset, model.layoutChanged, model.dataChanged):
                changed.connect(self._count_lanes)

    def _count_lanes(self, *_: object) -> None:
        """Other rows are shown, or other lines lead from one to the other."""
        model = self.model()
        if isinstance(model, SnapshotTableModel) and model.in_time:
            before, self.lanes = self.lanes, widest(model.lanes())
            if self.lanes != before:
                self._share()
        self._look.start()

    def name_left(self) -> int:
        """Where names begin, in px from the side."""
        return NAME_LEFT + extra_width(self.lanes)

    def look_at_rows(self) -> None:
        """Ask for the screens of the rows in sight, and of no other."""
        model, rows = self.model(), self.viewport().rect()
        first, last = self.indexAt(rows.topLeft()), self.indexAt(rows.bottomLeft())
        if not self.isVisible() or model is None or not first.isValid():
            return
        end = last.row() if last.isValid() else model.rowCount() - 1
        self.looked.emit(first.row(), end)
        keys = [model.index(row, Column.NAME).data(Roles.SCREEN) for row in range(first.row(), end + 1)]
        if wanted := [key for key in keys if key is not None]:
            self.screens_wanted.emit(wanted)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look.start()

    def _share(self) -> None:
        """Give each column its room; what a narrow window or a large text leaves no room for is folded away."""
        if self.model() is None or not self._needs:
            return
        widths = self._needs
        wanted = [column for column in self._wanted if not (self._narrow and column in FOLDED)]
        shown = fitting(wanted, widths, self.name_left() + fonts.px(LEAST_NAME), self.viewport().width())
        header = self.header()
        header.setFixedHeight(fonts.px(30))
        for column in Column:
            self.setColumnHidden(column, column not in shown)
            mode = QHeaderView.ResizeMode.Stretch if column == Column.NAME else QHeaderView.ResizeMode.Fixed
            header.setSectionResizeMode(column, mode)
            if column in widths:
                header.resizeSection(column, widths[column])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._look.start()
        if event.oldSize().width() != event.size().width():
            self._share()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange, QEvent.Type.ApplicationFontChange):
            self._measure()
            self.doItemsLayout()

    def drawRow(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = QRect(0, option.rect.top(), self.viewport().width(), option.rect.height())
        selected = self.selectionModel().isSelected(index)
        if selected:
            painter.fillRect(row, color("sel"))
        elif row.contains(self._pointer()):
            painter.fillRect(row, color("hover"))
        super().drawRow(painter, option, index)
        self._paint_separator(painter, row, selected)
        if selected and self.hasFocus():
            mirrored_bar = mirrored(self.layoutDirection(), row, QRect(0, row.top(), 2, row.height()))
            painter.fillRect(mirrored_bar, color("accent"))

    def _paint_separator(self, painter: QPainter, row: QRect, selected: bool) -> None:
        if not selected:
            line = QRect(self.name_left(), row.bottom(), row.width() - self.name_left(), 1)
            painter.fillRect(mirrored(self.layoutDirection(), row, line), color("line"))

    def _pointer(self) -> QPoint:
        return self.viewport().mapFromGlobal(self.cursor().pos()) if self.viewport().underMouse() else QPoint(-1, -1)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.MouseMove, QEvent.Type.Leave):
            self.viewport().update()
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if list_key(self, event):
            return
        super().keyPressEvent(event)
