"""Whether a snapshot can be loaded, and if not why and what to do: pure text from the list, nothing read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from snapmgr.snapshots.model import DeviceInfo, SnapshotRow, Snapshots
from ui.models.names import isolated, quoted, visible_name


@dataclass(frozen=True, slots=True)
class Remark:
    """A box beside a snapshot.  ``tone`` is warn or info."""

    tone: str
    title: str
    text: str


def remarks(row: SnapshotRow, found: Snapshots, labels: Mapping[str, str]) -> list[Remark]:
    """What a person should know before relying on this snapshot; the gravest first."""
    result = []
    if row.missing:
        result.append(_missing(row, labels))
    if row.differs:
        result.append(_differs(row))
    if row.disk_only:
        result.append(_DISK_ONLY)
    if (other := _shadowed(row, found)) is not None:
        result.append(_wrong_one(row, other))
    return result


_DISK_ONLY = Remark(
    "info",
    "Disk only: there is no VM state",
    "No machine can be continued from here. Export… writes the disk as it was, and a machine can start from that.",
)


def encrypted_remark(name: str) -> Remark:
    """For a disk of this name."""
    return Remark(
        "warn",
        f"{name} is encrypted",
        "Its list of snapshots can be read. The disk and the VM states cannot be looked into or exported without "
        "the key, and Snapmgr does not ask for keys.",
    )


def _listed(paths: Sequence[str], labels: Mapping[str, str]) -> str:
    names = [isolated(labels.get(path, path)) for path in paths]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _missing(row: SnapshotRow, labels: Mapping[str, str]) -> Remark:
    names, one = _listed(row.missing, labels), len(row.missing) == 1
    title = f"Cannot be loaded: {names} {'has' if one else 'have'} no snapshot of this name"
    text = (
        f"QEMU loads a snapshot only if every disk has it. {'This disk was' if one else 'These disks were'} attached "
        f"later, or left out when it was saved. Detach {names}, or export the {_others(row)} as they were."
    )
    return Remark("warn", title, text)


def _others(row: SnapshotRow) -> str:
    return "other disk" if len(row.entries) == 1 else "other disks"


def _differs(row: SnapshotRow) -> Remark:
    facts = " ".join(f"{fact[0].upper()}{fact[1:].rstrip('.')}." for fact in map(visible_name, row.differs) if fact)
    text = f"{facts} The name is the same, the moment is not. Export… writes each disk as it was."
    return Remark("warn", "Cannot be loaded: the disks hold different snapshots of this name", text)


def _shadowed(row: SnapshotRow, found: Snapshots) -> SnapshotRow | None:
    """Another snapshot whose id is this one's name, on a disk that has both."""
    for other in found.rows:
        if other is not row and row.name and row.name in {entry.id for entry in other.entries.values()}:
            shared = set(other.entries) & set(row.entries)
            if any(other.entries[path].id == row.name for path in shared):
                return other
    return None


def _wrong_one(row: SnapshotRow, other: SnapshotRow) -> Remark:
    return Remark(
        "warn",
        f"QEMU would load another snapshot: {quoted(other.name, other.id)}",
        f"This one is called {quoted(row.name)}, which is the id of that one, and QEMU looks for ids first. "
        "Inspect and Export… open the right one.",
    )


def in_use_text(device: DeviceInfo) -> str:
    """Who has the disk open, and what follows."""
    holder = device.in_use or ""
    name = visible_name(device.path.rpartition("/")[2])
    who = "" if holder in ("", "another process") else f" ({visible_name(holder)})"
    return (
        f"{isolated(name)} is open in another process{who}. Its snapshots can be looked at; what is shown may lag "
        "behind what that process does."
    )


def source_of(row: SnapshotRow, found: Snapshots) -> str | None:
    """SRC that opens the VM state of ``row`` and no other: ``IMAGE@NAME``, by id where the name is not enough."""
    path = row.state_device
    if path is None:
        return None
    return f"{path}@{tag_of(row, path, found)}"


def tag_of(row: SnapshotRow, path: str, found: Snapshots) -> str:
    """How to name ``row`` on the disk ``path`` so that nothing else is meant."""
    entry = row.entries[path]
    others = [other.entries[path] for other in found.rows if other is not row and path in other.entries]
    if not row.name or row.name.startswith(("id:", "name:")) or any(row.name in (o.name, o.id) for o in others):
        return f"id:{entry.id}" if all(other.id != entry.id for other in others) else f"name:{row.name}"
    return row.name
