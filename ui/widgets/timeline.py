"""The snapshots in order of time: lanes, the guest's screen, and two lines per row.

A solid line leads to what a snapshot came from, a dotted one says order by date only.  A round node has a VM state, a
square one is disk only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeView, QWidget

from snapmgr.snapshots.model import SnapshotRow
from ui.models.lanes import widest
from ui.models.snapshot_table import HEADERS, RIGHT, Column, Roles, SnapshotTableModel
from ui.models.snapshot_texts import DISK_ONLY
from ui.shell import formats
from ui.theme import fonts, icons
from ui.theme.palette import color
from ui.theme.tokens import INSET, RADIUS_SMALL, ROW_SNAPSHOT
from ui.widgets.current_chip import paint_name
from ui.widgets.lane_painter import Node, extra_width, lane_pen, lane_step, paint_lanes, paint_node
from ui.widgets.title_row import TitleRow
from ui.widgets.two_lines import mirrored, paint_line, upper_and_lower
from ui.words import tr

Index = QModelIndex | QPersistentModelIndex
LANE = INSET + 6
"""Middle of the lane, from the edge of the view."""
TILE = QSize(56, 36)
TILE_LEFT = LANE + 20
NAME_LEFT = TILE_LEFT + TILE.width() + 12
PADDING = 8
SIGN = 20
"""The sign before what needs a look, with the air behind it."""
LOOK_MS = 40
"""How long rows stand still before their screens are loaded."""
LEAST_NAME = 130
"""Room that a name has before columns are folded."""
SHOWN = (Column.NAME, Column.WHEN, Column.CLOCK, Column.STATE, Column.DISKS)
FOLDED = (Column.CLOCK, Column.STATE)
"""Columns that a narrow window leaves to the details."""
_A_DAY = 86400
_A_WEDNESDAY = 1669766400
"""30 November 2022 as seconds since 1970: a date that is as wide as dates are."""


def _widths(rows: Sequence[SnapshotRow], now: int) -> dict[Column, int]:
    """What each column needs; the name takes the rest.  ``now`` is the clock of a machine that runs.

    Clocks and disks get what the longest of ``rows`` needs, since every pixel more is one less for a name.  Ages change
    while one looks, and sizes with the setting: they get the widest that is usual.
    """
    body, small, title = fonts.ui(tabular=True), fonts.ui(12, tabular=True), fonts.ui(12, 500)
    date = formats.short_time(_A_WEDNESDAY, _A_WEDNESDAY + 9 * _A_DAY, UTC)
    yesterday = formats.short_time(_A_WEDNESDAY, _A_WEDNESDAY + _A_DAY, UTC)
    widest = {
        Column.WHEN: [(body, formats.relative_time(0, 8 * 3600 + 50 * 60)), (small, date), (small, yesterday)],
        Column.CLOCK: [(body, formats.vm_clock(max([now, *(row.vm_clock_nsec for row in rows)])))],
        Column.STATE: [(body, f"{tr(DISK_ONLY)} 0")],
        Column.DISKS: [],
    }
    if not all(row.clocked for row in rows):
        widest[Column.CLOCK].append((body, tr(formats.NOT_RECORDED)))
    widths = {
        column: max(fonts.text_width(font, text) for font, text in [(title, tr(HEADERS[column])), *texts])
        for column, texts in widest.items()
    }
    if any(row.missing or row.differs for row in rows):
        troubles = (tr("not on {disks}", disks="devbox-vmstate"), tr("differs between disks"))
        needed = SIGN + max(fonts.text_width(small, text) for text in troubles)
        widths[Column.DISKS] = max(widths[Column.DISKS], needed)
    else:
        most = max((len(row.entries) for row in rows), default=0)
        widths[Column.DISKS] = max(widths[Column.DISKS], fonts.text_width(body, tr("all {total}", total=most)))
    return {column: width + 2 * PADDING + 2 for column, width in widths.items()}


def _middle_of(screen: QImage, box: QRectF) -> QRectF:
    """The part of it that has the proportions of ``box``."""
    part = QRectF(QPointF(), box.size().scaled(screen.size().toSizeF(), Qt.AspectRatioMode.KeepAspectRatio))
    part.moveCenter(QRectF(screen.rect()).center())
    return part


def paint_tile(painter: QPainter, box: QRectF, screen: QImage | None = None) -> None:
    """The screen; where none was recorded a disk stands for it, never an empty frame."""
    painter.setBrush(color("raised"))
    if screen is not None:
        path = QPainterPath()
        path.addRoundedRect(box, RADIUS_SMALL, RADIUS_SMALL)
        painter.save()
        painter.setClipPath(path)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(box, screen, _middle_of(screen, box))
        painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(color("line"), 1))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_SMALL, RADIUS_SMALL)
    if screen is None:
        icons.paint(painter, QRectF(box.center().x() - 9, box.center().y() - 9, 18, 18), "hard-drive", "text2")


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
        view = self.parent()
        assert isinstance(view, TimelineView)
        more = extra_width(view.lanes)
        self._paint_lane(painter, option, index, "sel" if selected else "panel", view.lanes)
        top = cell.top() + (cell.height() - TILE.height()) // 2
        tile = mirrored(direction, cell, QRect(QPoint(cell.left() + TILE_LEFT + more, top), TILE))
        paint_tile(painter, QRectF(tile), _screen(view, index))
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


class TimelineView(QTreeView):
    """``inspect_wanted`` is Enter or a double click; ``copy_wanted`` is Ctrl+C.

    ``screens_wanted`` carries the keys of screens that rows in sight have; ``screen_of`` answers those that are there.
    """

    inspect_wanted = Signal()
    copy_wanted = Signal()
    screens_wanted = Signal(list)

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
        self._look.timeout.connect(self._look_at_rows)
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
            self._needs = _widths(model.snapshots.rows, model.now.clock_nsec if model.now is not None else 0)
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

    def _look_at_rows(self) -> None:
        """Ask for the screens of the rows in sight, and of no other."""
        model, rows = self.model(), self.viewport().rect()
        first, last = self.indexAt(rows.topLeft()), self.indexAt(rows.bottomLeft())
        if not self.isVisible() or model is None or not first.isValid():
            return
        end = last.row() if last.isValid() else model.rowCount() - 1
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
        shown = [column for column in self._wanted if not (self._narrow and column in FOLDED)]
        least = self.name_left() + fonts.px(LEAST_NAME)
        for folded in (*FOLDED, Column.DISKS):
            if least + sum(widths[column] for column in shown if column in widths) <= self.viewport().width():
                break
            shown = [column for column in shown if column != folded]
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


def list_key(view: TimelineView | QWidget, event: QKeyEvent) -> bool:
    """Keys that both views of the snapshots handle alike: Enter and Ctrl+C."""
    if (
        event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    ):
        view.inspect_wanted.emit()
        return True
    if event.key() == Qt.Key.Key_C and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
        view.copy_wanted.emit()
        return True
    return False


class Legend(QWidget):
    """What the lane's line and nodes mean."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Solid line: came from. Dotted line: order by date only. Square: disk only."))
        self.setFixedHeight(fonts.px(33))

    def _entries(self) -> tuple[tuple[str, str], ...]:
        #: A solid line leads to the snapshot that this one came from
        came = tr("came from")
        return ("solid", came), ("dotted", tr("order by date only")), ("square", tr(DISK_ONLY))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.setFixedHeight(fonts.px(33))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRect(0, 0, self.width(), 1), color("line"))
        font = fonts.role("secondary")
        x, middle = INSET, self.height() / 2
        whole = self.rect()
        for kind, text in self._entries():
            width = 12 if kind == "square" else 22
            box = mirrored(self.layoutDirection(), whole, QRect(x, 0, width, self.height()))
            if kind != "square":
                painter.setPen(lane_pen("text3", solid=kind == "solid"))
                painter.drawLine(QPointF(box.left(), middle), QPointF(box.right(), middle))
            else:
                paint_node(painter, QPointF(box.center().x() + 0.5, middle), "panel", Node(square=True))
            x += width + 6
            advance = fonts.text_width(font, text)
            place = mirrored(self.layoutDirection(), whole, QRect(x, 0, advance + 2, self.height()))
            paint_line(painter, place, text, font, "text2", direction=self.layoutDirection())
            x += advance + 20
