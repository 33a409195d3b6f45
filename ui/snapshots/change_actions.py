"""What changes snapshots, with and without a machine that runs: save, load, rename, delete.  Each asks first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from snapmgr.snapshots.model import SnapshotRow, Snapshots
from ui.models.source_list import DEMO, SourceState
from ui.shell.actions import Actions, Menu
from ui.shell.context import WindowContext
from ui.snapshots.actions import VIEW, has_machine, has_selection, page_of
from ui.snapshots.change_dialog import ChangeDialog
from ui.snapshots.change_texts import rows_text
from ui.snapshots.inspected import why_kept
from ui.snapshots.may_change import why_not_change, why_not_finish, why_not_load, why_not_save
from ui.words import later, tr

if TYPE_CHECKING:
    from ui.snapshots.page import SnapshotsPage

ACTIONS = Actions()


def _selected(context: WindowContext) -> tuple[Snapshots, Sequence[SnapshotRow]]:
    page = page_of(context)
    assert page is not None and page.found is not None
    return page.found, page.snapshot.rows()


def _some(context: WindowContext) -> str:
    return has_selection(context) or ("" if _selected(context)[1] else tr("Select a snapshot first"))


def _one(context: WindowContext) -> str:
    if reason := _some(context):
        return reason
    return "" if len(_selected(context)[1]) == 1 else tr("Select one snapshot only")


def _busy(context: WindowContext, *, gone: bool = False) -> str:
    """What keeps every change from being made now; ``gone``: what is read could be taken away by it."""
    page = page_of(context)
    assert page is not None
    return page.changes.why_not(page.on_show or (), gone=gone)


def can_save(context: WindowContext) -> str:
    if reason := has_machine(context):
        return reason
    return why_not_save(_selected(context)[0]) or _busy(context)


def can_load(context: WindowContext) -> str:
    if reason := _one(context):
        return reason
    found, rows = _selected(context)
    return why_not_load(rows[0], found) or _busy(context)


def can_rename(context: WindowContext) -> str:
    if reason := _one(context):
        return reason
    found, rows = _selected(context)
    return why_not_change(rows, found) or _busy(context)


def can_finish(context: WindowContext) -> str:
    if reason := _one(context):
        return reason
    found, rows = _selected(context)
    return why_not_finish(rows[0], found) or _busy(context)


def can_delete(context: WindowContext) -> str:
    if reason := _some(context):
        return reason
    found, rows = _selected(context)
    return why_not_change(rows, found) or _busy(context, gone=True)


def _subject(context: WindowContext) -> str:
    page = page_of(context)
    return rows_text(page.snapshot.rows()) if page is not None else ""


def _machine(context: WindowContext) -> str:
    page = page_of(context)
    return page.machines.name(page.on_show) if page is not None and page.on_show is not None else ""


@ACTIONS.add("snapshot.save", later("Save snapshot…"), keys="Ctrl+S", icon="camera", menu=Menu.SNAPSHOT, view=VIEW,
             enabled=can_save, subject=_machine)  # fmt: skip
def save(context: WindowContext) -> None:
    """Keep the disks as they are now, and the machine where one runs, under a name."""
    from ui.snapshots.save_dialog import SaveDialog

    page = page_of(context)
    if page is not None and page.on_show is not None:
        owner = page.machines.owner(page.on_show)
        kept = why_kept(context, page.machines.files_of(page.on_show))
        _ask(context, SaveDialog(context, page.on_show, _called(page), _selected(context)[0], owner, kept=kept))


@ACTIONS.add("snapshot.load", later("Load…"), keys="Ctrl+L", icon="clock-counter-clockwise", menu=Menu.SNAPSHOT,
             view=VIEW, enabled=can_load, subject=_subject)  # fmt: skip
def load(context: WindowContext) -> None:
    """Make the disks what they were when the snapshot was taken, and the machine; asks first."""
    from ui.snapshots.load_dialog import LoadDialog

    page = page_of(context)
    if page is not None and page.on_show is not None:
        found, rows = _selected(context)
        runs, stands = _guest_runs(page), _stands(page)
        _ask(context, LoadDialog(context, page.on_show, rows[0], found, runs=runs, stands=stands))


@ACTIONS.add("snapshot.rename", later("Rename"), keys="F2", icon="pencil-simple", menu=Menu.SNAPSHOT, view=VIEW,
             group=1, enabled=can_rename, subject=_subject)  # fmt: skip
def rename(context: WindowContext) -> None:
    """Give the snapshot another name on every disk that has it, where it stands in the list."""
    from ui.snapshots.rename_card import RenameCard

    page = page_of(context)
    if page is not None and page.on_show is not None:
        found, rows = _selected(context)
        page.show_details(False)
        RenameCard(page.list, page.on_show, rows[0], found).wanted.connect(page.changes.start)


@ACTIONS.add("snapshot.finish", later("Finish…"), icon="check-circle", menu=Menu.SNAPSHOT, view=VIEW, group=1,
             enabled=can_finish, subject=_subject)  # fmt: skip
def finish(context: WindowContext) -> None:
    """Make a snapshot whole that some disks lack: they are kept as they are now; asks first."""
    from ui.snapshots.finish_dialog import FinishDialog

    page = page_of(context)
    if page is not None and page.on_show is not None:
        found, rows = _selected(context)
        _ask(context, FinishDialog(context, page.on_show, rows[0], found))


@ACTIONS.add("snapshot.delete", later("Delete…"), keys="Del", icon="trash", menu=Menu.SNAPSHOT, view=VIEW, group=1,
             danger=True, enabled=can_delete, subject=_subject)  # fmt: skip
def delete(context: WindowContext) -> None:
    """Take the selected snapshots off their disks for ever; asks first."""
    from ui.snapshots.delete_dialog import DeleteDialog

    page = page_of(context)
    if page is not None and page.on_show is not None:
        found, rows = _selected(context)
        dialog = DeleteDialog(
            context,
            page.on_show,
            rows,
            found,
            page.spaces,
            runs=_guest_runs(page),
            no_export=context.actions.reason("snapshot.export"),
        )
        dialog.export_first.connect(lambda: _export_first(context, page))
        _ask(context, dialog)


def _export_first(context: WindowContext, page: SnapshotsPage) -> None:
    """Then ask again: what was exported is selected still."""
    if (dialog := page.snapshot.export()) is not None:
        dialog.finished.connect(lambda _: context.actions.run("snapshot.delete"))


def can_delete_old(context: WindowContext) -> str:
    if reason := has_machine(context):
        return reason
    found, _ = _selected(context)
    if not found.rows:
        return tr("There are no snapshots")
    return why_not_change(found.rows, found) or _busy(context, gone=True)


@ACTIONS.add("snapshot.delete_old", later("Delete old snapshots…"), icon="trash", menu=Menu.SNAPSHOT, view=VIEW,
             group=1, danger=True, enabled=can_delete_old, subject=_machine)  # fmt: skip
def delete_old(context: WindowContext) -> None:
    """Keep the newest snapshots, and delete the others or those of some age; asks first."""
    from ui.snapshots.old_dialog import OldDialog

    page = page_of(context)
    if page is not None and page.on_show is not None:
        found, _ = _selected(context)
        runs = _guest_runs(page)
        _ask(context, OldDialog(context, page.on_show, _called(page), found, page.spaces, runs=runs))


def can_undo(context: WindowContext) -> str:
    page = page_of(context)
    if page is None:
        return tr("Nothing was deleted that could be brought back")
    return page.changes.undo.why_not(page.on_show) or _busy(context)


def _deleted(context: WindowContext) -> str:
    page = page_of(context)
    return page.changes.undo.subject(page.on_show) if page is not None else ""


@ACTIONS.add("snapshot.undo", later("Undo deletion"), keys="Ctrl+Z", icon="arrow-counter-clockwise",
             menu=Menu.SNAPSHOT, view=VIEW, group=1, enabled=can_undo, subject=_deleted)  # fmt: skip
def undo(context: WindowContext) -> None:
    """Bring back what was deleted last, while nobody has written to the disks since."""
    page = page_of(context)
    if page is not None:
        page.changes.take_back(page.on_show)


def _called(page: SnapshotsPage) -> str:
    """The machine on show, in the middle of a sentence."""
    if page.on_show == DEMO:
        return tr("the demo machine")
    return page.machines.name(page.on_show) if page.on_show is not None else ""


def _guest_runs(page: SnapshotsPage) -> bool:
    owner = page.machines.owner(page.on_show)
    return owner is not None and owner.runs


def _stands(page: SnapshotsPage) -> str:
    """What a machine that stands is called, "" where it is just paused."""
    owner = page.machines.owner(page.on_show)
    word = owner.state().text if owner is not None and not owner.runs else ""
    return word if word != SourceState.PAUSED.word else ""


def _ask(context: WindowContext, dialog: ChangeDialog) -> None:
    def go() -> None:
        page = page_of(context)
        if page is not None:
            page.changes.start(dialog.request())

    dialog.accepted.connect(go)
    dialog.open()
