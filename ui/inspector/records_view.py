"""Every record of the stream as it lies on the wire, none folded."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from snapmgr.inspect.model import Record
from ui.models.record_table import NAME, OFFSET, RecordTableModel
from ui.theme import fonts
from ui.theme.tokens import ROW_TREE
from ui.words import tr


class _RecordDelegate(QStyledItemDelegate):
    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        option.font = fonts.mono(12) if index.column() in (OFFSET, NAME) else fonts.ui(13, tabular=True)
        option.state &= ~QStyle.StateFlag.State_HasFocus

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(super().sizeHint(option, index).width() + 16, fonts.px(ROW_TREE))


class RecordsView(QTableView):
    """``chosen(row, by_pointer)`` is the record that the user selected."""

    chosen = Signal(int, bool)
    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._quiet = False
        self.records = RecordTableModel(parent=self)
        self.setModel(self.records)
        self.setItemDelegate(_RecordDelegate(self))
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(tr("Records in the order of the wire"))
        self.verticalHeader().setDefaultSectionSize(fonts.px(ROW_TREE))
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setVisible(False)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setStretchLastSection(True)  # a selected row goes to the edge
        self.selectionModel().currentRowChanged.connect(self._current_changed)
        self.activated.connect(lambda index: self.opened.emit(index.row()))
        self._sized = False

    def set_records(self, records: Sequence[Record], digits: int) -> None:
        """Show another stream."""
        self._quiet = True
        self.records.set_records(records, digits=digits)
        self._quiet = False
        self._sized = False
        self._size_columns()

    def grow(self, records: Sequence[Record]) -> None:
        self.records.grow(records)
        self._size_columns()

    def _size_columns(self) -> None:
        if not self._sized and self.records.rowCount():
            self._sized = True
            mono, ui = fonts.mono(12), fonts.ui(13, tabular=True)
            widths = {0: "0" * 10, 1: "CONFIGURATION", 2: "00 000 0", 3: "0" * 36, 4: "00 000 0"}
            for column in range(self.records.columnCount()):
                text = widths.get(column, "0 000 000 000")
                font = mono if column in (OFFSET, NAME) else ui
                title = fonts.text_width(ui, f"{self.records.headerData(column, Qt.Orientation.Horizontal)} 0")
                self.setColumnWidth(column, max(fonts.text_width(font, text), title) + 24)

    def show_offset(self, offset: int) -> None:
        """Select the record that holds a byte, without telling anybody."""
        low, high = 0, self.records.rowCount()
        while low < high:
            middle = (low + high) // 2
            if self.records.record(middle).offset <= offset:
                low = middle + 1
            else:
                high = middle
        self._quiet = True
        if low:
            self.setCurrentIndex(self.records.index(low - 1, 0))
            self.scrollTo(self.records.index(low - 1, 0))
        self._quiet = False

    def _current_changed(self, current: QModelIndex) -> None:
        if not self._quiet and current.isValid():
            from PySide6.QtWidgets import QApplication

            self.chosen.emit(current.row(), QApplication.mouseButtons() != Qt.MouseButton.NoButton)
