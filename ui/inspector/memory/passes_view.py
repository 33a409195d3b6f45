"""What each pass over RAM carried of a block: the guest's writable working set, pass by pass."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from snapmgr.inspect.passes import PassSummary
from ui.shell import formats
from ui.theme import fonts
from ui.theme.palette import color
from ui.theme.tokens import ROW_TREE
from ui.widgets.shared_columns import Need, SharedColumns, SharedTable, title_width, widest
from ui.words import later, tr

_Index = QModelIndex | QPersistentModelIndex
NUMBER, PAGES, SIZE, SHARE, SENT = range(5)
#: Titles of columns: a pass over RAM; pages that came in it; how much that is; as a bar; their records
_TITLES = (later("Iteration"), later("Pages"), later("RAM"), later("Of the block"), later("Sent"))
_MEANING = {
    PAGES: later(
        "Different pages that came in this pass: in all but the first what the guest wrote meanwhile, at least"
    ),
    SENT: later("Page records of this pass; more than pages where one came twice"),
}
_IMPORTANCE = (NUMBER, PAGES, SIZE, SHARE, SENT)


class PassesModel(QAbstractTableModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows: Sequence[PassSummary] = ()
        self._page_size, self.pages = 4096, 1

    def show_rows(self, rows: Sequence[PassSummary], pages: int, page_size: int) -> None:
        self.beginResetModel()
        self._rows, self.pages, self._page_size = rows, max(pages, 1), page_size
        self.endResetModel()

    def row(self, number: int) -> PassSummary:
        return self._rows[number]

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:
        return len(_TITLES)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        one = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            size = formats.size(one.pages * self._page_size)
            share = formats.percent(one.pages, self.pages)
            return (str(one.number), formats.grouped(one.pages), size, share, formats.grouped(one.sent))[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() != SHARE:
            return Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(_TITLES[section])
        if role == Qt.ItemDataRole.ToolTipRole and section in _MEANING:
            return tr(_MEANING[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeading if section == SHARE else Qt.AlignmentFlag.AlignTrailing
            return side | Qt.AlignmentFlag.AlignVCenter
        return None


class _Cell(QStyledItemDelegate):
    def initStyleOption(self, option: QStyleOptionViewItem, index: _Index) -> None:
        super().initStyleOption(option, index)
        option.font = fonts.ui(13, tabular=True)
        option.state &= ~QStyle.StateFlag.State_HasFocus
        if index.column() == SHARE:
            option.text = ""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(super().sizeHint(option, index).width() + 16, fonts.px(ROW_TREE))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        super().paint(painter, option, index)
        model = index.model()
        if index.column() != SHARE or not isinstance(model, PassesModel):
            return
        box = QRectF(option.rect).adjusted(8, 0, -8, 0)
        bar = QRectF(box.left(), box.center().y() - 4, box.width(), 8)
        painter.fillRect(bar, color("p_miss"))
        one = model.row(index.row())
        width = max(1.0 if one.pages else 0.0, bar.width() * one.pages / model.pages)
        left = bar.right() - width if option.direction == Qt.LayoutDirection.RightToLeft else bar.left()
        painter.fillRect(QRectF(left, bar.top(), width, 8), color("p_norm" if one.number == 1 else "p_dirty"))
        painter.setPen(color("line"))
        painter.drawRect(bar)


class PassesView(SharedTable):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.passes = PassesModel(self)
        self.setModel(self.passes)
        self.setItemDelegate(_Cell(self))
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(tr("What each pass over RAM carried"))
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setDefaultSectionSize(fonts.px(30))
        self.horizontalHeader().setHighlightSections(False)
        self.columns: SharedColumns = SharedColumns(self, _IMPORTANCE, self._needs, spare=(SHARE,))

    def show_rows(self, rows: Sequence[PassSummary], pages: int, page_size: int) -> None:
        self.passes.show_rows(rows, pages, page_size)
        self.columns.measure_again()

    def _needs(self) -> dict[int, Need]:
        needs = {}
        for column in _IMPORTANCE:
            wanted = max(title_width(self, column), widest(self, column, fonts.ui(13, tabular=True)) + 24)
            needs[column] = Need(wanted, max(wanted, fonts.px(160)) if column == SHARE else wanted)
        return needs
