"""The opened machines and images as a list with group headings that take no focus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from snapmgr.names import visible_text
from snapmgr.snapshots.model import DeviceInfo, Snapshots
from ui.isolation import isolated
from ui.models.names import machine_name
from ui.shell import formats
from ui.words import later, plural, tr

Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
Paths = tuple[str, ...]


DEMO: Paths = ("demo:",)
"""Stands for the built-in machine, which has no files."""


class SourceState(Enum):
    """What the mark beside a source says."""

    RUNNING = later("running")
    PAUSED = later("paused")

    LOADING = later("being read")
    FREE = later("not in use")
    IN_USE = later("open in another process")
    ERROR = later("cannot be shown")

    @property
    def word(self) -> str:
        """The state in the language of the window."""
        return tr(self.value)


class SourceRoles(IntEnum):
    """What the delegate asks for beside the name."""

    SOURCE = Qt.ItemDataRole.UserRole + 1
    """The SourceEntry, None for a heading."""


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """One machine: the absolute paths of its disks in order.  ``about`` stands under its name, ``count`` is the
    number of its snapshots (None = not known)."""

    paths: Paths
    state: SourceState
    about: str = ""
    count: int | None = None

    @property
    def name(self) -> str:
        return tr("Demo machine") if self.paths == DEMO else machine_name(self.paths)

    @property
    def group(self) -> str:
        """The heading under which it stands."""
        return tr("Built in") if self.paths == DEMO else tr("Disk images")


def holders(devices: Sequence[DeviceInfo]) -> list[str]:
    """Who has any of the disks open, each once."""
    return list(dict.fromkeys(device.in_use for device in devices if device.in_use))


def described(paths: Paths, found: Snapshots, units: formats.Units) -> SourceEntry:
    """The entry of a machine whose disks were read."""
    state = SourceState.IN_USE if holders(found.devices) else SourceState.FREE
    about = state.word
    if state is SourceState.FREE:
        usable = sum(device.virtual_size for device in found.devices)
        about = f"{state.word}, {formats.size(usable, units)}" if found.rows else tr("no snapshots yet")
    return SourceEntry(paths, state, about, len(found.rows))


class SourceListModel(QAbstractListModel):
    """Rows: a heading for each group that has entries, and its entries below it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[SourceEntry] = []
        self._words: tuple[str, ...] = ()
        self._rows: list[str | SourceEntry] = []

    @property
    def entries(self) -> Sequence[SourceEntry]:
        """All of them, in the order in which they were opened."""
        return tuple(self._entries)

    def entry(self, paths: Paths) -> SourceEntry | None:
        return next((entry for entry in self._entries if entry.paths == paths), None)

    def put(self, entry: SourceEntry) -> None:
        """Add a machine at the end (the built-in one comes first), or replace what is known of it."""
        for place, other in enumerate(self._entries):
            if other.paths == entry.paths:
                self._replace(place, entry)
                return
        self.beginResetModel()
        self._entries.insert(0 if entry.paths == DEMO else len(self._entries), entry)
        self._narrow()
        self.endResetModel()

    def _replace(self, place: int, entry: SourceEntry) -> None:
        self._entries[place] = entry
        row = self.row_of(entry.paths)
        if row is not None:
            self._rows[row] = entry
            self.dataChanged.emit(self.index(row), self.index(row))

    def mark(self, paths: Paths, state: SourceState, about: str) -> None:
        """Change what is said of a machine that is listed."""
        entry = self.entry(paths)
        if entry is not None:
            self.put(replace(entry, state=state, about=about))

    def remove(self, paths: Paths) -> None:
        self.beginResetModel()
        self._entries = [entry for entry in self._entries if entry.paths != paths]
        self._narrow()
        self.endResetModel()

    def filter(self, text: str) -> None:
        """Show machines whose name or path holds every word."""
        self.beginResetModel()
        self._words = tuple(text.casefold().split())
        self._narrow()
        self.endResetModel()

    def _narrow(self) -> None:
        """Entries that fit, each group under its heading."""
        self._rows = []
        group = ""
        for entry in filter(self._fits, self._entries):
            if entry.group != group:
                group = entry.group
                self._rows.append(group)
            self._rows.append(entry)

    def _fits(self, entry: SourceEntry) -> bool:
        text = "\n".join((entry.name, *entry.paths)).casefold()
        return all(word in text for word in self._words)

    def row_of(self, paths: Paths) -> int | None:
        """The row of a machine, None where it is not shown."""
        for row, shown in enumerate(self._rows):
            if isinstance(shown, SourceEntry) and shown.paths == paths:
                return row
        return None

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or isinstance(self._rows[index.row()], str):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: Index, role: int = _Role.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        shown = self._rows[index.row()]
        if isinstance(shown, str):
            return shown if role in (_Role.DisplayRole, _Role.AccessibleTextRole) else None
        return _entry_data(shown, role)


def _entry_data(entry: SourceEntry, role: int) -> Any:
    if role == _Role.DisplayRole:
        return entry.name
    if role == SourceRoles.SOURCE:
        return entry
    if role == _Role.ToolTipRole:
        files = [] if entry.paths == DEMO else [isolated(visible_text(path)) for path in entry.paths]
        return "\n".join([*files, entry.about])
    if role == _Role.AccessibleTextRole:
        count = "" if entry.count is None else plural("{n} snapshot", "{n} snapshots", entry.count)
        return ", ".join(part for part in (entry.name, entry.about, count) if part)
    return None
