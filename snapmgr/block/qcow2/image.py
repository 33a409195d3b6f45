"""A qcow2 image, open for reading: its active layer is a BlockDevice, and so is the disk as of every snapshot."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from snapmgr.block.device import BlockDevice, Extent
from snapmgr.block.problem import ImageProblem
from snapmgr.block.qcow2.features import Encryption, Incompatible
from snapmgr.block.qcow2.geometry import Geometry
from snapmgr.block.qcow2.header import MAX_L1_BYTES, Header, check_table
from snapmgr.block.qcow2.l2 import Rules, Words
from snapmgr.block.qcow2.opening import Metadata, read_metadata
from snapmgr.block.qcow2.snapshots import SnapshotEntry
from snapmgr.block.qcow2.tables import L2Cache, Mapping, read_l1
from snapmgr.block.qcow2.view import ClusterStore, GuestView
from snapmgr.block.qcow2.vmstate import VmState
from snapmgr.errors import ImageError, SnapmgrError, Unsupported

OpenOther = Callable[[str, str | None], BlockDevice]
"""Opens what an image names: (name, format or None = find out)."""


def _no_others(name: str, form: str | None) -> BlockDevice:
    raise Unsupported("no-other-files", f"{name} is not opened: this image stands alone")


class Qcow2Image:
    """Raises ImageError or Unsupported when made from what ``qemu-img info`` refuses.

    Backing and data file are opened when they are first needed, so an image whose backing file is missing still lists
    its snapshots and reads what lies in itself.
    """

    def __init__(
        self,
        file: BlockDevice,
        *,
        path: Path | None = None,
        open_backing: OpenOther = _no_others,
        open_data_file: OpenOther = _no_others,
        checking: bool = False,
    ) -> None:
        """Owns ``file`` once it is made; ``path`` is only for messages; ``checking`` as for ``read_metadata``."""
        self.file = file
        self.path = path
        self.metadata: Metadata = read_metadata(file, checking=checking)
        self.problems: tuple[ImageProblem, ...] = ()
        """What was found besides the structure, by who opened the image."""
        self.closed = False
        self._open_backing = open_backing
        self._open_data_file = open_data_file
        self._backing: BlockDevice | None = None
        self._data: BlockDevice | None = None
        self._lock = threading.RLock()
        self._begin()

    def _begin(self) -> None:
        """Nothing of the tables is known yet."""
        header = self.header
        self._cache = L2Cache(self.file, Rules(header.geometry, header.version, header.has_data_file))
        self._store = ClusterStore(
            self.file, header.geometry, self.metadata.compression, self.data_file, self._refuse_contents
        )
        self._active: GuestView | None = None

    # What the image says about itself

    @property
    def header(self) -> Header:
        return self.metadata.header

    @property
    def geometry(self) -> Geometry:
        return self.header.geometry

    @property
    def size(self) -> int:
        """Bytes of the disk as the guest sees it now."""
        return self.header.size

    @property
    def cluster_size(self) -> int:
        return self.header.cluster_size

    @property
    def read_only(self) -> bool:
        return True

    @property
    def snapshots(self) -> tuple[SnapshotEntry, ...]:
        """The table's entries; none where there is an external data file, as QEMU keeps no snapshots then."""
        return () if self.header.has_data_file else self.metadata.snapshots

    @property
    def encryption(self) -> Encryption:
        return Encryption(self.header.crypt_method)

    @property
    def backing_name(self) -> str | None:
        return self.metadata.backing_name

    @property
    def dirty(self) -> bool:
        return bool(self.header.incompatible & Incompatible.DIRTY)

    @property
    def corrupt(self) -> bool:
        return bool(self.header.incompatible & Incompatible.CORRUPT)

    @property
    def cache(self) -> L2Cache:
        """The L2 tables read so far."""
        return self._cache

    # Other files

    def backing(self) -> BlockDevice | None:
        """The backing file, opened at the first call; None if there is none.  Raises what opening it raises."""
        name = self.backing_name
        if name is None:
            return None
        with self._lock:
            if self._backing is None:
                self._backing = self._open_backing(name, self.metadata.extensions.backing_format)
            return self._backing

    def data_file(self) -> BlockDevice:
        """Where data clusters live: the image itself, or its external data file, opened at the first call."""
        if not self.header.has_data_file:
            return self.file
        name = self.metadata.extensions.data_file
        if not name:
            raise ImageError(
                "data-file-missing",
                "the image keeps its data in another file, but does not say in which",
                path=self.path,
                qemu="'data-file' is required for this image",
            )
        with self._lock:
            if self._data is None:
                self._data = self._open_data_file(name, "raw")
            return self._data

    # Contents

    def active_l1(self) -> Words:
        return read_l1(self.file, self.header.l1_offset, self.header.l1_size)

    def snapshot_l1(self, entry: SnapshotEntry) -> Words:
        """Raises ImageError where the entry's L1 table cannot be one (bounds, alignment)."""
        self.check_snapshot_l1(entry)
        return read_l1(self.file, entry.l1_offset, entry.l1_size)

    def check_snapshot_l1(self, entry: SnapshotEntry) -> None:
        """Raise ImageError as QEMU does when it loads the snapshot."""
        check_table(self.header, entry.l1_offset, entry.l1_size, 8, MAX_L1_BYTES, "Snapshot L1 table", entry.offset)

    @property
    def active(self) -> GuestView:
        """The disk as it is now."""
        with self._lock:
            if self._active is None:
                self._active = self._view(self.active_l1(), self.size)
            return self._active

    def at(self, entry: SnapshotEntry) -> GuestView:
        """The disk as of a snapshot, of the size it had then: what the guest sees after loading it."""
        return self._view(self.snapshot_l1(entry), entry.disk_size)

    def vm_state(self, entry: SnapshotEntry) -> VmState:
        """The VM state kept in a snapshot (maybe of no bytes)."""
        mapping = Mapping(self._cache, self.snapshot_l1(entry))
        base = self.geometry.vm_state_offset(entry.disk_size)
        view = GuestView(self._store, mapping, max(0, mapping.end - base), base=base)
        return VmState(view, entry.vm_state_size, base)

    def through(self, mapping: Mapping) -> GuestView:
        """The disk as it is now, by other tables than those in the file."""
        return GuestView(self._store, mapping, self.size, backing=self.backing)

    def reload(self) -> None:
        """Forget all that was read: the file was changed.  Backing and data file stay open.  Raises as when opened."""
        with self._lock:
            self.metadata = read_metadata(self.file)
            self._begin()

    def _view(self, l1: Words, size: int) -> GuestView:
        return GuestView(self._store, Mapping(self._cache, l1), size, backing=self.backing)

    def _refuse_contents(self) -> None:
        """Raise where nothing of the contents can be read: encrypted, or the file with all the data is missing."""
        if self.encryption is not Encryption.NONE:
            raise Unsupported(
                "encrypted",
                f"the image is encrypted ({self.encryption.name}): its snapshots can be listed, its contents not read",
                path=self.path,
                hint="Decrypt a copy with qemu-img convert and the key.",
            )
        self.data_file()

    # BlockDevice: the active layer

    def pread_into(self, offset: int, buffer: memoryview) -> None:
        self.active.pread_into(offset, buffer)

    def extents(self, offset: int, length: int) -> Iterator[Extent]:
        return self.active.extents(offset, length)

    def pwrite(self, offset: int, buffers: Sequence[memoryview]) -> None:
        raise SnapmgrError("read-only", "the image is open for reading only", path=self.path, offset=offset)

    def flush(self) -> None:
        """Nothing is ever written."""

    def close(self) -> None:
        """Close the file and whatever it made us open; more than once is harmless."""
        self.closed = True
        for device in (self._backing, self._data, self.file):
            if device is not None:
                device.close()
