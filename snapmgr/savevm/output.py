"""Where a saver puts its bytes: buffers that are handed on in pieces, so that memory stays bounded.

The counterpart of a QEMUFile opened for writing (migration/qemu-file.c): it counts what was put, holds the first
error, and answers whether the rate limit is used up.  It never opens, writes or waits itself: ``drain`` does, if given.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from errno import ESPIPE

from snapmgr.gathered import Gathered

Buffer = bytes | bytearray | memoryview
Drain = Callable[[Sequence[Buffer]], None]
"""Takes buffers in order; it may block (a worker's file) or queue (a channel), and raises OSError."""

Gather = Callable[[Gathered], object]
"""Takes what lies in many places, which will not change before it is written; as Drain otherwise."""

PIECE = 1 << 20
"""Bytes that gather before they are handed on."""


class Output:
    """Bytes in order, from ``start`` on.  ``limit`` bytes may be put between two calls of ``new_period``, 0 = any.
    ``turn_over`` says that whoever puts one piece after the other should let somebody else have a turn.

    A buffer that was put must not change until it is drained: ``put`` hands on at once whatever is large.  A ``gather``
    is for a machine that stands still until all is written.
    """

    def __init__(
        self, drain: Drain | None = None, *, gather: Gather | None = None, limit: int = 0, start: int = 0
    ) -> None:
        self.limit = limit
        self.error: BaseException | None = None
        self.turn_over: Callable[[], bool] = lambda: False
        self.skip: Callable[[int], None] | None = None
        """Leaves so many bytes of a file to somebody else; None where that cannot be."""
        self._drain = drain
        self._gather = gather
        self._held: list[Buffer] = []
        self._held_bytes = 0
        self._offset = start
        self._period = 0
        self._holes = 0
        self.beside = 0
        """Bytes that went over other channels (multifd)."""

    @property
    def offset(self) -> int:
        """Bytes put so far (qemu_ftell)."""
        return self._offset

    @property
    def total(self) -> int:
        """Bytes of all channels, holes aside."""
        return self._offset - self._holes + self.beside

    def charge(self, size: int) -> None:
        """So many bytes went beside; the rate limit counts them."""
        self.beside += size
        self._period += size

    def put(self, data: Buffer) -> None:
        """Append bytes."""
        size = len(data)
        self._held.append(data)
        self._held_bytes += size
        self._offset += size
        self._period += size
        if self._held_bytes >= PIECE:
            self.flush()

    def hole(self, size: int) -> None:
        """The stream goes on ``size`` bytes further.  Raises OSError where it goes to nothing that has places."""
        self.flush()
        if self.skip is None:
            raise OSError(ESPIPE, os.strerror(ESPIPE))
        self.skip(size)
        self._offset += size
        self._holes += size

    @property
    def gathers(self) -> bool:
        """Whether there is one who takes what lies in memory that stands still, without a copy."""
        return self._gather is not None

    def put_gathered(self, gathered: Gathered) -> None:
        """Append bytes where they are; only where ``gathers``.  Raises as ``flush``."""
        assert self._gather is not None
        self._offset += len(gathered)
        self._period += len(gathered)
        if held := self.take():  # in one go, so that whoever counts does not look between the two
            gathered = Gathered.together([Gathered.of(map(memoryview, held)), gathered])
        try:
            self._gather(gathered)
        except OSError as error:
            self.set_error(error)
            raise

    def put_be32(self, value: int) -> None:
        self.put(value.to_bytes(4))

    def put_be64(self, value: int) -> None:
        self.put(value.to_bytes(8))

    def flush(self) -> None:
        """Hand on what is held; without a drain it stays until ``take``.  An OSError is remembered, then raised."""
        if self._drain is not None and self._held:
            held = self.take()
            try:
                self._drain(held)
            except OSError as error:
                self.set_error(error)
                raise

    def hand_to(self, drain: Drain) -> None:
        """From now on hand on to ``drain``, what is held already too.  Raises as ``flush``."""
        self._drain = drain
        self.flush()

    def take(self) -> list[Buffer]:
        """What is held, which is forgotten here."""
        held, self._held, self._held_bytes = self._held, [], 0
        return held

    def set_error(self, error: BaseException) -> None:
        """Remember the first error (qemu_file_set_error)."""
        if self.error is None:
            self.error = error

    def over_limit(self) -> bool:
        """Whether nothing more should be put in this period, or an error makes it useless (qemu_file_rate_limit)."""
        return self.error is not None or (self.limit > 0 and self._period > self.limit)

    def new_period(self) -> None:
        """A new period of the rate limit begins (qemu_file_reset_rate_limit)."""
        self._period = 0
