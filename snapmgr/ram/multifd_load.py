"""What multifd channels bring, into RAM (migration/multifd.c: multifd_recv_unfill_packet, multifd-zlib.c, -zstd.c)."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np
import zstandard

from snapmgr.errors import StreamError
from snapmgr.ram.bitmap import Flags, Pages
from snapmgr.ram.block import RAMBlock
from snapmgr.ram.multifd import DevicePacket, Greeting, MultifdReader, Packet
from snapmgr.ram.ramlist import RamList
from snapmgr.wire.events import Event, Fault, NeedData

_SPARE = 64
"""Bytes that unpacking may give beyond what is expected: one is enough to know that it is too much."""

Take = Callable[[int], memoryview]
"""Exactly so many of the channel's next bytes."""


class Unpacker:
    """Unpacks the packets of one channel, each upon those before."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj()
        self._zstd = zstandard.ZstdDecompressor().decompressobj()

    def unpack(self, method: str, data: memoryview, size: int, offset: int) -> bytes | memoryview:
        """``size`` bytes.  Raises StreamError where it does not give so many, and for methods that are not read."""
        try:
            match method:
                case "none":
                    unpacked: bytes | memoryview = data
                case "zlib":
                    unpacked = self._zlib.decompress(data, size + _SPARE)
                case "zstd":
                    unpacked = self._zstd.decompress(data)
                case _:
                    raise StreamError("multifd-method", f"pages packed by {method} are not loaded", offset=offset)
        except (zlib.error, zstandard.ZstdError) as error:
            raise StreamError(
                "multifd-packed", f"pages that {method} does not unpack: {error}", offset=offset
            ) from error
        if len(unpacked) != size:
            message = f"{len(unpacked)} bytes of pages where {size} were announced"
            raise StreamError("multifd-packed", message, offset=offset)
        return unpacked


class ChannelLoader:
    """Reads one channel, packet by packet, and puts its pages into RAM.

    ``received`` gives by idstr a flag for each page, which says that it has come; blocks may be left out.  ``coming``
    is told of pages of such a block before."""

    def __init__(
        self,
        ram: RamList,
        page_bits: int,
        received: Callable[[], dict[str, Flags]] = dict,
        coming: Callable[[str, Pages], None] = lambda idstr, pages: None,
    ) -> None:
        self._ram, self._bits, self._received, self._coming = ram, page_bits, received, coming
        self._reader = MultifdReader()
        self._reader.page_bits = page_bits
        self._unpacker = Unpacker()

    def next_packet(self, take: Take) -> Packet | Greeting:
        """The next one; its pages are in RAM.  Raises StreamError, and what ``take`` raises."""
        while isinstance(event := self._reader.next_event(), NeedData):
            self._reader.feed(bytes(take(event.count)))
        if isinstance(event, Packet):
            data = take(event.data_length)
            if event.data_length:
                self._reader.arrive()
            self._place(event, data)
        return _expected(event)

    def _place(self, packet: Packet, data: memoryview) -> None:
        if not len(packet.normal) + len(packet.zero):
            return
        block = self._block(packet)
        size = 1 << self._bits
        normal, zero = packet.normal.astype(np.int64), packet.zero.astype(np.int64)
        if len(normal):
            content = self._unpacker.unpack(packet.method, data, len(normal) * size, packet.data)
            rows = np.frombuffer(content, np.uint8).reshape(-1, size)
            block.by_page[_where(normal)] = rows
        if len(zero):
            _clear(block, zero)
        if (flags := self._received().get(block.idstr)) is not None:
            self._coming(block.idstr, normal)
            self._coming(block.idstr, zero)
            flags[normal] = flags[zero] = True

    def _block(self, packet: Packet) -> RAMBlock:
        block = self._ram.find(packet.block)
        if block is None:
            text = f"multifd: unknown ram block {packet.block}"
            message = f"pages of an unknown RAM block {packet.block}"
            raise StreamError("multifd-block", message, offset=packet.offset, qemu=text)
        for pages in (packet.normal, packet.zero):
            if len(pages) and int(pages.max()) >= block.pages:
                far = int(pages.max()) << self._bits
                text = f"multifd: offset too long {far} (max {block.used_length})"
                raise StreamError(
                    "page-outside", f"{packet.block} has no page at {far:#x}", offset=packet.offset, qemu=text
                )
        return block


def _where(pages: Pages) -> slice | Pages:
    """As a slice where they follow each other, which is faster."""
    first, count = int(pages[0]), len(pages)
    return slice(first, first + count) if (np.diff(pages) == 1).all() else pages


def _clear(block: RAMBlock, pages: Pages) -> None:
    """What was never touched stays so."""
    where = _where(pages)
    if isinstance(where, slice):
        block.clear(where.start, len(pages))
    else:
        filled = pages[block.by_page[pages].view(np.bool_).any(axis=1)]
        block.by_page[filled] = 0


def _expected(event: Event | None) -> Packet | Greeting:
    if isinstance(event, Packet | Greeting):
        return event
    if isinstance(event, Fault):
        raise StreamError(event.code, event.message, offset=event.offset, qemu=event.qemu.get("7.2"))
    if isinstance(event, DevicePacket):
        raise StreamError("multifd-device", f"device state of {event.idstr} beside the stream", offset=event.offset)
    raise StreamError("channel-truncated", "the channel ends early", offset=0)
