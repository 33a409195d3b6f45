"""Streams whose bytes are mapped: a raw file, or an unnamed temporary one that something was unpacked into."""

from __future__ import annotations

import mmap
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from snapmgr.errors import SnapmgrError, Unsupported, cannot_open

MADV_POPULATE_READ = 22
"""Linux 5.14 (include/uapi/asm-generic/mman-common.h); not yet named in Python's mmap."""


class MappedSource:
    """A file as it is.

    Reading where a mapped file was cut off would end the process, so its length is looked at first.
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
        self._file = os.fdopen(descriptor, "rb", closefd=True)
        whole = os.fstat(descriptor).st_size
        start, length = window
        self._start = min(start, whole)
        self.size = whole - self._start if length is None else min(length, whole - self._start)
        self._map: mmap.mmap | None = None
        self._populates = True
        self._view = memoryview(b"")
        if self.size:
            self._map = mmap.mmap(descriptor, 0, prot=mmap.PROT_READ)
            self._view = memoryview(self._map)[self._start : self._start + self.size]

    @property
    def shrunk(self) -> bool:
        """Whether the file is shorter now than it was: what is missing can no longer be read."""
        return os.fstat(self._file.fileno()).st_size < self._start + self.size

    def read(self, offset: int, length: int) -> memoryview:
        """A view of mapped memory.  Raises SnapmgrError if the file was cut since it was opened."""
        self._check()
        return self._view[max(offset, 0) : max(offset + length, 0)]

    def chunks(self, offset: int = 0) -> Iterator[memoryview]:
        """Everything from ``offset`` in one piece."""
        self._check()
        if offset < self.size:
            yield self._view[offset:]

    def beyond(self) -> Iterator[memoryview]:
        """Nothing stands behind the end of a file."""
        return iter(())

    def prefetch(self, offset: int, length: int) -> None:
        """Map the range in one go: half the time of one page fault after another."""
        start = (self._start + offset) // mmap.PAGESIZE * mmap.PAGESIZE
        end = min(self._start + offset + length, self._start + self.size)
        if self._map is None or end <= start or not self._populates:
            return
        try:
            self._map.madvise(MADV_POPULATE_READ, start, end - start)
        except OSError:
            self._populates = False

    def _check(self) -> None:
        if self.shrunk:
            raise SnapmgrError(
                "file-changed",
                f"{self.path or self.label} became shorter while it was open",
                path=self.path,
                hint="Open it again when whoever writes it has finished.",
            )

    def close(self) -> None:
        """Let go of the file; views that are still in use keep their memory until they are dropped."""
        self._view = memoryview(b"")
        self._map = None
        self._file.close()


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
