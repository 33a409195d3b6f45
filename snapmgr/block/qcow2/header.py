"""The header of a qcow2 image: parsed, and checked in QEMU's order (block/qcow2.c: qcow2_do_open)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from snapmgr.block.formats import QCOW_MAGIC
from snapmgr.block.qcow2.features import Autoclear, Compression, Incompatible
from snapmgr.block.qcow2.geometry import SECTOR, Geometry
from snapmgr.errors import ImageError, Unsupported

V2_SIZE = 72
V3_SIZE = 104
FULL_SIZE = 112
_V2 = struct.Struct(">4sIQIIQIIQQIIQ")
_V3 = struct.Struct(">QQQII")
_MIN_CLUSTER_BITS, _MAX_CLUSTER_BITS = 9, 21
MAX_L1_BYTES = 32 << 20
MAX_REFCOUNT_TABLE = 8 << 20
MAX_SNAPSHOTS = 65536
_SNAPSHOT_HEADER = 40
_INT64_MAX = (1 << 63) - 1
_INT_MAX = (1 << 31) - 1
LONGEST_FILE = _INT64_MAX >> 30 << 30
"""Bytes of the longest disk or file (include/block/block-common.h: BDRV_MAX_LENGTH)."""


@dataclass(frozen=True, slots=True)
class Header:
    """The fields as they stand in the file; sizes and offsets in bytes, ``l1_size`` in entries."""

    version: int
    backing_offset: int
    backing_length: int
    cluster_bits: int
    raw_size: int
    crypt_method: int
    l1_size: int
    l1_offset: int
    refcount_table_offset: int
    refcount_table_clusters: int
    snapshot_count: int
    snapshots_offset: int
    incompatible: int = 0
    compatible: int = 0
    autoclear: int = 0
    refcount_order: int = 4
    header_length: int = V2_SIZE
    compression: int = Compression.ZLIB

    @property
    def geometry(self) -> Geometry:
        return Geometry(self.cluster_bits, self.extended_l2)

    @property
    def cluster_size(self) -> int:
        return 1 << self.cluster_bits

    @property
    def size(self) -> int:
        """The disk's size as QEMU counts it: whole sectors."""
        return self.raw_size // SECTOR * SECTOR

    @property
    def extensions_end(self) -> int:
        """Header extensions end where the backing file's name begins, at the latest with the first cluster."""
        return self.backing_offset or self.cluster_size

    @property
    def extended_l2(self) -> bool:
        return bool(self.incompatible & Incompatible.EXTENDED_L2)

    @property
    def has_data_file(self) -> bool:
        return bool(self.incompatible & Incompatible.DATA_FILE)

    @property
    def data_file_raw(self) -> bool:
        return bool(self.autoclear & Autoclear.DATA_FILE_RAW)


def parse_header(head: bytes) -> Header:
    """The header at the start of an image, without the checks of ``check_header``.

    ``head`` are at least 112 bytes, filled up with zeros where the file is shorter.  Raises Unsupported for an
    unknown version, ImageError where the header contradicts itself.
    """
    magic, version, *rest = _V2.unpack_from(head)
    if magic != QCOW_MAGIC:
        raise ImageError("not-qcow2", "the image has no qcow2 header", offset=0, qemu="Image is not in qcow2 format")
    if version not in (2, 3):
        raise Unsupported(
            "unknown-version",
            f"qcow2 version {version} is not known, only 2 and 3",
            offset=4,
            qemu=f"Unsupported qcow2 version {version}",
        )
    cluster_bits = rest[2]
    if not _MIN_CLUSTER_BITS <= cluster_bits <= _MAX_CLUSTER_BITS:
        raise Unsupported(
            "cluster-size",
            f"a cluster size of 2^{cluster_bits} is impossible: it lies between 512 bytes and 2 MiB",
            offset=20,
            qemu=f"Unsupported cluster size: 2^{cluster_bits}",
        )
    header = Header(version, *rest) if version == 2 else Header(version, *rest, *_version_3(head))
    _check_lengths(header)
    return header


def _version_3(head: bytes) -> tuple[int, ...]:
    """incompatible, compatible, autoclear, refcount_order, header_length, compression."""
    incompatible, compatible, autoclear, refcount_order, length = _V3.unpack_from(head, V2_SIZE)
    if length < V3_SIZE:
        raise ImageError(
            "header-too-short",
            f"a version 3 header has at least {V3_SIZE} bytes, this one says {length}",
            offset=100,
            qemu="qcow2 header too short",
        )
    compression = head[V3_SIZE] if length > V3_SIZE else Compression.ZLIB
    return incompatible, compatible, autoclear, refcount_order, length, compression


