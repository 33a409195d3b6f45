"""Rows of what stands in the channels of a capture beside the main stream: greetings, packets, messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from snapmgr.inspect.model import Record
from snapmgr.ram.multifd import GREETING, METHODS, PACKINGS, PacketFlag
from snapmgr.wire.colo import ColoNumber
from snapmgr.wire.constants import ReturnMessage

if TYPE_CHECKING:
    from snapmgr.inspect.tree import Tree

_COLO = frozenset(number.name for number in ColoNumber)
_SHOWN = 128
"""Pages of a packet, which are as many as it has at pages of 4096 bytes."""


class Adder(Protocol):
    """Collects leaf rows, front to back (record_rows.Rows)."""

    tree: Tree
    offset: int
    end: int

    def number(self, name: str, size: int, meaning: str | None = None) -> int: ...
    def text(self, name: str, size: int) -> str: ...
    def add(self, name: str, value: str, meaning: str, kind_text: str, length: int) -> None: ...


def channel_rows(rows: Adder, record: Record) -> None:
    """Fill ``rows`` with what stands in a CHANNEL, PACKET, PAGES or MESSAGE."""
    match record.type:
        case "CHANNEL" if record.length == GREETING:
            rows.number("magic", 4)
            rows.number("version", 4)
            rows.add("uuid", bytes(rows.tree.source.read(rows.offset, 16)).hex(), "", "uuid", 16)
            rows.number("channel", 1)
        case "PACKET":
            _packet(rows)
        case "MESSAGE":
            _colo(rows, record) if record.idstr in _COLO else _message(rows, record)
    if rows.offset < rows.end:
        rest = rows.end - rows.offset
        rows.add("data", "", f"{rest} bytes", "pages" if record.type in ("PACKET", "PAGES") else "buffer", rest)


def _packet(rows: Adder) -> None:
    rows.number("magic", 4)
    rows.number("version", 4)
    flags = int.from_bytes(rows.tree.source.read(rows.offset, 4))
    said = [METHODS.get(flags & PACKINGS, "unknown packing")] + ["sync"] * bool(flags & PacketFlag.SYNC)
    if flags & PacketFlag.DEVICE_STATE:
        rows.number("flags", 4, "device state")
        rows.text("idstr", 256)
        rows.number("instance id", 4)
        rows.number("size", 4)
        return
    rows.number("flags", 4, ", ".join(said))
    rows.number("pages allocated", 4)
    normal = rows.number("pages with contents", 4)
    rows.number("size of contents", 4)
    rows.number("packet number", 8)
    zero = rows.number("pages of zeros", 4)
    rows.add("reserved", "", "", "buffer", 28)
    name = bytes(rows.tree.source.read(rows.offset, 256)).split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
    rows.add("block", name, "", "string", 256)
    for place in range(min(normal + zero, _SHOWN)):
        rows.number("page at" if place < normal else "zero page at", 8)
    rows.add("unused offsets", "", "", "buffer", max(0, _SHOWN - normal - zero) * 8)


def _colo(rows: Adder, record: Record) -> None:
    rows.number("message", 4, record.idstr)
    if rows.offset < rows.end:
        rows.number("size", 8)


def _message(rows: Adder, record: Record) -> None:
    kind = rows.number("message", 2, record.idstr)
    end = rows.offset + 2 + rows.number("length", 2)
    match kind:
        case ReturnMessage.SHUT:
            rows.number("error", 4)
        case ReturnMessage.PONG | ReturnMessage.RESUME_ACK:
            rows.number("value", 4)
        case ReturnMessage.REQ_PAGES | ReturnMessage.REQ_PAGES_ID:
            rows.number("start", 8)
            rows.number("length", 4)
    if kind in (ReturnMessage.REQ_PAGES_ID, ReturnMessage.RECV_BITMAP) and rows.offset < end:
        rows.text("block", rows.number("block length", 1))
    if kind == ReturnMessage.RECV_BITMAP:
        rows.add("bitmap", "", "1 = received", "bitmap", rows.number("bitmap size", 8))
        rows.number("end mark", 8)
