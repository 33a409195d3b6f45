"""Whether a snapshot can be loaded, and if not why and what to do: pure text from the list, nothing read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from snapmgr.block.qcow2.texts import DISK_ONLY, is_missing
from snapmgr.names import visible_name
from snapmgr.snapshots.find import tag_of
from snapmgr.snapshots.model import DeviceInfo, SnapshotRow, Snapshots
from ui.isolation import isolated
from ui.models.names import quoted
from ui.shell.sentences import sentence
from ui.words import listed, plural, tr


@dataclass(frozen=True, slots=True)
class Remark:
    """A box beside a snapshot.  ``tone`` is warn or info; ``qemu`` what QEMU says where it refuses to load it."""

    tone: str
    title: str
    text: str
    qemu: str = ""


def remarks(row: SnapshotRow, found: Snapshots, labels: Mapping[str, str]) -> list[Remark]:
    """What a person should know before relying on this snapshot; the gravest first."""
    result = []
    if row.missing:
        result.append(_stays(row, labels) if found.owned else _missing(row, labels))
    if row.differs:
        result.append(_differs(row))
    if row.disk_only:
        result.append(_disk_only(row, found))
    if (other := _shadowed(row, found)) is not None:
        result.append(_wrong_one(row, other))
    return result


def _disk_only(row: SnapshotRow, found: Snapshots) -> Remark:
    text = tr("No machine can be continued from here.")
    if any(device.readable for device in found.devices if device.path in row.entries):
        text = " ".join((text, tr("Export… writes the disk as it was, and a machine can start from that.")))
    return Remark("info", tr("Disk only: there is no VM state"), text, DISK_ONLY if found.owned else "")


def encrypted_remark(name: str) -> Remark:
    """For a disk of this name."""
    text = tr(
        "Its list of snapshots can be read. The disk and the VM states cannot be looked into or exported without the "
        "key, and Snapmgr does not ask for keys."
    )
    return Remark("warn", tr("{disk} is encrypted", disk=name), text)


def _missing(row: SnapshotRow, labels: Mapping[str, str]) -> Remark:
    names, count = listed([isolated(labels.get(path, path)) for path in row.missing]), len(row.missing)
    title = plural(
        "Cannot be loaded: {disks} has no snapshot of this name",
        "Cannot be loaded: {disks} have no snapshot of this name",
        count,
        disks=names,
    )
    why = plural(
        "QEMU loads a snapshot only if every disk has it. This disk was attached later, or left out when it was saved.",
        "QEMU loads a snapshot only if every disk has it. These disks were attached later, or left out when it was "
        "saved.",
        count,
    )
    way_out = plural(
        "Detach {disks}, or export the other disk as it was.",
        "Detach {disks}, or export the other disks as they were.",
        len(row.entries),
        disks=names,
    )
    finish = plural(
        "Or choose Finish… to keep it as it is now, if nothing wrote to it since.",
        "Or choose Finish… to keep them as they are now, if nothing wrote to them since.",
        count,
    )
    return Remark("warn", title, f"{why} {way_out} {finish}", is_missing(visible_name(row.name)))


def _stays(row: SnapshotRow, labels: Mapping[str, str]) -> Remark:
    """For a machine that runs in this window."""
    names, count = listed([isolated(labels.get(path, path)) for path in row.missing]), len(row.missing)
    title = plural("{disks} was not kept with it", "{disks} were not kept with it", count, disks=names)
    text = plural(
        "Load… leaves this disk as it is now, and QEMU would refuse to. Finish… keeps it as it is now, if nothing "
        "wrote to it since.",
        "Load… leaves these disks as they are now, and QEMU would refuse to. Finish… keeps them as they are now, if "
        "nothing wrote to them since.",
        count,
    )
    return Remark("warn", title, text, is_missing(visible_name(row.name)))


def _differs(row: SnapshotRow) -> Remark:
    facts = " ".join(sentence(fact, ("icount",)) for fact in row.differs)
    text = tr(
        "{facts} The name is the same, the moment is not. Export… writes each disk as it was. An image that is opened "
        "alone can be loaded by itself.",
        facts=facts,
    )
    return Remark("warn", tr("Cannot be loaded: the disks hold different snapshots of this name"), text)


def _shadowed(row: SnapshotRow, found: Snapshots) -> SnapshotRow | None:
    """Another snapshot whose id is this one's name, on a disk that has both."""
    for other in found.rows:
        if other is not row and row.name and row.name in {entry.id for entry in other.entries.values()}:
            shared = set(other.entries) & set(row.entries)
            if any(other.entries[path].id == row.name for path in shared):
                return other
    return None


def _wrong_one(row: SnapshotRow, other: SnapshotRow) -> Remark:
    text = tr(
        "This one is called {name}, which is the id of that one, and QEMU looks for ids first. Inspect and Export… "
        "open the right one.",
        name=quoted(row.name),
    )
    return Remark("warn", tr("QEMU would load another snapshot: {name}", name=quoted(other.name, other.id)), text)


def in_use_text(device: DeviceInfo) -> str:
    """Who has the disk open, and what follows."""
    holder = device.in_use or ""
    name = isolated(visible_name(device.path.rpartition("/")[2]))
    use = tr("{disk} is open in another process.", disk=name)
    if holder not in ("", "another process"):
        use = tr("{disk} is open in another process ({who}).", disk=name, who=isolated(visible_name(holder)))
    limits = tr("Its snapshots can be looked at; what is shown may lag behind what that process does.")
    return f"{use} {limits}"


def source_of(row: SnapshotRow, found: Snapshots) -> str | None:
    """SRC that opens the VM state of ``row`` and no other: ``IMAGE@NAME``, by id where the name is not enough."""
    path = row.state_device
    if path is None:
        return None
    return f"{path}@{tag_of(row, path, found)}"
