"""A fingerprint of a whole machine: RAM, registers and disks as they are, not as a stream tells them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

import numpy as np

from snapmgr.machine.board import Board
from snapmgr.machine.devices.registers import feed
from snapmgr.machine.written import FollowedDigest, disk_digest
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


def digests_of_disks(board: Board, followed: Sequence[FollowedDigest] = ()) -> list[bytes]:
    """Of each disk what goes into ``digest``; those that are ``followed`` are not read as a whole."""
    contents = [one.digest() for one in followed] or [disk_digest(disk.device) for disk in board.disks]
    return [
        f"disk {number} {disk.device.size} ".encode() + content
        for number, (disk, content) in enumerate(zip(board.disks, contents, strict=True))
    ]


def ram_digest(block: RAMBlock) -> bytes:
    """SHA-256 over the pieces of 1 MiB that are not zero, each with its number."""
    total = sha256()
    block.dirty.reading(0, block.pages)
    for start in range(0, block.used_length, _PIECE):
        piece = block.memory[start : min(start + _PIECE, block.used_length)]
        _add(total.update, start // _PIECE, piece.data)
    return total.digest()


def _add(update: Callable[[memoryview | bytes], None], number: int, piece: memoryview) -> None:
    if np.frombuffer(piece, np.uint8).view(np.bool_).any():
        update(number.to_bytes(8))
        update(piece)
