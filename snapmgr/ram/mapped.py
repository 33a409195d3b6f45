"""RAM in the layout of capability mapped-ram: every page has its place in the file (migration/ram.c, QEMU 9.0).

Behind each entry of the block list stands a header, a bitmap of the pages that are there, and, at a multiple of 1 MiB,
room for the whole block; the next entry follows behind that.  Offsets in headers count from the beginning of the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from snapmgr.errors import StreamError
from snapmgr.ram.runs import Runs
from snapmgr.ram.words import PageKind
from snapmgr.wire.window import Window

VERSION = 1
HEADER_SIZE = 28
"""be32 version, be64 page size, be64 offset of the bitmap, be64 offset of the pages."""

_LONG = 64
"""Bitmaps are made of whole longs of the sender, which are little-endian (ram.c: bitmap_to_le)."""

_FARTHEST = (1 << 63) - 1
"""The last offset that a file can have."""

_PIECE = 1 << 20
"""Bytes of a bitmap looked at once: 8 million pages."""


def bitmap_size(used: int, page_bits: int) -> int:
    """Bytes of the bitmap of a block of ``used`` bytes."""
    return -(-(used >> page_bits) // _LONG) * _LONG // 8


@dataclass(frozen=True, slots=True)
class MappedHeader:
    """Where a block lies: ``bitmap`` and ``pages`` are offsets in the stream, ``bitmap_length`` in bytes.

    ``offset`` is that of the header.  ``ignored``: the block's contents are not here (x-ignore-shared).
    """

    offset: int
    bitmap: int
    bitmap_length: int
    pages: int
    ignored: bool = False


def read_header(window: Window, name: str, used: int, page_bits: int, origin: int) -> MappedHeader:
    """The header of block ``name`` of ``used`` bytes.  ``origin`` is where in its file the stream begins.

    Raises Short; StreamError for what no loader takes, and where bitmap or pages lie upon something else.
    """
    at = window.offset
    version, page_size = window.be32(), window.be64()
    bitmap, pages = window.be64(), window.be64()
    if version > VERSION:
        text = f"Migration mapped-ram capability version not supported (expected <= {VERSION}, got {version})"
        raise StreamError("mapped-ram-version", f"mapped-ram of version {version}", offset=at, qemu=text)
    if bitmap == pages == 0:
        return MappedHeader(at, window.offset, 0, window.offset, ignored=True)
    if page_size != 1 << page_bits:
        message = f"pages of {page_size} bytes in a stream whose pages have {1 << page_bits}"
        raise StreamError("mapped-ram-page-size", message, offset=at + 4)
    if pages % page_size:
        text = f"Error reading ramblock {name} pages, region has bad alignment"
        raise StreamError("mapped-ram-alignment", f"the pages of {name} begin in mid-page", offset=at + 20, qemu=text)
    length = bitmap_size(used, page_bits)
    if bitmap - origin < window.offset:
        raise StreamError("mapped-ram-overlap", f"the bitmap of {name} lies upon its header", offset=at + 12)
    if pages + used > _FARTHEST:
        raise StreamError("mapped-ram-offset", f"the pages of {name} lie beyond any file", offset=at + 20)
    if pages < bitmap + length:
        raise StreamError("mapped-ram-overlap", f"the pages of {name} lie upon its bitmap", offset=at + 20)
    return MappedHeader(at, bitmap - origin, length, pages - origin)


def read_bitmap(window: Window, header: MappedHeader) -> bytes:
    """The bitmap that belongs to a header just read; the window stands behind it then.

    Raises Short; StreamError ``too-long`` where it lies further away than a record may be long.
    """
    gap = header.bitmap - window.offset
    data = window.peek(gap + header.bitmap_length)[gap:]
    window.skip(gap + header.bitmap_length)
    return bytes(data)


def runs_of_bitmap(bitmap: bytes, pages: int, at: int, page_bits: int) -> Iterator[Runs]:
    """Pages that are there and pages of zeros, as runs; page 0 of the block lies at offset ``at`` of the stream."""
    for start in range(0, len(bitmap), _PIECE):
        first_page = start * 8
        there = np.unpackbits(np.frombuffer(bitmap, np.uint8)[start : start + _PIECE], bitorder="little")
        there = there[: max(0, pages - first_page)]
        if not len(there):
            return
        edges = np.flatnonzero(there[1:] != there[:-1]) + 1
        first = np.concatenate((np.zeros(1, np.intp), edges))
        count = np.diff(np.concatenate((first, np.array([len(there)], np.intp))))
        kind = np.where(there[first] != 0, np.uint8(PageKind.PLAIN), np.uint8(PageKind.ZERO))
        page = (first + first_page).astype(np.uint64)
        yield Runs(page, count.astype(np.uint64), kind, (page << np.uint64(page_bits)) + np.uint64(at))
