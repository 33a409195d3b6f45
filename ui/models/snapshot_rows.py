"""Sorted and filtered positions over a list of snapshots, without widgets: fast with 10 000 of them.

Nothing is kept per row and column but what sorting needs; orders are computed once per column and direction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from typing import Any

from snapmgr.snapshots.model import SnapshotRow
from ui.models.names import shown_name
from ui.models.snapshot_texts import DISK_ONLY
from ui.words import tr


class Column(IntEnum):
    """Columns of the table, in its order.  The timeline shows five of them."""

    ID = 0
    NAME = 1
    WHEN = 2
    CLOCK = 3
    ICOUNT = 4
    STATE = 5
    DISK_SIZE = 6
    DISKS = 7


Key = tuple[str, str, int, int]


def key_of(row: SnapshotRow) -> Key:
    """What makes a snapshot the same one after the list was read again."""
    return (row.name, row.id, row.date_sec, row.date_nsec)


def _id_key(row: SnapshotRow) -> tuple[int, int, str]:
    """Numbers by value before anything else; an id may be any text, and digits of any length."""
    text = row.id
    if text.isascii() and text.isdigit():
        bare = text.lstrip("0")
        return (0, len(bare), bare)
    return (1, 0, text)


_SORT_KEYS: dict[Column, Callable[[SnapshotRow], Any]] = {
    Column.ID: _id_key,
    Column.NAME: lambda row: (shown_name(row.name, row.id).casefold(), row.name),
    Column.WHEN: lambda row: (row.date_sec, row.date_nsec) if row.dated else None,
    Column.CLOCK: lambda row: row.vm_clock_nsec if row.clocked else None,
    Column.ICOUNT: lambda row: row.icount,
    Column.STATE: lambda row: row.vm_state_size or None,
    Column.DISK_SIZE: lambda row: row.disk_size,
    Column.DISKS: lambda row: (not row.missing, not row.differs, len(row.entries)),
}


class SnapshotRows:
    """An immutable list of snapshots seen through an order and a filter."""

    def __init__(self, rows: Sequence[SnapshotRow] = (), notes: Mapping[int, str] | None = None) -> None:
        """``notes`` by the index of their row."""
        self._rows, self._notes = rows, notes or {}
        self._orders: dict[tuple[Column, bool], list[int]] = {}
        self._texts: list[str] | None = None
        self._words: tuple[str, ...] = ()
        self._by: tuple[Column, bool] = (Column.WHEN, True)
        self._shown: Sequence[int] = self._order()

    def __len__(self) -> int:
        return len(self._shown)

    @property
    def total(self) -> int:
        """How many there are without the filter."""
        return len(self._rows)

    @property
    def words(self) -> tuple[str, ...]:
        return self._words

    @property
    def sorted_by(self) -> tuple[Column, bool]:
        """Column and whether the order is descending."""
        return self._by

    def row(self, place: int) -> SnapshotRow:
        """The snapshot shown at ``place``."""
        return self._rows[self._shown[place]]

    def position(self, place: int) -> int:
        """Index into the list as given."""
        return self._shown[place]

    def positions(self) -> list[int]:
        """Index into the list as given, for every place shown."""
        return list(self._shown)

    def sort(self, column: Column, *, descending: bool) -> None:
        """Order by ``column``; what is not recorded comes last in both directions, ties keep the list's order."""
        self._by = (column, descending)
        self._narrow()

    def filter(self, text: str) -> None:
        """Show only rows whose name, id or note holds every word of ``text``, upper and lower case alike."""
        self._words = tuple(text.casefold().split())
        self._narrow()

    def find(self, key: Key) -> int | None:
        """The place of the snapshot with this key, None where it is not shown."""
        return next((place for place in range(len(self)) if key_of(self.row(place)) == key), None)

    def starting_with(self, text: str, start: int) -> int | None:
        """First place from ``start`` on, going round, whose name begins with ``text``: for type-ahead."""
        wanted, count = text.casefold(), len(self)
        for step in range(count):
            place = (start + step) % count
            row = self.row(place)
            if shown_name(row.name, row.id).casefold().startswith(wanted):
                return place
        return None

    def _order(self) -> list[int]:
        if self._by not in self._orders:
            column, descending = self._by
            keys = [_SORT_KEYS[column](row) for row in self._rows]
            known = [place for place, key in enumerate(keys) if key is not None]
            unknown = [place for place, key in enumerate(keys) if key is None]
            known.sort(key=keys.__getitem__, reverse=descending)
            self._orders[self._by] = known + unknown
        return self._orders[self._by]

    def _narrow(self) -> None:
        order = self._order()
        if not self._words:
            self._shown = order
            return
        if self._texts is None:
            self._texts = _texts(self._rows, self._notes)
        texts, words = self._texts, self._words
        self._shown = [place for place in order if all(word in texts[place] for word in words)]


def _texts(rows: Sequence[SnapshotRow], notes: Mapping[int, str]) -> list[str]:
    """What the filter looks through, a text per row."""
    #: A word under which the filter finds snapshots that a disk misses
    missing = tr("missing")
    kinds = {True: tr(DISK_ONLY), False: tr("VM state")}
    return [
        "\n".join(
            (
                shown_name(row.name),
                f"id:{row.id}",
                kinds[row.disk_only],
                missing if row.missing else "",
                notes.get(place, ""),
            )
        ).casefold()
        for place, row in enumerate(rows)
    ]
