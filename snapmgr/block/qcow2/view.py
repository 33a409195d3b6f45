"""A disk as the guest sees it through one L1 table: the active layer, a snapshot, or the VM state behind the disk."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence

from snapmgr.block.device import BlockDevice, Extent
from snapmgr.block.qcow2.clusters import unpack_cluster
from snapmgr.block.qcow2.features import Compression
from snapmgr.block.qcow2.geometry import OFFSET_MASK, Geometry
from snapmgr.block.qcow2.l2 import Kind
from snapmgr.block.qcow2.tables import Mapping, Run
from snapmgr.errors import ImageError, SnapmgrError

_PLAIN_CLUSTERS = 16 << 20
"""Bytes of unpacked clusters that are kept for the next read."""


class ClusterStore:
    """The bytes behind runs: the image file, its external data file, and clusters unpacked lately."""

    def __init__(
        self,
        file: BlockDevice,
        geometry: Geometry,
        compression: Compression,
        data: Callable[[], BlockDevice],
        refuse: Callable[[], None],
    ) -> None:
        """``data`` is the device with the data clusters; ``refuse`` raises where contents are not to be read."""
        self.file = file
        self.geometry = geometry
        self.data = data
        self.refuse = refuse
        self._compression = compression
        self._plain: OrderedDict[int, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def compressed(self, entry: int) -> bytes:
        """The cluster behind a compressed L2 entry.  Raises ImageError with the offset of the packed bytes."""
        with self._lock:
            if entry in self._plain:
                self._plain.move_to_end(entry)
                return self._plain[entry]
        offset, length = self.geometry.compressed(entry)
        packed = bytearray(length)
        self.file.pread_into(offset, memoryview(packed))
        try:
            plain = unpack_cluster(bytes(packed), self.geometry.cluster_size, self._compression)
        except ImageError as error:
            error.offset = offset
            raise
        with self._lock:
            self._plain[entry] = plain
            while len(self._plain) * self.geometry.cluster_size > max(_PLAIN_CLUSTERS, self.geometry.cluster_size):
                self._plain.popitem(last=False)
        return plain


class GuestView:
    """A BlockDevice of ``size`` bytes from guest offset ``base`` through ``mapping``.

    Reads raise ImageError where tables or packed clusters are damaged, and what opening the backing or data file
    raises; everything else stays readable.
    """

    def __init__(
        self,
        store: ClusterStore,
        mapping: Mapping,
        size: int,
        *,
        base: int = 0,
        backing: Callable[[], BlockDevice | None] = lambda: None,
    ) -> None:
        self._store = store
        self._mapping = mapping
        self._size = size
        self._base = base
        self._backing = backing

    @property
    def mapping(self) -> Mapping:
        return self._mapping

    @property
    def size(self) -> int:
        return self._size

    @property
    def base(self) -> int:
        """Guest offset of the view's first byte."""
        return self._base

    @property
    def read_only(self) -> bool:
        return True

    def runs(self, offset: int, length: int) -> Iterator[Run]:
        """How ``[offset, offset + length)`` is stored; offsets are those of this view."""
        for run in self._mapping.runs(self._base + offset, length):
            yield Run(run.guest - self._base, run.length, run.kind, run.host, run.l2_offset)

    def pread_into(self, offset: int, buffer: memoryview) -> None:
        self._store.refuse()
        inside = max(0, min(len(buffer), self._size - offset))
        for run in self.runs(offset, inside):
            start = run.guest - offset
            self._read_run(run, buffer[start : start + run.length])
        if inside < len(buffer):
            buffer[inside:] = bytes(len(buffer) - inside)

    def _read_run(self, run: Run, part: memoryview) -> None:
        if run.kind is Kind.DATA:
            self._store.data().pread_into(run.host, part)
        elif run.kind is Kind.UNALLOCATED and (backing := self._backing()) is not None:
            backing.pread_into(run.guest, part)
        elif run.kind is Kind.COMPRESSED:
            start = (self._base + run.guest) % self._store.geometry.cluster_size
            part[:] = self._store.compressed(run.host)[start : start + len(part)]
        elif run.kind in (Kind.UNALLOCATED, Kind.ZERO):
            part[:] = bytes(len(part))
        else:
            raise invalid_run(run, self._base + run.guest, self._store.geometry)

    def extents(self, offset: int, length: int) -> Iterator[Extent]:
        """Zero where tables say so or where the file below has holes; damaged stretches count as data."""
        self._store.refuse()
        inside = max(0, min(length, self._size - offset))
        for run in self.runs(offset, inside):
            yield from self._extents_of(run)
        if inside < length:
            yield Extent(offset + inside, length - inside, zero=True)

    def _extents_of(self, run: Run) -> Iterator[Extent]:
        below: BlockDevice | None = None
        start = run.guest
        if run.kind is Kind.DATA:
            below, start = self._store.data(), run.host
        elif run.kind is Kind.UNALLOCATED:
            below = self._backing()
        if below is None:
            yield Extent(run.guest, run.length, zero=run.kind in (Kind.UNALLOCATED, Kind.ZERO))
            return
        for extent in below.extents(start, run.length):
            yield Extent(run.guest + extent.offset - start, extent.length, extent.zero)

    def pwrite(self, offset: int, buffers: Sequence[memoryview]) -> None:
        raise SnapmgrError("read-only", "the image is open for reading only", offset=offset)

    def flush(self) -> None:
        """Nothing is ever written."""

    def close(self) -> None:
        """The image owns the files."""


def invalid_run(run: Run, guest: int, geometry: Geometry) -> ImageError:
    """What is wrong with the table entry behind ``run``, with QEMU's words for it (qcow2_get_host_offset)."""
    if run.kind is Kind.INVALID_L2:
        index = guest // geometry.l2_span
        return ImageError(
            "l2-unaligned",
            f"the L2 table for guest offset {guest:#x} is said to be at {run.l2_offset:#x}, no cluster boundary",
            offset=run.l2_offset,
            qemu=_corrupt(f"L2 table offset {run.l2_offset:#x} unaligned (L1 index: {_hex(index)})"),
        )
    index = guest % geometry.l2_span // geometry.cluster_size
    place = f"(L2 offset: {run.l2_offset:#x}, L2 index: {_hex(index)})"
    host = run.host & OFFSET_MASK
    aligned = host % geometry.cluster_size == 0
    said = "Invalid cluster entry found " if aligned else f"Cluster allocation offset {host:#x} unaligned"
    return ImageError(
        "l2-entry-invalid",
        f"the L2 entry for guest offset {guest:#x} contradicts itself: {run.host:#018x}",
        offset=run.l2_offset + index * geometry.entry_size,
        qemu=_corrupt(f"{said} {place}"),
    )


def _corrupt(said: str) -> str:
    return f"qcow2: Image is corrupt: {said}; further non-fatal corruption events will be suppressed"


def _hex(number: int) -> str:
    """As C's %#x, which leaves zero bare."""
    return f"{number:#x}" if number else "0"
