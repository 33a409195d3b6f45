"""Dirty bitmaps of disks, and the section ``dirty-bitmap`` in which they travel (migration/block-dirty-bitmap.c).

The payload is chunks, each behind a byte of flags, up to a chunk with EOS.  START has be32 granularity and a byte of
flags, BITS be64 first sector, be32 sectors and, unless ZEROES says that none is set, be64 size and so many bytes:
little-endian bits, one per granule, in whole 32 bytes.  Node and bitmap are named where they change,
also across sections.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntFlag

import numpy as np

from snapmgr.errors import StreamError
from snapmgr.ram.bitmap import Flags
from snapmgr.savevm.handlers import Handlers, Pending
from snapmgr.savevm.output import Output
from snapmgr.wire.events import Event
from snapmgr.wire.layout import Done
from snapmgr.wire.window import Window

IDSTR, VERSION = "dirty-bitmap", 1
SECTOR = 512
GRANULARITY = 64 << 10
CHUNK = 1 << 10
"""Bytes of bits in a chunk, at most (CHUNK_SIZE)."""
PADDED = 32
"""Bits are filled up to whole so many bytes (send_bitmap_bits: 4 * sizeof(long))."""
MOST_GRANULES = 1 << 26
"""Granules that a bitmap may have."""
MOST_BITMAPS = 1024


class Chunk(IntFlag):
    """The first byte (DIRTY_BITMAP_MIG_FLAG_*)."""

    EOS = 0x01
    ZEROES = 0x02
    BITMAP = 0x04
    NODE = 0x08
    START = 0x10
    COMPLETE = 0x20
    BITS = 0x40


class Start(IntFlag):
    """Flags of a bitmap (DIRTY_BITMAP_MIG_START_FLAG_*)."""

    ENABLED = 0x01
    PERSISTENT = 0x02


@dataclass
class DirtyBitmap:
    """What was written of a disk, in granules of ``granularity`` bytes; ``bits`` has a flag for each (bool).

    ``arriving`` until all of its bits have come.
    """

    node: str
    name: str
    bits: Flags
    granularity: int = GRANULARITY
    flags: int = Start.ENABLED
    arriving: bool = False

    def note(self, offset: int, length: int) -> None:
        """Bytes of the disk are written, ``length`` > 0."""
        if self.flags & Start.ENABLED:
            first, end = offset // self.granularity, -(-(offset + length) // self.granularity)
            self.add(first, np.ones(end - first, np.bool_))

    def add(self, first: int, flags: Flags) -> None:
        """Granules from ``first`` on that are dirty, too."""
        end = first + len(flags)
        if end > len(self.bits):
            self.bits = np.concatenate([self.bits, np.zeros(end - len(self.bits), np.bool_)])
        self.bits[first:end] |= flags

    @property
    def count(self) -> int:
        """Dirty bytes."""
        return int(np.count_nonzero(self.bits)) * self.granularity


@dataclass
class DirtyBitmaps:
    """All of one machine, by node and name.  Register ``handlers`` under IDSTR and VERSION."""

    bitmaps: dict[tuple[str, str], DirtyBitmap] = field(default_factory=dict)
    nodes: frozenset[str] = frozenset()
    """Disks that the machine has."""
    _sent: list[tuple[DirtyBitmap, int]] = field(default_factory=list)
    """What goes out, and its granules that have been sent."""
    _last: str | None = None
    arriving: tuple[str, str] = ("", "")
    """Node and name of what came last."""
    in_postcopy: bool = False
    """Whether the guest runs at the other side, so that bits no longer change here."""

    def create(self, node: str, name: str, size: int, granularity: int = GRANULARITY) -> DirtyBitmap:
        """Of a disk of ``size`` bytes, clean (block-dirty-bitmap-add)."""
        bitmap = DirtyBitmap(node, name, np.zeros(-(-size // granularity), np.bool_), granularity)
        self.bitmaps[node, name] = bitmap
        return bitmap

    def note(self, node: str, offset: int, length: int) -> None:
        """Bytes of a disk are written."""
        for bitmap in self.bitmaps.values():
            if bitmap.node == node:
                bitmap.note(offset, length)

    def cancel(self) -> None:
        """What has not come as a whole is given up; what has, stays (dirty_bitmap_mig_cancel_incoming)."""
        self.bitmaps = {key: bitmap for key, bitmap in self.bitmaps.items() if not bitmap.arriving}

    def forget(self) -> None:
        """All of them."""
        self.bitmaps.clear()

    @property
    def handlers(self) -> Handlers:
        """Bits go after the switchover where that is a postcopy, else at its end."""
        return Handlers(
            save_setup=self._setup,
            save_live_iterate=self._iterate,
            save_live_complete_precopy=self._complete,
            save_live_complete_postcopy=self._complete,
            save_live_pending=self._pending,
            save_cleanup=self._cleanup,
            load_state=lambda version: BitmapReader(self),
            is_active=lambda: bool(self._sent or self.bitmaps),
            has_postcopy=lambda: True,
        )

    # -- going out -------------------------------------------------------------------------------------------------

    def _setup(self, output: Output) -> None:
        self._sent = [(bitmap, 0) for bitmap in self.bitmaps.values()]
        self._last = None
        for bitmap, _ in self._sent:
            self._head(output, Chunk.START, bitmap)
            output.put(bitmap.granularity.to_bytes(4) + bytes([bitmap.flags]))
        output.put(bytes([Chunk.EOS]))

    def _iterate(self, output: Output) -> bool:
        """Nothing before the guest is at the other side, as bits change until then: so that is all done."""
        while self.in_postcopy and self._pending(0).total and not output.over_limit():
            self._put_chunk(output)
        output.put(bytes([Chunk.EOS]))
        return not (self.in_postcopy and self._pending(0).total)

    def _complete(self, output: Output) -> None:
        while self._pending(0).total:
            self._put_chunk(output)
        for bitmap, _ in self._sent:
            self._head(output, Chunk.COMPLETE, bitmap)
        output.put(bytes([Chunk.EOS]))

    def _pending(self, threshold: int) -> Pending:
        return Pending(postcopy_only=sum(-(-(len(bitmap.bits) - sent) // 8) for bitmap, sent in self._sent))

    def _cleanup(self) -> None:
        self._sent, self.in_postcopy = [], False

    def _put_chunk(self, output: Output) -> None:
        row = next(row for row, (bitmap, sent) in enumerate(self._sent) if sent < len(bitmap.bits))
        bitmap, first = self._sent[row]
        part = bitmap.bits[first : first + CHUNK * 8]
        kind = Chunk.BITS if part.any() else Chunk.BITS | Chunk.ZEROES
        self._head(output, kind, bitmap)
        per = bitmap.granularity // SECTOR
        output.put((first * per).to_bytes(8) + (len(part) * per).to_bytes(4))
        if part.any():
            packed = np.packbits(part, bitorder="little").tobytes()
            packed = packed.ljust(-(-len(packed) // PADDED) * PADDED, b"\0")
            output.put(len(packed).to_bytes(8) + packed)
        self._sent[row] = (bitmap, first + len(part))

    def _head(self, output: Output, kind: Chunk, bitmap: DirtyBitmap) -> None:
        """The node's name only where it is another one."""
        new = bitmap.node != self._last
        self._last = bitmap.node
        output.put(bytes([kind | Chunk.BITMAP | (Chunk.NODE if new else 0)]))
        for name in (bitmap.node, bitmap.name) if new else (bitmap.name,):
            encoded = name.encode()
            output.put(bytes([len(encoded)]) + encoded)


