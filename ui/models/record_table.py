"""Every record of a stream in the order of the wire, nothing folded: the rows of ``snapctl inspect``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from snapmgr.inspect.model import Record
from ui.models.headers import header_value
from ui.models.texts import shown
from ui.shell import formats
from ui.words import later, tr

Index = QModelIndex | QPersistentModelIndex

RECORD_ROLE = Qt.ItemDataRole.UserRole + 1
"""The Record of a row."""

OFFSET, TYPE, SECTION, NAME, INSTANCE, VERSION, PAYLOAD, BYTES, WITHIN = range(9)


def _optional(number: int | None) -> str:
    return "" if number is None else str(number)


_COLUMNS: tuple[tuple[str, Callable[[Record], str]], ...] = (
    (later("Offset"), lambda record: ""),
    #: What a migration stream consists of
    (later("Record"), lambda record: record.type),
    (later("Section"), lambda record: _optional(record.section_id)),
    (later("Name"), lambda record: shown(record.idstr or "")),
    #: The instance id of a device
    (later("Instance"), lambda record: _optional(record.instance_id)),
    (later("Version"), lambda record: _optional(record.version_id)),
    #: Bytes between header and footer
    (later("Payload"), lambda record: formats.grouped(record.payload_length)),
    (later("Bytes"), lambda record: formats.grouped(record.length)),
    #: The record that holds this one
    (later("Within"), lambda record: _optional(record.within)),
)

_RIGHT = {SECTION, INSTANCE, VERSION, PAYLOAD, BYTES, WITHIN}

_MEANING = {
    SECTION: later("Section id; for commands the number of the command"),
    PAYLOAD: later("Bytes between the record’s own header and its footer"),
    BYTES: later("Bytes from the type byte to the end of the footer"),
    WITHIN: later("Row of the PACKAGED command that this record lies in"),
}


class RecordTableModel(QAbstractTableModel):
    """Keeps nothing per row: it asks the index, and grows by taking a longer one."""

    def __init__(self, records: Sequence[Record] = (), parent: QObject | None = None, *, digits: int = 8) -> None:
        super().__init__(parent)
        self._records: Sequence[Record] = records
        self._count = len(records)
        self._digits = digits

    def set_records(self, records: Sequence[Record], *, digits: int = 8) -> None:
        """Show the records of another stream."""
        self.beginResetModel()
        self._records, self._count, self._digits = records, len(records), digits
        self.endResetModel()

    def grow(self, records: Sequence[Record]) -> None:
        """Show the records of a longer index of the same stream."""
        if len(records) < self._count:
            self.set_records(records, digits=self._digits)
            return
        if len(records) > self._count:
            self.beginInsertRows(QModelIndex(), self._count, len(records) - 1)
            self._records, self._count = records, len(records)
            self.endInsertRows()
        else:
            self._records = records

    def record(self, row: int) -> Record:
        return self._records[row]

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Vertical:
            return str(section) if role == Qt.ItemDataRole.DisplayRole else None
        return header_value([column[0] for column in _COLUMNS], _MEANING, _alignment, section, role)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(self._records[index.row()], index.column())
        if role == RECORD_ROLE:
            return self._records[index.row()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._text(self._records[index.row()], index.column()) or None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{tr(_COLUMNS[index.column()][0])}: {self._text(self._records[index.row()], index.column())}"
        return None

    def _text(self, record: Record, column: int) -> str:
        if column == OFFSET:
            return formats.offset(record.offset, self._digits)
        return _COLUMNS[column][1](record)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in _RIGHT else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
