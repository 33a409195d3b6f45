"""Whether a disk can still be what a snapshot held, with nothing but its own writes since."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from snapmgr.block.qcow2.geometry import COMPRESSED, COPIED, OFFSET_MASK
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.l2 import Words
from snapmgr.block.qcow2.snapshots import SnapshotEntry

_MOST_TABLES = 256
"""L2 tables that are compared; a disk that was made another one differs in the first few."""


def can_come_from(image: Qcow2Image, entry: SnapshotEntry) -> bool:
    """False where the active layer shares clusters with another snapshot that this one does not have, or lacks some.

    Whatever a guest writes after a save or load goes to clusters that it has alone, which the COPIED flag says; what it
    discards reads as zeros.  So an entry that differs from the snapshot's and is not flagged, or holds nothing at all
    where that held something, came with the load of another, by a program that we did not see.  (Version 2 has no other
    way to discard: there nobody knows then.)  Raises ImageError for tables that cannot be.
    """
    active, then = _disk_l1(image, image.active_l1(), None), _disk_l1(image, image.snapshot_l1(entry), entry)
    then = np.pad(then, (0, max(0, len(active) - len(then))))[: len(active)]
    differs = _differs(active, then)
    if np.any((_shared(active) | (active == 0)) & differs):
        return False
    for index in np.flatnonzero(differs)[:_MOST_TABLES].tolist():
        now, before = _table(image, int(active[index])), _table(image, int(then[index]))
        lost = ~np.any(now, axis=1) & np.any(before, axis=1)
        if np.any(lost | (_shared(now[:, 0]) & _differs(now[:, 0], before[:, 0]))):
            return False
    return True


def _differs(one: Words, other: Words) -> npt.NDArray[np.bool_]:
    different: npt.NDArray[np.bool_] = ((one ^ other) & np.uint64(OFFSET_MASK)) != 0
    return different


def _disk_l1(image: Qcow2Image, l1: Words, entry: SnapshotEntry | None) -> Words:
    """Without the VM state behind the disk."""
    return l1[: image.geometry.l1_entries(image.header.raw_size if entry is None else entry.disk_size)]


def _shared(entries: Words) -> npt.NDArray[np.bool_]:
    """Those whose cluster has another user; compressed ones never say."""
    held = (entries & np.uint64(OFFSET_MASK)) != 0
    shared: npt.NDArray[np.bool_] = held & ((entries & np.uint64(COPIED | COMPRESSED)) == 0)
    return shared


def _table(image: Qcow2Image, l1_entry: int) -> Words:
    """A row for each cluster: its entry, with extended ones its bitmaps behind it."""
    offset, geometry = l1_entry & OFFSET_MASK, image.geometry
    raw = bytearray(image.cluster_size)
    if offset:
        image.file.pread_into(offset, memoryview(raw))
    words: Words = np.frombuffer(raw, dtype=">u8").astype(np.uint64).reshape(geometry.l2_entries, -1)
    return words
