"""What a block device promises: bytes at offsets, called from worker threads.

A qcow2 image is itself a BlockDevice over a BlockDevice, so that tests can slip a recording device below it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from snapmgr.gathered import Gathered


@dataclass(frozen=True, slots=True)
class Extent:
    """``length`` bytes from ``offset`` that are alike: ``zero`` reads as zeros, ``data`` may hold anything."""

    offset: int
    length: int
    zero: bool


class BlockDevice(Protocol):
    """Synchronous random access.  All offsets and lengths are in bytes.

    Raises ImageError where the contents cannot be trusted, OSError where the system refuses.
    """

    @property
    def size(self) -> int: ...

    @property
    def read_only(self) -> bool: ...

    def pread_into(self, offset: int, buffer: memoryview) -> None:
        """Fill ``buffer`` with the bytes from ``offset``; what lies beyond the end reads as zeros."""

    def pwrite(self, offset: int, buffers: Sequence[memoryview]) -> None:
        """Write all buffers one behind the other from ``offset``."""

    def extents(self, offset: int, length: int) -> Iterator[Extent]:
        """Cover ``[offset, offset + length)`` with extents in order, without gaps; zero runs let copies be sparse."""

    def flush(self) -> None:
        """Return when everything written is on stable storage."""

    def close(self) -> None: ...


@runtime_checkable
class Gathers(Protocol):
    """A device that writes what lies in many places without a copy."""

    def pwrite_gathered(self, offset: int, gathered: Gathered) -> None:
        """As ``pwrite``."""


@runtime_checkable
class GrowableFile(BlockDevice, Protocol):
    """What lies under an image that is changed: a file, whose end moves."""

    def is_deleted(self) -> bool:
        """True where no name leads to the file any more: nobody would find what is written to it."""

    def resize(self, size: int) -> None:
        """Make it ``size`` bytes long; what is new reads as zeros.  Raises SnapmgrError ``cannot-write``."""

    def discard(self, offset: int, length: int) -> None:
        """Give the range back to who stores the file, as far as that is possible: it reads as zeros or as before."""
