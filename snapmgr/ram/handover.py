"""What both sides tell each other of pages, in bits: which must come anew, and which have come (migration/ram.c)."""

from __future__ import annotations

import numpy as np

from snapmgr.errors import StreamError
from snapmgr.ram.bitmap import Flags, Pages
from snapmgr.ram.tracked import Tracked


def stale(tracked: Tracked) -> tuple[Pages, Pages]:
    """Runs (start, length) in bytes of what the other side must throw away: all that is dirty here.

    Pages of the memory behind the block go whole, so what is clean within them is dirty afterwards
    (postcopy_chunk_hostpages).
    """
    block = tracked.block
    many = max(1, block.page_size >> block.page_bits)
    if many > 1:
        whole = len(tracked.bitmap.flags) // many * many
        groups = tracked.bitmap.flags[:whole].reshape(-1, many)
        dirty: Flags = np.any(groups, axis=1, keepdims=True)
        groups |= dirty
        tracked.bitmap.count = int(np.count_nonzero(tracked.bitmap.flags))
    first, count = tracked.bitmap.runs()
    return first << block.page_bits, count << block.page_bits


def reload(tracked: Tracked, received: bytes) -> None:
    """After a break everything that has not been received is dirty.

    ``received`` has a bit per page, in whole little-endian u64.  Raises StreamError (ram_dirty_bitmap_reload).
    """
    block = tracked.block
    expected = -(-block.pages // 64) * 8
    if len(received) != expected:
        text = (
            f"ram_dirty_bitmap_reload: ramblock '{block.idstr}' bitmap size mismatch "
            f"(0x{len(received):x} != 0x{expected:x})"
        )
        raise StreamError(
            "received-bitmap", f"{len(received)} bytes say what came of {block.idstr}, not {expected}", qemu=text
        )
    bits = np.unpackbits(np.frombuffer(received, np.uint8), count=block.pages, bitorder="little")
    flags: Flags = bits == 0
    tracked.bitmap.flags[:] = flags
    tracked.bitmap.count = int(np.count_nonzero(flags))
