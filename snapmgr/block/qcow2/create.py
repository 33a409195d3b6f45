"""A new plain qcow2 image (version 3, no backing file, no snapshots), written from front to back.

Layout (docs/interop/qcow2.txt): header, L1 table, then data clusters and L2 tables as they come, at last refcount
blocks and refcount table.  The header is written last, so a file that was not finished is no image.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from snapmgr.block.qcow2.geometry import COPIED, Geometry
from snapmgr.block.qcow2.header import MAX_L1_BYTES
from snapmgr.errors import SnapmgrError

_HEADER = struct.Struct(">4sIQIIQIIQQIIQQQQIIB7x")
_FEATURE = struct.Struct(">BB46s")
_FEATURE_NAMES = 0x6803F857
_FEATURES = (
    (0, 0, b"dirty bit"),
    (0, 1, b"corrupt bit"),
    (0, 2, b"external data file"),
    (0, 3, b"compression type"),
    (0, 4, b"extended L2 entries"),
    (1, 0, b"lazy refcounts"),
    (2, 0, b"bitmaps"),
    (2, 1, b"raw external data"),
)
_REFCOUNT_ORDER = 4
_SMALLEST, _LARGEST = 16, 21
_SECTOR = 512


def geometry_for(size: int) -> Geometry:
    """Clusters of 64 KiB, larger ones where the L1 table would be too large otherwise.

    Raises SnapmgrError ``disk-too-large``.
    """
    for bits in range(_SMALLEST, _LARGEST + 1):
        geometry = Geometry(bits)
        if geometry.l1_entries(size) * 8 <= MAX_L1_BYTES:
            return geometry
    raise SnapmgrError("disk-too-large", f"a disk of {size} bytes does not fit into a qcow2 image")


class Qcow2Writer:
    """Takes the non-zero clusters of a disk of ``size`` bytes in rising order; ``finish`` makes the file an image.

    The file must be empty.  Memory: the L1 table and one L2 table.
    """

    def __init__(self, descriptor: int, size: int) -> None:
        self.geometry = geometry_for(size)
        self.size = -(-size // _SECTOR) * _SECTOR
        self._file = descriptor
        cluster = self.geometry.cluster_size
        self._l1: NDArray[np.uint64] = np.zeros(self.geometry.l1_entries(size), np.uint64)
        self._l1_clusters = -(-self._l1.nbytes // cluster)
        self._next = 1 + self._l1_clusters
        """Number of the first cluster of the file that is still free."""
        self._l2: NDArray[np.uint64] = np.zeros(self.geometry.l2_entries, np.uint64)
        self._l2_index = -1

    @property
    def cluster_size(self) -> int:
        return self.geometry.cluster_size

    def write(self, offset: int, data: memoryview) -> None:
        """Append the clusters at guest offset ``offset``: whole clusters, but for the disk's last one."""
        cluster, span = self.cluster_size, self.geometry.l2_span
        while len(data):
            room = span - offset % span
            part, data = data[:room], data[room:]
            self._enter(offset // span)
            count = -(-len(part) // cluster)
            first = offset % span // cluster
            hosts = (np.arange(count, dtype=np.uint64) + np.uint64(self._next)) * np.uint64(cluster)
            self._l2[first : first + count] = hosts | np.uint64(COPIED)
            _write(self._file, self._next * cluster, [part])
            self._next += count
            offset += len(part)

    def _enter(self, index: int) -> None:
        """Go on with the L2 table ``index``; the one before is complete."""
        if index != self._l2_index:
            self._flush_l2()
            self._l2_index = index

    def _flush_l2(self) -> None:
        if self._l2_index < 0:
            return
        offset = self._append(self._l2.astype(">u8").tobytes())
        self._l1[self._l2_index] = np.uint64(offset | COPIED)
        self._l2[:] = 0

    def _append(self, content: bytes) -> int:
        offset = self._next * self.cluster_size
        _write(self._file, offset, [memoryview(content)])
        self._next += -(-len(content) // self.cluster_size)
        return offset

    def finish(self) -> None:
        """Write what is left: tables, refcounts, the header."""
        self._flush_l2()
        _write(self._file, self.cluster_size, [memoryview(self._l1.astype(">u8").tobytes())])
        table_offset, table_clusters = self._write_refcounts()
        os.ftruncate(self._file, self._next * self.cluster_size)
        _write(self._file, 0, [memoryview(self._header(table_offset, table_clusters))])

    def _write_refcounts(self) -> tuple[int, int]:
        """Offset and clusters of the refcount table; every cluster of the file is used once."""
        cluster = self.cluster_size
        per_block = cluster * 8 >> _REFCOUNT_ORDER
        used, blocks, table = self._next, 0, 0
        while True:  # blocks and table are counted in the blocks as well
            total = used + blocks + table
            wanted = -(-total // per_block)
            wanted_table = -(-wanted * 8 // cluster)
            if (wanted, wanted_table) == (blocks, table):
                break
            blocks, table = wanted, wanted_table
        offsets = []
        for block in range(blocks):
            counts = np.zeros(per_block, ">u2")
            counts[: min(per_block, total - block * per_block)] = 1
            offsets.append(self._append(counts.tobytes()))
        return self._append(np.array(offsets, ">u8").tobytes()), table

    def _header(self, table_offset: int, table_clusters: int) -> bytes:
        fixed = _HEADER.pack(
            b"QFI\xfb", 3, 0, 0, self.geometry.cluster_bits, self.size, 0,
            len(self._l1), self.cluster_size, table_offset, table_clusters, 0, 0,
            0, 0, 0, _REFCOUNT_ORDER, _HEADER.size, 0,
        )  # fmt: skip
        names = b"".join(_FEATURE.pack(*feature) for feature in _FEATURES)
        extensions = struct.pack(">II", _FEATURE_NAMES, len(names)) + names + bytes(8)
        return fixed + extensions


def _write(descriptor: int, offset: int, buffers: Sequence[memoryview]) -> None:
    for buffer in buffers:
        while len(buffer):
            count = os.pwrite(descriptor, buffer, offset)
            buffer, offset = buffer[count:], offset + count
