"""The other side's RAM, kept beside our own while both guests run (migration/ram.c: colo_init_ram_cache).

Pages that come in go into the cache alone once the guest here runs; at a checkpoint RAM becomes what the cache holds,
wherever a page has come or the guest here has written one since the last time.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from snapmgr.ram.bitmap import Flags
from snapmgr.ram.block import RAMBlock
from snapmgr.ram.ramlist import RamList

_PIECE = 1 << 20


class RamCache:
    """One shadow of each block that travels.  Until ``part`` is called pages go into both, which are alike."""

    def __init__(self, ram: RamList) -> None:
        self._blocks = {block.idstr: block for block in ram.migratable()}
        self._shadows = {name: _shadow(block) for name, block in self._blocks.items()}
        self._came: dict[str, Flags] = {
            name: np.zeros(block.max_length >> block.page_bits, np.bool_) for name, block in self._blocks.items()
        }
        self._apart = False
        for name, block in self._blocks.items():
            _copy_what_is_there(block, self._shadows[name])

    def targets(self, block: RAMBlock) -> tuple[RAMBlock, ...]:
        """Where pages of ``block`` belong now."""
        shadow = self._shadows.get(block.idstr)
        if shadow is None:
            return (block,)
        return (shadow,) if self._apart else (block, shadow)

    def came(self, block: RAMBlock, pages: int | npt.NDArray[np.unsignedinteger]) -> None:
        """These pages of it have just come."""
        if self._apart and block.idstr in self._came:
            self._came[block.idstr][pages] = True

    def part(self) -> None:
        """From now on the guest here runs: its log says what it writes, and what comes waits in the cache."""
        self._apart = True
        for block in self._blocks.values():
            block.dirty.clear()

    def differing(self, idstr: str) -> tuple[Flags, Flags] | None:
        """Which pages of a block wait here, and which the guest here has written; None before both guests run."""
        block = self._blocks.get(idstr)
        return (self._came[idstr], block.dirty.flags) if self._apart and block is not None else None

    def flush(self) -> int:
        """Make RAM what the cache holds; the guest must stand still.  Returns how many pages were copied.

        Pages that nobody touched are alike, and left alone (colo_flush_ram_cache).
        """
        return sum(self._flush(name, block) for name, block in self._blocks.items())

    def _flush(self, name: str, block: RAMBlock) -> int:
        came = self._came[name]
        pages = np.flatnonzero(came | block.dirty.flags)
        if len(pages):
            block.by_page[pages] = self._shadows[name].by_page[pages]
        came[:] = False
        block.dirty.clear()
        return len(pages)


def _shadow(block: RAMBlock) -> RAMBlock:
    shadow = RAMBlock(block.name, block.used_length, max_length=block.max_length, page_bits=block.page_bits)
    shadow.idstr = block.idstr
    return shadow


def _copy_what_is_there(block: RAMBlock, shadow: RAMBlock) -> None:
    """Zeros cost nothing: pieces of them stay untouched."""
    for at in range(0, block.max_length, _PIECE):
        piece = block.memory[at : at + _PIECE]
        if piece.view(np.bool_).any():
            shadow.memory[at : at + _PIECE] = piece
