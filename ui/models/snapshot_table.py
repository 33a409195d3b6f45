"""The snapshots of one machine as a Qt table: timeline and table are two views of this one model.

It keeps no object per row; order and filter are arrays of positions (``snapshot_rows``), because a proxy model
blocks for long with many rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from snapmgr.names import visible_name, visible_text
from snapmgr.snapshots.model import SnapshotRow, Snapshots
from ui.isolation import isolated, steady
from ui.models import beside_texts
from ui.models import snapshot_texts as texts
from ui.models.lanes import RowLanes, among, by_date, lanes_of
from ui.models.names import disk_labels, shown_name
from ui.models.now_row import NOW, Now, now_data
from ui.models.snapshot_columns import HEADERS, RIGHT, VALUES, Roles
from ui.models.snapshot_rows import Column, Key, SnapshotRows, key_of
from ui.shell import formats
from ui.words import tr

Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class SnapshotTableModel(QAbstractTableModel):
    """``now`` is the clock that "2 h ago" is counted from, in seconds since 1970."""

    def __init__(self, now: Callable[[], float], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = now
        self._now = now()
        self._units: formats.Units = "binary"
        self._rows = SnapshotRows()
        self._snapshots = Snapshots((), ())
        self._labels: dict[str, str] = {}
        self._sizes: dict[str, int] = {}
        self._lanes: list[RowLanes] | None = None
        self._current: int | None = None
        self._now_row: Now | None = None

    # --- what is shown ---

    def show(self, snapshots: Snapshots, now: Now | None = None) -> None:
        """Take another list, and what the machine is now where one runs; order and filter stay."""
        words, (column, descending) = " ".join(self._rows.words), self._rows.sorted_by
        rows = SnapshotRows(snapshots.rows, snapshots.beside.notes)
        rows.filter(words)
        rows.sort(column, descending=descending)
        self.beginResetModel()
        self._now = self._clock()
        self._snapshots, self._rows, self._lanes, self._now_row = snapshots, rows, None, now
        self._labels = disk_labels([device.path for device in snapshots.devices])
        self._sizes = {device.path: device.virtual_size for device in snapshots.devices}
        self.endResetModel()

    @property
    def snapshots(self) -> Snapshots:
        return self._snapshots

    def set_beside(self, snapshots: Snapshots) -> None:
        """Take the same list with something else beside it."""
        self._snapshots, self._lanes = snapshots, None
        self._all_changed(Column.NAME, Column.NAME)

    def set_now(self, now: Now) -> None:
        """A later moment of a machine that was shown with its list: the first row, whatever the order; no filter finds
        it."""
        if self._now_row is None and self._snapshots.owned:  # its list came before its first moment
            self.show(self._snapshots, now)
        elif self._now_row is not None:
            self._now_row = now
            if self.head:
                self.dataChanged.emit(self.index(0, 0), self.index(0, self.columnCount() - 1))

    @property
    def now(self) -> Now | None:
        return self._now_row

    @property
    def head(self) -> int:
        """Rows above those of the snapshots."""
        return int(self._now_row is not None and not self._rows.words)

    @property
    def from_now(self) -> int | None:
        """The row that the line from now leads to, None where there is no such line."""
        return self._current + self.head if self.lanes() and self.head and self._current is not None else None

    @property
    def in_time(self) -> bool:
        """Whether the newest comes first: lines lead down then."""
        return self._rows.sorted_by == (Column.WHEN, True)

    def lanes(self) -> list[RowLanes]:
        """Where the lines run, for every snapshot that is shown, from the newest to the oldest."""
        if self._lanes is None:
            self._lanes = self._make_lanes()
        return self._lanes

    def _make_lanes(self) -> list[RowLanes]:
        beside = self._snapshots.beside
        shown = self._rows.positions() if beside.parents or beside.current is not None else []
        self._current = shown.index(beside.current) if beside.current in shown else None
        if not beside.parents and not (self.head and self._current is not None):
            return by_date(len(self._rows))
        return lanes_of(*among(shown, beside.parents), self._current, now=bool(self.head))

    @property
    def total(self) -> int:
        """How many snapshots there are without the filter."""
        return self._rows.total

    @property
    def shown(self) -> int:
        """How many of them are listed."""
        return len(self._rows)

    @property
    def labels(self) -> dict[str, str]:
        """Short name of each disk by its path."""
        return self._labels

    @property
    def sorted_by(self) -> tuple[Column, bool]:
        return self._rows.sorted_by

    def filter(self, text: str) -> None:
        """Show what holds every word of ``text`` in its name or id."""
        if tuple(text.casefold().split()) == self._rows.words:
            return
        self.beginResetModel()
        self._lanes = None
        self._rows.filter(text)
        self.endResetModel()

    def set_units(self, units: formats.Units) -> None:
        if units != self._units:
            self._units = units
            self._all_changed(Column.STATE, Column.DISK_SIZE)

    def tick(self) -> None:
        """Say again how long ago everything was."""
        self._now = self._clock()
        self._all_changed(Column.WHEN, Column.WHEN)

    def _all_changed(self, first: Column, last: Column) -> None:
        if len(self._rows):
            self.dataChanged.emit(self.index(self.head, first), self.index(self.rowCount() - 1, last))

    def snapshot(self, row: int) -> SnapshotRow | None:
        """None for the machine itself."""
        return self._rows.row(row - self.head) if 0 <= row - self.head < len(self._rows) else None

    def key_at(self, row: int) -> Key | None:
        """What finds this row again in another list."""
        if 0 <= row < self.head:
            return NOW
        found = self.snapshot(row)
        return key_of(found) if found is not None else None

    def value(self, place: int, column: Column) -> Any:
        """The recorded value behind a cell: a number of any size, a string, None for what is not recorded.

        Not a role of ``data``: a number beyond 63 bits does not pass through Qt.
        """
        row = self.snapshot(place)
        return VALUES[column](row) if row is not None else None

    def find(self, key: Key) -> int | None:
        """Row of the snapshot with this key, None where it is not shown."""
        if key == NOW:
            return 0 if self.head else None
        place = self._rows.find(key)
        return place + self.head if place is not None else None

    # --- Qt's model ---

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else self.head + len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(Column):
            return None
        if role == _Role.DisplayRole:
            return tr(HEADERS[Column(section)])
        if role == _Role.TextAlignmentRole:
            return _RIGHT if Column(section) in RIGHT else _LEFT
        return None

    def data(self, index: Index, role: int = _Role.DisplayRole) -> Any:
        if index.isValid() and index.row() < self.head:
            return now_data(self._now_row, Column(index.column()), role, self._lane_of_now(), self._snapshots)
        if not index.isValid() or (row := self.snapshot(index.row())) is None:
            return None
        column, place = Column(index.column()), index.row() - self.head
        if role == Roles.ROW:
            return row
        if role == _Role.DisplayRole:
            return self._line(row, column)
        if role == Roles.FIRST:
            return self._first(row, column)
        if role == Roles.SECOND:
            return self._second(row, column, place)
        if role == _Role.TextAlignmentRole:
            return _RIGHT if column in RIGHT else _LEFT
        if role == Roles.TROUBLE:
            return column == Column.DISKS and bool(row.missing or row.differs)
        if role == Roles.QUIET:
            return self._quiet(row, column)
        if role == _Role.ToolTipRole:
            return self._tooltip(row, column, self._rows.position(place))
        if role == _Role.AccessibleTextRole:
            return self._spoken(row, place) if column == Column.NAME else self._line(row, column)
        return self._beside(place, role)

    def _lane_of_now(self) -> RowLanes:
        return RowLanes(0, leaving=True if self.from_now is not None else None)

    def _beside(self, place: int, role: int) -> Any:
        """What the sidecar knows of a row."""
        beside, position = self._snapshots.beside, self._rows.position(place)
        if role == Roles.LANES:
            return self.lanes()[place]
        if role == Roles.CURRENT:
            return beside.current == position
        return beside.screens.get(position) if role == Roles.SCREEN else None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Reorder; what is selected stays selected."""
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        before = self._rows.positions() if kept else []
        self._lanes = None
        self._rows.sort(Column(column), descending=order == Qt.SortOrder.DescendingOrder)
        if kept:
            head = self.head
            places = {position: place for place, position in enumerate(self._rows.positions())}
            rows = [index.row() - head for index in kept]
            new = [places[before[row]] + head if row >= 0 else 0 for row in rows]
            moved = [self.index(row, index.column()) for row, index in zip(new, kept, strict=True)]
            self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()

    def match(
        self,
        start: Index,
        role: int,
        value: Any,
        hits: int = 1,
        flags: Qt.MatchFlag = Qt.MatchFlag.MatchStartsWith | Qt.MatchFlag.MatchWrap,
    ) -> list[QModelIndex]:
        """Type-ahead by name, whichever column the keyboard is in, without a call per row."""
        if role == _Role.DisplayRole and isinstance(value, str) and hits == 1 and start.isValid():
            place = self._rows.starting_with(value, max(start.row() - self.head, 0))
            return [] if place is None else [self.index(place + self.head, start.column())]
        return super().match(start, role, value, hits, flags)

    # --- texts ---

    def _line(self, row: SnapshotRow, column: Column) -> str:
        """The cell on one line, as the table shows it and as it is copied."""
        if column == Column.ID:
            return visible_name(row.id)
        if column == Column.NAME:
            return shown_name(row.name)
        if column == Column.WHEN:
            return texts.table_date(row)
        if column == Column.CLOCK:
            return texts.vm_clock(row)
        if column == Column.ICOUNT:
            return texts.icount(row)
        if column == Column.STATE:
            return texts.vm_state(row, self._units)
        if column == Column.DISK_SIZE:
            return texts.disk_size(row, self._units)
        return ", ".join(filter(None, (texts.disk_count(row), texts.disk_trouble(row, self._labels))))

    def _first(self, row: SnapshotRow, column: Column) -> str:
        if column == Column.WHEN:
            return self._age(row)
        if column == Column.DISKS:
            return texts.disk_count(row)
        return self._line(row, column)

    def _age(self, row: SnapshotRow) -> str:
        return formats.relative_time(row.date_sec, self._now) if row.dated else tr(formats.NOT_RECORDED)

    def _second(self, row: SnapshotRow, column: Column, place: int) -> str:
        if column == Column.WHEN:
            return formats.short_time(row.date_sec, self._now) if row.dated else ""
        if column == Column.DISKS:
            return texts.disk_trouble(row, self._labels)
        return self._under_name(row, place) if column == Column.NAME else ""

    def _under_name(self, row: SnapshotRow, place: int) -> str:
        """The note, else its facts; and how many branches share its lane where they have none of their own."""
        note = beside_texts.first_line(self._snapshots.beside.notes.get(self._rows.position(place), ""))
        branches = self.lanes()[place].branches if self.in_time else 0
        return ", ".join(filter(None, (note or self._about(row), branches and beside_texts.folded(branches))))

    def _about(self, row: SnapshotRow) -> str:
        """What stands under a name: its id, and how large the disk was where that has changed since."""
        ids = list(dict.fromkeys(entry.id for entry in row.entries.values())) or [row.id]
        parts = [
            texts.id_text(ids[0])
            if len(ids) == 1
            else tr("ids {ids}", ids=", ".join([*map(_id, ids[:4]), *["…"] * (len(ids) > 4)]))
        ]
        for path, entry in row.entries.items():
            if self._sizes.get(path, entry.disk_size) != entry.disk_size:
                parts.append(tr("disk was {size} then", size=formats.size(entry.disk_size, self._units)))
                break
        return ", ".join(parts)

    def _quiet(self, row: SnapshotRow, column: Column) -> bool:
        if column == Column.WHEN:
            return not row.dated
        if column == Column.CLOCK:
            return not row.clocked
        if column == Column.ICOUNT:
            return row.icount is None
        return column == Column.STATE and row.disk_only

    def _tooltip(self, row: SnapshotRow, column: Column, position: int) -> str:
        if column == Column.NAME:
            return "\n".join((_name_tooltip(row), *beside_texts.about(self._snapshots, position)))
        if column == Column.WHEN:
            return "\n".join(filter(None, (texts.long_date(row), texts.iso_date(row))))
        if column == Column.CLOCK and row.clocked:
            said = tr("The machine had run for {clock}", clock=formats.vm_clock(row.vm_clock_nsec))
            return f"{said}\n{formats.nanoseconds(row.vm_clock_nsec)}"
        if column == Column.CLOCK:
            return tr("Taken without a machine: there was no clock")
        if column == Column.STATE:
            if row.disk_only:
                return tr("Holds the disk only: there is no VM state to look into or to load")
            return formats.exact_bytes(row.vm_state_size)
        if column == Column.DISK_SIZE:
            return texts.disk_sizes_exact(row, self._labels)
        if column == Column.DISKS:
            return self.disks_text(row)
        return self._line(row, column)

    def disks_text(self, row: SnapshotRow) -> str:
        """Every disk and what it has of the snapshot, a line each."""
        lines = []
        for path in (device.path for device in self._snapshots.devices):
            label = isolated(self._labels.get(path, path))
            if path in row.entries:
                lines.append(f"{label}: {texts.on_disk(row.entries[path])}")
            elif path in row.missing:
                lines.append(": ".join((label, tr("not on this disk"))))
        return "\n".join([*lines, *(steady(visible_text(fact)) for fact in row.differs)])

    def _spoken(self, row: SnapshotRow, place: int) -> str:
        """The sentence of a row, and what the lines beside it show."""
        said = [self.sentence(row), *beside_texts.about(self._snapshots, self._rows.position(place))]
        if self.in_time and (branches := self.lanes()[place].branches):
            said.append(beside_texts.folded(branches))
        return ", ".join(said)

    def sentence(self, row: SnapshotRow) -> str:
        """The whole row for a screen reader."""
        parts = [shown_name(row.name, row.id), self._age(row) if row.dated else texts.long_date(row)]
        size = texts.vm_state(row, self._units)
        parts.append(tr("disk only, no VM state") if row.disk_only else tr("VM state {size}", size=size))
        if len(self._snapshots.devices) > 1 or row.missing:
            parts.append(tr("disks: {disks}", disks=self._line(row, Column.DISKS)))
        return ", ".join(parts)


def _id(text: str) -> str:
    return isolated(visible_name(text))


def _name_tooltip(row: SnapshotRow) -> str:
    shown = shown_name(row.name, row.id)
    lines: Sequence[str] = [shown[i : i + 80] for i in range(0, min(len(shown), 2000), 80)]
    size = len(row.name.encode("utf-8", "surrogateescape"))
    if size > 100:
        lines = [*lines, formats.exact_bytes(size)]
    return "\n".join(lines)


__all__ = ["HEADERS", "NOW", "RIGHT", "Column", "Now", "Roles", "SnapshotTableModel", "key_of"]
