"""A copy of a disk that follows it, so that at the switchover only the last writes are to be copied."""

from __future__ import annotations

from pathlib import Path

from snapmgr.block.raw import RawFile
from snapmgr.machine.disks import Disk, open_device
from snapmgr.machine.written import PIECE, Written, each_piece

_AT_ONCE = 1 << 20
"""Bytes."""


def copy_image(path: Path, copy: Path) -> None:
    """The file as it is, its holes left out.  Raises SnapmgrError where it cannot be read, OSError for ``copy``."""
    source, buffer = RawFile.open(path), bytearray(_AT_ONCE)
    try:
        with copy.open("wb", buffering=0) as out:
            out.truncate(source.size)
            for extent in source.extents(0, source.size):
                if extent.zero:
                    continue
                end = extent.offset + extent.length
                out.seek(extent.offset)
                for start in range(extent.offset, end, _AT_ONCE):
                    view = memoryview(buffer)[: min(_AT_ONCE, end - start)]
                    source.pread_into(start, view)
                    while len(view):
                        view = view[out.write(view) :]
    finally:
        source.close()


class Mirror:
    """Of ``disk``, in ``copy``: a copy of its image from before its guest wrote anything.

    For the thread that the machine belongs to.
    """

    def __init__(self, disk: Disk, copy: Path) -> None:
        self._disk, self._written = disk, Written(disk)
        self._device = open_device(copy)

    def follow(self) -> None:
        """Be as the disk is now.  Raises SnapmgrError ``disk-inactive``, and what the copy's file system refuses."""
        each_piece(self._disk.device, self._written.take(), self._put)

    def _put(self, number: int, view: memoryview) -> None:
        self._device.pwrite(number * PIECE, [view])

    def close(self) -> None:
        """What follows now is not seen any more; more than once is harmless."""
        self._device.close()
