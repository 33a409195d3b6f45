"""What sections ``dirty-bitmap`` carry, chunk by chunk (migration/block-dirty-bitmap.c); the layout is in
``snapmgr.ram.dirty_bitmap``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from snapmgr.ram.dirty_bitmap import IDSTR, SECTOR, Chunk, Start

if TYPE_CHECKING:
    from snapmgr.containers.source import Source
    from snapmgr.inspect.index import StreamIndex

EXTRA = 0x80
"""Of the flags: more of them follow (DIRTY_BITMAP_MIG_EXTRA_FLAGS).  No QEMU sends any."""
MOST_CHUNKS = 20_000
"""Of one section."""
_MORE_THAN_END = 2
"""Bytes of a payload that has more than EOS: of thousands of PARTs few have."""
MOST_BITS = 1 << 20
"""Bytes of bits that are counted; QEMU sends 1024 at once."""
_KINDS = (Chunk.EOS, Chunk.START, Chunk.COMPLETE, Chunk.BITS)


@dataclass(frozen=True, slots=True)
class BitmapChunk:
    """One chunk, ``length`` bytes from ``offset``.  ``node`` and ``name`` None where it goes on with those before;
    ``bits`` is (offset, length) of what says which granules are dirty, ``set_bits`` how many are."""

    offset: int
    length: int
    flags: int
    node: str | None
    name: str | None
    granularity: int = 0
    start_flags: int = 0
    sector: int = 0
    sectors: int = 0
    bits: tuple[int, int] | None = None
    set_bits: int = 0

    @property
    def kind(self) -> Chunk | None:
        """EOS, START, COMPLETE or BITS; None for another one."""
        return next((kind for kind in _KINDS if self.flags & kind), None)


class _Reader:
    """Numbers and names of one section, never beyond its end."""

    def __init__(self, source: Source, offset: int, end: int) -> None:
        self.source, self.offset, self.end = source, offset, end

    def take(self, length: int) -> bytes:
        """Raises EOFError where there is not so much."""
        if length > self.end - self.offset:
            raise EOFError
        data = bytes(self.source.read(self.offset, length))
        if len(data) < length:
            raise EOFError
        self.offset += length
        return data

    def number(self, length: int) -> int:
        return int.from_bytes(self.take(length))

    def text(self) -> str:
        return self.take(self.number(1)).decode("utf-8", "surrogateescape")


def chunks(source: Source, offset: int, end: int) -> Iterator[BitmapChunk]:
    """Of one payload ``[offset, end)``, up to the first that is cut or not known."""
    reader = _Reader(source, offset, end)
    for _ in range(MOST_CHUNKS):
        if reader.offset >= end:
            return
        try:
            chunk = _chunk(reader)
        except EOFError:
            return
        if chunk is None:
            return
        yield chunk
        if chunk.flags & Chunk.EOS:
            return


def _chunk(reader: _Reader) -> BitmapChunk | None:
    start, flags = reader.offset, reader.number(1)
    if flags & EXTRA:
        return None
    node = reader.text() if flags & Chunk.NODE else None
    name = reader.text() if flags & Chunk.BITMAP else None
    facts: dict[str, Any] = {}
    if flags & Chunk.START:
        facts = {"granularity": reader.number(4), "start_flags": reader.number(1)}
    elif flags & Chunk.BITS:
        facts = {"sector": reader.number(8), "sectors": reader.number(4)}
        if not flags & Chunk.ZEROES:
            length = reader.number(8)
            at = reader.offset
            if length > reader.end - at:
                return None
            counted = np.frombuffer(reader.take(min(length, MOST_BITS)), np.uint8)
            reader.offset = at + length
            facts |= {"bits": (at, length), "set_bits": int(np.unpackbits(counted).sum())}
    elif not flags & (Chunk.EOS | Chunk.COMPLETE):
        return None
    return BitmapChunk(start, reader.offset - start, flags, node, name, **facts)


@dataclass(slots=True)
class BitmapSummary:
    """One bitmap as a stream carries it: ``granularity`` in bytes, ``dirty`` granules as far as they came; ``complete``
    whether its end came."""

    node: str
    name: str
    granularity: int = 0
    flags: int = 0
    dirty: int = 0
    complete: bool = False

    @property
    def flag_names(self) -> list[str]:
        return [flag.name.lower() for flag in Start if self.flags & flag and flag.name is not None]


@dataclass(slots=True)
class _Summaries:
    found: dict[tuple[str, str], BitmapSummary] = field(default_factory=dict)
    node: str = ""
    name: str = ""

    def add(self, chunk: BitmapChunk) -> None:
        self.node, self.name = chunk.node or self.node, chunk.name or self.name
        if chunk.kind in (None, Chunk.EOS):
            return
        one = self.found.setdefault((self.node, self.name), BitmapSummary(self.node, self.name))
        if chunk.kind is Chunk.START:
            one.granularity, one.flags = chunk.granularity, chunk.start_flags
        elif chunk.kind is Chunk.COMPLETE:
            one.complete = True
        else:
            one.dirty += chunk.set_bits


def bitmaps_of(index: StreamIndex) -> list[BitmapSummary]:
    """All bitmaps of a stream, in the order in which they came."""
    summaries = _Summaries()
    for row in index.records.named(IDSTR, _MORE_THAN_END):
        record = index.records[row]
        for chunk in chunks(index.source, record.payload, record.payload + record.payload_length):
            summaries.add(chunk)
    return list(summaries.found.values())


def flags_text(flags: int) -> str:
    """``bits, bitmap, node``: what a chunk's flags say."""
    return ", ".join(flag.name.lower() for flag in reversed(Chunk) if flags & flag and flag.name is not None)


def place_text(chunk: BitmapChunk) -> str:
    """The bytes of the disk that a chunk of bits is about."""
    first, end = chunk.sector * SECTOR, (chunk.sector + chunk.sectors) * SECTOR
    return f"disk bytes 0x{first:x} to 0x{end:x}"
