"""What is done to each image of a machine: fills in its shadow, and says which snapshot that was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from snapmgr.block.qcow2 import change
from snapmgr.block.qcow2.entry import NewEntry, check_name, next_id
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.shadow import Shadow
from snapmgr.block.qcow2.snapshots import SnapshotEntry
from snapmgr.block.qcow2.state_writer import StateWriter
from snapmgr.block.qcow2.tags import find_tag
from snapmgr.block.qcow2.texts import exists, is_missing
from snapmgr.errors import NotFound, SnapmgrError
from snapmgr.gathered import Gathered
from snapmgr.names import quoted
from snapmgr.sidecar.keys import snapshot_key
from snapmgr.sidecar.watching import Deed, Did
from snapmgr.snapshots.seen import refuse_another
from snapmgr.snapshots.transaction import Changed, Plan
from snapmgr.work import Progress, no_progress

Put = Callable[[bytes | bytearray | memoryview | Gathered], object]
"""What it is given must not change until the VM state is written."""

Tags = str | Mapping[str, Sequence[str]]
"""What names a snapshot: a tag that is looked for on every image, or the tags of each image by its path, since the same
snapshot may have an id of its own on each disk.  Only ``deleting`` takes several."""


@dataclass(frozen=True, slots=True)
class VmState:
    """What is kept of the machine itself: ``content(put)`` puts the stream piece by piece; it goes to the image at
    ``position`` of those that the snapshot is made on.  The clock in ns of the guest; ``icount`` None = not counted."""

    content: Callable[[Put], None]
    vm_clock_nsec: int = 0
    icount: int | None = None
    position: int = 0


def common_id(images: Iterable[Qcow2Image]) -> bytes:
    """An id for a new snapshot that none of these images has: the same on all of them (QEMU takes each disk's next)."""
    return max((next_id(image.snapshots) for image in images), key=int)


def creating(
    name: str,
    now: int,
    state: VmState | None = None,
    *,
    new_id: bytes | None = None,
    overwrite: bool = False,
    progress: Progress = no_progress,
) -> Plan:
    """Make a snapshot ``name`` (surrogateescape) with the date ``now`` in ns since 1970; with ``overwrite`` it takes
    the place of those with that name.  ``new_id`` is its id, None for the next one of each image.  For one transaction.
    Raises UsageError ``snapshot-name``; the plan SnapmgrError ``snapshot-exists``, ``vm-state-too-large``, and what
    ``state.content`` raises.
    """
    raw = name.encode(errors="surrogateescape")
    check_name(raw)
    seconds, nanoseconds = divmod(now, 1_000_000_000)
    position = -1

    def plan(shadow: Shadow) -> Changed:
        nonlocal position
        position += 1
        image = shadow.image
        if not overwrite:
            refuse_taken(image, name)
        gone = [entry for entry in image.snapshots if entry.name_text == name]
        new = NewEntry(new_id or next_id(image.snapshots), raw, seconds, nanoseconds, image.header.raw_size)
        tables = None
        if state is not None:
            new = replace(new, vm_clock_nsec=state.vm_clock_nsec, icount=state.icount)
            if position == state.position:
                with StateWriter(shadow) as writer:
                    state.content(writer.write)
                    tables = writer.tables()
                new = replace(new, vm_state_size=writer.size)
        place = change.create(shadow, new, tables, gone=gone, progress=progress)
        key = snapshot_key(new.id.decode(), new.at(place))
        deed = Deed(str(image.path), Did.CREATED, (key,), gone=_keys(gone), name=name)
        return Changed(str(image.path), new.id.decode(), name, deed=deed)

    return plan


def deleting(tags: Tags, progress: Progress = no_progress) -> Plan:
    """Delete the snapshot, or all of several.  The plan raises NotFound, UsageError ``ambiguous-snapshot``."""

    def plan(shadow: Shadow) -> Changed:
        gone = find_all(shadow.image, tags)
        change.delete(shadow, gone, progress)
        return _changed(shadow, gone[0], Deed(str(shadow.image.path), Did.DELETED, _keys(gone)))

    return plan


def applying(tags: Tags, progress: Progress = no_progress) -> Plan:
    """Make the disk what it was.  The plan raises as that of ``deleting``, and as ``change.apply``."""

    def plan(shadow: Shadow) -> Changed:
        entry = to_load(shadow.image, tags)
        change.apply(shadow, entry, progress)
        return _changed(shadow, entry, Deed(str(shadow.image.path), Did.APPLIED, _keys([entry])))

    return plan


def renaming(tags: Tags, name: str) -> Plan:
    """Give the snapshot another name.  Raises as ``creating``, and the plan as that of ``deleting``."""
    raw = name.encode(errors="surrogateescape")
    check_name(raw)

    def plan(shadow: Shadow) -> Changed:
        [entry] = find_all(shadow.image, tags)
        if entry.name_text != name:
            refuse_taken(shadow.image, name)
        change.rename(shadow, entry, raw)
        return _changed(shadow, entry, None)

    return plan


def _changed(shadow: Shadow, entry: SnapshotEntry, deed: Deed | None) -> Changed:
    return Changed(str(shadow.image.path), entry.id_text, entry.name_text, deed=deed)


def _keys(entries: Sequence[SnapshotEntry]) -> tuple[str, ...]:
    return tuple(snapshot_key(entry.id_text, entry) for entry in entries)


def find(image: Qcow2Image, tag: str) -> SnapshotEntry:
    """Raises NotFound ``snapshot-not-found``, UsageError ``ambiguous-snapshot``."""
    entries = image.snapshots
    return entries[find_tag([(entry.id_text, entry.name_text) for entry in entries], tag, str(image.path))]


def find_all(image: Qcow2Image, tags: Tags) -> list[SnapshotEntry]:
    """Those that are meant on this image, each once.  Raises as ``find``, and as ``seen.refuse_another``."""
    wanted = [tags] if isinstance(tags, str) else tags[str(image.path)]
    found = {}
    for tag in wanted:
        entry = find(image, tag)
        refuse_another(entry, tag, image.path)
        found[entry.index] = entry
    return list(found.values())


def to_load(image: Qcow2Image, tags: Tags) -> SnapshotEntry:
    """The one that is meant on this image.  Raises as ``find``, with QEMU's text where there is none."""
    try:
        [entry] = find_all(image, tags)
    except NotFound as error:
        error.qemu = is_missing(tags if isinstance(tags, str) else tags[str(image.path)][0])
        raise
    return entry


def refuse_taken(image: Qcow2Image, name: str) -> None:
    """Raise SnapmgrError ``snapshot-exists`` where the image has one of that name."""
    if any(entry.name_text == name for entry in image.snapshots):
        raise SnapmgrError(
            "snapshot-exists",
            f"{image.path} has a snapshot {quoted(name)} already",
            path=image.path,
            hint="Choose another name, or delete that snapshot first.",
            qemu=exists(name),
        )
