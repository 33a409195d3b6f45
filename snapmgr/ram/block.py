"""RAMBlock: a named range of guest RAM, in memory that costs nothing until it is touched (include/exec/ramblock.h).

The guest, a loader and a saver all see the same numpy array.  A guest marks pages in ``dirty`` before it writes them.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from snapmgr.errors import SnapmgrError, UsageError, cannot_open
from snapmgr.ram.bitmap import DirtyLog
from snapmgr.ram.words import PAGE_BITS

U8 = npt.NDArray[np.uint8]

HOST_PAGE = 4096
"""Bytes of a page of the host: lengths are rounded up to it (softmmu/physmem.c: HOST_PAGE_ALIGN)."""

HUGE_PAGE = 2 << 20
MAX_NAME = 255
"""Bytes of an idstr: its length travels as one byte."""

EINVAL_TEXT = "Invalid argument"


class RAMBlock:
    """``memory`` holds ``max_length`` bytes (uint8), of which the guest has ``used_length``.

    ``name`` is the memory region's; ``idstr`` what the stream calls it, empty until RamList.register.  ``page_size``
    is that of the memory behind it in bytes (2 MiB for huge pages), ``page_bits`` log2 of the target's; ``address``
    where the guest has it.  ``shared`` memory stays where it is under x-ignore-shared.  ``resized(block)`` is called
    when a load changed ``used_length``.
    """

    def __init__(
        self,
        name: str,
        used_length: int,
        *,
        max_length: int | None = None,
        page_size: int = HOST_PAGE,
        page_bits: int = PAGE_BITS,
        resizeable: bool = False,
        shared: bool = False,
        address: int = 0,
        memory: U8 | None = None,
        resized: Callable[[RAMBlock], None] | None = None,
    ) -> None:
        self.name = name
        self.idstr = ""
        self.page_size = page_size
        self.page_bits = page_bits
        self.used_length = self._aligned(used_length)
        self.max_length = max(self.used_length, self._aligned(max_length or 0))
        self.resizeable = resizeable
        self.shared = shared
        self.migratable = False
        self.address = address
        self.resized = resized
        self._map = anonymous(self.max_length) if memory is None else None
        self.memory: U8 = np.frombuffer(self._map, np.uint8) if memory is None else memory  # type: ignore[arg-type]
        if len(self.memory) != self.max_length or not self.max_length:
            raise UsageError("ram-size", f"RAM block {name} has {len(self.memory)} bytes of memory")
        self.dirty = DirtyLog(self.max_length >> page_bits)

    def __repr__(self) -> str:
        return f"RAMBlock({self.idstr or self.name!r}, {self.used_length:#x})"

    @property
    def pages(self) -> int:
        """Pages of the target in ``used_length``."""
        return self.used_length >> self.page_bits

    @property
    def by_page(self) -> U8:
        """``memory`` as a view of one row per page of the target."""
        return self.memory.reshape(-1, 1 << self.page_bits)

    def write(self, offset: int, data: bytes | bytearray | memoryview | U8) -> None:
        """Store bytes as the guest does: the pages are dirty afterwards.  Raises UsageError beyond ``used_length``."""
        end = offset + len(data)
        if not 0 <= offset <= end <= self.used_length:
            raise UsageError("ram-range", f"{self!r} has no bytes {offset:#x} to {end:#x}")
        if not len(data):
            return
        first = offset >> self.page_bits
        self.dirty.set(first, (end - 1 >> self.page_bits) - first + 1)
        self.memory[offset:end] = np.frombuffer(data, np.uint8)

    def clear(self, first: int, count: int) -> None:
        """Make pages zero; what was never touched stays untouched, and whole huge pages are given back."""
        at, end = first << self.page_bits, first + count << self.page_bits
        begin, stop = -(-at // HUGE_PAGE) * HUGE_PAGE, end // HUGE_PAGE * HUGE_PAGE
        if self._map is not None and begin < stop:
            self._map.madvise(mmap.MADV_DONTNEED, begin, stop - begin)
            self._clear_small(at, begin)
            self._clear_small(stop, end)
        else:
            self._clear_small(at, end)

    def reset(self) -> None:
        """All zero, as after power on."""
        self.clear(0, self.max_length >> self.page_bits)

    def _clear_small(self, begin: int, end: int) -> None:
        part = self.memory[begin:end]
        if part.view(np.bool_).any():
            part[:] = 0

    def resize(self, length: int) -> None:
        """Another ``used_length``, as a stream announces it.  Raises SnapmgrError with QEMU's text.

        softmmu/physmem.c: qemu_ram_resize.
        """
        length = self._aligned(length)
        if length == self.used_length:
            return
        if not self.resizeable:
            self._refuse("ram-size", "Size mismatch", "!=", length, self.used_length)
        if length > self.max_length:
            self._refuse("ram-size", "Size too large", ">", length, self.max_length)
        self.used_length = length
        self.dirty.set(0, self.pages)
        if self.resized is not None:
            self.resized(self)

    def _aligned(self, length: int) -> int:
        page = max(HOST_PAGE, 1 << self.page_bits)
        return -(-length // page) * page

    def _refuse(self, code: str, what: str, sign: str, length: int, other: int) -> None:
        text = f"{what}: {self.idstr}: 0x{length:x} {sign} 0x{other:x}: {EINVAL_TEXT}"
        raise SnapmgrError(code, f"RAM block {self.idstr}: {length} bytes where {other} fit", qemu=text)


def file_memory(path: Path, length: int) -> U8:
    """A file as memory that others who map it share; one that is too short is made longer.  Raises SnapmgrError."""
    try:
        path.touch(0o600)
        with path.open("r+b") as file:
            if os.fstat(file.fileno()).st_size < length:
                file.truncate(length)
            return np.frombuffer(mmap.mmap(file.fileno(), length, flags=mmap.MAP_SHARED), np.uint8)
    except OSError as error:
        raise cannot_open(path, error) from error


def anonymous(length: int) -> mmap.mmap:
    """Zero bytes that take no memory until written; huge pages where they are written (as QEMU asks for, too)."""
    memory = mmap.mmap(-1, max(length, HOST_PAGE), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if length >= HUGE_PAGE:
        memory.madvise(mmap.MADV_HUGEPAGE)
    return memory
