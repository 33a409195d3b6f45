"""One multifd channel: its greeting, then packets of pages (migration/multifd.c, docs/devel/migration).

A packet is a header of fixed length, whatever it carries, and the bytes of its pages, as they are or packed.  The
header names one block and lists where in it the pages stand: those with contents first, pages of zeros behind them.
"""

from __future__ import annotations

import struct
from collections.abc import Collection
from dataclasses import dataclass
from enum import IntFlag
from types import MethodType
from typing import Any

import numpy as np

from snapmgr.errors import StreamError
from snapmgr.ram.runs import U64
from snapmgr.ram.words import PAGE_BITS
from snapmgr.wire.events import Event, NeedData, Skipped
from snapmgr.wire.faults import fault
from snapmgr.wire.window import Buffer, Short, Window
from snapmgr.wire.wording import VERSIONS

MAGIC = 0x11223344
VERSION = 1
GREETING = 64
"""Bytes: magic, version, uuid (16), channel, and room for later."""

PACKET_SIZE = 512 << 10
"""Bytes of pages in a full packet (multifd.h: MULTIFD_PACKET_SIZE)."""

MAX_PACKED = 4 * PACKET_SIZE
"""Bytes that a packet's pages may take when packed: no method makes them twice as long."""

MAX_DEVICE = 1 << 30
"""Bytes of one piece of device state."""

HEAD = 320
"""Bytes of a header before the offsets of its pages."""

DEVICE_HEAD = 276

_FIELDS = struct.Struct(">IIIIIIQI")
_NAME = slice(64, 320)
_VARYING = 12
"""Bytes that all headers have in common: magic, version, flags."""


class PacketFlag(IntFlag):
    """MULTIFD_FLAG_*."""

    SYNC = 1
    ZLIB = 1 << 1
    ZSTD = 2 << 1
    QPL = 4 << 1
    UADK = 8 << 1
    QATZIP = 16 << 1
    DEVICE_STATE = 32 << 1


PACKINGS = PacketFlag.ZLIB | PacketFlag.ZSTD | PacketFlag.QPL | PacketFlag.UADK | PacketFlag.QATZIP
METHODS = {
    0: "none",
    PacketFlag.ZLIB: "zlib",
    PacketFlag.ZSTD: "zstd",
    PacketFlag.QPL: "qpl",
    PacketFlag.UADK: "uadk",
    PacketFlag.QATZIP: "qatzip",
}
"""Names of parameter multifd-compression by the flag of their packets."""


@dataclass(frozen=True, slots=True)
class Greeting(Event):
    """The first bytes of a channel: the sender's uuid and the channel's number."""

    uuid: bytes
    channel: int


@dataclass(frozen=True, slots=True)
class Packet(Event):
    """Pages of one block: ``normal`` and ``zero`` are page numbers in the order of the header (dtype uint64).

    Contents stand at ``[data, data + data_length)``, packed by ``method``; a packet without pages has neither block nor
    contents.
    """

    flags: int
    number: int
    block: str
    normal: U64
    zero: U64
    data: int
    data_length: int

    @property
    def method(self) -> str:
        return METHODS[self.flags & PACKINGS]

    @property
    def is_sync(self) -> bool:
        """Whether this channel says that what the main stream announced last has come."""
        return bool(self.flags & PacketFlag.SYNC)


@dataclass(frozen=True, slots=True)
class DevicePacket(Event):
    """A piece of the state of device ``idstr``, which nothing describes (VFIO since QEMU 10.0)."""

    idstr: str
    instance_id: int
    data: int
    data_length: int


