"""Where a bytes view has its bytes from, and what it keeps of those on screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from snapmgr.errors import SnapmgrError
from ui.widgets.hex_rows import Columns, Rows, owners, runs

KEPT = 4096
"""Rows whose texts are kept."""


class Bytes(Protocol):
    """Where the bytes come from."""

    @property
    def size(self) -> int: ...

    def read(self, offset: int, length: int, /) -> Any:
        """Bytes ``[offset, offset + length)``: anything that ``bytes()`` takes."""

    def marks(self, offset: int, length: int, /) -> Sequence[Any]:
        """What lies in the range: objects with offset, length, kind (NodeKind), path."""


class NoBytes:
    """Nothing is shown."""

    size = 0

    def read(self, offset: int, length: int, /) -> bytes:
        return b""

    def marks(self, offset: int, length: int, /) -> Sequence[Any]:
        return ()


class Visible:
    """Texts and marks of the rows on screen: read when they are first asked for.

    ``failed(error)`` is called when the bytes cannot be read any more; nothing is there from then on.
    """

    def __init__(self, rows: Rows, failed: Callable[[Exception], None]) -> None:
        self._rows, self._failed = rows, failed
        self.source: Bytes = NoBytes()
        self.marks: Sequence[Any] = ()
        self._lines: dict[int, tuple[str, str]] = {}
        self._marks_of: tuple[int, int] = (-1, -1)
        self._runs: list[tuple[int, int, int]] = []

    def show(self, source: Bytes | None) -> None:
        """Other bytes."""
        self.source = source or NoBytes()
        self._marks_of = (-1, -1)
        self.forget_lines()

    def grow(self, source: Bytes, *, finished: bool) -> None:
        """The same bytes, of which more is known: what was known stays until all is ``finished``."""
        self.source = source
        if finished or not self.marks:
            self._marks_of = (-1, -1)

    def forget_lines(self) -> None:
        """The rows are laid out anew."""
        self._lines.clear()
        self._marks_of = (-1, -1)  # runs are cut at the ends of rows

    def read(self, offset: int, length: int) -> bytes:
        try:
            return bytes(self.source.read(offset, length))
        except (SnapmgrError, OSError) as error:
            self._give_up(error)
            return b""

    def _give_up(self, error: Exception) -> None:
        """Show nothing rather than fail at every paint."""
        self.show(None)
        self._failed(error)

    def lines(self, columns: Columns) -> list[tuple[str, str]]:
        """(bright, quiet) texts of the rows on screen."""
        first, count, per_row = self._rows.first_byte, self._rows.byte_count, self._rows.per_row
        offsets = range(first, first + count, per_row)
        if any(offset not in self._lines for offset in offsets):
            if len(self._lines) > KEPT:
                self._lines.clear()
            data = self.read(first, count)
            for offset in offsets:
                chunk = data[offset - first : offset - first + per_row]
                self._lines[offset] = columns.lines(offset, chunk)
        return [self._lines[offset] for offset in offsets]

    def runs(self) -> list[tuple[int, int, int]]:
        """(begin, end, number of the mark) of stretches with one owner, from the first byte on screen."""
        wanted = (self._rows.first_byte, self._rows.byte_count)
        if wanted != self._marks_of:
            self._marks_of = wanted
            try:
                self.marks = self.source.marks(*wanted)
            except (SnapmgrError, OSError) as error:
                self.marks = ()
                self._give_up(error)
            self._runs = list(runs(owners(self.marks, *wanted), self._rows.per_row))
        return self._runs
