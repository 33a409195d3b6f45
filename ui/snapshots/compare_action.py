"""Comparing two snapshots, which are selected in the list."""

from __future__ import annotations

from ui.shell.actions import Actions, Menu
from ui.shell.context import WindowContext
from ui.snapshots.actions import VIEW, has_selection, page_of
from ui.snapshots.change_texts import rows_text
from ui.words import later, tr

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
    from ui.snapshots.compare_dialog import CompareDialog

    page = page_of(context)
    if page is None or page.found is None:
        return
    older, newer = sorted(page.snapshot.rows(), key=lambda row: (row.date_sec, row.date_nsec))
    CompareDialog(context, page.presenter, page.found, older, newer).open()
