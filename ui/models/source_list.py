"""The opened machines and images as a list with group headings that take no focus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from snapmgr.snapshots.model import DeviceInfo, Snapshots
from ui.models.names import machine_name
from ui.shell import formats
from ui.words import later, plural, tr

Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
Paths = tuple[str, ...]


class SourceState(Enum):
    """What the mark beside a source says."""

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
        return machine_name(self.paths)


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
        self._shown: list[SourceEntry] = []

    @property
    def entries(self) -> Sequence[SourceEntry]:
        """All of them, in the order in which they were opened."""
        return tuple(self._entries)

    def entry(self, paths: Paths) -> SourceEntry | None:
        return next((entry for entry in self._entries if entry.paths == paths), None)

    def put(self, entry: SourceEntry) -> None:
        """Add a machine at the end, or replace what is known of it."""
        for place, other in enumerate(self._entries):
            if other.paths == entry.paths:
                self._replace(place, entry)
                return
        self.beginResetModel()
        self._entries.append(entry)
        self._narrow()
        self.endResetModel()

    def _replace(self, place: int, entry: SourceEntry) -> None:
        self._entries[place] = entry
        for shown, other in enumerate(self._shown):
            if other.paths == entry.paths:
                self._shown[shown] = entry
                index = self.index(shown + 1)
                self.dataChanged.emit(index, index)

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
        self._shown = [entry for entry in self._entries if self._fits(entry)]

    def _fits(self, entry: SourceEntry) -> bool:
        text = "\n".join((entry.name, *entry.paths)).casefold()
        return all(word in text for word in self._words)

    def row_of(self, paths: Paths) -> int | None:
        """The row of a machine, None where it is not shown."""
        return next((row + 1 for row, entry in enumerate(self._shown) if entry.paths == paths), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() or not self._shown else len(self._shown) + 1

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or index.row() == 0:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: Index, role: int = _Role.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() <= len(self._shown):
            return None
        if index.row() == 0:
            return tr("Disk images") if role in (_Role.DisplayRole, _Role.AccessibleTextRole) else None
        entry = self._shown[index.row() - 1]
        if role == _Role.DisplayRole:
            return entry.name
        if role == SourceRoles.SOURCE:
            return entry
        if role == _Role.ToolTipRole:
            return "\n".join([formats.printable(path) for path in entry.paths] + [entry.about])
        if role == _Role.AccessibleTextRole:
            count = "" if entry.count is None else plural("{n} snapshot", "{n} snapshots", entry.count)
            return ", ".join(part for part in (entry.name, entry.about, count) if part)
        return None
