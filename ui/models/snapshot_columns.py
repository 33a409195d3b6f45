"""Titles and roles of the columns in which snapshots are listed, and the value behind each cell."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any

from PySide6.QtCore import Qt

from snapmgr.snapshots.model import SnapshotRow
from ui.models.snapshot_rows import Column
from ui.words import later

HEADERS = {
    Column.ID: later("ID"),
    Column.NAME: later("Snapshot"),
    #: When a snapshot was taken
    Column.WHEN: later("When"),
    #: How long the guest had run
    Column.CLOCK: later("VM clock"),
    #: QEMU’s word for counted instructions
    Column.ICOUNT: later("icount"),
    #: The saved state of a machine, and its size
    Column.STATE: later("VM state"),
    Column.DISK_SIZE: later("Disk size"),
    Column.DISKS: later("Disks"),
}
RIGHT = frozenset({Column.CLOCK, Column.ICOUNT, Column.STATE, Column.DISK_SIZE})
"""Columns of numbers, aligned at their right."""


class Roles(IntEnum):
    """What the delegates ask for beside the text."""

    ROW = Qt.ItemDataRole.UserRole + 1
    """The SnapshotRow, the same in every column."""
    FIRST = Qt.ItemDataRole.UserRole + 2
    """Upper line of a timeline cell."""
    SECOND = Qt.ItemDataRole.UserRole + 3
    """Lower line of a timeline cell, may be empty."""
    TROUBLE = Qt.ItemDataRole.UserRole + 4
    """True where a cell says something that needs a look."""
    QUIET = Qt.ItemDataRole.UserRole + 5
    """True where a cell says that there is no value."""
    LANES = Qt.ItemDataRole.UserRole + 6
    """The RowLanes of a row in the order of time."""
    CURRENT = Qt.ItemDataRole.UserRole + 7
    """True for the snapshot that was last saved or loaded."""
    SCREEN = Qt.ItemDataRole.UserRole + 8
    """Key of the screen that was kept with a snapshot, None for none."""
    NOW = Qt.ItemDataRole.UserRole + 9
    """The Now of the row that is the machine itself, None for a snapshot."""


VALUES: dict[Column, Callable[[SnapshotRow], Any]] = {
    Column.ID: lambda row: row.id,
    Column.NAME: lambda row: row.name,
    Column.WHEN: lambda row: (row.date_sec, row.date_nsec),
    Column.CLOCK: lambda row: row.vm_clock_nsec,
    Column.ICOUNT: lambda row: row.icount,
    Column.STATE: lambda row: row.vm_state_size,
    Column.DISK_SIZE: lambda row: row.disk_size,
    Column.DISKS: lambda row: tuple(row.entries),
}
