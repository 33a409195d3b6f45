"""Which snapshot a disk was last made, or made into, as far as that was seen and the disk itself does not deny it."""

from __future__ import annotations

from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.snapshots import SnapshotEntry
from snapmgr.errors import SnapmgrError
from snapmgr.sidecar.keys import Key, place_key, snapshot_key
from snapmgr.sidecar.records import ORIGIN, Records
from snapmgr.sidecar.witness import can_come_from

_SECOND = 1_000_000_000


def keys_of(image: Qcow2Image) -> dict[Key, SnapshotEntry]:
    """The snapshots of an image by their keys."""
    return {snapshot_key(entry.id_text, entry): entry for entry in image.snapshots}


def current_of(records: Records, image: Qcow2Image, entries: dict[Key, SnapshotEntry]) -> Key | None:
    """None where nobody knows: nothing was seen, or another program saved or loaded one since.

    An image that was moved or copied has no arrival under its own path: those of other paths count then.
    """
    place = place_key(str(image.path))
    arrivals = [
        (place_key(arrival.path) == place, arrival.when, key)
        for key in entries
        if records.known(key)
        for arrival in records.arrivals(key)
    ]
    for _, when, key in sorted(arrivals, reverse=True):
        if _another_saved(records, entries, when):
            return None
        try:
            if can_come_from(image, entries[key]):
                return key
        except SnapmgrError:
            return None
    return None


def _another_saved(records: Records, entries: dict[Key, SnapshotEntry], when: int) -> bool:
    """Whether there is a snapshot that was made later, and not by us."""
    return any(
        entry.date_sec * _SECOND + entry.date_nsec > when and not records.has(key, ORIGIN)
        for key, entry in entries.items()
    )
