"""The receive buffer of a reader: absolute offsets, bounded, and without a copy where it can be avoided.

A reader takes bytes from the front; when they are not all here, ``Short`` tells how many are missing and the
reader tries the same record again later.  Where a record reaches from one piece into the next, little more than that
record is copied, at best to where the next piece has room in front: big pieces are read in place, and many tiny ones
cost amortised O(1) per byte.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Sequence

from snapmgr.errors import StreamError

Buffer = bytes | bytearray | memoryview

_BE16 = struct.Struct(">H")
_BE32 = struct.Struct(">I")
_BE64 = struct.Struct(">Q")


class Short(Exception):
    """``count`` more bytes are needed before the record can be read."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(f"{count} more bytes are needed")


class Window:
    """Bytes that were fed and not yet consumed.  ``offset`` is the absolute position of the next byte.

    ``limit`` bounds how many bytes a single ``take`` may ask for: a length that a hostile stream claims is refused
    before anybody waits for it.
    """

    def __init__(self, limit: int, offset: int = 0) -> None:
        self.limit = limit
        self.ended = False
        self._base = offset
        self._mark = offset
        self._view = memoryview(b"")
        self._at = 0
        self._pieces: deque[memoryview] = deque()
        self._waiting = 0
        self.ahead = 0
        """Bytes that nobody wants: so many of those fed next are dropped."""

    @property
    def offset(self) -> int:
        return self._base + self._at

    @offset.setter
    def offset(self, value: int) -> None:
        """Go back to (or on to) a position that is still held."""
        at = value - self._base
        if not 0 <= at <= len(self._view):
            raise ValueError(f"offset {value} is not held")
        self._at = at

    def mark(self) -> int:
        """Keep everything from here on, so that ``offset`` can come back; returns the offset."""
        self._mark = self.offset
        return self._mark

    @property
    def available(self) -> int:
        """Bytes that can be taken now."""
        return len(self._view) - self._at + self._waiting

    def append(self, data: Buffer, room: int = 0) -> None:
        """Add what came next; empty data says that no more will come.

        The first ``room`` bytes of ``data`` are no data: what is left of the last piece may be written there.
        """
        piece = memoryview(data)
        if len(piece) <= room:
            self.ended = True
            self._base, self.ahead = self._base - self.ahead, 0
            return
        if self.ahead:
            dropped = min(self.ahead, len(piece) - room)
            self.ahead -= dropped
            room += dropped
            if room == len(piece):
                return
        if not self._pieces:
            kept = self._kept()
            left = len(self._view) - kept
            if left <= room:
                begin = room - left
                if left:
                    piece[begin:room] = self._view[kept:]
                self._base += kept
                self._view, self._at = piece[begin:], self._at - kept
                return
        self._pieces.append(piece[room:])
        self._waiting += len(piece) - room

    def peek(self, count: int) -> memoryview:
        """The next ``count`` bytes, left in place.  Raises Short; StreamError ``too-long`` beyond the limit."""
        if count > self.limit:
            raise StreamError(
                "too-long",
                f"a length of {count} bytes is more than the {self.limit} allowed here",
                offset=self.offset,
            )
        if self._at + count > len(self._view):
            missing = count - self.available
            if missing > 0:
                raise Short(missing)
            self._reach(count)
        return self._view[self._at : self._at + count]

    def take(self, count: int) -> memoryview:
        """The next ``count`` bytes, consumed.  Raises as ``peek``."""
        data = self.peek(count)
        self._at += count
        return data

    def skip(self, count: int) -> None:
        """Consume ``count`` bytes that were peeked at."""
        self._at += count

    def taken(self, start: int) -> memoryview:
        """What was consumed from ``start`` on, which is not before the mark."""
        return self._view[start - self._base : self._at]

    def pass_over(self, count: int) -> None:
        """Consume ``count`` bytes that nobody wants, whether they were fed or are still to come.

        Who can read elsewhere may go on with the byte at ``offset`` and call ``arrive`` before.
        """
        if count <= len(self._view) - self._at:
            self._at += count
            return
        self.all_held()
        held = len(self._view) - self._at
        if count <= held:
            self._at += count
            return
        self._base += self._at + count
        self._view, self._at, self.ahead = memoryview(b""), 0, count - held
        self._mark = self._base

    def arrive(self) -> None:
        """The bytes fed next begin at ``offset``: nothing is to be dropped."""
        self.ahead = 0

    def front(self, at_least: int = 1) -> tuple[memoryview, int]:
        """Bytes in one piece, and the index of the next one: for scans that go as far as they can.

        The view may reach beyond ``at_least``, though not over everything that was fed; nothing is consumed.
        Raises Short.
        """
        self.peek(at_least)
        return self._view, self._at

    def all_held(self) -> tuple[memoryview, int]:
        """As ``front``, over every byte that was fed so far: for who looks for the end of something."""
        if self._pieces:
            self._join()
        return self._view, self._at

    def _reach(self, count: int) -> None:
        """Make the next ``count`` bytes, which are here, one piece."""
        kept = self._kept()
        held = len(self._view) - kept
        if not held:
            self._base += kept
            self._view, self._at = self._next_piece(), 0
            if count <= len(self._view):
                return
            kept, held = 0, len(self._view)
        # as much again as is copied anyway: a long record that is taken in small steps is not copied at each of them
        wanted = max(self._at + count - len(self._view), min(held, self._waiting))
        parts = [self._view[kept:]]
        while wanted > 0:
            part = self._next_piece(wanted)
            parts.append(part)
            wanted -= len(part)
        self._hold(kept, parts)

    def _next_piece(self, most: int | None = None) -> memoryview:
        """The front of what waits, taken away from there."""
        first = self._pieces[0]
        if most is None or len(first) <= most:
            self._pieces.popleft()
        else:
            first, self._pieces[0] = first[:most], first[most:]
        self._waiting -= len(first)
        return first

    def _kept(self) -> int:
        """Index of the first byte that may still be asked for."""
        return min(max(self._mark - self._base, 0), self._at)

    def _hold(self, kept: int, parts: Sequence[memoryview]) -> None:
        self._base += kept
        self._view, self._at = memoryview(b"".join(parts)), self._at - kept

    def _join(self) -> None:
        kept = self._kept()
        self._hold(kept, [self._view[kept:], *self._pieces])
        self._pieces.clear()
        self._waiting = 0

    def be8(self) -> int:
        return self.take(1)[0]

    def be16(self) -> int:
        return int(_BE16.unpack(self.take(2))[0])

    def be32(self) -> int:
        return int(_BE32.unpack(self.take(4))[0])

    def be64(self) -> int:
        return int(_BE64.unpack(self.take(8))[0])

    def counted(self) -> bytes:
        """A string behind its length in one byte (qemu_get_counted_string)."""
        return bytes(self.take(self.be8()))
