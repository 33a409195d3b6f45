"""Snapshots as plain values: the document that ``snapctl snapshot list`` prints, in QAPI's field names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from snapmgr.block.report import problem_document
from snapmgr.snapshots.model import DeviceInfo, SnapshotRow, Snapshots
from snapmgr.snapshots.screens import screen_file

if TYPE_CHECKING:
    from snapmgr.snapshots.space import MachineSpace

_SECOND = 1_000_000_000


def snapshots_document(found: Snapshots, space: MachineSpace | None = None) -> dict[str, Any]:
    """Everything that ``snapctl snapshot list --json`` says (DESIGN §6): sizes in bytes, ``icount`` None if unknown.

    Where ``space`` was measured, every snapshot has its own, None where it is not known.
    """
    snapshots = [_snapshot(row) | _beside(found, place) for place, row in enumerate(found.rows)]
    if space is not None:
        for row, document in zip(found.rows, snapshots, strict=True):
            document["space"] = _space(space, row)
    return {"devices": [_device(device) for device in found.devices], "snapshots": snapshots}


def _space(space: MachineSpace, row: SnapshotRow) -> dict[str, Any] | None:
    of = space.of(row)
    if of is None:
        return None
    state = {"unique": of.state_unique, "shared": of.state_shared}
    return {"unique": of.unique, "shared": of.shared, "vm-state": state}


def _device(device: DeviceInfo) -> dict[str, Any]:
    """A disk; what follows ``in-use`` stands only where it applies."""
    document: dict[str, Any] = {
        "path": device.path,
        "format": device.format,
        "virtual-size": device.virtual_size,
        "cluster-size": device.cluster_size,
        "in-use": device.in_use is not None,
    }
    if device.in_use is not None:
        document["in-use-by"] = device.in_use
    if device.error is not None:
        document["error"] = {"code": device.error.code, "message": device.error.message, "hint": device.error.hint}
    if device.fixed is not None:
        document["fixed"] = {"code": device.fixed.code, "message": device.fixed.message, "hint": device.fixed.hint}
    if device.problems:
        document["problems"] = [problem_document(problem) for problem in device.problems]
    if device.unchecked is not None:
        document["unchecked"] = device.unchecked
    if device.encrypted:
        document["encrypted"] = True
    if device.backing is not None:
        document["backing"] = device.backing
    return document


def _beside(found: Snapshots, place: int) -> dict[str, Any]:
    """What stands beside the image; nothing where nothing is known.  ``parent`` None: it came from none."""
    beside, document = found.beside, dict[str, Any]()
    if place in beside.parents:
        parent = beside.parents[place]
        document["parent"] = None if parent is None else {"id": found.rows[parent].id, "name": found.rows[parent].name}
    if beside.current is not None:
        document["current"] = place == beside.current
    if place in beside.notes:
        document["note"] = beside.notes[place]
    if place in beside.screens:
        document["screen"] = str(screen_file(beside.screens[place]))
    return document


def _snapshot(row: SnapshotRow) -> dict[str, Any]:
    """A row; ``disk-sizes`` (by path) and ``differs`` (in words) stand only where disks differ."""
    seconds, nanoseconds = divmod(row.vm_clock_nsec, _SECOND)
    document: dict[str, Any] = {
        "id": row.id,
        "name": row.name,
        "vm-state-size": row.vm_state_size,
        "date-sec": row.date_sec,
        "date-nsec": row.date_nsec,
        "vm-clock-sec": seconds,
        "vm-clock-nsec": nanoseconds,
        "icount": row.icount,
        "disk-size": row.disk_size,
        "devices": list(row.entries),
        "missing": list(row.missing),
    }
    if row.disk_size_differs:
        document["disk-sizes"] = row.disk_sizes
    differs = [*row.differs, row.disk_size_differs] if row.disk_size_differs else [*row.differs]
    if differs:
        document["differs"] = differs
    return document
