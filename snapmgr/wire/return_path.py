"""Messages from destination to source (migration/migration.c: source_return_path_thread, migrate_send_rp_message)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from snapmgr.errors import StreamError, Truncated
from snapmgr.wire.constants import RECV_BITMAP_ENDING, ReturnMessage
from snapmgr.wire.events import Event, NeedData
from snapmgr.wire.window import Buffer, Short, Window
from snapmgr.wire.writer import counted

LENGTHS: dict[int, int | None] = {
    ReturnMessage.SHUT: 4,
    ReturnMessage.PONG: 4,
    ReturnMessage.REQ_PAGES_ID: None,
    ReturnMessage.REQ_PAGES: 12,
    ReturnMessage.RECV_BITMAP: None,
    ReturnMessage.RESUME_ACK: 4,
    ReturnMessage.SWITCHOVER_ACK: 0,
}
"""Bytes of data each message must carry, None = any (migration.c: rp_cmd_args)."""

MAX_DATA = 512
"""QEMU's own buffer for one message (migration.c)."""

MAX_BITMAP = 1 << 30
"""Bytes of a received-pages bitmap: 32 TiB of RAM in pages of 4 KiB."""

_HEAD = struct.Struct(">HH")


@dataclass(frozen=True, slots=True)
class Message(Event):
    """One message.  ``bitmap`` follows RECV_BITMAP outside of its length: little-endian bits, 1 = received."""

    type: ReturnMessage
    data: bytes
    bitmap: bytes | None = None

    @property
    def number(self) -> int:
        """The u32 of SHUT, PONG and RESUME_ACK."""
        return int.from_bytes(self.data[:4])

    @property
    def request(self) -> tuple[str | None, int, int]:
        """(block or None = the last one named, offset in the block, length) of REQ_PAGES(_ID), in bytes."""
        start, length = int.from_bytes(self.data[:8]), int.from_bytes(self.data[8:12])
        return (self.block if self.type is ReturnMessage.REQ_PAGES_ID else None), start, length

    @property
    def block(self) -> str:
        """Name of the RAMBlock in REQ_PAGES_ID and RECV_BITMAP."""
        at = 12 if self.type is ReturnMessage.REQ_PAGES_ID else 0
        return self.data[at + 1 : at + 1 + self.data[at]].decode("utf-8", "surrogateescape")


class ReturnPathReader:
    """Feed bytes, ask for messages.  Raises StreamError: a damaged return path cannot be resynchronised."""

    def __init__(self, offset: int = 0) -> None:
        self._in = Window(MAX_BITMAP + 64, offset)

    def feed(self, data: Buffer, room: int = 0) -> None:
        """Add bytes in any chunking, of which the first ``room`` are none; empty data says that no more will come."""
        self._in.append(data, room)

    def next_event(self) -> Message | NeedData | None:
        """The next message, how many bytes are missing for it, or None at a clean end."""
        start = self._in.mark()
        if self._in.ended and not self._in.available:
            return None
        try:
            return self._message(start)
        except Short as short:
            self._in.offset = start
            if self._in.ended:
                raise Truncated(start, short.count) from None
            return NeedData(short.count)

    def _message(self, start: int) -> Message:
        number, length = self._in.be16(), self._in.be16()
        if number not in LENGTHS:
            text = f"MIG: Received invalid message 0x{number:04x} length 0x{length:04x}"
            raise StreamError("return-path-message", f"no message has the number {number:#x}", offset=start, qemu=text)
        kind, expected = ReturnMessage(number), LENGTHS[number]
        if (expected is not None and length != expected) or length > MAX_DATA:
            message = f"{kind.name} carries {length} bytes"
            raise StreamError("return-path-length", message, offset=start + 2)
        data = bytes(self._in.take(length))
        self._check_name(kind, data, start)
        bitmap = self._bitmap() if kind is ReturnMessage.RECV_BITMAP else None
        return Message(start, self._in.offset - start, kind, data, bitmap)

    def _check_name(self, kind: ReturnMessage, data: bytes, start: int) -> None:
        at = {ReturnMessage.REQ_PAGES_ID: 12, ReturnMessage.RECV_BITMAP: 0}.get(kind)
        if at is not None and (len(data) <= at or len(data) != at + 1 + data[at]):
            raise StreamError("return-path-name", f"{kind.name} whose name does not fit its length", offset=start + 4)

    def _bitmap(self) -> bytes:
        at = self._in.offset
        size = self._in.be64()
        if size > MAX_BITMAP or size % 8:
            raise StreamError("return-path-bitmap", f"a bitmap of {size} bytes", offset=at)
        bitmap = bytes(self._in.take(size))
        if self._in.be64() != RECV_BITMAP_ENDING:
            raise StreamError("return-path-bitmap", "a bitmap without its ending", offset=self._in.offset - 8)
        return bitmap


def message(kind: ReturnMessage, data: bytes = b"") -> bytes:
    """A message as bytes."""
    return _HEAD.pack(kind, len(data)) + data


def pong(value: int) -> bytes:
    return message(ReturnMessage.PONG, value.to_bytes(4))


def shut(status: int) -> bytes:
    """``status`` is 0 if all is well."""
    return message(ReturnMessage.SHUT, status.to_bytes(4))


def request_pages(start: int, length: int, block: str | None = None) -> bytes:
    """Ask for ``length`` bytes from ``start`` of ``block``, None = the block that was named last."""
    data = start.to_bytes(8) + length.to_bytes(4)
    if block is None:
        return message(ReturnMessage.REQ_PAGES, data)
    return message(ReturnMessage.REQ_PAGES_ID, data + counted(block.encode("utf-8", "surrogateescape")))


def received_bitmap(block: str, bitmap: bytes) -> bytes:
    """The received pages of a block; ``bitmap`` is a multiple of 8 bytes."""
    name = counted(block.encode("utf-8", "surrogateescape"))
    ending = RECV_BITMAP_ENDING.to_bytes(8)
    return message(ReturnMessage.RECV_BITMAP, name) + len(bitmap).to_bytes(8) + bitmap + ending
