"""How a snapshot is written: its clock, dates and disks.  Sizes and relative times are ``ui.shell.formats``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

from snapmgr.names import visible_name
from snapmgr.snapshots.model import DiskSnapshot, SnapshotRow
from ui.isolation import isolated
from ui.shell import formats
from ui.words import later, plural, tr

#: A snapshot without the state of a machine
DISK_ONLY = later("disk only")
"""Instead of a size of the VM state."""

_MINUTE = 60_000_000_000


def vm_clock(row: SnapshotRow) -> str:
    """``4 d 02:11:09``, ``0.046 s`` below one minute; ``not recorded`` for a disk that no machine ran on."""
    if not clock_recorded(row):
        return tr(formats.NOT_RECORDED)
    if row.vm_clock_nsec < _MINUTE:
        return tr("{number} s", number=formats.decimal(row.vm_clock_nsec // 1_000_000 / 1000, 3))
    return formats.vm_clock(row.vm_clock_nsec)


def clock_recorded(row: SnapshotRow) -> bool:
    """A disk-only snapshot that was taken without a machine has a clock of 0, which says nothing."""
    return bool(row.vm_clock_nsec) or not row.disk_only


def icount(row: SnapshotRow) -> str:
    """Instructions counted; ``qemu-img`` writes 0 for want of a machine."""
    return tr(formats.NOT_RECORDED) if row.icount is None else formats.grouped(row.icount)


def vm_state(row: SnapshotRow, units: formats.Units) -> str:
    """``1.31 GiB``, or ``disk only``."""
    return tr(DISK_ONLY) if row.disk_only else formats.size(row.vm_state_size, units)


def iso_date(row: SnapshotRow, zone: tzinfo | None = None) -> str:
    """ISO 8601 with zone and every recorded digit: ``2026-11-19T09:05:31.218000000+01:00``."""
    text = formats.iso_time(row.date_sec, zone)
    return f"{text[:19]}.{row.date_nsec:09}{text[19:]}"


def table_date(row: SnapshotRow, zone: tzinfo | None = None) -> str:
    """One line for tables: ``2026-11-19 09:05:31``."""
    return formats.iso_time(row.date_sec, zone)[:19].replace("T", " ")


def disk_count(row: SnapshotRow) -> str:
    """``all 3`` or ``2 of 3``: disks that have the snapshot among those that could."""
    have, total = len(row.entries), len(row.entries) + len(row.missing)
    #: Disks that have a snapshot: 2 of 3, or all 3
    return tr("{have} of {total}", have=have, total=total) if row.missing else tr("all {total}", total=total)


def disk_trouble(row: SnapshotRow, labels: Mapping[str, str]) -> str:
    """``not on vdb`` or ``differs between disks``; empty where all disks agree."""
    if row.missing:
        names = [isolated(labels.get(path, path)) for path in row.missing]
        more = len(names) - 1
        if more < 2:
            #: The disks that have no snapshot of this name
            return tr("not on {disks}", disks=", ".join(names))
        return plural("not on {disk} and {n} more", "not on {disk} and {n} more", more, disk=names[0])
    return tr("differs between disks") if row.differs else ""


def id_text(id: str) -> str:
    """``id 3``, also for an id that is empty."""
    return tr("id {id}", id=isolated(visible_name(id))) if id else tr("no id")


def on_disk(entry: DiskSnapshot) -> str:
    """What one disk has of a snapshot: ``id 3, holds VM state``."""
    said = id_text(entry.id)
    return tr("{id}, holds VM state", id=said) if entry.vm_state_size else said
