"""Which snapshot a disk was last made, or made into, as far as that was seen and the disk itself does not deny it."""

from __future__ import annotations

from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.snapshots import SnapshotEntry
from snapmgr.errors import SnapmgrError
from snapmgr.sidecar.keys import Key, all_of, place_key, snapshot_key
from snapmgr.sidecar.records import Records
from snapmgr.sidecar.witness import can_come_from


def keys_of(image: Qcow2Image) -> dict[Key, SnapshotEntry]:
    """The snapshots of an image by their keys."""
    return {snapshot_key(entry.id_text, entry): entry for entry in image.snapshots}


def current_of(records: Records, image: Qcow2Image, entries: dict[Key, SnapshotEntry]) -> Key | None:
    """None where nobody knows: nothing was seen, or another program saved, loaded or deleted one since.

    What was seen last of the image in this place counts.  One that was moved or copied was not seen here: then what was
    seen of it elsewhere does, as far as its snapshots and its tables agree.
    """
    arrivals = [(arrival, key) for key in entries for arrival in records.arrivals(key)]
    if not arrivals:
        return None
    arrivals.sort(key=lambda one: one[0].when, reverse=True)
    place, among = place_key(str(image.path)), all_of(entries)
    # Where snapshots came or went unseen, their clusters would not bear witness any more.
    here = [one for one in arrivals if place_key(one[0].path) == place]
    fitting = [(arrival, key) for arrival, key in here or arrivals if among in arrival.among]
    return next((key for _, key in fitting if _can_come_from(image, entries[key])), None)


def _can_come_from(image: Qcow2Image, entry: SnapshotEntry) -> bool:
    try:
        return can_come_from(image, entry)
    except SnapmgrError:  # tables that cannot be: nothing is known of the image
        return False
