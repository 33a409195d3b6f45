"""Pictures of what changes the snapshots of images: questions, comparisons, and the strip below."""

from __future__ import annotations

from typing import Any

from ui.shots import Stage
from ui.shots_snapshots import devbox, image, open_devbox, page, select, shot
from ui.snapshots.rename_card import rename_card


@shot("save-dialog")
async def save_dialog(stage: Stage) -> None:
    """What Save snapshot… asks, free of blockers."""
    await open_devbox(stage)
    await stage.act("snapshot.save")


@shot("D7-save-blocked")
async def save_blocked(stage: Stage) -> None:
    """One disk is open in another process: it is left out, and the name is taken on the other."""
    from tests.ui.snapshots.made import held

    one, two = devbox(stage)
    with held(two, "qemu-system-x86"):
        await stage.open(one, two)
        await stage.act("snapshot.save")
        await stage.type("fresh-install", dialog(stage).name.edit)


@shot("load-confirm")
async def load_confirm(stage: Stage) -> None:
    """What is lost, and “Now” saved first."""
    await open_devbox(stage)
    await select(stage, "before-kernel-6.12")
    await stage.act("snapshot.load")


@shot("load-confirm-sizes")
async def load_confirm_sizes(stage: Stage) -> None:
    """The disk had another size; “Now” is not kept."""
    await stage.open(image(stage, "fmt-resized", "resized.qcow2"))
    await select(stage, "grown")
    await stage.act("snapshot.load")
    dialog(stage).first.setChecked(False)


@shot("D3-delete-confirm")
async def delete_confirm(stage: Stage) -> None:
    """Confirming what is lost."""
    await open_devbox(stage)
    await select(stage, "nginx-working")
    await stage.act("snapshot.delete")
    await stage.settled()


@shot("finish-confirm")
async def finish_confirm(stage: Stage) -> None:
    """One disk lacks it, and is to be kept as it is now."""
    from snapmgr.snapshots.model import SnapshotRow

    await open_devbox(stage)
    found = page(stage).found
    assert found is not None
    partial: SnapshotRow = next(row for row in found.rows if row.missing)
    await select(stage, partial.name)
    await stage.act("snapshot.finish")
    await stage.settled()


@shot("delete-several")
async def delete_several(stage: Stage) -> None:
    """Many at once."""
    await stage.open(image(stage, "many-200", "2026-10-nightly-builds-of-the-17.qcow2"))
    page(stage).list.view.selectAll()
    await stage.settled()
    await stage.act("snapshot.delete")
    await stage.settled()


@shot("D4-diff")
async def diff(stage: Stage) -> None:
    """Two snapshots side by side: fields, pages, clusters."""
    await stage.open(image(stage, "vm-hmp-72", "router-lab.qcow2"))
    await compare(stage, "boot", "done")


@shot("compare-smallest", size=(800, 560))
async def compare_smallest(stage: Stage) -> None:
    """The same in the smallest window."""
    await stage.open(image(stage, "vm-hmp-72", "router-lab.qcow2"))
    await compare(stage, "boot", "done")


@shot("compare-disks-only")
async def compare_disks(stage: Stage) -> None:
    """Two snapshots without a VM state."""
    await stage.open(image(stage, "fmt-v3", "freebsd-15.qcow2"))
    await compare(stage, "first", "second")


async def compare(stage: Stage, *names: str) -> None:
    """Select two snapshots, and have them compared."""
    snapshots = page(stage)
    assert snapshots.found is not None
    await select_all(stage, [row for row in snapshots.found.rows if row.name in names])
    await stage.act("snapshot.compare")
    await stage.settled()
    await stage.act("compare.next")
    await stage.settled()


async def select_all(stage: Stage, rows: list[Any]) -> None:
    from PySide6.QtCore import QItemSelectionModel

    from ui.models.snapshot_rows import Column, key_of

    model = page(stage).list.model
    selection = page(stage).list.view.selectionModel()
    flags = QItemSelectionModel.SelectionFlag
    selection.clear()
    for row in rows:
        place = model.find(key_of(row))
        assert place is not None
        selection.setCurrentIndex(model.index(place, Column.NAME), flags.Select | flags.Rows)
    await stage.settled()


@shot("delete-old")
async def delete_old(stage: Stage) -> None:
    """The old ones: what goes, what stays, how much that frees."""
    await open_devbox(stage)
    await stage.act("snapshot.delete_old")
    dialog(stage).count.setValue(2)
    dialog(stage).by_age.setChecked(True)
    dialog(stage).age.setValue(2)
    await stage.settled()


@shot("rename")
async def rename(stage: Stage) -> None:
    """A new name, as long as it can be, and one byte more."""
    await open_devbox(stage)
    await stage.act("snapshot.rename")
    card = rename_card(page(stage))
    assert card is not None
    card.name.edit.setText("before-the-upgrade-of-everything-" * 8)


@shot("rename-in-place")
async def rename_in_place(stage: Stage) -> None:
    """As it begins."""
    await open_devbox(stage)
    await select(stage, "zfs-start")
    await stage.act("snapshot.rename")


@shot("rename-in-table", size=(800, 560))
async def rename_in_table(stage: Stage) -> None:
    """In the table of the smallest window."""
    await open_devbox(stage)
    await stage.act("snapshot.view")
    await select(stage, "fresh-install")
    await stage.act("snapshot.rename")


@shot("strip-running")
async def strip_running(stage: Stage) -> None:
    """Half way."""
    await open_devbox(stage)
    strip_at(stage, 540)


@shot("strip-done")
async def strip_done(stage: Stage) -> None:
    """A snapshot saved: it is selected, and the strip says where it is."""
    await save_one(stage)


@shot("strip-undo")
async def strip_undo(stage: Stage) -> None:
    """A snapshot deleted: it can be brought back."""
    await open_devbox(stage)
    await select(stage, "zfs-start")
    await stage.act("snapshot.delete")
    dialog(stage).accept()
    await stage.settled()


@shot("strip-failed")
async def strip_failed(stage: Stage) -> None:
    """Another process took the image between the question and the answer."""
    await fail_one(stage)


def dialog(stage: Stage) -> Any:
    """The question that is open."""
    from ui.snapshots.change_dialog import ChangeDialog

    found = stage.window.findChild(ChangeDialog)
    assert found is not None
    return found


def strip_at(stage: Stage, done: int) -> None:
    """The strip as it is while a snapshot is saved."""
    from ui.widgets.activity import Activity

    page(stage).strip.show_activity(Activity("Saving “before-nvme-test”", "devbox", "camera", done=done, total=1000))


async def save_one(stage: Stage) -> None:
    await open_devbox(stage)
    await stage.act("snapshot.save")
    await stage.type("before-nvme-test", dialog(stage).name.edit)
    dialog(stage).accept()
    await stage.settled()


async def fail_one(stage: Stage) -> None:
    from tests.ui.snapshots.made import held

    await open_devbox(stage)
    await stage.act("snapshot.save")
    await stage.type("before-nvme-test", dialog(stage).name.edit)
    with held(stage.folder / "devbox-vdb.qcow2", "qemu-system-x86"):
        dialog(stage).accept()
        await stage.settled()