def _check_lengths(header: Header) -> None:
    if header.header_length > header.cluster_size:
        raise ImageError(
            "header-too-long",
            f"the header says {header.header_length} bytes, more than a cluster",
            offset=100,
            qemu="qcow2 header exceeds cluster size",
        )
    if header.backing_offset > header.cluster_size:
        raise ImageError(
            "backing-name-offset",
            "the backing file's name lies outside the first cluster",
            offset=8,
            qemu="Invalid backing file offset",
        )


def check_header(header: Header, *, checking: bool = False) -> None:
    """The checks that follow once the feature bits are known to be fine.  Raises ImageError or Unsupported.

    Where the image is only opened to be checked, it may lack a refcount table.
    """
    if header.geometry.unit < 1 << _MIN_CLUSTER_BITS:
        raise Unsupported(
            "subcluster-size",
            f"subclusters of {header.geometry.unit} bytes are impossible: 512 are the least",
            offset=20,
            qemu=f"Unsupported subcluster size: {header.geometry.unit}",
        )
    if header.refcount_order > 6:
        raise ImageError(
            "refcount-width",
            f"refcounts of 2^{header.refcount_order} bits are impossible: 64 bits are the most",
            offset=96,
            qemu="Reference count entry width too large; may not exceed 64 bits",
        )
    _check_refcount_table(header, checking)
    snapshots = (header.snapshots_offset, header.snapshot_count, _SNAPSHOT_HEADER)
    check_table(header, *snapshots, MAX_SNAPSHOTS * _SNAPSHOT_HEADER, "Snapshot table", 60)
    check_table(header, header.l1_offset, header.l1_size, 8, MAX_L1_BYTES, "Active L1 table", 36)
    _check_l1_size(header)
    if header.crypt_method > 2:
        raise Unsupported(
            "encryption-method",
            f"encryption method {header.crypt_method} is not known",
            offset=32,
            qemu=f"Unsupported encryption method {_as_int32(header.crypt_method)}",
        )


def _as_int32(number: int) -> int:
    """As C's %d prints a number of 32 bits."""
    return number - (1 << 32) if number >> 31 else number


def _check_refcount_table(header: Header, checking: bool) -> None:
    clusters = header.refcount_table_clusters
    if clusters == 0 and not checking:
        raise ImageError(
            "no-refcount-table",
            "the header names no refcount table",
            offset=56,
            hint="snapctl check --repair all builds a new one; make a copy of the image first.",
            qemu="Image does not contain a reference count table",
        )
    place = (header.refcount_table_offset, clusters, header.cluster_size)
    check_table(header, *place, MAX_REFCOUNT_TABLE, "Reference count table", 48)


def _check_l1_size(header: Header) -> None:
    # QEMU's sum wraps at 64 bits; the sizes that slip through so are refused at the end (check_size)
    needed = header.geometry.l1_entries(header.raw_size) % ((1 << 64) // header.geometry.l2_span)
    if needed > _INT_MAX:
        raise ImageError(
            "size-too-big",
            f"a disk of {header.raw_size} bytes is more than the format can map",
            offset=24,
            qemu="Image is too big",
        )
    if header.l1_size < needed:
        raise ImageError(
            "l1-too-small",
            f"the L1 table has {header.l1_size} entries, but the disk's size needs {needed}",
            offset=36,
            qemu="L1 table is too small",
        )


def check_size(header: Header) -> None:
    """The last check of all (block.c: bdrv_refresh_total_sectors).  Raises ImageError."""
    if header.size > LONGEST_FILE:
        raise ImageError(
            "size-too-big",
            f"a disk of {header.raw_size} bytes is more than can be addressed",
            offset=24,
            qemu="Could not refresh total sector count: File too large",
        )


def check_table(
    header: Header, offset: int, entries: int, entry_size: int, most_bytes: int, name: str, field: int
) -> None:
    """Bounds and alignment of a table that the image names (qcow2_validate_table).  Raises ImageError.

    ``name`` is QEMU's word for it, ``field`` the offset in the file of what is to blame.
    """
    code = name.lower().replace(" ", "-")
    if entries > most_bytes // entry_size:
        raise ImageError(
            f"{code}-too-large",
            f"the {name.lower()} claims {entries} entries, more than any sound image has",
            offset=field,
            qemu=f"{name} too large",
        )
    if _INT64_MAX - entries * entry_size < offset or offset % header.cluster_size:
        raise ImageError(
            f"{code}-offset",
            f"the {name.lower()} is said to be at {offset:#x}, which is no cluster boundary of any file",
            offset=field,
            qemu=f"{name} offset invalid",
        )
