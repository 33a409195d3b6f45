"""Where a guest writes to a disk, and what is known of its content that need not be found out anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256

import numpy as np

from snapmgr.block.device import BlockDevice
from snapmgr.machine.disks import Disk

PIECE = 1 << 16
"""Bytes."""


class Written:
    """The pieces that the guest has written since the last look; for the thread that the machine belongs to."""

    def __init__(self, disk: Disk) -> None:
        self._also, self._numbers = disk.wrote, set[int]()
        disk.wrote = self._note

    def _note(self, offset: int, length: int) -> None:
        self._numbers.update(range(offset // PIECE, (offset + length - 1) // PIECE + 1))
        self._also(offset, length)

    def take(self) -> list[int]:
        """Their numbers, ascending; they are forgotten."""
        numbers = sorted(self._numbers)
        self._numbers.clear()
        return numbers


class FollowedDigest:
    """``disk_digest`` of a disk whose guest runs: read once as a whole, then only where something was written."""

    def __init__(self, disk: Disk) -> None:
        self._disk, self._written = disk, Written(disk)
        self._pieces: dict[int, bytes] = {}
        self._look(_pieces_with_data(disk.device))

    def digest(self) -> bytes:
        """As the disk is now.  Raises SnapmgrError ``disk-inactive``."""
        self._look(self._written.take())
        return _together(self._pieces)

    def _look(self, numbers: Iterable[int]) -> None:
        _look(self._disk.device, numbers, self._pieces)


def disk_digest(device: BlockDevice) -> bytes:
    """SHA-256 over those of the pieces that are not zero, each with its number; what is known to be zero is not
    read."""
    pieces: dict[int, bytes] = {}
    _look(device, _pieces_with_data(device), pieces)
    return _together(pieces)


def _look(device: BlockDevice, numbers: Iterable[int], pieces: dict[int, bytes]) -> None:
    """Have the digests of these among ``pieces``, none of one that is zero."""

    def see(number: int, view: memoryview) -> None:
        pieces.pop(number, None)
        if np.frombuffer(view, np.uint8).view(np.bool_).any():
            pieces[number] = sha256(view).digest()

    each_piece(device, numbers, see)


def each_piece(device: BlockDevice, numbers: Iterable[int], see: Callable[[int, memoryview], object]) -> None:
    """Show pieces of a disk, the last one perhaps shorter; a view is good until the next."""
    buffer = bytearray(PIECE)
    for number in numbers:
        start = number * PIECE
        view = memoryview(buffer)[: min(PIECE, device.size - start)]
        device.pread_into(start, view)
        see(number, view)


def _together(pieces: Mapping[int, bytes]) -> bytes:
    return sha256(b"".join(number.to_bytes(8) + pieces[number] for number in sorted(pieces))).digest()


def _pieces_with_data(device: BlockDevice) -> Iterable[int]:
    """Numbers of the pieces that may hold something, ascending, once each."""
    last = -1
    for extent in device.extents(0, device.size):
        if not extent.zero:
            first = max(last + 1, extent.offset // PIECE)
            last = (extent.offset + extent.length - 1) // PIECE
            yield from range(first, last + 1)
