"""A snapshot that some disks of a machine have and others have not is made whole.

QEMU loads a snapshot only where every disk has it (savevm.c: bdrv_all_has_snapshot).  One that was cut off while it was
made, or whose machine got another disk later, is finished by keeping the disks that lack it as they are now.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.snapshots import SnapshotEntry
from snapmgr.errors import NotFound, SnapmgrError, UsageError
from snapmgr.names import quoted
from snapmgr.snapshots import plans
from snapmgr.snapshots.plans import Put, Tags, VmState
from snapmgr.snapshots.transaction import Changed, Plan, begin, change_all, open_all
from snapmgr.work import CancelToken, Progress, no_progress, stoppable

_NOWHERE = -1
"""The place of a disk that gets the VM state: it is on another already."""


def finish_snapshot(
    paths: Sequence[str | Path],
    tags: Tags,
    *,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> list[Changed]:
    """Keep each disk that lacks the snapshot as it is now, with the name, date, VM clock and id that it has elsewhere.

    Where the id is taken, one that no disk has.  Returns what was changed.  Raises NotFound ``snapshot-not-found`` if
    no disk has it, UsageError ``nothing-missing`` where all have, SnapmgrError ``snapshot-differs`` where those that
    have it do not agree on its date or VM clock, Cancelled, and what opening and changing an image raises; no image is
    changed then.
    """
    report = stoppable(progress, cancel)
    with ExitStack() as open_files:
        lacking, plan = finishing(open_all(paths, open_files), tags, report)
        return change_all(lacking, lambda image: begin(image, report), plan, cancel=cancel)


def finishing(images: Sequence[Qcow2Image], tags: Tags, progress: Progress) -> tuple[list[Qcow2Image], Plan]:
    """The images that lack the snapshot, and what is to be done to them.  Raises as ``finish_snapshot``."""
    having, lacking = _sorted_out(images, tags)
    main = _main(having)
    taken = {entry.id for image in lacking for entry in image.snapshots}
    plan = plans.creating(
        main.name_text,
        main.date_sec * 1_000_000_000 + main.date_nsec,
        VmState(_nothing, main.vm_clock_nsec, main.icount, _NOWHERE),
        new_id=main.id if main.id not in taken else plans.common_id(images),
        progress=progress,
    )
    return lacking, plan


def _nothing(put: Put) -> None:
    """No VM state."""


def _sorted_out(
    images: Sequence[Qcow2Image], tags: Tags
) -> tuple[list[tuple[Qcow2Image, SnapshotEntry]], list[Qcow2Image]]:
    """The images that have it, each with its entry, and those that have not.  Raises as ``finish_snapshot``."""
    having: list[tuple[Qcow2Image, SnapshotEntry]] = []
    lacking: list[Qcow2Image] = []
    absent: NotFound | None = None
    for image in images:
        if not isinstance(tags, str) and str(image.path) not in tags:
            lacking.append(image)
            continue
        try:
            [entry] = plans.find_all(image, tags)
        except NotFound as error:
            absent = absent or error
            lacking.append(image)
        else:
            having.append((image, entry))
    if not having:
        raise absent or NotFound("snapshot-not-found", "no disk has that snapshot")
    if not lacking:
        name = having[0][1].name_text
        raise UsageError("nothing-missing", f"every disk has the snapshot {quoted(name)}: nothing is missing")
    return having, lacking


def _main(having: Sequence[tuple[Qcow2Image, SnapshotEntry]]) -> SnapshotEntry:
    """The entry that the others are made like: that with the VM state, else the first."""
    moments = {(entry.date_sec, entry.date_nsec, entry.vm_clock_nsec) for _, entry in having}
    if len(moments) > 1:
        names = " and ".join(str(image.path) for image, _ in having)
        raise SnapmgrError(
            "snapshot-differs",
            f"{names} hold different snapshots of this name: it cannot be said which is to be finished",
            path=having[0][0].path,
            hint="Rename or delete one of them first.",
        )
    return next((entry for _, entry in having if entry.vm_state_size), having[0][1])
