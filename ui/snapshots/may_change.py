"""Whether snapshots can be saved, loaded, deleted or renamed, and if not why: pure text from the list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from snapmgr.errors import SnapmgrError
from snapmgr.names import visible_name
from snapmgr.snapshots.model import DeviceInfo, SnapshotRow, Snapshots
from ui.isolation import isolated
from ui.models.names import disk_labels
from ui.shell.failures import told
from ui.snapshots.explain import remarks
from ui.words import tr


def why_fixed(device: DeviceInfo) -> str:
    """Why no snapshot of this disk can be made or changed, "" if it can; the reason names the disk."""
    if device.error is not None:
        return _reason(device, device.error)
    if device.in_use:
        return _in_use(device)
    return _reason(device, device.fixed) if device.fixed is not None else ""


def _in_use(device: DeviceInfo) -> str:
    name = _name(device)
    if device.in_use == "another process":
        return tr("{disk} is open in another process: changing its snapshots could damage it", disk=name)
    who = isolated(visible_name(device.in_use or ""))
    return tr("{disk} is open in another process ({who}): changing its snapshots could damage it", disk=name, who=who)


def usable(found: Snapshots) -> list[DeviceInfo]:
    """The disks on which a snapshot can be saved."""
    return [device for device in found.devices if not why_fixed(device)]


def why_not_save(found: Snapshots) -> str:
    """ "" where one disk at least can hold a new snapshot."""
    return "" if usable(found) else next(map(why_fixed, found.devices), tr("It has no disk"))


def why_not_load(row: SnapshotRow, found: Snapshots) -> str:
    """A machine is loaded whole or not at all: every disk must have the same snapshot, and be writable.

    One that runs in this window may keep a disk as it is, but it needs a VM state.
    """
    if (row.missing and not found.owned) or row.differs:
        said = remarks(row, found, disk_labels([device.path for device in found.devices]))
        return said[1 if row.missing and found.owned else 0].title
    if found.owned and row.disk_only:
        return tr("It holds disks only: a machine that runs cannot be continued from it")
    if reason := why_not_change([row], found):
        return reason
    unloadable = ((device, device.unloadable) for device in _having([row], found))
    return next((_reason(device, error) for device, error in unloadable if error is not None), "")


def why_not_finish(row: SnapshotRow, found: Snapshots) -> str:
    """Only what some disks lack can be finished, where the others agree on what it is."""
    if not row.missing:
        return tr("No disk lacks this snapshot")
    if row.differs:
        return remarks(row, found, disk_labels([device.path for device in found.devices]))[1].title
    return next((reason for device in found.devices if (reason := why_fixed(device))), "")


def why_not_change(rows: Sequence[SnapshotRow], found: Snapshots) -> str:
    """Why these cannot be deleted or renamed: one of their disks cannot be changed."""
    return next((reason for device in _having(rows, found) if (reason := why_fixed(device))), "")


def _having(rows: Iterable[SnapshotRow], found: Snapshots) -> list[DeviceInfo]:
    paths = {path for row in rows for path in row.entries}
    return [device for device in found.devices if device.path in paths]


def _name(device: DeviceInfo) -> str:
    return isolated(visible_name(device.path.rpartition("/")[2]))


def _reason(device: DeviceInfo, error: SnapmgrError) -> str:
    """As a reason stands: without its last full stop, and of which disk it is said."""
    text, name = told(error, beside=True).removesuffix("."), _name(device)
    #: Why nothing can be done with a disk: vda.qcow2: The image is marked as corrupt
    return text if name in text else tr("{disk}: {why}", disk=name, why=text)
