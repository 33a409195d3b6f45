"""What else is done with the snapshots of a machine that runs: renamed, made whole, brought back, measured.

QEMU has no commands for these while a machine runs.  All of it is for the thread that owns the machine, between two
ticks: the guest stands still for as long as it takes.
"""

from __future__ import annotations

from collections.abc import Sequence

from snapmgr.block.qcow2.disk import Qcow2Disk
from snapmgr.block.qcow2.space import space_of
from snapmgr.machine.machine import Machine
from snapmgr.snapshots import plans
from snapmgr.snapshots.finish import finishing
from snapmgr.snapshots.machine import change_disks, disks_of, refuse_while_saved, renewed
from snapmgr.snapshots.plans import Tags
from snapmgr.snapshots.space import MOST_METADATA, MachineSpace
from snapmgr.snapshots.switched import Switched
from snapmgr.snapshots.transaction import Changed
from snapmgr.snapshots.undo import switch_back
from snapmgr.work import CancelToken, Progress, no_progress, stoppable


def rename_snapshot(
    machine: Machine,
    tags: Tags,
    name: str,
    *,
    devices: Sequence[str] | None = None,
    cancel: CancelToken | None = None,
) -> list[Changed]:
    """Give the snapshot another name on every disk that has it, or on those named in ``devices``.

    Raises as ``machine.delete_snapshot``, and SnapmgrError ``snapshot-exists``, UsageError ``snapshot-name``.
    """
    disks = _disks(machine, devices)
    return change_disks(disks, plans.renaming(tags, name), skip_missing=True, cancel=cancel)


def finish_snapshot(
    machine: Machine, tags: Tags, *, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> list[Changed]:
    """Keep each disk that lacks the snapshot as it is now.  Raises as ``finish.finish_snapshot``."""
    disks = _disks(machine)
    lacking, plan = finishing([disk.image for disk in disks], tags, stoppable(progress, cancel))
    return change_disks([disk for disk in disks if disk.image in lacking], plan, cancel=cancel)


def bring_back(
    machine: Machine,
    changes: Sequence[Switched],
    *,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> list[Changed]:
    """Undo a deletion, which can be done as long as the guest has written nothing.  Raises as ``undo.bring_back``."""
    disks = list(disks_of(machine, [change.path for change in changes]).values())
    refuse_while_saved(machine)
    order = {str(disk.image.path): disk for disk in disks}
    with renewed(disks):
        images = [order[change.path].image for change in changes]
        switch_back(images, changes, progress=progress, cancel=cancel)
    return []


def space_of_machine(machine: Machine) -> MachineSpace:
    """What its snapshots take up, by names of its disks; what the guest wrote is on them before that is counted.

    Raises ImageError ``damaged``, and as ``refuse_while_saved``: tables are in flux then.
    """
    found = {}
    for disk in _disks(machine):
        disk.flush()
        found[str(disk.image.path)] = space_of(disk.image, most_metadata=MOST_METADATA)
    return MachineSpace(found, {})


def _disks(machine: Machine, devices: Sequence[str] | None = None) -> list[Qcow2Disk]:
    refuse_while_saved(machine)
    return list(disks_of(machine, devices).values())
