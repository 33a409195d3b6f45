"""Changing an image by new metadata beside the old, and one write of the header sector that switches (DESIGN §8).

Until that write the image is the old one, whatever happens; from it on the new one.  Nothing that the old one uses is
touched before.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from snapmgr.block.device import Gathers, GrowableFile
from snapmgr.block.qcow2.allocation import Allocation
from snapmgr.block.qcow2.features import KNOWN_AUTOCLEAR, Autoclear, Incompatible
from snapmgr.block.qcow2.geometry import SECTOR
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.opening import Metadata
from snapmgr.errors import SnapmgrError
from snapmgr.gathered import Gathered

_SIZE, _L1_SIZE, _REFCOUNTS, _SNAPSHOTS = 24, 36, 48, 60
_INCOMPATIBLE, _AUTOCLEAR = 72, 88
_GROWTH = 1 << 20
"""Bytes by which a file grows while tables are written behind its end; what is too much is cut off."""

DELETED_HINT = (
    "What is changed in it now would be lost with it. Copy its contents elsewhere while it is open,"
    " or close it and open the file that has its name."
)
"""What to do with an open image that no name leads to any more."""


@dataclass(slots=True)
class Change:
    """What the header will say; offsets and sizes in bytes, ``l1_size`` in entries."""

    size: int
    l1_offset: int
    l1_size: int
    snapshots_offset: int
    snapshot_count: int
    sound: bool = False
    """Everything was put right: the image is not marked as corrupt any more."""


def clear_flags(metadata: Metadata, sector: bytearray) -> None:
    """Take out of a header sector what a writer takes out: autoclear bits that he does not know, and the dirty bit of
    an image whose tables were found right.

    The bit of the bitmaps goes too where nothing says where they are (an error by docs/interop/qcow2.txt): QEMU 7.2 to
    11.1 read such an image, and mark it as corrupt at the first write, since they take its header for the bitmaps'.
    """
    header = metadata.header
    if header.version >= 3:
        known = KNOWN_AUTOCLEAR if metadata.extensions.bitmaps is not None else KNOWN_AUTOCLEAR & ~Autoclear.BITMAPS
        struct.pack_into(">Q", sector, _INCOMPATIBLE, header.incompatible & ~Incompatible.DIRTY)
        struct.pack_into(">Q", sector, _AUTOCLEAR, header.autoclear & known)


class Shadow:
    """One change of one image that is open for writing, and nobody else's.

    ``allocation`` and ``change`` are filled in by who knows what is to be done, ``write`` takes the new tables; then
    ``prepare`` and ``commit``, or at any moment before that ``abandon``.
    """

    def __init__(self, image: Qcow2Image, allocation: Allocation | None = None) -> None:
        """``allocation`` where refcounts are not to be read from the file.

        Raises SnapmgrError ``read-only``, ``deleted``.
        """
        file = image.file
        if not isinstance(file, GrowableFile) or file.read_only:
            raise SnapmgrError("read-only", "the image is open for reading only", path=image.path)
        self.image = image
        self._file = file
        self._refuse_deleted()
        self._before = file.size
        header = image.header
        self.allocation = allocation or Allocation(file, header)
        self.change = Change(
            header.raw_size, header.l1_offset, header.l1_size, header.snapshots_offset, header.snapshot_count
        )
        self._old_sector = self._read(0, SECTOR)
        self._sector = b""
        self.committed = False

    @property
    def old_sector(self) -> bytes:
        """The header sector as it was."""
        return self._old_sector

    @property
    def new_sector(self) -> bytes:
        """The header sector as it will be, once it is prepared."""
        return self._sector

    @property
    def length_before(self) -> int:
        """Bytes that the file had before the change."""
        return self._before

    def write(self, offset: int, data: bytes | bytearray | memoryview) -> None:
        """Write to clusters that ``allocation`` gave.  Raises SnapmgrError ``cannot-write``."""
        if offset + len(data) > self._file.size:
            self.make_room(offset + len(data), min(self._file.size + _GROWTH, self.allocation.end))
        self.fill(offset, [memoryview(data)])

    def make_room(self, end: int, ahead: int) -> None:
        """Have the file reach to ``end``; where it must become longer for that, to ``ahead`` if it can.

        As ``fill``, also in another thread than the one that takes.  Raises SnapmgrError ``cannot-write``.
        """
        if end <= self._file.size:
            return
        if ahead > end:
            with suppress(SnapmgrError):  # a file system may not allow a file of that length
                self._file.resize(ahead)
                return
        self._file.resize(end)

    def fill(self, offset: int, buffers: Sequence[memoryview]) -> None:
        """Write where room was made.  Raises as ``write``."""
        self._file.pwrite(offset, buffers)

    def fill_gathered(self, offset: int, gathered: Gathered) -> None:
        """The same with what lies in many places."""
        if isinstance(self._file, Gathers):
            self._file.pwrite_gathered(offset, gathered)
        else:
            self._file.pwrite(offset, [memoryview(gathered.joined())])

    def prepare(self) -> None:
        """Write the refcounts; everything new is on stable storage afterwards, and the image still the old one.

        Raises SnapmgrError ``cannot-write``, ``deleted``.
        """
        settled = self.allocation.settle()
        for offset, data in settled.pieces():
            self.write(offset, data)
        end = self.allocation.end
        if self._file.size < end or self._file.size > max(end, self._before):
            self._file.resize(max(end, self._before))
        self._file.flush()
        self._refuse_deleted()
        self._sector = self._new_sector(settled.offset, settled.length)

    def _refuse_deleted(self) -> None:
        if self._file.is_deleted():
            path = self.image.path
            raise SnapmgrError(
                "deleted",
                f"{path} was deleted, or another file was put in its place, since it was opened",
                path=path,
                hint=DELETED_HINT,
            )

    def _new_sector(self, table_offset: int, table_length: int) -> bytes:
        header, change = self.image.header, self.change
        sector = bytearray(self._old_sector)
        struct.pack_into(">Q", sector, _SIZE, change.size)
        struct.pack_into(">IQ", sector, _L1_SIZE, change.l1_size, change.l1_offset)
        struct.pack_into(">QI", sector, _REFCOUNTS, table_offset, table_length // header.cluster_size)
        struct.pack_into(">IQ", sector, _SNAPSHOTS, change.snapshot_count, change.snapshots_offset)
        clear_flags(self.image.metadata, sector)
        if change.sound and header.version >= 3:
            left = header.incompatible & ~(Incompatible.DIRTY | Incompatible.CORRUPT)
            struct.pack_into(">Q", sector, _INCOMPATIBLE, left)
        return bytes(sector)

    def commit(self) -> None:
        """The switch; on stable storage when it returns.  Raises SnapmgrError where nobody can say if it took place."""
        self.committed = True
        self._file.pwrite(0, [memoryview(self._sector)])
        self._file.flush()

    def go_back(self) -> None:
        """Write the header sector that was there before ``commit``: all that it refers to is still untouched.

        Raises SnapmgrError where that cannot be written either.
        """
        self._file.pwrite(0, [memoryview(self._old_sector)])
        self._file.flush()
        self.committed = False

    @property
    def freed(self) -> int:
        """Bytes of the file that the new image uses less than the old one; 0 where it uses more."""
        allocation = self.allocation
        clusters = int(np.count_nonzero(allocation.now)) - int(np.count_nonzero(allocation.then))
        return max(0, clusters) * self.image.cluster_size

    def trim(self) -> None:
        """Once it is committed: give every cluster back that nothing uses, at the end by a shorter file."""
        cluster, end = self.image.cluster_size, self.allocation.end
        if self._file.size > end:
            self._file.resize(end)
        edges = np.flatnonzero(np.diff(np.concatenate(([False], self.allocation.then[: end // cluster] == 0, [False]))))
        for first, last in zip(edges[0::2].tolist(), edges[1::2].tolist(), strict=True):
            self._file.discard(first * cluster, (last - first) * cluster)

    def abandon(self) -> None:
        """Make the file as long as it was; what was written into free clusters means nothing."""
        if not self.committed and self._file.size != self._before:
            with suppress(SnapmgrError):
                self._file.resize(self._before)

    def _read(self, offset: int, length: int) -> bytes:
        buffer = bytearray(length)
        self._file.pread_into(offset, memoryview(buffer))
        return bytes(buffer)
