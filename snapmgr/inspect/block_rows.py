"""Rows of a section ``block``, the disks of the old block migration: one for each record, its fields below it.

A word of 64 bits has flags in its lowest bits and a sector in the others (migration/block.c of QEMU 7.2: 1 a block of a
device, 2 the end, 4 progress in percent instead of the sector, 8 a block of zeros, which is left out).  The name of the
device follows, and 1 MiB.
"""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snapmgr.inspect.record_rows import Rows

IDSTR = "block"
SECTOR_BITS = 9
BLOCK = 1 << 20
"""Bytes of a record's contents; what of them lies beyond the end of the disk is zeros."""
MOST_RECORDS = 20_000
"""Of one section."""
_LONGEST = 8 + 1 + 255


class BlockFlag(IntFlag):
    """Of a word."""

    DEVICE_BLOCK = 1
    EOS = 2
    PROGRESS = 4
    ZERO_BLOCK = 8


def block_rows(rows: Rows) -> None:
    """Add the records from where ``rows`` stands; what is not understood is left to the caller."""
    for _ in range(MOST_RECORDS):
        left = rows.end - rows.offset
        if left < 8:
            return
        head = bytes(rows.tree.source.read(rows.offset, min(left, _LONGEST)))
        flags = BlockFlag(int.from_bytes(head[:8]) & ((1 << SECTOR_BITS) - 1))
        sector = int.from_bytes(head[:8]) >> SECTOR_BITS
        name, length = "", 8
        if flags & BlockFlag.DEVICE_BLOCK:
            if len(head) < 9 or len(head) < 9 + head[8]:
                return
            name = head[9 : 9 + head[8]].decode("utf-8", "surrogateescape")
            length = 9 + head[8] + (0 if flags & BlockFlag.ZERO_BLOCK else BLOCK)
        elif flags not in (BlockFlag.EOS, BlockFlag.PROGRESS):
            return
        if length > left:
            return
        below = rows.below(length)
        said = " | ".join(flag.name or "" for flag in flags)
        if flags & BlockFlag.DEVICE_BLOCK:
            below.number("sector and flags", 8, f"sector {sector}, {said}")
            below.text("device", below.number("device length", 1))
            below.add("contents", "", f"{BLOCK} bytes", "buffer", BLOCK)
            zeros = ", zeros" if flags & BlockFlag.ZERO_BLOCK else ""
            title, meaning = "Block", f"sector {sector}{zeros}"
        else:
            below.number("progress and flags", 8, said)
            is_progress = bool(flags & BlockFlag.PROGRESS)
            title, meaning = ("Progress", f"{sector} %") if is_progress else ("End of blocks", "")
        rows.add_parent(title, name, meaning, "block record", below)
