"""The tree of a comparison on screen, with arrows painted by us."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeView, QWidget

from ui.models.difference_tree import CHANGED_ROLE
from ui.theme import fonts, icons
from ui.theme.palette import color
from ui.words import tr

_Index = QModelIndex | QPersistentModelIndex
INDENT = 16
LEAST_NAME = 190


class _Cell(QStyledItemDelegate):
    """Values that differ have a ground of their own, unless their row is selected."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        if index.data(CHANGED_ROLE) and not option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, color("warnBg"))
        super().paint(painter, option, index)


class DifferenceView(QTreeView):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setUniformRowHeights(True)
        self.setIndentation(INDENT)
        self.setItemDelegate(_Cell(self))
        self.setIconSize(QSize(14, 14))
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setAllColumnsShowFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setAccessibleName(tr("What differs"))
        self.header().setStretchLastSection(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.share_columns()

    def share_columns(self) -> None:
        """Values have room for 64 bits, where there is so much; names have the rest."""
        if self.model() is None:
            return
        width = self.viewport().width()
        names = min(fonts.px(LEAST_NAME), width // 3)
        value = min(fonts.text_width(fonts.mono(12), "0" * 18) + 24, (width - names) // 3)
        said = min(fonts.px(148), (width - names) // 3)
        for column, room in enumerate((width - 2 * value - said, value, value, said)):
            self.header().resizeSection(column, room)

    def drawBranches(self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex) -> None:
        if self.selectionModel() is not None and self.selectionModel().isSelected(index):
            painter.fillRect(rect, color("sel" if self.isActiveWindow() else "selInactive"))
        if not self.model().hasChildren(index):
            return
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = rect.left() + 1 if mirrored else rect.right() - 13
        closed = "caret-left" if mirrored else "caret-right"
        name = "caret-down" if self.isExpanded(index) else closed
        icons.paint(painter, QRectF(left, rect.center().y() - 5.5, 12, 12), name, "text2")
