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

MOST_SIZES = 3
"""Sizes that are said one by one; of more disks the smallest and the largest."""


def vm_clock(row: SnapshotRow) -> str:
    """``4 d 02:11:09.218``; ``not recorded`` for a disk that no machine ran on."""
    return formats.vm_clock(row.vm_clock_nsec) if row.clocked else tr(formats.NOT_RECORDED)


def icount(row: SnapshotRow) -> str:
    """Instructions counted; ``qemu-img`` writes 0 for want of a machine."""
    return tr(formats.NOT_RECORDED) if row.icount is None else formats.grouped(row.icount)


def vm_state(row: SnapshotRow, units: formats.Units) -> str:
    """``1.31 GiB``, or ``disk only``."""
    return tr(DISK_ONLY) if row.disk_only else formats.size(row.vm_state_size, units)


def disk_size(row: SnapshotRow, units: formats.Units) -> str:
    """The size that the disk had; of several disks with several sizes all of them in their order, or the span."""
    sizes = list(row.disk_sizes.values()) if row.disk_size_differs else [row.disk_size]
    if len(sizes) <= MOST_SIZES:
        return ", ".join(formats.size(one, units) for one in sizes)
    #: From the smallest to the largest size of the disks
    return tr("{least} to {most}", least=formats.size(min(sizes), units), most=formats.size(max(sizes), units))


def disk_sizes_exact(row: SnapshotRow, labels: Mapping[str, str]) -> str:
    """The same in bytes, a line for each disk where they differ."""
    if not row.disk_size_differs:
        return formats.exact_bytes(row.disk_size)
    return "\n".join(
        f"{isolated(labels.get(path, path))}: {formats.exact_bytes(size)}" for path, size in row.disk_sizes.items()
    )


def long_date(row: SnapshotRow) -> str:
    """``Thursday 19 November 2026, 09:05:31``, or that it is not recorded."""
    return formats.long_time(row.date_sec) if row.dated else tr("Date not recorded")


def iso_date(row: SnapshotRow, zone: tzinfo | None = None) -> str:
    """ISO 8601 with zone and every recorded digit: ``2026-11-19T09:05:31.218000000+01:00``; "" for none."""
    if not row.dated:
        return ""
    text = formats.iso_time(row.date_sec, zone)
    return f"{text[:19]}.{row.date_nsec:09}{text[19:]}"


def table_date(row: SnapshotRow, zone: tzinfo | None = None) -> str:
    """One line for tables: ``2026-11-19 09:05:31``."""
    return formats.iso_time(row.date_sec, zone)[:19].replace("T", " ") if row.dated else tr(formats.NOT_RECORDED)


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
