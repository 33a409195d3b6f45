"""Every record of the stream as it lies on the wire, none folded."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from snapmgr.inspect.model import Record
from ui.models.record_table import (
    BYTES,
    INSTANCE,
    NAME,
    OFFSET,
    PAYLOAD,
    SECTION,
    TYPE,
    VERSION,
    WITHIN,
    RecordTableModel,
)
from ui.theme import fonts
from ui.theme.tokens import ROW_TREE
from ui.widgets.shared_columns import Need, SharedColumns, SharedTable, title_width, widest
from ui.words import tr

_IMPORTANCE = (NAME, OFFSET, TYPE, BYTES, SECTION, PAYLOAD, INSTANCE, VERSION, WITHIN)
"""What is left out last comes first."""
_LEAST_NAME = 150
_MARGINS = 24


class _RecordDelegate(QStyledItemDelegate):
    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        option.font = fonts.mono(12) if index.column() in (OFFSET, NAME) else fonts.ui(13, tabular=True)
        option.state &= ~QStyle.StateFlag.State_HasFocus
        if index.column() == NAME:
            option.textElideMode = Qt.TextElideMode.ElideMiddle

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(super().sizeHint(option, index).width() + 16, fonts.px(ROW_TREE))


class RecordsView(SharedTable):
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
        self.selectionModel().currentRowChanged.connect(self._current_changed)
        self.activated.connect(lambda index: self.opened.emit(index.row()))
        self._measured = 0
        self.columns: SharedColumns = SharedColumns(self, _IMPORTANCE, self._needs, spare=_IMPORTANCE)

    def set_records(self, records: Sequence[Record], digits: int) -> None:
        """Show another stream."""
        self._quiet = True
        self.records.set_records(records, digits=digits)
        self._quiet = False
        self._measure_columns()

    def grow(self, records: Sequence[Record]) -> None:
        self.records.grow(records)
        if len(records) > 2 * self._measured:
            self._measure_columns()

    def _measure_columns(self) -> None:
        self._measured = self.records.rowCount()
        self.columns.measure_again()

    def _needs(self) -> dict[int, Need]:
        return {column: self._need(column) for column in _IMPORTANCE}

    def _need(self, column: int) -> Need:
        """A name may be shortened; a number is whole or not there."""
        font = fonts.mono(12) if column in (OFFSET, NAME) else fonts.ui(13, tabular=True)
        title = title_width(self, column)
        wanted = max(title, widest(self, column, font) + _MARGINS)
        return Need(min(wanted, fonts.px(_LEAST_NAME)) if column == NAME else wanted, wanted)

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
