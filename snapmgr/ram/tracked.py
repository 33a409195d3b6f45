"""A block of RAM that is being sent, and which of its pages are still to be."""

from __future__ import annotations

from dataclasses import dataclass

from snapmgr.ram.bitmap import PageBitmap
from snapmgr.ram.block import RAMBlock


@dataclass(slots=True)
class Tracked:
    """A block that is being sent.  ``base`` numbers its first page among those of all blocks."""

    block: RAMBlock
    bitmap: PageBitmap
    base: int
    used_length: int
