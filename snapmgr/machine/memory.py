"""The guest's view of its RAM: where it keeps what, as numpy views on the RAMBlocks that are saved.

demo.ram, from address 0: one page of variables (``VARIABLES``), the pages that disks transfer from (``DMA``), then
from ``WORK`` on the pages that the workload writes.  demo.vram holds one byte per pixel, demo.rom the font.
The guest is little-endian.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from snapmgr.ram.block import RAMBlock

U64 = npt.NDArray[np.uint64]
U8 = npt.NDArray[np.uint8]

PAGE = 4096
DMA = 0x10000
DMA_SLOTS = 8
"""Transfer pages of one disk."""
MAX_DISKS = 8
WORK = 1 << 20
WORDS = PAGE // 8
"""u64 words of a page."""

WRITER = np.dtype(
    [
        ("length", "<u8"),  # records written to this disk since the boot
        ("head", "u1", 32),  # SHA-256 of the newest record, written or on its way
        ("stable", "u1", 32),  # SHA-256 of the newest record that is on the disk
        ("stable_slot", "<u8"),
        ("mismatches", "<u8"),  # how often the disk did not hold what RAM remembers
    ]
)
VARIABLES = np.dtype(
    [
        ("magic", "<u8"),
        ("seed", "<u8"),
        ("tick", "<u8"),
        ("random", "<u8"),
        ("workload", "<u4"),
        ("rate", "<u4"),  # pages a tick
        ("cursor", "<u8"),
        ("dirtied", "<u8"),  # pages written by the workload so far
        ("console", "u1", 40),
        ("writers", WRITER, MAX_DISKS),
    ]
)
MAGIC = 0x0031_4F4D_4544_4D53  # "SMDEMO1"


class GuestMemory:
    """Views on the three blocks.

    Whoever reads or writes through them says so before: they may be saved meanwhile, or not all have come yet.
    """

    def __init__(self, ram: RAMBlock, vram: RAMBlock, rom: RAMBlock) -> None:
        self.ram = ram
        self.vram = vram
        self.rom = rom
        self._variables: npt.NDArray[Any] = ram.memory[: VARIABLES.itemsize].view(VARIABLES)[0:1].reshape(())
        self.work: U64 = ram.memory[WORK : ram.used_length].view("<u8").reshape(-1, WORDS)

    @property
    def variables(self) -> npt.NDArray[Any]:
        """To be read; who writes them calls ``changing_variables``."""
        self.ram.dirty.reading(0)
        return self._variables

    @property
    def booted(self) -> bool:
        return bool(self.variables["magic"] == MAGIC)

    def get(self, name: str) -> int:
        """A variable's value."""
        return int(self.variables[name])

    def peek(self, name: str) -> int:
        """As it lies there now, for whoever only looks: it may not have come yet, and is not waited for."""
        return int(self._variables[name])

    def set(self, name: str, value: int) -> None:
        """Write a variable."""
        self.changing_variables()
        self._variables[name] = value

    def read(self, address: int, length: int) -> bytes:
        """Bytes of ``ram``."""
        reading(self.ram, address, length)
        return self.ram.memory[address : address + length].tobytes()

    def changing_variables(self) -> None:
        """One of ``variables`` is about to be written."""
        self.ram.dirty.set(0)

    def changing_work(self, pages: slice | npt.NDArray[np.int64]) -> None:
        """These pages of ``work`` are about to be written; the target's pages may be larger than the guest's."""
        if isinstance(pages, slice):
            changing(self.ram, WORK + pages.start * PAGE, (pages.stop - pages.start) * PAGE)
        else:
            self.ram.dirty.mark(WORK + pages * PAGE >> self.ram.page_bits)

    def dma_page(self, disk: int, slot: int) -> int:
        """Address of a transfer page."""
        return DMA + (disk * DMA_SLOTS + slot) * PAGE


def reading(block: RAMBlock, offset: int, length: int) -> None:
    """``length`` > 0 bytes from ``offset`` on are about to be read."""
    first = offset >> block.page_bits
    block.dirty.reading(first, (offset + length - 1 >> block.page_bits) - first + 1)


def changing(block: RAMBlock, offset: int, length: int) -> None:
    """``length`` > 0 bytes from ``offset`` on are about to be written: their pages are dirty."""
    first = offset >> block.page_bits
    block.dirty.set(first, (offset + length - 1 >> block.page_bits) - first + 1)
