"""Packets of a multifd channel as they are sent (migration/multifd.c: multifd_send_fill_packet, -zlib.c, -zstd.c).

Pages of zeros are listed in the packets, as QEMU 9.0 and newer do, and have no contents.
"""

from __future__ import annotations

import struct
import zlib
from typing import Protocol

import numpy as np
import zstandard

from snapmgr.errors import UsageError
from snapmgr.ram.bitmap import Flags, Pages
from snapmgr.ram.encode import U8
from snapmgr.ram.multifd import HEAD, MAGIC, PACKET_SIZE, VERSION, PacketFlag
from snapmgr.savevm.output import Buffer

_NAME_AT, _NAME_ROOM = 64, 256


class Packer(Protocol):
    """Packs the pages of one channel, each packet upon those before."""

    flag: int

    def pack(self, contents: U8) -> Buffer:
        """Rows of pages, which may be those of RAM; what is returned may be, too."""


class Plain:
    """multifd-compression none."""

    flag = 0

    def pack(self, contents: U8) -> Buffer:
        return np.ascontiguousarray(contents).reshape(-1).data


class Zlib:
    """One deflate stream for the whole channel, flushed at the end of every packet."""

    flag = int(PacketFlag.ZLIB)

    def __init__(self, level: int) -> None:
        self._stream = zlib.compressobj(level)

    def pack(self, contents: U8) -> Buffer:
        return self._stream.compress(np.ascontiguousarray(contents).data) + self._stream.flush(zlib.Z_SYNC_FLUSH)


class Zstd:
    """One zstd frame for the whole channel, of which every packet is whole blocks."""

    flag = int(PacketFlag.ZSTD)

    def __init__(self, level: int) -> None:
        self._stream = zstandard.ZstdCompressor(level=level).compressobj()

    def pack(self, contents: U8) -> Buffer:
        data = np.ascontiguousarray(contents).data
        return self._stream.compress(data) + self._stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)


def packer(method: str, *, zlib_level: int = 1, zstd_level: int = 1) -> Packer:
    """For parameter multifd-compression.  Raises UsageError for a method that is not written."""
    match method:
        case "none":
            return Plain()
        case "zlib":
            return Zlib(zlib_level)
        case "zstd":
            return Zstd(zstd_level)
    raise UsageError("multifd-compression", f"pages are not packed by {method}", hint="Use none, zlib or zstd.")


class Packets:
    """Makes those of one channel; ``pages_at_most`` fit into one."""

    def __init__(self, channel: int, packer: Packer, page_bits: int) -> None:
        self.pages_at_most = PACKET_SIZE >> page_bits
        self._channel, self._packer, self._bits = channel, packer, page_bits

    def greeting(self, uuid: bytes) -> bytes:
        """The first bytes of the channel; ``uuid`` has 16."""
        return struct.pack(">II16sB39x", MAGIC, VERSION, uuid, self._channel)

    def pages(self, number: int, block: str, pages: Pages, contents: U8, zero: Flags) -> list[Buffer]:
        """Pages of one block, with a row of ``contents`` and a flag for each; the packet's ``number`` counts those of
        all channels."""
        normal = pages[~zero]
        packed = b"" if not len(normal) else self._packer.pack(contents if not zero.any() else contents[~zero])
        head = self._head(self._packer.flag, len(normal), len(packed), number, len(pages) - len(normal))
        name = block.encode("utf-8", "surrogateescape")[: _NAME_ROOM - 1]
        head[_NAME_AT : _NAME_AT + len(name)] = name
        offsets = np.concatenate((normal, pages[zero])) << self._bits
        head[HEAD : HEAD + 8 * len(pages)] = offsets.astype(">u8").tobytes()
        return [head, packed] if len(packed) else [head]

    def sync(self, number: int) -> bytes:
        """All that was sent before has come when this has."""
        return bytes(self._head(int(PacketFlag.SYNC), 0, 0, number, 0, allocated=0))

    def _head(
        self, flags: int, normal: int, packed: int, number: int, zero: int, *, allocated: int | None = None
    ) -> bytearray:
        most = self.pages_at_most
        head = bytearray(HEAD + 8 * most)
        room = most if allocated is None else allocated
        struct.pack_into(">IIIIIIQI", head, 0, MAGIC, VERSION, flags, room, normal, packed, number, zero)
        return head
