"""Pictures of the Snapshots view, from real images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ui.shots import SHOTS, Stage

if TYPE_CHECKING:
    from ui.snapshots.page import SnapshotsPage


def page(stage: Stage) -> SnapshotsPage:
    from ui.snapshots.page import SnapshotsPage

    found = stage.context.page("snapshots")
    assert isinstance(found, SnapshotsPage)
    return found


def unpacked(stage: Stage, name: str, called: str = "") -> list[Path]:
    """The qcow2 files of a case of the corpus, in the shot's folder; ``called`` renames a single one."""
    from tests.corpus import unpack_image

    files = [path for path in unpack_image(name, stage.folder).values() if path.suffix == ".qcow2"]
    return [files[0].rename(stage.folder / called)] if called else files


def has(name: str) -> bool:
    from tests.corpus import images

    return name in images()


async def select(stage: Stage, name: str) -> None:
    """Select the snapshot of this name, and wait until its VM state was looked into."""
    snapshots = page(stage)
    row = next(row for row in snapshots.found.rows if row.name == name)
    from ui.models.snapshot_rows import key_of

    assert snapshots.list.select(key_of(row))
    snapshots._look_into()
    await stage.settled()


@SHOTS.add("A-snapshots")
async def snapshots(stage: Stage) -> None:
    """Two disks of one machine, and other images beside it."""
    for name in ("vm-hmp-72", "vm-mixed"):
        await stage.open(*unpacked(stage, name))
    await stage.open(*unpacked(stage, "vm-two-disks-72"))
    await select(stage, "pair-1")
    page(stage).list.view.setFocus()
