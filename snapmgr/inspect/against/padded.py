"""A stream as QEMUFile hands it out: beyond its end come zeros, and the error is noticed at the next check."""

from __future__ import annotations

from snapmgr.wire.window import Short, Window


class Padded:
    """Reads from a window; ``cut`` says that something was read that is not there (qemu-file.c: qemu_get_buffer).

    Raises Short where more may come.
    """

    def __init__(self, window: Window) -> None:
        self._window = window
        self.cut = False

    def take(self, count: int) -> bytes:
        """``count`` bytes, zeros in place of those that the stream does not have."""
        window = self._window
        try:
            return bytes(window.take(count))
        except Short:
            if not window.ended:
                raise
        self.cut = True
        return bytes(window.take(window.available)).ljust(count, b"\0")

    def number(self, size: int) -> int:
        """A big-endian number of ``size`` bytes."""
        return int.from_bytes(self.take(size))

    def name(self, room: bytearray | None = None) -> str:
        """A name behind its length, as C sees it; where it is cut, what ``room`` (256 bytes) held shows through."""
        room = bytearray(256) if room is None else room
        length = self.number(1)
        held = min(length, self._window.available) if self._window.ended else length
        room[:held] = self.take(length)[:held]
        room[length] = 0
        return bytes(room).split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
