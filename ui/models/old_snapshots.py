"""The snapshots of a machine, the newest first, and what becomes of each where the old ones are deleted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from snapmgr.snapshots.model import SnapshotRow
from snapmgr.snapshots.old import Old, newest_part
from ui.models import snapshot_texts as texts
from ui.models.names import shown_name
from ui.shell import formats
from ui.theme import icons
from ui.theme.palette import color
from ui.words import tr

_Index = QModelIndex | QPersistentModelIndex
NAME, WHEN, FATE = range(3)


class OldSnapshots(QAbstractTableModel):
    """``now`` answers what ages are relative to."""

    def __init__(self, now: Callable[[], float], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now = now
        self._fates: list[tuple[SnapshotRow, tuple[int, int] | None, bool]] = []
        """Each snapshot, its moment, and whether it goes."""

    def show(self, old: Old) -> None:
        """Take what was found out anew."""
        self.beginResetModel()
        fates = [(row, newest_part(row), gone) for rows, gone in ((old.gone, True), (old.kept, False)) for row in rows]
        self._fates = sorted(fates, key=lambda one: one[1] or (0, 0), reverse=True)
        self.endResetModel()

    def first_gone(self) -> int:
        """The first that goes, -1 where none does."""
        return next((place for place, (_, _, gone) in enumerate(self._fates) if gone), -1)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._fates)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else 3

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, moment, gone = self._fates[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            if index.column() == NAME:
                return shown_name(row.name, row.id)
            if index.column() == WHEN:
                return formats.relative_time(moment[0], self._now()) if moment is not None else tr(formats.NOT_RECORDED)
            #: What becomes of a snapshot: it is deleted, or it stays
            return tr("goes") if gone else tr("stays")
        if role == Qt.ItemDataRole.ToolTipRole:
            if index.column() != WHEN:
                return shown_name(row.name, row.id)
            seconds, rest = moment or (0, 0)
            return texts.iso_date(replace(row, date_sec=seconds, date_nsec=rest))
        if role == Qt.ItemDataRole.ForegroundRole:
            return color("danger" if gone and index.column() == FATE else "text" if gone else "text2")
        if role == Qt.ItemDataRole.DecorationRole and index.column() == FATE:
            return icons.icon("trash" if gone else "check", "danger" if gone else "text2")
        return None
