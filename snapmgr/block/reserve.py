"""Room that is set aside for what a disk will be written to later: a write that was taken finds it then."""

from __future__ import annotations

import ctypes
import errno
import os
from pathlib import Path

from snapmgr.block.device import BlockDevice
from snapmgr.block.libc import libc
from snapmgr.block.qcow2.disk import Qcow2Disk
from snapmgr.block.raw import ROOM_HINT, RawFile
from snapmgr.errors import SnapmgrError

_STEP = 4 << 20
"""Bytes that are set aside at once, where there are so many."""

_BLOCK = 4096
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class Reserve:
    """Room beside the file ``path``, held by a file without a name; it is free again after ``release``, or once the
    process has ended.

    ``cluster`` are the bytes of the disk that take room together, ``span`` those that share a table of one cluster.
    A file system that can set nothing aside promises nothing: all is as if it had.
    """

    def __init__(self, path: Path, *, cluster: int = _BLOCK, span: int = 1 << 62) -> None:
        self.path = path
        self._cluster, self._span = cluster, span
        self._seen: set[tuple[bool, int]] = set()
        self._descriptor = -1
        self._impossible = False
        self._wanted = 4 * cluster  # refcounts, and what the tables of the disk themselves need
        self.size = 0
        """Bytes that are set aside."""

    def take(self, offset: int, length: int) -> None:
        """Set aside what a write of the range takes at most, each cluster once.

        Raises SnapmgrError ``cannot-write`` where there is no room; the write must not be taken then.
        """
        if not length:
            return
        last = offset + length - 1
        places = {(True, number) for number in range(offset // self._span, last // self._span + 1)}
        places |= {(False, number) for number in range(offset // self._cluster, last // self._cluster + 1)}
        more = (places - self._seen) if not self._impossible else set()
        if more:
            wanted = self._wanted + len(more) * self._cluster * 17 // 16
            self._grow(wanted)
            self._wanted = wanted
            self._seen |= more

    def _grow(self, wanted: int) -> None:
        if wanted <= self.size or not self._is_open():
            return
        for size in (max(wanted, self.size + _STEP), wanted):
            if not libc().fallocate(self._descriptor, 0, self.size, size - self.size):
                self.size = size
                return
            number = ctypes.get_errno()
            if number not in _NO_ROOM:
                self._impossible = True
                return
        message = f"{self.path} cannot be written: {os.strerror(number)}"
        raise SnapmgrError("cannot-write", message, path=self.path, hint=ROOM_HINT)

    def _is_open(self) -> bool:
        if self._descriptor < 0:
            try:
                self._descriptor = os.open(self.path.parent, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
            except OSError:
                self._impossible = True
        return self._descriptor >= 0

    def release(self) -> None:
        """Give it back; nothing is set aside any more.  More than once is harmless."""
        self._impossible = True
        self._seen.clear()
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor, self.size = -1, 0


def reserve_for(device: BlockDevice) -> Reserve | None:
    """For what is written to the device; None for one that is in no file, or in one that never grows."""
    path = device.image.path if isinstance(device, Qcow2Disk) else device.path if isinstance(device, RawFile) else None
    if path is None or not Path(path).is_file():
        return None
    real = Path(os.path.realpath(path))
    if isinstance(device, Qcow2Disk):
        return Reserve(real, cluster=device.image.cluster_size, span=device.image.geometry.l2_span)
    return Reserve(real)
