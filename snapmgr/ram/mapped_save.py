"""RAM in the layout of capability mapped-ram, written: every page has its place, and what is sent again overwrites it.

migration/ram.c: mapped_ram_setup_ramblock, ram_save_file_bmap.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from snapmgr.ram.bitmap import Flags, Pages, runs_of_pages
from snapmgr.ram.encode import U8
from snapmgr.ram.mapped import HEADER_SIZE, VERSION, bitmap_size
from snapmgr.savevm.output import Buffer

ALIGNMENT = 1 << 20
"""Where the pages of a block begin (ram.c: MAPPED_RAM_FILE_OFFSET_ALIGNMENT)."""

WriteAt = Callable[[int, Sequence[Buffer]], object]
"""Writes buffers one behind the other from an offset of the file on."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block lies, in offsets of the file."""

    bitmap: int
    pages: int
    end: int


def place_behind(at: int, used: int, page_bits: int) -> Place:
    """Of a block of ``used`` bytes whose header begins at ``at``."""
    bitmap = at + HEADER_SIZE
    pages = -(-(bitmap + bitmap_size(used, page_bits)) // ALIGNMENT) * ALIGNMENT
    return Place(bitmap, pages, pages + used)


def header(place: Place | None, page_bits: int) -> bytes:
    """Of a block that lies there; None for one that stays where it is (x-ignore-shared)."""
    bitmap, pages = (place.bitmap, place.pages) if place is not None else (0, 0)
    return struct.pack(">IQQQ", VERSION, 1 << page_bits, bitmap, pages)


def bitmap_of(there: Flags, page_bits: int) -> bytes:
    """A flag for each page, as it stands in the file."""
    size = bitmap_size(len(there) << page_bits, page_bits)
    return np.packbits(there, bitorder="little").tobytes().ljust(size, b"\0")


class MappedFile:
    """PageChannels into the file that the main stream goes to, whose first byte stands at ``origin`` of it."""

    announces = False

    def __init__(self, write_at: WriteAt, page_bits: int, origin: int = 0) -> None:
        self._write_at, self._bits, self._origin = write_at, page_bits, origin
        self._places: dict[str, Place] = {}
        self._there: dict[str, Flags] = {}
        self._sent = 0

    def place(self, name: str, used: int, at: int, *, ignored: bool) -> tuple[bytes, int]:
        """The header to stand at offset ``at`` of the stream, and where the stream goes on."""
        if ignored:
            return header(None, self._bits), at + HEADER_SIZE
        found = place_behind(self._origin + at, used, self._bits)
        self._places[name] = found
        self._there[name] = np.zeros(used >> self._bits, np.bool_)
        return header(found, self._bits), found.end - self._origin

    def put(self, block: str, pages: Pages, contents: U8, zero: Flags) -> None:
        """What is zero needs no place: the bitmap leaves it out."""
        at = self._places[block].pages
        self._there[block][pages] = ~zero
        normal = ~zero
        contents, row = contents if normal.all() else contents[normal], 0
        for first, count in runs_of_pages(pages[normal]):
            self._write(at + (first << self._bits), np.ascontiguousarray(contents[row : row + count]).reshape(-1).data)
            row += count

    def sync(self) -> None:
        """The bitmaps say what is there."""
        for name, place in self._places.items():
            self._write(place.bitmap, bitmap_of(self._there[name], self._bits))

    def sent(self) -> int:
        sent, self._sent = self._sent, 0
        return sent

    def _write(self, at: int, data: Buffer) -> None:
        self._write_at(at, [data])
        self._sent += len(data)
