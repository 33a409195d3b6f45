"""A snapshot as text for the clipboard: every recorded value, exact."""

from __future__ import annotations

from snapmgr.names import visible_name, visible_text
from snapmgr.snapshots.model import SnapshotRow, Snapshots
from ui.models import beside_texts
from ui.models import snapshot_texts as texts
from ui.models.names import shown_name
from ui.shell import formats
from ui.words import tr


def details_text(row: SnapshotRow, found: Snapshots) -> str:
    """Lines of ``name: value``, ISO dates, exact bytes without groups of digits, and a line per disk."""
    unknown = tr(formats.NOT_RECORDED)
    facts = {
        tr("Snapshot"): shown_name(row.name, row.id),
        tr("ID"): visible_name(row.id),
        tr("Date"): texts.iso_date(row) or unknown,
        tr("VM clock"): tr("{number} ns", number=row.vm_clock_nsec) if row.clocked else unknown,
        tr("icount"): unknown if row.icount is None else str(row.icount),
        tr("VM state"): tr(texts.DISK_ONLY) if row.disk_only else _bytes(row.vm_state_size),
        tr("Disk size"): _bytes(row.disk_size),
    }
    lines = [tr("{what}: {name}", what=name, name=value) for name, value in facts.items()]
    for device in found.devices:
        entry, path = row.entries.get(device.path), visible_text(device.path)
        if entry is not None:
            said = [texts.on_disk(entry), *([_bytes(entry.vm_state_size)] if entry.vm_state_size else [])]
            said += [tr("disk of {size}", size=_bytes(entry.disk_size))] if row.disk_size_differs else []
            lines.append(tr("On {disk}: {facts}", disk=path, facts=", ".join(said)))
        elif device.path in row.missing:
            lines.append(tr("Not on {disk}", disk=path))
    return "\n".join([*lines, *map(visible_text, row.differs), *_beside(row, found)])


def _beside(row: SnapshotRow, found: Snapshots) -> list[str]:
    """Where it came from and its note, as far as that is known."""
    place = found.place(row)
    came, note = beside_texts.came_from(found, place), found.beside.notes.get(place, "")
    said = {tr("Came from"): came, tr("Note"): " ".join(map(visible_text, note.splitlines()))}
    return [tr("{what}: {name}", what=name, name=value) for name, value in said.items() if value]


def _bytes(count: int) -> str:
    return tr("{number} bytes", number=count)
