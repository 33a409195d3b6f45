"""Pages that travel packed in multifd channels: unpacked when somebody looks, once, into unnamed temporary files.

A channel's packets are one stream of its method: what a packet holds can be known only after all before it.  So each
channel gets a range of addresses beyond all offsets of the source, in which its pages stand one behind the other.
"""

from __future__ import annotations

import os
import tempfile
import threading
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Protocol, cast

import zstandard

from snapmgr.containers.packed import Room
from snapmgr.containers.source import Source
from snapmgr.errors import StreamError

UNPACKED = 1 << 62
"""The first address of unpacked pages."""

_SPAN = 1 << 48
"""Addresses of one channel."""

_WINDOW = 1 << 27
READABLE = frozenset({"zlib", "zstd"})


class Unpacker(Protocol):
    """One channel's stream."""

    def unpack(self, data: memoryview, size: int) -> bytes:
        """What the next packet holds: ``size`` bytes.  Raises StreamError where it holds more or less."""


@dataclass
class _Channel:
    """Packets of one channel: where each one's packed bytes stand, how many bytes they hold, and behind how many."""

    method: str
    data: array[int] = field(default_factory=lambda: array("Q"))
    length: array[int] = field(default_factory=lambda: array("Q"))
    size: array[int] = field(default_factory=lambda: array("Q"))
    starts: array[int] = field(default_factory=lambda: array("Q"))
    total: int = 0


class Packs:
    """The packed packets of all channels; grows while a capture is read."""

    def __init__(self) -> None:
        self.channels: dict[int, _Channel] = {}

    def packet_of(self, address: int) -> tuple[int, str]:
        """Where in the source the packed bytes stand that hold an address, and by what they are packed."""
        channel, at = divmod(address - UNPACKED, _SPAN)
        known = self.channels[channel]
        return known.data[bisect_right(known.starts, at) - 1], known.method

    def address_of(self, start: int, end: int) -> int | None:
        """The address of the first page whose packed bytes begin within ``[start, end)`` of the source."""
        for number, known in self.channels.items():
            row = bisect_left(known.data, start)
            if row < len(known.data) and known.data[row] < end:
                return UNPACKED + number * _SPAN + known.starts[row]
        return None

    def add(self, channel: int, method: str, data: int, length: int, size: int) -> int | None:
        """The address of a packet's first page, None where its method is another than the channel's."""
        known = self.channels.setdefault(channel, _Channel(method))
        if known.method != method or known.total + size > _SPAN:
            return None
        address = UNPACKED + channel * _SPAN + known.total
        known.starts.append(known.total)
        known.data.append(data)
        known.length.append(length)
        known.size.append(size)
        known.total += size
        return address


class UnpackedBytes:
    """Bytes of a source, and beyond them the unpacked pages.  May be read from any thread."""

    def __init__(self, source: Source, packs: Packs) -> None:
        self._source = source
        self.packs = packs
        self._spools: dict[int, _Spool] = {}
        self._lock = threading.Lock()

    def read(self, offset: int, length: int) -> memoryview:
        """As Source.read.  Raises StreamError ``multifd-data`` where a packet cannot be unpacked, SnapmgrError
        ``disk-full``."""
        if offset < UNPACKED:
            return self._source.read(offset, length)
        channel, at = divmod(offset - UNPACKED, _SPAN)
        with self._lock:
            return self._spool(channel).read(at, length)

    def damage(self) -> Iterator[tuple[int, StreamError]]:
        """(channel, what is wrong) of every channel whose packets cannot all be unpacked."""
        for channel, packets in self.packs.channels.items():
            try:
                with self._lock:
                    self._spool(channel).reach(packets.total)
            except StreamError as error:
                yield channel, error

    def _spool(self, channel: int) -> _Spool:
        if channel not in self._spools:
            self._spools[channel] = _Spool(self._source, self.packs.channels[channel])
        return self._spools[channel]


class _Spool:
    """One channel's pages, as far as somebody has asked for them."""

    def __init__(self, source: Source, packets: _Channel) -> None:
        self._source = source
        self._packets = packets
        self._file = _temporary()
        self._unpacker: Unpacker = _Zlib() if packets.method == "zlib" else _Zstd()
        self._room = Room()
        self._done = 0
        self._next = 0
        self._error: StreamError | None = None

    def read(self, at: int, length: int) -> memoryview:
        self.reach(at + length)
        return memoryview(os.pread(self._file.fileno(), length, at))

    def reach(self, end: int) -> None:
        """Unpack up to ``end``, as far as there are packets."""
        while self._done < end and self._next < len(self._packets.data):
            if self._error is not None:
                raise self._error
            self._packet()

    def _packet(self) -> None:
        row = self._next
        offset, length, size = (
            column[row] for column in (self._packets.data, self._packets.length, self._packets.size)
        )
        try:
            unpacked = self._unpacker.unpack(self._source.read(offset, length), size)
        except StreamError as error:
            self._error = StreamError(error.code, error.message, offset=offset)
            raise self._error from error
        self._room.take(size, self._done)
        self._file.write(unpacked)
        self._done += size
        self._next += 1


def _temporary() -> IO[bytes]:
    """A file without a name, which is closed when nobody reads from it any more."""
    return cast("IO[bytes]", tempfile.TemporaryFile(buffering=0))


class _Zlib:
    """A deflate stream that every packet flushes (multifd-zlib.c)."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj()

    def unpack(self, data: memoryview, size: int) -> bytes:
        try:
            found = self._stream.decompress(data, size)
            more = self._stream.decompress(self._stream.unconsumed_tail, 1)
        except zlib.error as error:
            raise _damaged(str(error)) from error
        if len(found) != size or more:
            raise _damaged(f"it holds {'more' if more else len(found)} bytes instead of {size}")
        return found


class _Zstd:
    """A frame that goes on over all packets (multifd-zstd.c)."""

    def __init__(self) -> None:
        self._input = _Packed()
        self._stream = zstandard.ZstdDecompressor(max_window_size=_WINDOW).stream_reader(cast("IO[bytes]", self._input))

    def unpack(self, data: memoryview, size: int) -> bytes:
        self._input.rest = data
        found, more = self._read(size), self._read(1)
        if found is None or more is not None:
            raise _damaged(f"it holds {'fewer' if found is None else 'more'} than {size} bytes")
        return found

    def _read(self, size: int) -> bytes | None:
        """None where the packet holds fewer bytes."""
        try:
            found = bytes(self._stream.read(size))
        except _Empty:
            return None
        except zstandard.ZstdError as error:
            raise _damaged(str(error)) from error
        return found if len(found) == size else None


class _Empty(Exception):
    """A packet is used up, though the stream is not at its end."""


class _Packed:
    """The packed bytes of one packet after the other, as a file; its end is no end of the stream."""

    def __init__(self) -> None:
        self.rest = memoryview(b"")

    def read(self, size: int) -> bytes:
        piece, self.rest = self.rest[:size], self.rest[size:]
        if not len(piece):
            raise _Empty
        return bytes(piece)


def _damaged(why: str) -> StreamError:
    return StreamError("multifd-data", f"a packet cannot be unpacked: {why}")
