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

    def name(self) -> str:
        """A name behind its length, as C sees it."""
        raw = self.take(self.number(1))
        return raw.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