@dataclass(frozen=True, slots=True)
class BitmapChunk(Event):
    """One chunk that was taken in."""


@dataclass(frozen=True, slots=True)
class BitmapReader:
    """One section's payload, into ``bitmaps``."""

    bitmaps: DirtyBitmaps

    def step(self, window: Window) -> Event | Done:
        """Raises StreamError for chunks that cannot be, and for disks that the machine has not."""
        start, (node, name) = window.offset, self.bitmaps.arriving
        flags = window.be8()
        if flags == Chunk.EOS:
            return Done()
        if flags & Chunk.NODE:
            node = window.counted().decode("utf-8", "surrogateescape")
        if flags & Chunk.BITMAP:
            name = window.counted().decode("utf-8", "surrogateescape")
        kind = flags & ~int(Chunk.NODE | Chunk.BITMAP | Chunk.ZEROES)
        if kind == Chunk.START:
            self._begin(node, name, window, start)
        elif kind == Chunk.BITS:
            self._take(self._found(node, name, start), window, zeroes=bool(flags & Chunk.ZEROES))
        elif kind == Chunk.COMPLETE:
            self._found(node, name, start).arriving = False
        else:
            raise StreamError("dirty-bitmap", f"dirty bitmaps have no chunk {flags:#04x}", offset=start)
        self.bitmaps.arriving = (node, name)
        return BitmapChunk(start, window.offset - start)

    def _begin(self, node: str, name: str, window: Window, start: int) -> None:
        granularity, flags = window.be32(), window.be8()
        if node not in self.bitmaps.nodes:
            text = f"Cannot find device='{node}' nor node-name='{node}'"
            raise StreamError("dirty-bitmap-node", f"this machine has no disk {node}", offset=start, qemu=text)
        if (node, name) in self.bitmaps.bitmaps or len(self.bitmaps.bitmaps) >= MOST_BITMAPS:
            text = f"Bitmap with the same name ('{name}') already exists on destination"
            raise StreamError("dirty-bitmap", f"{node} has a bitmap {name} already", offset=start, qemu=text)
        if granularity < SECTOR or granularity & (granularity - 1):
            raise StreamError("dirty-bitmap", f"a granularity of {granularity} bytes", offset=start)
        empty = np.zeros(0, np.bool_)
        self.bitmaps.bitmaps[node, name] = DirtyBitmap(node, name, empty, granularity, flags, arriving=True)

    def _found(self, node: str, name: str, start: int) -> DirtyBitmap:
        bitmap = self.bitmaps.bitmaps.get((node, name))
        if bitmap is None or not bitmap.arriving:
            text = f"Error: unknown dirty bitmap '{name}' for block device '{node}'"
            raise StreamError("dirty-bitmap", f"no bitmap {name} of {node} was begun", offset=start, qemu=text)
        return bitmap

    def _take(self, bitmap: DirtyBitmap, window: Window, *, zeroes: bool) -> None:
        start, per = window.offset, bitmap.granularity // SECTOR
        sector, sectors = window.be64(), window.be32()
        first, count = sector // per, -(-sectors // per)
        if sector % per or first + count > MOST_GRANULES:
            raise StreamError("dirty-bitmap", f"bits of {sectors} sectors from {sector} on", offset=start)
        flags = np.zeros(count, np.bool_)
        if not zeroes:
            size = window.be64()
            if not -(-count // 8) <= size <= -(-count // (8 * PADDED)) * PADDED:
                raise StreamError("dirty-bitmap", f"{count} bits in {size} bytes", offset=start + 12)
            packed = np.frombuffer(window.take(size), np.uint8)
            flags = np.unpackbits(packed, count=count, bitorder="little").view(np.bool_)
        bitmap.add(first, flags)
