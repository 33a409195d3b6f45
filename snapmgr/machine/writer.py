"""The guest's disk writer: a chain of records on each disk, whose head the guest keeps in RAM as well.

Before it writes a record it looks whether the disk holds what RAM remembers: so a disk that was not brought back to the
moment of the RAM is noticed.  The hashes of all that is replaced go into a register: no byte is overwritten without
leaving its trace.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import numpy as np

from snapmgr.block.device import BlockDevice
from snapmgr.machine import chain
from snapmgr.machine.board import Board
from snapmgr.machine.clock import TICK_NS
from snapmgr.machine.devices import irq
from snapmgr.machine.devices.disk import DEPTH, DiskController, Request
from snapmgr.machine.memory import DMA, DMA_SLOTS, MAX_DISKS, PAGE
from snapmgr.machine.random import MASK, mix

EVERY = 2
"""Ticks between two records."""
LATENCY = 5
"""Ticks that a request takes at most."""
BUS_ADDRESS = 0x8000_0000
"""Where the disks see the transfer pages, by way of the IOMMU."""


def boot(board: Board) -> None:
    """Let every disk reach its transfer pages."""
    size = DMA_SLOTS * PAGE
    for disk in range(len(board.disks)):
        board.iommu.map(BUS_ADDRESS + disk * size, DMA + disk * size, size)


def submit(board: Board) -> None:
    """A new record for each disk, every few ticks."""
    tick = board.memory.get("tick")
    if tick % EVERY:
        return
    for controller in board.controllers[:MAX_DISKS]:
        device = board.disks[controller.index].device
        if chain.slots(device) and len(controller.queue) < DEPTH:
            _submit(board, controller, device, tick)


def complete(board: Board) -> list[bytes]:
    """Carry out the requests that are due; returns console lines for the records that are on disk now.

    Raises what a disk raises: its request stays the next one, and is tried again.
    """
    lines = []
    for controller in board.controllers:
        while (request := controller.due(board.now)) is not None:
            line = _carry_out(board, controller, request)
            if line is not None:
                lines.append(line)
    return lines


def _variables(board: Board, disk: int) -> Any:
    """What RAM remembers of a disk (memory.WRITER); whoever writes to it says so to the memory before."""
    return board.memory.variables["writers"][disk]


def _as_remembered(board: Board, disk: int, device: BlockDevice, slot: int, page: bytes) -> bool:
    """Whether the disk still holds the newest record that was written, or in its place what is written now: the disk
    refused after half of it then."""
    variables = _variables(board, disk)
    stable = variables["stable"].tobytes()
    if stable == bytes(32) or chain.holds(device, int(variables["stable_slot"]), stable):
        return True
    return slot == int(variables["stable_slot"]) and chain.has(device, slot, page)


def _submit(board: Board, controller: DiskController, device: BlockDevice, tick: int) -> None:
    """Write the record into a transfer page and hand it to the controller."""
    memory, disk = board.memory, controller.index
    variables = _variables(board, disk)
    length = int(variables["length"])
    place = length % DMA_SLOTS
    address = memory.dma_page(disk, place)
    replaced = sha256(memory.read(address, PAGE)).digest()
    slot = chain.choose_slot(device, memory.get("seed") + length * MAX_DISKS + disk)
    page = chain.Record(length, tick, slot, variables["head"].tobytes(), replaced).page(memory.get("random") ^ length)
    memory.ram.write(address, page)
    memory.changing_variables()
    variables["head"] = np.frombuffer(sha256(page).digest(), np.uint8)
    variables["length"] = (length + 1) & MASK
    due = board.now + (1 + mix(memory.get("random") + disk) % LATENCY) * TICK_NS
    bus = BUS_ADDRESS + (disk * DMA_SLOTS + place) * PAGE
    controller.submit(Request(tag=length & 0xFFFF_FFFF, slot=slot, address=bus, due=due))


def _carry_out(board: Board, controller: DiskController, request: Request) -> bytes | None:
    """Move the page to the disk.  Returns what the console says of it, None where the controller reports an error.

    Nothing of the guest changes before the disk has taken it.
    """
    address = controller.resolved.get(request.tag)
    disk = board.disks[controller.index]
    device = disk.device
    page = None
    if address is not None and chain.is_slot(device, request.slot):
        page = board.memory.read(address, PAGE)
        as_remembered = _as_remembered(board, controller.index, device, request.slot, page)
        replaced = chain.put(device, request.slot, page)
    board.fold(request.due)
    board.fold(request.address)
    dropped = controller.finish(request)
    if dropped is not None:
        board.fold(dropped)
    board.raise_irq(irq.DISK)
    if page is None:
        board.iommu.fault()
        controller.fail()
        board.fold(request.slot)
        return None
    if not as_remembered:
        board.memory.changing_variables()
        _variables(board, controller.index)["mismatches"] += 1
    for offset, length in ((request.slot * PAGE, PAGE), (0, chain.HEAD_SIZE)):
        disk.wrote(offset, length)
    for digest in replaced:
        _fold_digest(board, digest)
    return _written(board, controller.index, request, sha256(page).digest())


def _written(board: Board, disk: int, request: Request, digest: bytes) -> bytes:
    """The guest learns that a record is on the disk."""
    variables = _variables(board, disk)
    _fold_digest(board, variables["stable"].tobytes())
    board.fold(int(variables["stable_slot"]))
    board.memory.changing_variables()
    variables["stable"] = np.frombuffer(digest, np.uint8)
    variables["stable_slot"] = request.slot
    state = b"DIFFERS" if variables["mismatches"] else b"OK"
    return b" DISK %d  RECORD %d  %s  %s" % (disk, request.tag, digest.hex()[:6].upper().encode(), state)


def _fold_digest(board: Board, digest: bytes) -> None:
    for start in range(0, len(digest), 8):
        board.fold(int.from_bytes(digest[start : start + 8]))
