"""What can be done with a snapshot by looking: inspect its VM state, export its disk, copy what is said of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from ui.shell.actions import Actions, Menu
from ui.shell.context import WindowContext
from ui.shell.documents import Document, DocumentKind
from ui.shell.failures import told
from ui.snapshots.places import DETAILS, SOURCES
from ui.words import later, tr

if TYPE_CHECKING:
    from ui.snapshots.page import SnapshotsPage

ACTIONS = Actions()
VIEW = "snapshots"


def page_of(context: WindowContext) -> SnapshotsPage | None:
    page = context.page(VIEW)
    if page is None:  # asked before the first paint: what the page needs is not imported for the answer
        return None
    from ui.snapshots.page import SnapshotsPage

    return page if isinstance(page, SnapshotsPage) else None


def has_selection(context: WindowContext) -> str:
    page = page_of(context)
    return "" if page is not None and page.snapshot.row() is not None else tr("Select a snapshot first")


def has_machine(context: WindowContext) -> str:
    page = page_of(context)
    return "" if page is not None and page.found is not None else tr("Open a disk image first")


def has_vm_state(context: WindowContext) -> str:
    if reason := has_selection(context):
        return reason
    page = page_of(context)
    assert page is not None
    if several := _several(page):
        return several
    row = page.snapshot.row()
    if row is None or row.disk_only:
        return tr("This snapshot holds the disk only: there is no VM state to look into")
    return _encrypted(page, row.state_device)


def _several(page: SnapshotsPage) -> str:
    """Of several that are selected nobody could say which one is meant."""
    return tr("Select one snapshot only") if len(page.snapshot.rows()) > 1 else ""


def can_export(context: WindowContext) -> str:
    if reason := has_machine(context):
        return reason
    page = page_of(context)
    assert page is not None
    if len(rows := page.snapshot.rows()) > 1:
        return "" if page.snapshot.exportable_of(rows) else _not_exportable(page)
    if page.found is not None and page.found.owned and page.snapshot.row() is None:
        return tr("The machine writes to its disks now: save a snapshot and export that")
    return "" if page.snapshot.exportable() else _not_exportable(page)


def _not_exportable(page: SnapshotsPage) -> str:
    if (error := page.snapshot.closed()) is not None:
        return told(error)
    return tr("The images are encrypted: their contents cannot be read without the key")


def _encrypted(page: SnapshotsPage, path: str | None) -> str:
    devices = page.found.devices if page.found is not None else ()
    if any(device.encrypted and device.path == path for device in devices):
        return tr("The image is encrypted: its contents cannot be read without the key")
    return ""


def _subject(context: WindowContext) -> str:
    page = page_of(context)
    return page.snapshot.name() if page is not None else ""


#: Look into the VM state of a snapshot
@ACTIONS.add("snapshot.inspect", later("Inspect"), keys="Return", icon="tree-structure", menu=Menu.SNAPSHOT, view=VIEW,
             enabled=has_vm_state, subject=_subject)  # fmt: skip
async def inspect_state(context: WindowContext) -> None:
    """Open the VM state of the selected snapshot in the Inspector."""
    page = page_of(context)
    source = page.snapshot.source() if page is not None else None
    if source is not None:
        await context.documents.show(Document(DocumentKind.STREAM, (source,)))


@ACTIONS.add("snapshot.export", later("Export…"), keys="Ctrl+E", icon="export", menu=Menu.SNAPSHOT, view=VIEW,
             enabled=can_export, subject=_subject)  # fmt: skip
def export_disk(context: WindowContext) -> None:
    """Write disks as they were when snapshots were taken, each as a raw or qcow2 image."""
    page = page_of(context)
    if page is not None:
        page.snapshot.export()


@ACTIONS.add("snapshot.copy", later("Copy details"), icon="copy", menu=Menu.SNAPSHOT, view=VIEW, group=1,
             enabled=has_selection, subject=_subject)  # fmt: skip
def copy_details(context: WindowContext) -> None:
    """Copy every recorded value of the selected snapshot as text."""
    page = page_of(context)
    if page is not None:
        page.snapshot.copy()


@ACTIONS.add("snapshot.view", later("Timeline or table"), icon="table", menu=Menu.SNAPSHOT, view=VIEW, group=2,
             keys="Ctrl+T", enabled=has_machine)  # fmt: skip
def switch_view(context: WindowContext) -> None:
    """Go from the timeline to the table of all values, and back."""
    page = page_of(context)
    if page is not None:
        page.switch_view()


def _on_details_page(context: WindowContext) -> str:
    page = page_of(context)
    return "" if page is not None and page.on_details_page else tr("The list is on show")


@ACTIONS.add("snapshot.back", later("Back to the list"), keys="Alt+Left", icon="arrow-left", view=VIEW,
             enabled=_on_details_page)  # fmt: skip
def back_to_list(context: WindowContext) -> None:
    """Leave the details, which are a page of their own in a small window."""
    page = page_of(context)
    if page is not None:
        page.show_details(False)


@ACTIONS.add("snapshot.reload", later("Reload"), keys="F5", icon="arrow-clockwise", menu=Menu.SNAPSHOT, view=VIEW,
             group=2, enabled=lambda context: _has_document(context))  # fmt: skip
async def reload(context: WindowContext) -> None:
    """Read the images again; changes on disk are noticed by themselves."""
    page = page_of(context)
    if page is not None:
        await page.reload()


def _has_document(context: WindowContext) -> str:
    page = page_of(context)
    return "" if page is not None and page.on_show is not None else tr("Open a disk image first")


def can_add_disk(context: WindowContext) -> str:
    if reason := has_machine(context):
        return reason
    page = page_of(context)
    own = page is not None and page.document() is None
    return tr("The demo machine keeps the disks that it was made with") if own else ""


@ACTIONS.add("snapshot.add_disk", later("Add disk…"), icon="plus", menu=Menu.SNAPSHOT, view=VIEW, group=3,
             enabled=can_add_disk)  # fmt: skip
async def add_disk(context: WindowContext) -> None:
    """Open more images as disks of this machine, so that its snapshots are joined by name."""
    page = page_of(context)
    document = page.document() if page is not None else None
    if page is None or document is None:
        return
    folder = str(Path(document.sources[0]).parent)
    names, _ = QFileDialog.getOpenFileNames(
        context.window, tr("Add disks to {machine}", machine=document.label), folder
    )
    new = [name for name in names if name not in document.sources]
    if new:
        await page.add_disks(new)


def _pane(name: str, place: int, text: str, keys: str, icon: str) -> None:
    def why_not(context: WindowContext) -> str:
        page = page_of(context)
        if page is None or page.on_show is None:
            return tr("Open a disk image first")
        return page.panes_shown.why_not(place)

    def is_shown(context: WindowContext) -> bool:
        page = page_of(context)
        return page is not None and page.panes_shown.is_shown(place)

    def run(context: WindowContext) -> None:
        page = page_of(context)
        if page is not None:
            page.panes_shown.toggle(place)

    run.__doc__ = f"Show or hide the pane: {text}."
    ACTIONS.add(f"snapshot.pane_{name}", text, keys=keys, icon=icon, menu=Menu.VIEW, group=1, submenu=later("Panes"),
                view=VIEW, enabled=why_not, checked=is_shown)(run)  # fmt: skip


#: Panes of the Snapshots view
_pane("machines", SOURCES, later("Machines"), "Ctrl+B", "list")
_pane("details", DETAILS, later("Details"), "Ctrl+I", "info")
