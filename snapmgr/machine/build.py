"""Putting a machine together: RAM with the ROM in it, disks, devices as its type has them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from snapmgr.errors import UsageError
from snapmgr.machine import font
from snapmgr.machine.board import Board
from snapmgr.machine.clock import TICK_NS
from snapmgr.machine.devices.disk import DiskController
from snapmgr.machine.devices.display import Display
from snapmgr.machine.devices.iommu import Iommu
from snapmgr.machine.devices.legacy import Legacy
from snapmgr.machine.devices.stubborn import Stubborn
from snapmgr.machine.devices.uart import Uart
from snapmgr.machine.devices.unplug import Unpluggable
from snapmgr.machine.disks import Disk
from snapmgr.machine.memory import MAX_DISKS, GuestMemory
from snapmgr.machine.options import MachineOptions
from snapmgr.ram.block import RAMBlock, file_memory
from snapmgr.ram.ramlist import RamList

VRAM_SIZE = 128 << 10
ROM_SIZE = 64 << 10
ROM_NAME = b"SNAPMGR DEMO ROM 1"
RAM_ADDRESS, VRAM_ADDRESS, ROM_ADDRESS = 0, 0x10_0000_0000, 0x10_1000_0000
PATIENCE = 100 * TICK_NS
"""How long the guest takes to give the unpluggable device up, in ns from its start."""


def build_ram(options: MachineOptions) -> RamList:
    """demo.ram, demo.vram and demo.rom, registered; the ROM is written.  Raises SnapmgrError for a file of RAM."""
    ram, shared = RamList(), options.shared_ram
    for name, size, address in (
        ("demo.ram", options.ram, RAM_ADDRESS),
        ("demo.vram", VRAM_SIZE, VRAM_ADDRESS),
        ("demo.rom", ROM_SIZE, ROM_ADDRESS),
    ):
        memory = file_memory(shared, size) if shared is not None and name == "demo.ram" else None
        block = RAMBlock(
            name, size, page_bits=options.page_bits, address=address, memory=memory, shared=memory is not None
        )
        ram.register(block)
    write_rom(ram)
    return ram


def write_rom(ram: RamList) -> None:
    """The ROM's contents, as every reset puts them there (hw/core/loader.c: rom_reset)."""
    rom = ram.find("demo.rom")
    assert rom is not None
    rom.dirty.reading(0, rom.pages)
    content = ROM_NAME.ljust(font.AT, b"\0") + font.image()
    if rom.memory[: len(content)].tobytes() != content:
        rom.write(0, content)
    if np.any(rom.memory[len(content) :]):
        rom.write(len(content), bytes(rom.used_length - len(content)))


def build_board(options: MachineOptions, ram: RamList, disks: Sequence[Disk]) -> Board:
    """Raises UsageError for too many disks."""
    if len(disks) > MAX_DISKS:
        raise UsageError("too-many-disks", f"the machine has room for {MAX_DISKS} disks")
    kind = options.machine_type
    blocks = {block.name: block for block in ram}
    iommu = Iommu()
    return Board(
        GuestMemory(blocks["demo.ram"], blocks["demo.vram"], blocks["demo.rom"]),
        list(disks),
        iommu=iommu,
        uart=Uart(has_fifo=kind.uart_fifo),
        display=Display(has_brightness=kind.brightness),
        legacy=Legacy(version=kind.legacy_version),
        controllers=[
            DiskController(index=index, iommu=iommu, counts_errors=kind.disk_errors) for index in range(len(disks))
        ],
        stubborn=Stubborn() if "stubborn" in options.devices else None,
        unplug=Unpluggable(gives_up=PATIENCE) if "unplug" in options.devices else None,
    )
