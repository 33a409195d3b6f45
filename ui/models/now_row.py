"""The machine itself as a row above its snapshots: Now, where one runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from snapmgr.snapshots.model import Snapshots
from ui.models.lanes import RowLanes
from ui.models.names import quoted
from ui.models.snapshot_columns import RIGHT, Roles
from ui.models.snapshot_rows import Column, Key
from ui.shell import formats
from ui.words import tr

NOW: Key = ("", "", -1, -1)
"""Stands for the machine itself among the keys of snapshots."""
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Now:
    """A machine at this moment: whether it runs, the word for its state, the guest's clock in ns, and its screen."""

    runs: bool
    state: str
    clock_nsec: int
    screen: QImage = field(default_factory=QImage, repr=False)


def now_data(now: Now | None, column: Column, role: int, lanes: RowLanes, found: Snapshots) -> Any:
    """What its row says in ``column``."""
    if now is None:
        return None
    if role in (Roles.FIRST, Qt.ItemDataRole.DisplayRole):
        return _line(now, column)
    if role == Roles.SECOND:
        return _about(found) if column == Column.NAME else ""
    if role == Roles.NOW:
        return now
    if role == Roles.LANES:
        return lanes
    if role == Qt.ItemDataRole.TextAlignmentRole:
        return _RIGHT if column in RIGHT else _LEFT
    if role == Qt.ItemDataRole.ToolTipRole:
        return f"{now.state}\n{_about(found)}"
    if role == Qt.ItemDataRole.AccessibleTextRole:
        return ", ".join((tr("Now"), now.state, _about(found))) if column == Column.NAME else _line(now, column)
    return False if role in (Roles.TROUBLE, Roles.QUIET, Roles.CURRENT) else None


def _line(now: Now, column: Column) -> str:
    if column == Column.NAME:
        return tr("Now")
    if column == Column.WHEN:
        #: In the place of a date: a machine that runs
        return tr("live") if now.runs else now.state
    return formats.vm_clock(now.clock_nsec) if column == Column.CLOCK else ""


def _about(found: Snapshots) -> str:
    """What it came from."""
    if not found.rows:
        return tr("as it is, not saved")
    current = found.beside.current
    if current is None:
        return tr("not known which snapshot it came from")
    row = found.rows[current]
    return tr("changes since {snapshot} are not saved", snapshot=quoted(row.name, row.id))
