"""A block of RAM that is being sent, and which of its pages are still to be."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from snapmgr.ram.bitmap import Flags, PageBitmap
from snapmgr.ram.block import RAMBlock


@dataclass(slots=True)
class Tracked:
    """A block that is being sent.  ``base`` numbers its first page among those of all blocks."""

    block: RAMBlock
    bitmap: PageBitmap
    base: int
    used_length: int
    zero: Flags = field(init=False)
    """Pages whose last record said that they are zero."""

    def __post_init__(self) -> None:
        self.zero = np.zeros(len(self.bitmap.flags), np.bool_)


@dataclass(frozen=True, slots=True)
class Put:
    """Pages of one block that were put together: ``count`` from ``first`` to ``last``, ``zero`` of them zero pages."""

    idstr: str
    first: int
    last: int
    count: int
    zero: int
