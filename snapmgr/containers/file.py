"""Streams in files: a raw file, or an unnamed temporary one that something was unpacked into."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from snapmgr.containers.libvirt import LibvirtSave
from snapmgr.containers.pieces import memory, read_ahead
from snapmgr.errors import Cancelled, SnapmgrError, Unsupported, became_shorter, cannot_open


class _Open:
    """A descriptor that is closed when nobody reads from it any more."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def __del__(self) -> None:
        os.close(self.descriptor)


class FileSource:
    """A file as it is, of the size that it had when it was opened.

    It is read, never mapped: whoever touches a mapped byte that somebody cut off meanwhile is ended by the system.
    """

    def __init__(
        self,
        descriptor: int,
        label: str,
        path: Path | None,
        container: str,
        window: tuple[int, int | None] = (0, None),
    ) -> None:
        """Takes over ``descriptor``; ``window`` is (offset, size) of the stream in the file, size None = to its end."""
        self.label = label
        self.path = path
        self.container = container
        self.tag: str | None = None
        self.complete = True
        """False where the container was damaged and only what comes before the damage is here."""
        self.libvirt: LibvirtSave | None = None
        """What libvirt wrote before the stream, None where it did not."""
        self._open: _Open | None = _Open(descriptor)
        whole = os.fstat(descriptor).st_size
        start, length = window
        self._start = min(start, whole)
        self.origin = self._start
        self.size = whole - self._start if length is None else min(length, whole - self._start)

    def read(self, offset: int, length: int) -> memoryview:
        """Bytes ``[offset, offset + length)``, fewer at the end.

        Raises SnapmgrError ``file-changed`` where they were cut off since the file was opened, ``cannot-read`` with the
        system's reason, Cancelled once it is closed.
        """
        start = max(offset, 0)
        length = max(0, min(offset + length, self.size) - start)
        view = memory(length)
        self._fill(start, view)
        return view.toreadonly()

    def chunks(self, offset: int = 0, room: int = 0) -> Iterator[memoryview]:
        """Everything from ``offset`` in pieces of some MiB.  Raises as ``read``."""
        return read_ahead(self._fill, offset, self.size, room)

    def beyond(self) -> Iterator[memoryview]:
        """Nothing stands behind the end of a file."""
        return iter(())

    def _fill(self, offset: int, view: memoryview) -> None:
        held = self._open
        if held is None:
            raise Cancelled(f"{self.label} was closed")
        done, count = 0, -1
        try:
            while done < len(view) and count:
                count = os.preadv(held.descriptor, [view[done:]], self._start + offset + done)
                done += count
        except OSError as error:
            raise SnapmgrError(
                "cannot-read",
                f"{self.path or self.label} cannot be read: {error.strerror}",
                path=self.path,
                offset=offset + done,
            ) from error
        if done < len(view):
            raise became_shorter(self.path or self.label, offset + done, self.path)

    def close(self) -> None:
        """Let go of the file; a reading that is under way comes to its end before."""
        self._open = None


def open_descriptor(path: Path) -> int:
    """Open a regular file for reading.  Raises NotFound, Unsupported for what is no file, SnapmgrError otherwise."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (OSError, ValueError) as error:
        raise cannot_open(path, error) from error
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise _no_file(path, mode)
    return descriptor


def _no_file(path: Path, mode: int) -> Unsupported:
    if stat.S_ISDIR(mode):
        said, hint = f"{path} is a folder, not a file", "Open one of the files in it."
    else:
        said, hint = f"{path} is no ordinary file", "Copy what it gives into a file, and open that."
    return Unsupported("not-a-file", said, path=path, hint=hint)
