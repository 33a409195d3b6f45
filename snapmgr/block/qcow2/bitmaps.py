"""Persistent dirty bitmaps: their directory and tables, with what must be right about them (block/qcow2-bitmap.c).

QEMU opens no image whose bitmaps it cannot load.  What can be read of such an image is read here all the same; it is
said by a check, and nothing is written to it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from snapmgr.block.device import BlockDevice
from snapmgr.block.qcow2.extensions import Bitmaps
from snapmgr.block.qcow2.geometry import OFFSET_MASK
from snapmgr.block.qcow2.header import LONGEST_FILE, Header
from snapmgr.block.qcow2.l2 import Words
from snapmgr.errors import ImageError
from snapmgr.names import quoted

MOST_TABLES = 1 << 30
"""Bytes of tables of all bitmaps: those of some thousand bitmaps of the largest disk."""

_ENTRY = struct.Struct(">QIIBBHI")
_DIRTY_TRACKING = 1
_IN_USE, _KNOWN_FLAGS = 1, 3
_GRANULARITIES = range(9, 32)
_LONGEST_NAME = 1023
_MOST_BYTES = 512 << 20
_ALL_ONES, _RESERVED = 1, 0xFF00_0000_0000_01FE


class BitmapTable(NamedTuple):
    """Where a bitmap's table stands, how many bytes it has, and the offsets of the clusters that it names."""

    offset: int
    length: int
    clusters: Words


class _Entry(NamedTuple):
    """An entry of the directory; ``size`` counts entries of its table."""

    offset: int
    size: int
    flags: int
    kind: int
    granularity: int
    name: str


def read_bitmaps(file: BlockDevice, header: Header, listed: Bitmaps) -> list[BitmapTable]:
    """The tables of all bitmaps.  Raises ImageError ``bitmaps`` where QEMU does not open or check the image."""
    entries = list(_directory(file, header, listed))
    if 8 * sum(entry.size for entry in entries) > MOST_TABLES:
        raise _fault(listed.directory_offset, "there are too many of them to be looked through", None)
    names = set()
    for entry in entries:
        if entry.name in names:
            text = f"Bitmap already exists: {entry.name}"
            raise _fault(listed.directory_offset, f"two of them have the name {quoted(entry.name)}", text)
        names.add(entry.name)
    return [_table(file, header, entry) for entry in entries]


def _fault(offset: int, why: str, qemu: str | None) -> ImageError:
    return ImageError(
        "bitmaps",
        f"the dirty bitmaps cannot be right: {why}",
        offset=offset,
        hint="qemu-img does not open the image like this; snapctl snapshot export copies its contents.",
        qemu=qemu,
    )


def _directory(file: BlockDevice, header: Header, listed: Bitmaps) -> Iterator[_Entry]:
    """Raises ImageError where the directory does not hold what the header announces (bitmap_list_load)."""
    place, size = listed.directory_offset, listed.directory_size
    if size == 0:
        raise _fault(place, "their directory has no bytes", "Requested bitmap directory size is zero")
    if place == 0:
        # QEMU takes the image's header for the directory then
        raise _fault(place, "their directory is said to be at 0", "Broken bitmap directory")
    if place > LONGEST_FILE - size:
        text = "Failed to read bitmap directory: Input/output error"
        raise _fault(place, "their directory is said to be behind the end of any file", text)
    raw = bytearray(size)
    file.pread_into(place, memoryview(raw))
    at = number = 0
    while at < size:
        if at + _ENTRY.size > size:
            raise _fault(place + at, "an entry of their directory is cut off", "Broken bitmap directory")
        number += 1
        if number > listed.count:
            text = "More bitmaps found than specified in header extension"
            raise _fault(place + at, "there are more than the header says", text)
        offset, entries, flags, kind, granularity, name_size, extra = _ENTRY.unpack_from(raw, at)
        name_at = at + _ENTRY.size + extra
        after = name_at + name_size + 7 & ~7
        if after > size:
            raise _fault(place + at, "an entry of their directory is cut off", "Broken bitmap directory")
        if extra:
            text = "Bitmap extra data is not supported"
            raise _fault(place + at, "one of them has data that nobody knows", text)
        name = bytes(raw[name_at : name_at + name_size]).decode(errors="surrogateescape")
        entry = _Entry(offset, entries, flags, kind, granularity, name)
        _check_entry(header, entry)
        yield entry
        at = after
    if number < listed.count:
        text = "Less bitmaps found than specified in header extension"
        raise _fault(place, "there are fewer than the header says", text)


def _check_entry(header: Header, entry: _Entry) -> None:
    """Raises ImageError (check_dir_entry)."""
    fits = (
        entry.size
        and entry.offset
        and entry.offset % header.cluster_size == 0
        and entry.size * header.cluster_size <= _MOST_BYTES
        and entry.granularity in _GRANULARITIES
        and not entry.flags & ~_KNOWN_FLAGS
        and len(entry.name.encode(errors="surrogateescape")) <= _LONGEST_NAME
        and entry.kind == _DIRTY_TRACKING
        and (entry.flags & _IN_USE or entry.size >= _clusters_needed(header, entry))
    )
    if not fits:
        text = f"Bitmap '{entry.name}' doesn't satisfy the constraints"
        raise _fault(entry.offset, f"the entry of {quoted(entry.name[:60])} in their directory is none", text)


def _clusters_needed(header: Header, entry: _Entry) -> int:
    """For a bit of every piece of the disk (get_bitmap_bytes_needed)."""
    bits = -(-header.size >> entry.granularity)
    return -(-bits // (8 * header.cluster_size))


def _table(file: BlockDevice, header: Header, entry: _Entry) -> BitmapTable:
    """Raises ImageError (bitmap_table_load)."""
    length = entry.size * 8
    in_use = entry.flags & _IN_USE
    failed = "Check failed" if in_use else f"Could not read bitmap_table table from image for bitmap '{entry.name}'"
    if entry.offset > LONGEST_FILE - length:
        text = f"{failed}: Input/output error"
        raise _fault(entry.offset, f"the table of {quoted(entry.name)} is behind the end of any file", text)
    raw = bytearray(length)
    file.pread_into(entry.offset, memoryview(raw))
    words = np.frombuffer(raw, dtype=">u8").astype(np.uint64)
    offsets = words & np.uint64(OFFSET_MASK)
    odd = (offsets != 0) & ((words & np.uint64(_ALL_ONES | header.cluster_size - 1)) != 0)
    wrong = np.flatnonzero(odd | ((words & np.uint64(_RESERVED)) != 0))
    if len(wrong):
        text = f"{failed}: Invalid argument"
        raise _fault(entry.offset + 8 * int(wrong[0]), f"the table of {quoted(entry.name)} is none", text)
    if not in_use and entry.size != _clusters_needed(header, entry):
        text = f"Could not read bitmap '{entry.name}' from image: Invalid argument"
        raise _fault(entry.offset, f"the table of {quoted(entry.name)} is not as long as the disk is large", text)
    return BitmapTable(entry.offset, length, offsets[offsets != 0])
