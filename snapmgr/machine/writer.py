"""The guest's disk writer: a chain of records on each disk, whose head the guest keeps in RAM.

A record is one page: what it is, the hash of the record before it, and the hash of the transfer page that it replaces;
the hash of the slot that it replaces on the disk goes into a register.  So a disk that was not brought back to the
moment of the RAM shows at the next record, and no byte is overwritten without leaving its trace.
"""

from __future__ import annotations

import struct
from hashlib import sha256

import numpy as np

from snapmgr.block.device import BlockDevice
from snapmgr.machine.board import Board
from snapmgr.machine.clock import TICK_NS
from snapmgr.machine.devices import irq
from snapmgr.machine.devices.disk import DEPTH, SECTOR, DiskController, Request
from snapmgr.machine.memory import DMA, DMA_SLOTS, MAX_DISKS, PAGE
from snapmgr.machine.random import MASK, mix, numbers

EVERY = 2
"""Ticks between two records."""
LATENCY = 5
"""Ticks that a request takes at most."""
MOST_SLOTS = 4096
"""Slots of a disk that are written, from its start on."""
BUS_ADDRESS = 0x8000_0000
"""Where the disks see the transfer pages, by way of the IOMMU."""
_HEAD = struct.Struct("<8sQQQ32s32s")
_MAGIC = b"SMCHAIN1"


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
        if _slots(device) and len(controller.queue) < DEPTH:
            _check(board, controller, device)
            _submit(board, controller, device, tick)


def complete(board: Board) -> list[bytes]:
    """Carry out the requests that are due; returns console lines for the records that are on disk now."""
    return [
        line
        for controller in board.controllers
        for request in controller.due(board.now)
        if (line := _carry_out(board, controller, request))
    ]


def _slots(device: BlockDevice) -> int:
    return min(device.size // SECTOR, MOST_SLOTS)


def _read(device: BlockDevice, slot: int) -> bytes:
    page = bytearray(SECTOR)
    device.pread_into(slot * SECTOR, memoryview(page))
    return bytes(page)


def _check(board: Board, controller: DiskController, device: BlockDevice) -> None:
    """Whether the disk still holds the newest record that was written."""
    variables = board.memory.variables["writers"][controller.index]
    stable = variables["stable"].tobytes()
    slot = int(variables["stable_slot"])
    if stable != bytes(32) and sha256(_read(device, slot)).digest() != stable:
        variables["mismatches"] += 1
        board.memory.wrote_variables()


def _submit(board: Board, controller: DiskController, device: BlockDevice, tick: int) -> None:
    """Write the record into a transfer page and hand it to the controller."""
    memory, disk = board.memory, controller.index
    variables = memory.variables["writers"][disk]
    length = int(variables["length"])
    slot = mix(memory.get("seed") + length * MAX_DISKS + disk) % _slots(device)
    place = length % DMA_SLOTS
    address = memory.dma_page(disk, place)
    replaced = sha256(memory.ram.memory[address : address + PAGE].tobytes()).digest()
    head = _HEAD.pack(_MAGIC, length, tick, slot, variables["head"].tobytes(), replaced)
    filler = numbers(memory.get("random") ^ length, (PAGE - len(head)) // 8).tobytes()
    record = (head + filler).ljust(PAGE, b"\0")
    memory.ram.write(address, record)
    variables["head"] = np.frombuffer(sha256(record).digest(), np.uint8)
    variables["length"] = (length + 1) & MASK
    memory.wrote_variables()
    due = board.now + (1 + mix(memory.get("random") + disk) % LATENCY) * TICK_NS
    bus = BUS_ADDRESS + (disk * DMA_SLOTS + place) * PAGE
    controller.submit(Request(tag=length & 0xFFFF_FFFF, slot=slot, address=bus, due=due))


def _carry_out(board: Board, controller: DiskController, request: Request) -> bytes | None:
    """Move the page to the disk.  Returns what the console says of it, None where the controller reports an error."""
    board.fold(request.due)
    board.fold(request.address)
    address = controller.resolved.get(request.tag)
    device = board.disks[controller.index].device
    dropped = controller.finish(request)
    if dropped is not None:
        board.fold(dropped)
    board.raise_irq(irq.DISK)
    if address is None or request.slot >= _slots(device):
        board.iommu.fault()
        controller.fail()
        board.fold(request.slot)
        return None
    page = board.memory.ram.memory[address : address + PAGE].tobytes()
    _fold_digest(board, sha256(_read(device, request.slot)).digest())
    device.pwrite(request.slot * SECTOR, [memoryview(page)])
    return _written(board, controller.index, request, sha256(page).digest())


def _written(board: Board, disk: int, request: Request, digest: bytes) -> bytes:
    """The guest learns that a record is on the disk."""
    variables = board.memory.variables["writers"][disk]
    _fold_digest(board, variables["stable"].tobytes())
    board.fold(int(variables["stable_slot"]))
    variables["stable"] = np.frombuffer(digest, np.uint8)
    variables["stable_slot"] = request.slot
    board.memory.wrote_variables()
    state = b"DIFFERS" if variables["mismatches"] else b"OK"
    return b" DISK %d  RECORD %d  %s  %s" % (disk, request.tag, digest.hex()[:6].upper().encode(), state)


def _fold_digest(board: Board, digest: bytes) -> None:
    for start in range(0, len(digest), 8):
        board.fold(int.from_bytes(digest[start : start + 8]))