class MultifdReader:
    """Feed bytes, ask for events.  A fault ends the channel: what follows a broken packet is packed upon it.

    ``page_bits`` and ``blocks`` (names that were listed) are what the main stream said; no name is checked while
    there are none.
    """

    def __init__(self, offset: int = 0) -> None:
        self.page_bits = PAGE_BITS
        self.blocks: Collection[str] = ()
        self._in = Window(1 << 20, offset)
        self._step: Any = MultifdReader._greeting
        self._due = offset

    @property
    def offset(self) -> int:
        """Where the next event would begin."""
        return self._in.offset

    def feed(self, data: Buffer, room: int = 0) -> None:
        """Add bytes in any chunking; empty data says that no more will come."""
        self._in.append(data, room)

    def arrive(self) -> None:
        """The contents of the packet just told were taken elsewhere: the next byte fed is that behind them."""
        self._in.arrive()

    def next_event(self) -> Event | NeedData | None:
        """The next event, how many bytes are missing for it, or None after the last.  Never raises for bad bytes."""
        start = self._in.mark()
        if self._step is None:
            return None
        if self._in.ended and not self._in.available and self._step == MultifdReader._packet:
            return self._at_end(start)
        try:
            event: Event | NeedData | None = MethodType(self._step, self)()
        except Short as short:
            self._in.offset = start
            if not self._in.ended:
                return NeedData(short.count)
            self._step = MultifdReader._rest
            message = f"the channel ends inside a packet: {short.count} more bytes are needed"
            return fault("channel-truncated", start + self._in.available, 0, message)
        except StreamError as error:
            self._in.offset = start
            self._step = MultifdReader._rest
            return fault(error.code, error.offset or start, 0, error.message, error.qemu or "")
        self._due = self._in.offset
        return event

    def _at_end(self, start: int) -> Event | None:
        """Contents were passed over before they came: say so if they did not all come."""
        missing, self._step = self._due - start, MultifdReader._rest
        message = f"the channel ends inside a packet: {missing} more bytes are needed"
        return fault("channel-truncated", start, 0, message) if missing > 0 else None

    def _greeting(self) -> Event:
        start = self._in.offset
        data = bytes(self._in.take(GREETING))
        magic, version = struct.unpack_from(">II", data)
        if magic != MAGIC:
            text = f"multifd: received packet magic {magic:x} expected {MAGIC:x}"
            raise StreamError("multifd-magic", "the channel does not begin as one of multifd", offset=start, qemu=text)
        if version != VERSION:
            text = f"multifd: received packet version {version} expected {VERSION}"
            raise StreamError("multifd-version", f"multifd of version {version}", offset=start + 4, qemu=text)
        self._step = MultifdReader._packet
        return Greeting(start, GREETING, data[8:24], data[24])

    def _packet(self) -> Event:
        start = self._in.offset
        magic, version, flags = struct.unpack(">III", self._in.peek(_VARYING))
        if magic != MAGIC or version != VERSION:
            what, found, expected = ("magic", magic, MAGIC) if magic != MAGIC else ("version", version, VERSION)
            said = f"{found:x}" if what == "magic" else f"{found}"
            wanted = f"{expected:x}" if what == "magic" else f"{expected}"
            texts = {
                "7.2": f"multifd: received packet {what} {said} and expected {what} {wanted}",
            } | dict.fromkeys(VERSIONS[1:], f"multifd: received packet {what} {said}, expected {wanted}")
            self._step = MultifdReader._rest
            return fault(
                f"multifd-{what}", start + 4 * (what == "version"), 4, f"a packet with the {what} {said}", texts
            )
        if flags & PacketFlag.DEVICE_STATE:
            return self._device(start)
        return self._pages(start, flags)

    def _device(self, start: int) -> Event:
        head = bytes(self._in.take(DEVICE_HEAD))
        idstr = head[12:268].split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
        instance, length = struct.unpack_from(">II", head, 268)
        if length > MAX_DEVICE:
            raise StreamError("multifd-size", f"a piece of device state of {length} bytes", offset=start + 272)
        self._in.pass_over(length)
        return DevicePacket(start, DEVICE_HEAD + length, idstr, instance, start + DEVICE_HEAD, length)

    def _pages(self, start: int, flags: int) -> Event:
        most = PACKET_SIZE >> self.page_bits
        head = self._in.take(HEAD + 8 * most)
        *_, allocated, normal, packed, number, zero = _FIELDS.unpack_from(head)
        if allocated > most or normal + zero > most:
            many, text = max(allocated, normal + zero), ""
            if allocated > most:
                text = f"multifd: received packet with size {allocated} and expected a size of {most}"
            raise StreamError("multifd-pages", f"a packet of {many} pages", offset=start + 12, qemu=text or None)
        method = flags & PACKINGS
        if method not in METHODS:
            raise StreamError("multifd-flags", f"a packet with the flags {flags:#x}", offset=start + 8)
        length = (normal << self.page_bits if not method else packed) if normal else 0
        if length > MAX_PACKED:
            raise StreamError("multifd-size", f"a packet whose pages take {length} bytes", offset=start + 20)
        block = self._block(bytes(head[_NAME]), start) if normal + zero else ""
        offsets = np.frombuffer(head, ">u8", normal + zero, HEAD).astype(np.uint64)
        if np.any(offsets & np.uint64((1 << self.page_bits) - 1)):
            raise StreamError("multifd-offset", "a packet with a page that begins in mid-page", offset=start + HEAD)
        pages = offsets >> np.uint64(self.page_bits)
        data = self._in.offset
        self._in.pass_over(length)
        end = data + length
        return Packet(start, end - start, flags, number, block, pages[:normal], pages[normal:], data, length)

    def _block(self, raw: bytes, start: int) -> str:
        name = raw.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
        if self.blocks and name not in self.blocks:
            text = f"multifd: unknown ram block {name}"
            raise StreamError("multifd-block", f"pages of an unknown RAM block {name}", offset=start + 64, qemu=text)
        return name

    def _rest(self) -> Event | NeedData | None:
        """What stands behind a fault, in one piece for each that was fed."""
        start, count = self._in.offset, self._in.available
        if not count:
            return None if self._in.ended else NeedData(1)
        self._in.all_held()
        self._in.skip(count)
        return Skipped(start, count)
