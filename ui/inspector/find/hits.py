"""Hits as rows: where, and what stands around."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from ui.inspector.find.searching import Hit
from ui.models.texts import shown
from ui.shell import formats
from ui.theme import fonts
from ui.theme.tokens import ROW_TREE
from ui.widgets.shared_columns import Need, SharedColumns, SharedTable
from ui.words import later, tr

_Index = QModelIndex | QPersistentModelIndex
HIT_ROLE = Qt.ItemDataRole.UserRole + 1
PLACE, OFFSET, BYTES, TEXT = range(4)
#: Titles of columns: where a hit is, at which offset, what stands there
_TITLES = (later("Where"), later("Offset"), later("Bytes or value"), later("Text"))
_DOT = "·"


class HitModel(QAbstractTableModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._hits: list[Hit] = []
        self._digits = 8

    def clear(self, digits: int) -> None:
        self.beginResetModel()
        self._hits, self._digits = [], digits
        self.endResetModel()

    def append(self, hits: Sequence[Hit]) -> None:
        self.beginInsertRows(QModelIndex(), len(self._hits), len(self._hits) + len(hits) - 1)
        self._hits.extend(hits)
        self.endInsertRows()

    def hit(self, row: int) -> Hit:
        return self._hits[row]

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._hits)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:
        return len(_TITLES)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        hit = self._hits[index.row()]
        if role == HIT_ROLE:
            return hit
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._text(hit, index.column())
        return None

    def _text(self, hit: Hit, column: int) -> str:
        if column == PLACE:
            return shown(hit.name or hit.block) or tr("stream")
        if column == OFFSET:
            return formats.offset(hit.offset, self._digits)
        if column == BYTES:
            return shown(hit.value) if hit.path else hit.around.hex(" ").upper()
        return "".join(chr(byte) if 0x20 <= byte < 0x7F else _DOT for byte in hit.around)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return tr(_TITLES[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        return None


class _Cell(QStyledItemDelegate):
    def initStyleOption(self, option: QStyleOptionViewItem, index: _Index) -> None:
        super().initStyleOption(option, index)
        option.font = fonts.mono(12)
        option.state &= ~QStyle.StateFlag.State_HasFocus
        if index.column() == PLACE:
            option.textElideMode = Qt.TextElideMode.ElideMiddle

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(80, fonts.px(ROW_TREE))


class HitsView(SharedTable):
    """``wanted(hit)``: this one is current; ``opened(hit)``: Enter or a double click; ``menu_wanted(hit, place)``: the
    right button, or the key for menus."""

    wanted = Signal(object)
    opened = Signal(object)
    menu_wanted = Signal(object, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hits = HitModel(self)
        self.setModel(self.hits)
        self.setItemDelegate(_Cell(self))
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(tr("What was found"))
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setDefaultSectionSize(fonts.px(ROW_TREE))
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        self.columns: SharedColumns = SharedColumns(self, (OFFSET, PLACE, BYTES, TEXT), self._needs, spare=(PLACE,))
        self.selectionModel().currentRowChanged.connect(
            lambda index: self.wanted.emit(index.data(HIT_ROLE)) if index.isValid() else None
        )
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.activated.connect(lambda index: self.opened.emit(index.data(HIT_ROLE)))

    def _needs(self) -> dict[int, Need]:
        offset = fonts.text_width(fonts.mono(12), "0" * 10) + 24
        around = fonts.text_width(fonts.mono(12), "00 " * 24) + 16
        text = fonts.text_width(fonts.mono(12), "0" * 24) + 24
        place = fonts.px(120)
        return {
            OFFSET: Need(offset, offset),
            PLACE: Need(place, place),
            BYTES: Need(fonts.px(160), around),
            TEXT: Need(text, text),
        }

    def _menu(self, at: QPoint) -> None:
        index = self.indexAt(at)
        if index.isValid():
            self.menu_wanted.emit(index.data(HIT_ROLE), self.viewport().mapToGlobal(at))

    def step(self, by: int) -> None:
        """The next or previous hit; behind the last comes the first."""
        count = self.hits.rowCount()
        if count:
            self.selectRow((self.currentIndex().row() + by) % count)
