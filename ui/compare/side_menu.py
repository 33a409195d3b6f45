"""The list under a side of a comparison: all that it may be instead, with a field that narrows it down."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from ui.compare.comparing import Compared
from ui.compare.offered import Offered
from ui.theme import fonts, icons
from ui.theme.palette import color
from ui.widgets.controls import button
from ui.widgets.find_bar import FindBar
from ui.widgets.mirroring import placed
from ui.widgets.two_lines import paint_line
from ui.words import plural, tr

_Index = QModelIndex | QPersistentModelIndex
SIDE_ROLE = Qt.ItemDataRole.UserRole + 1
FIELD_FROM = 10
"""Rows from which on there is a field."""
_ROW, _MOST_ROWS, _WIDTH = 30, 14, 348


class SideList(QAbstractListModel):
    """Those whose names hold what was typed."""

    def __init__(self, offered: Offered, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._offered = offered
        self.places = list(range(len(offered)))

    def narrow(self, words: str) -> None:
        self.beginResetModel()
        self.places = self._offered.matching(words)
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.places)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        side = self._offered[self.places[index.row()]]
        if role == SIDE_ROLE:
            return side
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return f"{side.name}, {side.about}"
        return None


class _Row(QStyledItemDelegate):
    def __init__(self, current: Compared | None, parent: QObject) -> None:
        super().__init__(parent)
        self._current = current

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(160, fonts.px(_ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        side: Compared = index.data(SIDE_ROLE)
        whole = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(whole, color("sel"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(whole, color("hover"))
        box = whole.adjusted(fonts.px(28), 0, -fonts.px(12), 0)
        if side == self._current:
            mark = QRect(whole.left() + 8, whole.center().y() - 7, 14, 14)
            icons.paint(painter, placed(painter, whole, mark.toRectF()), "check", "text")
        about = min(fonts.text_width(fonts.ui(12), side.about) + 2, box.width() // 2)
        name = QRect(box.left(), box.top(), box.width() - about - 12, box.height())
        beside = QRect(box.right() - about, box.top(), about, box.height())
        for part, text, font, token in (
            (name, side.name, fonts.ui(13), "text"),
            (beside, side.about, fonts.ui(12), "text2"),
        ):
            there = placed(painter, whole, part.toRectF()).toRect()
            paint_line(painter, there, text, font, token, direction=option.direction)


class SideMenu(QFrame):
    """``chosen`` carries one of those offered, None: ask for a file."""

    chosen = Signal(object)

    def __init__(self, offered: Offered, current: Compared | None, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(tr("Compare with"))
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        self.field = FindBar(tr("Name"), tr("Narrow the list down"))
        self.field.textChanged.connect(self._narrow)
        self.field.setVisible(len(offered) >= FIELD_FROM)
        self.field.installEventFilter(self)
        column.addWidget(self.field)
        self.model_of = SideList(offered, self)
        self.view = QListView(self)
        self.view.setModel(self.model_of)
        self.view.setItemDelegate(_Row(current, self.view))
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setFrameShape(QListView.Shape.NoFrame)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setAccessibleName(tr("What it may be compared with"))
        self.view.clicked.connect(self._take)
        self.view.installEventFilter(self)
        column.addWidget(self.view)
        column.addWidget(button(tr("Choose a file…"), "ghost", "folder-open", run=lambda: self._choose(None)))
        rows = max(1, min(len(offered), _MOST_ROWS))
        self.view.setFixedHeight(rows * fonts.px(_ROW))
        self.setFixedWidth(max(fonts.px(_WIDTH), parent.width()))
        place = offered.place_of(current)
        self.view.setCurrentIndex(self.model_of.index(max(0, place)))
        (self.field if len(offered) >= FIELD_FROM else self.view).setFocus()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color("raised"))
        painter.setPen(color("line"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _narrow(self, words: str) -> None:
        self.model_of.narrow(words)
        found = self.model_of.rowCount()
        self.field.say(plural("{n} match", "{n} matches", found) if words.strip() else "")
        self.view.setCurrentIndex(self.model_of.index(0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take(self.view.currentIndex())
            return True
        if event.key() == Qt.Key.Key_Escape:
            self.close()
            return True
        walks = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
        if watched is self.field and event.key() in walks:
            self.view.keyPressEvent(event)
            return True
        return False

    def _take(self, index: QModelIndex) -> None:
        if index.isValid():
            self._choose(index.data(SIDE_ROLE))

    def _choose(self, side: Compared | None) -> None:
        self.close()
        self.chosen.emit(side)
