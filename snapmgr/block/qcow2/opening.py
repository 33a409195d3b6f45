"""From the first bytes of a file to everything that must be right before an image is one.

The order of the checks is QEMU's (block/qcow2.c: qcow2_do_open), so that the first fault found is the one it reports.
"""

from __future__ import annotations

from dataclasses import dataclass

from snapmgr.block.device import BlockDevice
from snapmgr.block.qcow2.extensions import Extensions, feature_names, parse_extensions
from snapmgr.block.qcow2.features import Compression, check_compression, refuse_unknown
from snapmgr.block.qcow2.header import FULL_SIZE, Header, check_header, check_size, parse_header
from snapmgr.block.qcow2.snapshots import SnapshotEntry, read_snapshots
from snapmgr.errors import ImageError

_LONGEST_BACKING_NAME = 1023


@dataclass(frozen=True, slots=True)
class Metadata:
    """All that an image says about itself before its tables."""

    header: Header
    compression: Compression
    extensions: Extensions
    backing_name: str | None
    snapshots: tuple[SnapshotEntry, ...]


def read_metadata(file: BlockDevice, *, checking: bool = False) -> Metadata:
    """Raises ImageError or Unsupported exactly where ``qemu-img info`` fails, its text in ``qemu``; where ``checking``,
    what only a check can open is let pass."""
    header = parse_header(_read(file, 0, FULL_SIZE))
    compression = check_compression(header.compression, header.incompatible)
    area = _read(file, 0, max(header.extensions_end, header.header_length))[: header.extensions_end]
    refuse_unknown(header.incompatible, feature_names(area, header))
    check_header(header, checking=checking)
    extensions = parse_extensions(area, header)
    found = Metadata(header, compression, extensions, _backing_name(file, header), read_snapshots(file, header))
    check_size(header)
    return found


def _backing_name(file: BlockDevice, header: Header) -> str | None:
    if header.backing_offset == 0:
        return None
    length = header.backing_length
    if length > min(_LONGEST_BACKING_NAME, header.cluster_size - header.backing_offset):
        raise ImageError(
            "backing-name-too-long",
            f"the name of the backing file has {length} bytes, more than fit",
            offset=16,
            qemu="Backing file name too long",
        )
    name = _read(file, header.backing_offset, length).split(b"\0", 1)[0]
    return name.decode(errors="surrogateescape") or None


def _read(file: BlockDevice, offset: int, length: int) -> bytes:
    buffer = bytearray(length)
    file.pread_into(offset, memoryview(buffer))
    return bytes(buffer)
