"""Comparing two snapshots, which are selected in the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapmgr.snapshots.find import tag_of
from snapmgr.snapshots.model import SnapshotRow, Snapshots
from ui.compare.comparing import Compared
from ui.compare.offered import Offered
from ui.models.names import disk_labels, quoted
from ui.shell import formats
from ui.shell.actions import Actions, Menu
from ui.shell.context import WindowContext
from ui.snapshots.actions import VIEW, has_selection, page_of
from ui.snapshots.change_texts import rows_text
from ui.snapshots.explain import source_of
from ui.words import later, tr

if TYPE_CHECKING:
    from ui.snapshots.page import SnapshotsPage

ACTIONS = Actions()


def can_compare(context: WindowContext) -> str:
    if reason := has_selection(context):
        return reason
    page = page_of(context)
    assert page is not None and page.found is not None
    rows = page.snapshot.rows()
    if len(rows) != 2:
        return tr("Select two snapshots to compare")
    if rows[0].disk_only or rows[1].disk_only:
        if not set(rows[0].entries) & set(rows[1].entries):
            return tr("These snapshots are on different disks, and one at least has no VM state")
        devices = {device.path: device for device in page.found.devices}
        if any(devices[path].encrypted for row in rows for path in row.entries):
            return tr("The images are encrypted: their contents cannot be read without the key")
    return page.changes.busy(page.on_show or ())


def _subject(context: WindowContext) -> str:
    page = page_of(context)
    return rows_text(page.snapshot.rows()) if page is not None else ""


@ACTIONS.add("snapshot.compare", later("Compare"), keys="Ctrl+D", icon="git-diff", menu=Menu.SNAPSHOT, view=VIEW,
             enabled=can_compare, subject=_subject)  # fmt: skip
def compare(context: WindowContext) -> None:
    """Show what differs between two snapshots: fields of devices, pages of RAM, clusters of the disks."""
    from ui.compare.opening import show_comparison
    from ui.compare.pair import Pair

    page = page_of(context)
    if page is None or page.found is None:
        return
    found, now = page.found, context.now()
    rows = sorted(found.rows, key=_when, reverse=True)
    offered = Offered([quoted(row.name, row.id) for row in rows], lambda place: _side(page, rows[place], found, now))
    older, newer = sorted(page.snapshot.rows(), key=_when)
    sides = [next(offered[at] for at, other in enumerate(rows) if other is row) for row in (older, newer)]
    labels = disk_labels([device.path for device in found.devices])
    pair = Pair((sides[0], sides[1]), page.presenter.compare, VIEW, offered, labels)
    show_comparison(context, pair)


def _when(row: SnapshotRow) -> tuple[int, int]:
    return row.date_sec, row.date_nsec


def _side(page: SnapshotsPage, row: SnapshotRow, found: Snapshots, now: float) -> Compared:
    """A snapshot as one side of a comparison."""
    key = found.beside.screens.get(found.place(row))
    return Compared(
        quoted(row.name, row.id),
        formats.stamped_time(row.date_sec, now) if row.dated else tr(formats.NOT_RECORDED),
        source_of(row, found),
        {device.path: tag_of(row, device.path, found) for device in found.devices if device.path in row.entries},
        row.vm_clock_nsec if row.clocked else None,
        page.beside.screens.tile(key) if key is not None else None,
    )
