"""What stands beside the images about a machine's snapshots: where each came from, which is current, notes, screens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from snapmgr.block import lock
from snapmgr.block.images import open_image
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.errors import SnapmgrError
from snapmgr.sidecar.ancestry import parent_of, without_circles
from snapmgr.sidecar.current import current_of, keys_of
from snapmgr.sidecar.keys import Key
from snapmgr.sidecar.records import AT, SCREEN, Records
from snapmgr.snapshots.model import Beside, SnapshotRow, Snapshots

Currents = Mapping[str, Key | None]
"""The snapshot that each disk is, by its path; a disk that has no snapshots is not in there."""


def with_beside(found: Snapshots) -> Snapshots:
    """The same list, with what is known beside it.  Never raises: what cannot be read is not known."""
    records = Records()
    if records.empty:
        return found
    keys = [{path: entry.key for path, entry in row.entries.items()} for row in found.rows]
    currents: dict[str, Key | None] = {}
    for device in found.devices:
        here = [row_keys[device.path] for row_keys in keys if device.path in row_keys]
        if here:
            seen = device.in_use is None and any(records.has_any(key, AT) for key in here)
            currents[device.path] = _current(records, device.path) if seen else None
    return replace(found, beside=beside_of(keys, records, currents))


def _current(records: Records, path: str) -> Key | None:
    with suppress(SnapmgrError, OSError):
        image = open_image(path, use=lock.Use.SHARE)
        try:
            return current_of(records, image, keys_of(image))
        finally:
            image.close()
    return None


def beside_of_machine(rows: Sequence[SnapshotRow], images: Mapping[str, Qcow2Image]) -> Beside:
    """The same for a machine of ours that runs on these disks."""
    records = Records()
    currents: dict[str, Key | None] = {}
    for path, image in images.items():
        if entries := keys_of(image):
            currents[path] = current_of(records, image, entries)
    return beside_of([{path: entry.key for path, entry in row.entries.items()} for row in rows], records, currents)


def beside_of(keys: Sequence[Mapping[str, Key]], records: Records, currents: Currents) -> Beside:
    """Everything that is known of rows, by their positions; ``keys`` are those of each row, by path."""
    places = {(path, key): place for place, row_keys in enumerate(keys) for path, key in row_keys.items()}
    notes: dict[int, str] = {}
    screens: dict[int, Key] = {}
    parents: dict[int, int | None] = {}
    for place, row_keys in enumerate(keys):
        known = [key for key in dict.fromkeys(row_keys.values()) if records.known(key)]
        if not known:
            continue
        for key in known:
            records.mark_seen(key)
        if text := records.newest_note(known):
            notes[place] = text
        if (pictured := next((key for key in known if records.has(key, SCREEN)), None)) is not None:
            screens[place] = pictured
        if (came := _came_from(row_keys, places, records)) is not None:
            parents[place] = came if came >= 0 else None
    return Beside(
        notes=notes,
        screens=screens,
        parents=without_circles(parents),
        current=_current_row(places, currents),
        damaged=tuple(records.store.damaged),
    )


_NOTHING = -1


def _came_from(row_keys: Mapping[str, Key], places: Mapping[tuple[str, Key], int], records: Records) -> int | None:
    """Position of the parent, ``_NOTHING`` for none, None where the disks do not know or do not agree."""
    found: set[int] = set()
    for path, key in row_keys.items():
        parent = parent_of(key, lambda other, path=path: (path, other) in places, records.origin)  # type: ignore[misc]
        if parent is not None:
            found.add(places[path, parent] if parent else _NOTHING)
    if len(found) > 1:  # a disk that was added later knows of nothing before
        found.discard(_NOTHING)
    return found.pop() if len(found) == 1 else None


def _current_row(places: Mapping[tuple[str, Key], int], currents: Currents) -> int | None:
    """Where all disks say the same."""
    said = {None if key is None else places.get((path, key)) for path, key in currents.items()}
    return said.pop() if len(said) == 1 else None
