"""What is selected once a change is carried out."""

from __future__ import annotations

from snapmgr.snapshots.model import SnapshotRow, Snapshots
from ui.models.snapshot_rows import key_of
from ui.snapshots.change_request import ChangeRequest, Kind
from ui.snapshots.header import Header
from ui.snapshots.list_pane import ListPane


def select_before(pane: ListPane, request: ChangeRequest) -> None:
    """Before the list is read again: what is deleted leaves its neighbour selected."""
    if request.kind is Kind.DELETE and (key := pane.neighbour(request.rows)) is not None:
        pane.select(key)


def select_after(pane: ListPane, header: Header, request: ChangeRequest, found: Snapshots) -> None:
    """Once the list was read again: the new or renamed snapshot, even where the filter hides it."""
    row = _led_to(request, found)
    if row is None:
        return
    if not pane.select(key_of(row)):
        header.filter.clear()
        pane.select(key_of(row))


def _led_to(request: ChangeRequest, found: Snapshots) -> SnapshotRow | None:
    if request.kind is Kind.DELETE:
        return None
    if request.kind is Kind.UNDO and not request.rows:
        return None  # another process knew what it was
    if request.kind in (Kind.LOAD, Kind.UNDO):
        return next((row for row in found.rows if key_of(row) == key_of(request.rows[0])), None)
    return next((row for row in found.rows if row.name == request.name and set(row.entries) & set(request.paths)), None)
