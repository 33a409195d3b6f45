"""RAM sections while a load is rehearsed: every record is looked at as QEMU does, and nothing is kept.

Behaviour of all releases: migration/ram.c, ram_load_precopy.  Stretches of common records are taken at once.
"""

from __future__ import annotations

import numpy as np

from snapmgr.errors import StreamError
from snapmgr.inspect.against.memory import Block, Memory
from snapmgr.inspect.against.padded import Padded
from snapmgr.ram.place import length_of
from snapmgr.ram.runs import walk
from snapmgr.ram.section import BlockList
from snapmgr.ram.words import RamFlag
from snapmgr.ram.xbzrle import ENCODING, decode
from snapmgr.savevm.handlers import EINVAL, ENOTSUP, HandlerFailed
from snapmgr.wire.events import Event, Payload
from snapmgr.wire.layout import Done
from snapmgr.wire.window import Window

_OLD = "7.2"
_MAX_PACKED = 1 << 31


class RamRehearsal:
    """One section's payload; a ``wire.layout.PayloadReader``."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        paged = RamFlag.ZERO | RamFlag.PAGE | RamFlag.XBZRLE
        self._paged = paged | RamFlag.COMPRESS_PAGE if memory.release == _OLD else paged

    def step(self, window: Window) -> Event | Done:
        """A stretch of pages or one other record.  Raises Short, StreamError with QEMU's text, HandlerFailed."""
        start = window.offset
        if self._memory.has("mapped-ram"):
            return self._mapped(window)
        if self._memory.last is not None and self._stretch(window, self._memory.last):
            return Payload(start, window.offset - start, "layout")
        data = Padded(window)
        last = self._memory.last
        try:
            ended = self._record(data, start)
        except StreamError as error:
            if error.offset is None:
                error.offset = start
            raise
        except BaseException:
            self._memory.last = last
            raise
        if data.cut:
            raise StreamError("truncated", "the stream ends inside RAM", offset=window.offset)
        event = Payload(start, window.offset - start, "layout")
        return Done(event) if ended else event

    def _mapped(self, window: Window) -> Event | Done:
        """In the mapped-ram layout all pages stand in the block list."""
        found = self._memory.mapped.step(window)
        event = found.event if isinstance(found, Done) else found
        if isinstance(event, BlockList):
            for block in event.blocks:
                self._memory.take_block(block.name, block.used_length, block.offset)
        return found

    def _stretch(self, window: Window, block: Block) -> bool:
        """Take common records as far as they go; False where none stands here."""
        if not window.available:
            return False
        bits = self._memory.page_bits
        view, at = window.front()
        end, words = walk(view, at, bits)
        outside = np.flatnonzero(words >> np.uint64(bits) << np.uint64(bits) >= np.uint64(block.used_length))
        if len(outside):
            words = words[: outside[0]]
            end = at + length_of(words, bits)
        window.skip(end - at)
        return end > at

    def _record(self, data: Padded, offset: int) -> bool:
        """One word and what belongs to it; whether the section's payload ends here."""
        memory = self._memory
        word = data.number(8)
        if data.cut and memory.release != _OLD:
            raise StreamError("truncated", "the stream ends here", offset=offset, qemu="Getting RAM address failed")
        flags = word & ((1 << memory.page_bits) - 1)
        address = word - flags
        packed = flags & RamFlag.COMPRESS_PAGE and memory.release == _OLD and not memory.listening
        if packed and not memory.has("compress"):
            raise _refused("compressed-page", "a compressed page", offset, "Received an unexpected compressed page")
        block = None
        if flags & self._paged:
            block = memory.named(data, flags, offset)
            if address >= block.used_length:
                message = f"{block.known.name} has no page at {address:#x}, but {block.used_length:#x} bytes"
                raise _refused("page-outside", message, offset, f"Illegal RAM offset {address:x}")
        self._contents(data, flags, address, offset)
        return bool(flags & RamFlag.EOS)

    def _contents(self, data: Padded, flags: int, address: int, offset: int) -> None:
        kind, old = flags & ~int(RamFlag.CONTINUE), self._memory.release == _OLD
        match kind:
            case RamFlag.MEM_SIZE if not self._memory.listening:
                self._memory.take_list(data, address, offset)
            case RamFlag.ZERO:
                self._zero(data, offset)
            case RamFlag.PAGE:
                data.take(1 << self._memory.page_bits)
            case RamFlag.COMPRESS_PAGE if old:
                self._compressed(data, offset)
            case RamFlag.XBZRLE if not self._memory.listening:
                self._xbzrle(data, offset)
            case RamFlag.EOS:
                pass
            case RamFlag.MULTIFD_FLUSH if not old:
                pass
            case RamFlag.HOOK if not old and not self._memory.listening:
                pass
            case _ if self._memory.listening:
                text = f"Unknown combination of migration flags: 0x{flags:x} (postcopy mode)"
                raise _refused("ram-flags", f"no record of postcopy has the flags {flags:#x}", offset, text)
            case _ if old and flags & RamFlag.HOOK:
                raise HandlerFailed(ENOTSUP, "a record for RDMA, which cannot be read from a file", offset=offset)
            case _:
                text = f"Unknown combination of migration flags: 0x{flags:x}"
                raise _refused("ram-flags", f"no page record has the flags {flags:#x}", offset, text)

    def _zero(self, data: Padded, offset: int) -> None:
        fill = data.number(1)
        if fill and self._memory.release != _OLD:
            text = f"Found a zero page with value {fill}"
            raise _refused("zero-fill", f"a zero page is filled with {fill:#04x}", offset, text)

    def _compressed(self, data: Padded, offset: int) -> None:
        length = data.number(4)
        size = 1 << self._memory.page_bits
        bound = size + (size >> 12) + (size >> 14) + (size >> 25) + 13  # zlib: compressBound
        if length >= _MAX_PACKED or length > bound:
            signed = length - (1 << 32) if length >= _MAX_PACKED else length
            text = f"Invalid compressed data length: {signed}"
            raise _refused("compressed-length", f"a compressed page of {length} bytes", offset, text)
        data.take(length)

    def _xbzrle(self, data: Padded, offset: int) -> None:
        encoding, length = data.number(1), data.number(2)
        if encoding != ENCODING:
            raise _refused(
                "xbzrle-header", "an xbzrle record of an unknown encoding", offset, _xbzrle_text("wrong compression")
            )
        if length > 1 << self._memory.page_bits:
            raise _refused("xbzrle-length", f"an xbzrle record of {length} bytes", offset, _xbzrle_text("len overflow"))
        contents = data.take(length)
        decode(memoryview(contents), np.zeros(1 << self._memory.page_bits, np.uint8), offset)


def _xbzrle_text(what: str) -> str:
    return f"Failed to load XBZRLE page - {what}!"


def _refused(code: str, message: str, offset: int, text: str) -> StreamError:
    return StreamError(code, message, offset=offset, qemu=text)


def no_ram(version: int) -> HandlerFailed:
    """Versions that QEMU does not load either (ram.c: ram_load)."""
    return HandlerFailed(EINVAL, f"version {version} of RAM is not loaded")
