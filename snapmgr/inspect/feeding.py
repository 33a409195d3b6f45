"""Bytes of a source to a reader, its events to whoever iterates; None after every piece, for a look at the time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from snapmgr.containers.source import Source
from snapmgr.wire.events import Event, NeedData
from snapmgr.wire.reader import StreamReader
from snapmgr.wire.window import Buffer

ROOM = 1 << 17
"""Bytes before each piece of a stream, for what the last one left over: more than a page."""

JUMP = 4 << 20
"""Bytes that nobody wants, from which on it is worth it to begin reading behind them."""


class Reader(Protocol):
    """What takes bytes in any chunking and gives events."""

    def feed(self, data: Buffer, room: int = 0) -> None: ...
    def next_event(self) -> Event | NeedData | None: ...


def stream_events(reader: StreamReader, source: Source) -> Iterator[Event | None]:
    """All of ``source``, and what stands behind its end as far as a loader would read on."""
    pieces = source.chunks(room=ROOM)
    while (piece := next(pieces, None)) is not None:
        reader.feed(piece, ROOM)
        yield from drained(reader)
        if reader.ahead > JUMP and reader.offset < source.size:
            reader.jump()
            pieces = source.chunks(reader.offset, ROOM)
    for piece in source.beyond():
        if reader.past_end:
            break
        reader.feed(piece)
        yield from drained(reader)
    yield from at_end(reader)


def drained(reader: Reader) -> Iterator[Event | None]:
    """What a reader has to say of the bytes that it was fed."""
    while not isinstance(event := reader.next_event(), NeedData | None):
        yield event
    yield None


def at_end(reader: Reader) -> Iterator[Event | None]:
    """What it says when no more bytes will come."""
    reader.feed(b"")
    yield from drained(reader)
