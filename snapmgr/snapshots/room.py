"""Whether a VM state will fit, asked before the guest is stopped for it (DESIGN §8)."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from snapmgr.block.qcow2.allocation import Allocation
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.errors import SnapmgrError
from snapmgr.ram.block import RAMBlock
from snapmgr.ram.encode import zero_pages
from snapmgr.ram.resident import resident

_PIECE = 1024
"""Pages looked at together."""


def check_room(image: Qcow2Image, blocks: Iterable[RAMBlock]) -> None:
    """Raise SnapmgrError ``no-space`` where the pages of these blocks, as they are now, do not fit into what is free in
    the image and beside it.  Other parts of the state are small against them, and are not counted.

    Memory that was never touched is not looked at; RAM is read only where little room is left.
    """
    if image.path is None:
        return
    listed = list(blocks)
    status = os.statvfs(image.path)
    free = status.f_bavail * status.f_frsize
    if free >= sum(resident(block.memory) or block.used_length for block in listed):
        return
    now = Allocation(image.file, image.header).now
    within = int(np.count_nonzero(now[: image.file.size // image.header.cluster_size] == 0)) * image.header.cluster_size
    needed = sum(_filled(block) << block.page_bits for block in listed)
    if needed > free + within:
        raise SnapmgrError(
            "no-space",
            f"the VM state needs {-(-needed >> 20)} MiB, and {free + within >> 20} MiB are free for {image.path}",
            path=image.path,
            hint=f"Make room on the disk of {Path(image.path).parent}, delete a snapshot, or have another disk take"
            " the VM state.",
            qemu=f"Error while writing VM state: {os.strerror(errno.ENOSPC)}",
        )


def _filled(block: RAMBlock) -> int:
    """Pages that are not zero; the guest may run meanwhile."""
    rows = block.by_page[: block.pages]
    pieces = (rows[first : first + _PIECE] for first in range(0, len(rows), _PIECE))
    return sum(int(np.count_nonzero(~zero_pages(piece))) for piece in pieces)
