"""RAM as it was sent, sent again: every record is read and laid out anew, in its order, pages edited on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from snapmgr.containers.source import Source
from snapmgr.errors import Unsupported
from snapmgr.ram.encode import Records, places
from snapmgr.ram.section import BlockList, OddPage, Pages, RamPayload, RamState, RamWord
from snapmgr.ram.words import PageKind, RamFlag
from snapmgr.savevm.output import Output
from snapmgr.totals import totals
from snapmgr.wire.events import Event
from snapmgr.wire.layout import Done
from snapmgr.wire.window import Short, Window
from snapmgr.wire.writer import counted

PIECE = 4 << 20
"""Bytes of the stream held at once."""

WORD = 8
U8 = npt.NDArray[np.uint8]

EditedPages = Mapping[str, Mapping[int, Sequence[tuple[int, bytes]]]]
"""By block and page: what stands at which offset of the page instead of what was sent."""

_FLAGS = {
    PageKind.NORMAL: RamFlag.PAGE,
    PageKind.ZERO: RamFlag.ZERO,
    PageKind.FILL: RamFlag.ZERO,
    PageKind.XBZRLE: RamFlag.XBZRLE,
    PageKind.COMPRESSED: RamFlag.COMPRESS_PAGE,
}
_XBZRLE_HEADER = 3
_COMPRESSED_HEADER = 4


class RamReplay:
    """Reads sections of ``source`` and puts the same records; ``state`` is what outlives a section."""

    def __init__(self, source: Source, state: RamState, edits: EditedPages) -> None:
        self._source = source
        self._state = state
        self._edits = edits

    def put(self, start: int, end: int, out: Output) -> None:
        """Put the payload that stands at bytes ``[start, end)`` of the source.

        Raises StreamError for what cannot be read, Unsupported for an edit of a page that travels packed.
        """
        window = Window(1 << 28, start)
        for event in self._events(window, start, end):
            after = window.offset
            self._put(event, window, out)
            window.offset = after

    def _events(self, window: Window, start: int, end: int) -> Iterator[Event]:
        payload, at = RamPayload(self._state), start
        while True:
            begin = window.mark()
            try:
                event = payload.step(window)
            except Short as short:
                window.offset = begin
                if at >= end:
                    window.append(b"")
                    raise
                piece = self._source.read(at, min(max(PIECE, short.count), end - at))
                window.append(piece)
                at += len(piece)
                continue
            if not isinstance(event, Done):
                yield event
                continue
            if event.event is not None:
                yield event.event
            return

    def _put(self, event: Event, window: Window, out: Output) -> None:
        match event:
            case Pages():
                self._pages(event, _bytes(window, event.offset, event.length), out)
            case OddPage():
                self._page(event, window, out)
            case BlockList():
                out.put(block_list(event))
            case RamWord():
                out.put(event.flags.to_bytes(WORD))

    def _pages(self, event: Pages, data: memoryview, out: Output) -> None:
        bits, raw = self._state.page_bits, np.frombuffer(data, np.uint8)
        size = 1 << bits
        pages = (event.words >> np.uint64(bits)).astype(np.int64)
        normal = (event.words & np.uint64(size - 1)) == np.uint64(RamFlag.PAGE | RamFlag.CONTINUE)
        ends = totals(np.where(normal, WORD + size, WORD + 1))
        edits = self._edits.get(event.block, {})
        touched = np.isin(pages, list(edits)) if edits else np.zeros(len(pages), np.bool_)
        as_normal = normal | touched
        flags = np.where(as_normal, int(RamFlag.PAGE), int(RamFlag.ZERO))
        records = Records(pages, flags, np.where(as_normal, size, 1), bits)
        records.data[records.at[~as_normal]] = 0
        if normal.any():
            records.put(records.at[normal], places(raw, size)[ends[normal] - size])
        for row in np.flatnonzero(touched).tolist():
            content = records.data[records.at[row] : records.at[row] + size]
            if not normal[row]:
                content[:] = 0
            _apply(edits[int(pages[row])], content)
        out.put(records.data.data)

    def _page(self, event: OddPage, window: Window, out: Output) -> None:
        header = {PageKind.XBZRLE: _XBZRLE_HEADER, PageKind.COMPRESSED: _COMPRESSED_HEADER}.get(event.kind, 0)
        names_block = event.data_offset - header - event.offset > WORD
        data = bytes(_bytes(window, event.data_offset - header, header + event.data_length))
        kind = event.kind
        edits = self._edits.get(event.block, {}).get(event.page)
        if edits is not None:
            data, kind = self._edited(event, data, edits), PageKind.NORMAL
        word = event.page << self._state.page_bits | _FLAGS[kind]
        if names_block:
            name = counted(event.block.encode("utf-8", "surrogateescape"))
            out.put(word.to_bytes(WORD) + name)
        else:
            out.put((word | RamFlag.CONTINUE).to_bytes(WORD))
        out.put(data)

    def _edited(self, event: OddPage, data: bytes, edits: Sequence[tuple[int, bytes]]) -> bytes:
        content = np.zeros(1 << self._state.page_bits, np.uint8)
        match event.kind:
            case PageKind.NORMAL:
                content[:] = np.frombuffer(data, np.uint8)
            case PageKind.FILL:
                content[:] = event.fill
            case PageKind.XBZRLE | PageKind.COMPRESSED:
                message = f"page {event.page} of {event.block} travels packed: it cannot be edited"
                raise Unsupported("edit-packed-page", message, offset=event.offset)
        _apply(edits, content)
        return content.tobytes()


def block_list(event: BlockList) -> bytes:
    """The list that opens RAM (ram.c: ram_save_setup)."""
    parts = [(event.total | RamFlag.MEM_SIZE).to_bytes(WORD)]
    for block in event.blocks:
        parts.append(counted(block.name.encode("utf-8", "surrogateescape")) + block.used_length.to_bytes(WORD))
        if block.page_size is not None:
            parts.append(block.page_size.to_bytes(WORD))
        if block.address is not None:
            parts.append(block.address.to_bytes(WORD))
    return b"".join(parts)


def _apply(edits: Sequence[tuple[int, bytes]], content: U8) -> None:
    for offset, data in edits:
        content[offset : offset + len(data)] = np.frombuffer(data, np.uint8)


def _bytes(window: Window, offset: int, length: int) -> memoryview:
    window.offset = offset
    return window.take(length)
