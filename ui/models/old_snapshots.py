"""The snapshots of a machine, the newest first, and what becomes of each where the old ones are deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from snapmgr.snapshots.old import Old
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
        self._old = Old((), ())
        self._order: list[tuple[bool, int]] = []

    def show(self, old: Old) -> None:
        """``gone`` and ``kept`` hold the same snapshots as before, or all are new."""
        self.beginResetModel()
        self._old = old
        pairs = [(True, place) for place in range(len(old.gone))] + [(False, place) for place in range(len(old.kept))]
        self._order = sorted(pairs, key=self._age)
        self.endResetModel()

    def _age(self, pair: tuple[bool, int]) -> tuple[int, int]:
        row = self._row(pair)
        return -row.date_sec, -row.date_nsec

    def _row(self, pair: tuple[bool, int]) -> Any:
        gone, place = pair
        return (self._old.gone if gone else self._old.kept)[place]

    def first_gone(self) -> int:
        """The first that goes, -1 where none does."""
        return next((place for place, (gone, _) in enumerate(self._order) if gone), -1)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else 3

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        gone, _ = pair = self._order[index.row()]
        row = self._row(pair)
        if role == Qt.ItemDataRole.DisplayRole:
            if index.column() == NAME:
                return shown_name(row.name, row.id)
            if index.column() == WHEN:
                return formats.relative_time(row.date_sec, self._now()) if row.dated else tr(formats.NOT_RECORDED)
            #: What becomes of a snapshot: it is deleted, or it stays
            return tr("goes") if gone else tr("stays")
        if role == Qt.ItemDataRole.ToolTipRole:
            return texts.iso_date(row) if index.column() == WHEN else shown_name(row.name, row.id)
        if role == Qt.ItemDataRole.ForegroundRole:
            return color("danger" if gone and index.column() == FATE else "text" if gone else "text2")
        if role == Qt.ItemDataRole.DecorationRole and index.column() == FATE:
            return icons.icon("trash" if gone else "check", "danger" if gone else "text2")
        return None
