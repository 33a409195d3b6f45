"""A file (or a host's block device) as a block device, with preadv and pwritev; holes are known through SEEK_DATA."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from snapmgr.block.device import Extent
from snapmgr.block.holes import punch_hole
from snapmgr.block.vectored import write_gathered
from snapmgr.errors import SnapmgrError, Unsupported, became_shorter, cannot_open, not_writable
from snapmgr.gathered import Gathered

_LARGEST_OFFSET = (1 << 63) - 1
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
ROOM_HINT = "Make room on the disk that it is on."
"""What to do where a write found no room."""
FAULT_HINT = "Look into the system's log for what is wrong with the disk that it is on."
"""What to do where the disk itself fails."""
_NOT_WRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS)


Identity = tuple[int, int]
"""(device, inode): the same file under any name."""


def identity_of(path: Path) -> Identity | None:
    """Of the file that has this name now; None where there is none."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


class RawFile:
    """An open file.  ``size`` is that of the moment of opening; what was added later is read as well.

    A ``writable`` one is written where it has bytes; only ``resize`` makes it longer.
    """

    def __init__(self, descriptor: int, path: Path | None = None, *, writable: bool = False) -> None:
        """Takes over ``descriptor``."""
        self._descriptor = descriptor
        self._writable = writable
        self.path = path
        self._size = os.lseek(descriptor, 0, os.SEEK_END)

    @classmethod
    def open(cls, path: str | Path, *, writable: bool = False) -> RawFile:
        """Raises NotFound, Unsupported for what holds no data (folders, pipes), SnapmgrError where not permitted:
        ``read-only`` where only writing is not."""
        named = Path(path)
        try:
            # without O_NONBLOCK a pipe of that name would hold us up for ever
            access = os.O_RDWR if writable else os.O_RDONLY
            descriptor = os.open(path, access | os.O_CLOEXEC | os.O_NONBLOCK)
        except (OSError, ValueError) as error:
            number = getattr(error, "errno", None)
            if writable and number in _NOT_WRITABLE and os.access(path, os.R_OK):
                raise not_writable(path, number) from error
            raise cannot_open(path, error) from error
        mode = os.fstat(descriptor).st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISBLK(mode)):
            os.close(descriptor)
            raise Unsupported("not-a-file", f"{path} is no ordinary file", path=path, hint="Name a disk image.")
        try:
            return cls(descriptor, named, writable=writable)
        except OSError as error:  # a file in name only, as /proc has them
            os.close(descriptor)
            raise cannot_open(path, error) from error

    @property
    def descriptor(self) -> int:
        """For locks; still owned by this object."""
        return self._descriptor

    @property
    def identity(self) -> Identity:
        """Whatever its name is by now."""
        status = os.fstat(self._descriptor)
        return status.st_dev, status.st_ino

    def is_deleted(self) -> bool:
        """True where no name leads to it any more: what is written is gone once it is closed."""
        return os.fstat(self._descriptor).st_nlink == 0

    @property
    def size(self) -> int:
        return self._size

    @property
    def read_only(self) -> bool:
        return not self._writable

    def pread_into(self, offset: int, buffer: memoryview) -> None:
        """Fill ``buffer``, with zeros beyond the end that the file had when it was opened.

        Raises SnapmgrError with path and offset: ``file-changed`` where it had bytes then and has none now,
        ``cannot-read`` with the system's reason.
        """
        view = buffer.cast("B") if buffer.format != "B" or buffer.ndim != 1 else buffer
        done = 0
        try:
            while done < len(view) and offset + done <= _LARGEST_OFFSET - len(view):
                count = os.preadv(self._descriptor, [view[done:]], offset + done)
                if count == 0:
                    break
                done += count
        except OSError as error:
            raise self._unreadable(error, offset + done) from error
        if done < len(view):
            self._refuse_lost(offset + done)
            view[done:] = bytes(len(view) - done)

    def _unreadable(self, error: OSError, offset: int) -> SnapmgrError:
        message = f"{self.path} cannot be read: {error.strerror}"
        return SnapmgrError("cannot-read", message, path=self.path, offset=offset, hint=_hint(error))

    def _refuse_lost(self, offset: int) -> None:
        """Nothing is there at ``offset``: raise where something was when the file was opened."""
        if offset < self._size:
            raise became_shorter(self.path or "the file", offset, self.path)

    def pwrite(self, offset: int, buffers: Sequence[memoryview]) -> None:
        """Raises SnapmgrError: ``read-only``, ``beyond-end``, or ``cannot-write`` with the system's reason."""
        self._check_write(offset, sum(buffer.nbytes for buffer in buffers))
        try:
            for buffer in buffers:
                offset = self._write(offset, buffer.cast("B"))
        except OSError as error:
            raise self._unwritable(error, offset) from error

    def pwrite_gathered(self, offset: int, gathered: Gathered) -> None:
        """Raises as ``pwrite``."""
        self._check_write(offset, len(gathered))
        try:
            write_gathered(self._descriptor, gathered, offset)
        except OSError as error:
            raise self._unwritable(error, offset) from error

    def _check_write(self, offset: int, length: int) -> None:
        if not self._writable:
            raise SnapmgrError("read-only", f"{self.path} is open for reading only", path=self.path, offset=offset)
        if not 0 <= offset <= self._size - length:
            raise SnapmgrError("beyond-end", f"{self.path} ends before that", path=self.path, offset=offset)

    def _unwritable(self, error: OSError, offset: int) -> SnapmgrError:
        message = f"{self.path} cannot be written: {error.strerror}"
        return SnapmgrError("cannot-write", message, path=self.path, offset=offset, hint=_hint(error))

    def _write(self, offset: int, buffer: memoryview) -> int:
        """All of it; returns the offset behind it."""
        done = 0
        while done < len(buffer):
            done += os.pwrite(self._descriptor, buffer[done:], offset + done)
        return offset + done

    def resize(self, size: int) -> None:
        """Move the end; what is new reads as zeros, and takes no room before it is written to.

        Raises SnapmgrError ``read-only``, or ``cannot-write`` with the system's reason and the file as long as before.
        """
        if not self._writable:
            raise SnapmgrError("read-only", f"{self.path} is open for reading only", path=self.path)
        before = self._size
        try:
            os.ftruncate(self._descriptor, size)
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._descriptor, before)
            raise SnapmgrError(
                "cannot-write",
                f"{self.path} cannot become {'longer' if size > before else 'shorter'}: {error.strerror}",
                path=self.path,
                offset=size,
                hint=_hint(error),
            ) from error
        self._size = size

    def discard(self, offset: int, length: int) -> None:
        """Punch a hole; a file system that has none leaves the range as it is.  Raises SnapmgrError ``read-only``."""
        if not self._writable:
            raise SnapmgrError("read-only", f"{self.path} is open for reading only", path=self.path, offset=offset)
        punch_hole(self._descriptor, offset, length)

    def extents(self, offset: int, length: int) -> Iterator[Extent]:
        """Data and holes as the file system knows them; beyond the end all is zero.  Raises as ``pread_into``."""
        end = offset + length
        while offset < end:
            if offset >= self._size:
                yield Extent(offset, end - offset, zero=True)
                return
            data = self._seek(offset, os.SEEK_DATA)
            if data > offset:
                stop = min(data, end)
                yield Extent(offset, stop - offset, zero=True)
                offset = stop
                continue
            stop = min(max(self._seek(offset, os.SEEK_HOLE), offset + 1), end)
            yield Extent(offset, stop - offset, zero=False)
            offset = stop

    def _seek(self, offset: int, whence: int) -> int:
        """Where data or a hole begins next; the end of the file where there is none."""
        try:
            return os.lseek(self._descriptor, offset, whence)
        except OSError as error:
            if error.errno == errno.ENXIO:  # nothing but a hole from here on, or what was here is gone
                if os.lseek(self._descriptor, 0, os.SEEK_END) < self._size:
                    self._refuse_lost(offset)
                return _LARGEST_OFFSET
            if error.errno == errno.EINVAL:  # a file system that does not know its holes: all is data
                return offset if whence == os.SEEK_DATA else self._size
            raise self._unreadable(error, offset) from error

    def flush(self) -> None:
        """On stable storage, where anything could have been written.  Raises SnapmgrError ``cannot-write``."""
        if not self._writable:
            return
        try:
            os.fdatasync(self._descriptor)
        except OSError as error:
            raise SnapmgrError(
                "cannot-write",
                f"what was written to {self.path} did not reach the disk: {error.strerror}",
                path=self.path,
                hint=_hint(error) or FAULT_HINT,
            ) from error

    def close(self) -> None:
        """Closes the file and so drops all locks on it; more than once is harmless."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _hint(error: OSError) -> str | None:
    if error.errno == errno.EIO:
        return FAULT_HINT
    return ROOM_HINT if error.errno in _NO_ROOM else None
