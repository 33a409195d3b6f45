"""A fingerprint of a whole machine: RAM, registers and disks as they are, not as a stream tells them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

import numpy as np

from snapmgr.block.device import BlockDevice
from snapmgr.machine.board import Board
from snapmgr.machine.devices.registers import feed
from snapmgr.ram.block import RAMBlock

_PIECE = 1 << 20


def digest(board: Board, blocks: Iterable[RAMBlock], disks: Sequence[bytes] | None = None) -> str:
    """SHA-256 in hex.  The CPUs must be synchronised.  Zeros cost little, whether memory or disk holds them or not.

    ``disks`` is what ``digests_of_disks`` gave, where they are not to be had any more."""
    total = sha256()
    for block in sorted(blocks, key=lambda block: block.name):
        total.update(f"ram {block.name} {block.used_length} ".encode() + ram_digest(block))
    for name, device in board.devices():
        total.update(f"device {name} ".encode())
        feed(total.update, device)
    for one in digests_of_disks(board) if disks is None else disks:
        total.update(one)
    return total.hexdigest()


def digests_of_disks(board: Board) -> list[bytes]:
    """Of each disk what goes into ``digest``."""
    return [
        f"disk {number} {disk.device.size} ".encode() + disk_digest(disk.device)
        for number, disk in enumerate(board.disks)
    ]


def ram_digest(block: RAMBlock) -> bytes:
    """SHA-256 over the pieces of 1 MiB that are not zero, each with its number."""
    total = sha256()
    block.dirty.reading(0, block.pages)
    for start in range(0, block.used_length, _PIECE):
        piece = block.memory[start : min(start + _PIECE, block.used_length)]
        _add(total.update, start // _PIECE, piece.data)
    return total.digest()


def disk_digest(device: BlockDevice) -> bytes:
    """The same of a disk; what is known to be zero is not read."""
    total = sha256()
    buffer = bytearray(_PIECE)
    for number in _pieces_with_data(device):
        start = number * _PIECE
        view = memoryview(buffer)[: min(_PIECE, device.size - start)]
        device.pread_into(start, view)
        _add(total.update, number, view)
    return total.digest()


def _add(update: Callable[[memoryview | bytes], None], number: int, piece: memoryview) -> None:
    if np.frombuffer(piece, np.uint8).view(np.bool_).any():
        update(number.to_bytes(8))
        update(piece)


def _pieces_with_data(device: BlockDevice) -> Iterable[int]:
    """Numbers of the pieces that may hold something, ascending, once each."""
    last = -1
    for extent in device.extents(0, device.size):
        if not extent.zero:
            first = max(last + 1, extent.offset // _PIECE)
            last = (extent.offset + extent.length - 1) // _PIECE
            yield from range(first, last + 1)
