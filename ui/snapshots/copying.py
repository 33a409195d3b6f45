"""A snapshot as text for the clipboard: every recorded value, exact."""

from __future__ import annotations

from snapmgr.snapshots.model import SnapshotRow, Snapshots
from ui.models import snapshot_texts as texts
from ui.models.names import shown_name, visible_name
from ui.shell import formats


def details_text(row: SnapshotRow, found: Snapshots) -> str:
    """Lines of ``name: value``, ISO dates, exact bytes, and a line per disk."""
    clock = f"{row.vm_clock_nsec} ns" if texts.clock_recorded(row) else formats.NOT_RECORDED
    lines = [
        f"Snapshot: {shown_name(row.name, row.id)}",
        f"ID: {visible_name(row.id)}",
        f"Date: {texts.iso_date(row)}",
        f"VM clock: {clock}",
        f"icount: {formats.NOT_RECORDED if row.icount is None else row.icount}",
        f"VM state: {texts.DISK_ONLY if row.disk_only else f'{row.vm_state_size} bytes'}",
        f"Disk size: {row.disk_size} bytes",
    ]
    for device in found.devices:
        entry = row.entries.get(device.path)
        if entry is not None:
            holds = f", holds the VM state, {entry.vm_state_size} bytes" if entry.vm_state_size else ""
            lines.append(f"On {formats.printable(device.path)}: id {visible_name(entry.id)}{holds}")
        elif device.path in row.missing:
            lines.append(f"Not on {formats.printable(device.path)}")
    return "\n".join([*lines, *map(visible_name, row.differs)])
