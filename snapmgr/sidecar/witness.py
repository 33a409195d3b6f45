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
    """False where the active layer shares clusters with another snapshot that it did not share with this one.

    Whatever a guest writes after a save or load goes to clusters that it has alone, which the COPIED flag says.  So an
    entry that differs from the snapshot's and is not flagged came with the load of another, by a program that we did
    not see.  Raises ImageError for tables that cannot be.
    """
    active, then = _disk_l1(image, image.active_l1(), None), _disk_l1(image, image.snapshot_l1(entry), entry)
    then = np.pad(then, (0, max(0, len(active) - len(then))))[: len(active)]
    differs = ((active ^ then) & np.uint64(OFFSET_MASK)) != 0
    if np.any(_shared(active) & differs):
        return False
    for index in np.flatnonzero(differs & (active != 0))[:_MOST_TABLES].tolist():
        now, before = _entries(image, int(active[index])), _entries(image, int(then[index]))
        if np.any(_shared(now) & (((now ^ before) & np.uint64(OFFSET_MASK)) != 0)):
            return False
    return True


def _disk_l1(image: Qcow2Image, l1: Words, entry: SnapshotEntry | None) -> Words:
    """Without the VM state behind the disk."""
    return l1[: image.geometry.l1_entries(image.header.raw_size if entry is None else entry.disk_size)]


def _shared(entries: Words) -> npt.NDArray[np.bool_]:
    """Those whose cluster has another user; compressed ones never say."""
    held = (entries & np.uint64(OFFSET_MASK)) != 0
    shared: npt.NDArray[np.bool_] = held & ((entries & np.uint64(COPIED | COMPRESSED)) == 0)
    return shared


def _entries(image: Qcow2Image, l1_entry: int) -> Words:
    offset, geometry = l1_entry & OFFSET_MASK, image.geometry
    if not offset:
        return np.zeros(geometry.l2_entries, np.uint64)
    raw = bytearray(image.cluster_size)
    image.file.pread_into(offset, memoryview(raw))
    return np.frombuffer(raw, dtype=">u8").astype(np.uint64)[:: 2 if geometry.extended else 1]
