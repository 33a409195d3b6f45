"""The snapshot that a person means by TAG, among the entries of one image or the rows of a machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from snapmgr.block.qcow2.tags import find_tag, way_to
from snapmgr.snapshots.model import DiskSnapshot, SnapshotRow, Snapshots
from snapmgr.snapshots.seen import SeenTag

_Found = TypeVar("_Found", DiskSnapshot, SnapshotRow)


def find_snapshot(entries: Sequence[_Found], tag: str, path: str | Path = "the image") -> _Found:
    """The entry that is named ``tag``, else the one with that id; ``id:N``, ``name:T`` and ``nth:N:T`` say which.

    Raises NotFound ``snapshot-not-found`` (the hint lists what there is), UsageError ``ambiguous-snapshot``.
    """
    return entries[find_tag([(entry.id, entry.name) for entry in entries], tag, path)]


def tag_of(row: SnapshotRow, path: str, found: Snapshots) -> str:
    """How to name ``row`` on the disk ``path`` so that nothing else is meant."""
    return _tags([row], path, found)[0]


def tags_of(rows: Sequence[SnapshotRow], found: Snapshots) -> dict[str, list[str]]:
    """The same for several: by disk, in the order of the disks; disks that have none of them are left out.  A change
    by these tags is refused where another snapshot stands there by then."""
    tags = {device.path: _tags(rows, device.path, found) for device in found.devices}
    return {path: named for path, named in tags.items() if named}


def _tags(rows: Sequence[SnapshotRow], path: str, found: Snapshots) -> list[str]:
    here = [row.entries[path] for row in found.rows if path in row.entries]
    names, ids = Counter(entry.name for entry in here), Counter(entry.id for entry in here)
    wanted = [row.entries[path] for row in rows if path in row.entries]
    return [
        SeenTag(_tag(entry, here, names, ids), (entry.id, entry.name, entry.date_sec, entry.date_nsec))
        for entry in wanted
    ]


def _tag(entry: DiskSnapshot, here: Sequence[DiskSnapshot], names: Counter[str], ids: Counter[str]) -> str:
    others = names[entry.name] - 1 + ids[entry.name] - (entry.id == entry.name)
    if entry.name and not others and not entry.name.startswith(("id:", "name:", "nth:")):
        return entry.name
    if ids[entry.id] == 1:  # nearly all of them: no need to look through many
        return f"id:{entry.id}"
    place = next(place for place, one in enumerate(here) if one is entry)
    return way_to([(one.id, one.name) for one in here], place)
