"""Whether a VM state will fit, asked before the guest is stopped for it (DESIGN §8)."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from snapmgr.block.qcow2.allocation import Allocation
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.refcounts import entries_per_block
from snapmgr.errors import SnapmgrError
from snapmgr.ram.bitmap import runs_of_flags
from snapmgr.ram.block import RAMBlock
from snapmgr.ram.encode import zero_pages
from snapmgr.ram.resident import resident

_PIECE = 1024
"""Pages looked at together."""

DEVICES = 64 << 10
"""Bytes that all but RAM takes in a stream of the demo machine at most, its description included."""

_WORD, _ZERO_PAGE = 8, 9
"""Bytes of a record beside the contents of its page, and of one for a page of zeros."""

_ENTRY, _MORE = 1 << 10, 32
"""Bytes of an entry of the snapshot table at most, as it is made, and by which an old one grows."""


def check_room(image: Qcow2Image, blocks: Iterable[RAMBlock]) -> None:
    """Raise SnapmgrError ``no-space`` where the VM state of a machine with these blocks, as they are now, and the
    tables of its snapshot do not fit into what is free in the image and beside it.

    Memory that was never touched is not looked at; RAM is read only where little room is left.
    """
    if image.path is None:
        return
    listed = list(blocks)
    status = os.statvfs(image.path)
    free = status.f_bavail * status.f_frsize
    touched = [min(resident(block.memory) or block.used_length, block.used_length) for block in listed]
    at_first_sight = sum(size >> block.page_bits for size, block in zip(touched, listed, strict=True))
    if free >= needed(image, listed, at_first_sight):
        return
    within = _within(image)
    total = needed(image, listed, sum(_filled(block) for block in listed))
    if total > free + within:
        raise SnapmgrError(
            "no-space",
            f"the VM state needs {-(-total >> 20)} MiB, and {free + within >> 20} MiB are free for {image.path}",
            path=image.path,
            hint=f"Make room on the disk of {Path(image.path).absolute().parent}, delete a snapshot, or have"
            " another disk take the VM state.",
            qemu=f"Error while writing VM state: {os.strerror(errno.ENOSPC)}",
        )


def _within(image: Qcow2Image) -> int:
    """Bytes of free clusters that have their room on the disk already: what is a hole in the file has none."""
    cluster = image.cluster_size
    now = Allocation(image.file, image.header).now[: image.file.size // cluster]
    first, count = runs_of_flags(now == 0)
    return sum(
        extent.length
        for offset, length in zip((first * cluster).tolist(), (count * cluster).tolist(), strict=True)
        for extent in image.file.extents(offset, length)
        if not extent.zero
    )


def needed(image: Qcow2Image, blocks: Sequence[RAMBlock], filled: int) -> int:
    """Bytes of the file that a snapshot with a VM state takes at most, where so many pages are not zero."""
    pages = sum(block.pages for block in blocks)
    page = max((1 << block.page_bits for block in blocks), default=0)
    state = filled * (page + _WORD) + (pages - filled) * _ZERO_PAGE + DEVICES
    cluster = image.cluster_size
    return -(-state // cluster) * cluster + _tables(image, state)


def _tables(image: Qcow2Image, state: int) -> int:
    """Bytes of new tables at most: L2 tables of the state and of a disk all of whose flags change, two L1 tables, the
    snapshot table, refcounts."""
    cluster, geometry, l1 = image.cluster_size, image.geometry, image.active_l1()
    l1_entries = len(l1) + geometry.l1_entries(state)
    entries = image.snapshots
    table = sum(entry.length + _MORE for entry in entries)
    clusters = int(np.count_nonzero(l1)) + geometry.l1_entries(state)
    clusters += sum(-(-size // cluster) for size in (l1_entries * 8, l1_entries * 8, table + _ENTRY))
    counted = -(-(image.file.size + state) // cluster) + clusters
    blocks = counted // (entries_per_block(image.header) - 1) + 2
    return (clusters + blocks + -(-blocks * 8 // cluster) + 1) * cluster


def _filled(block: RAMBlock) -> int:
    """Pages that are not zero; the guest may run meanwhile."""
    rows = block.by_page[: block.pages]
    pieces = (rows[first : first + _PIECE] for first in range(0, len(rows), _PIECE))
    return sum(int(np.count_nonzero(~zero_pages(piece))) for piece in pieces)
