"""Where a bytes view has its bytes from, and what it keeps of those on screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from snapmgr.errors import SnapmgrError
from ui.widgets.hex_rows import Columns, Rows, owners, runs

KEPT = 4096
"""Rows whose texts are kept."""


class Bytes(Protocol):
    """Where the bytes come from.  One that has a ``base`` has its offsets told as if they stood so much further on."""

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

    Bytes that cannot be read any more have a mark in their place.  ``told(error)`` says why some on screen are gone,
    ``told(None)`` that none is any more.
    """

    def __init__(self, rows: Rows, told: Callable[[Exception | None], None]) -> None:
        self._rows, self._tell = rows, told
        self.source: Bytes = NoBytes()
        self.marks: Sequence[Any] = ()
        self._lines: dict[int, tuple[str, str]] = {}
        self._gone: dict[int, tuple[int, Exception]] = {}
        self._told = ""
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
        """The rows are laid out anew, or read again."""
        self._lines.clear()
        self._gone.clear()
        self._marks_of = (-1, -1)  # runs are cut at the ends of rows

    def read(self, offset: int, length: int) -> bytes:
        """Nothing where they cannot be had."""
        try:
            return bytes(self.source.read(offset, length))
        except (SnapmgrError, OSError):
            return b""

    def lines(self, columns: Columns) -> list[tuple[str, str]]:
        """(bright, quiet) texts of the rows on screen."""
        first, count, per_row = self._rows.first_byte, self._rows.byte_count, self._rows.per_row
        offsets = range(first, first + count, per_row)
        if any(offset not in self._lines for offset in offsets):
            if len(self._lines) > KEPT:
                self.forget_lines()
            self._read_rows(columns, first, count)
        self._say_why(next((self._gone[offset][1] for offset in offsets if offset in self._gone), None))
        return [self._lines[offset] for offset in offsets]

    def _read_rows(self, columns: Columns, first: int, count: int) -> None:
        try:
            data = bytes(self.source.read(first, count))
        except (SnapmgrError, OSError) as error:
            self._read_what_is_left(columns, first, count, error)
            return
        base = getattr(self.source, "base", 0)
        for offset in range(first, first + count, self._rows.per_row):
            self._gone.pop(offset, None)
            row = data[offset - first : offset - first + self._rows.per_row]
            self._lines[offset] = columns.lines(base + offset, row)

    def _read_what_is_left(self, columns: Columns, first: int, count: int, error: Exception) -> None:
        """Row by row; where it is not the end that is missing, each row could take a broken disk its time."""
        cut = getattr(error, "code", "") == "file-changed"
        base = getattr(self.source, "base", 0)
        for offset in range(first, first + count, self._rows.per_row):
            length = min(self._rows.per_row, first + count - offset)
            data = self._begin_of(offset, length) if cut else b""
            if len(data) < length:
                self._gone[offset] = (length - len(data), error)
            self._lines[offset] = columns.lines(base + offset, data, length - len(data))

    def _begin_of(self, offset: int, length: int) -> bytes:
        """What can be had of a row from its beginning."""
        try:
            return bytes(self.source.read(offset, length))
        except (SnapmgrError, OSError) as error:
            at = getattr(error, "offset", None)
            return self.read(offset, at - offset) if at is not None and offset < at < offset + length else b""

    def gone(self) -> list[tuple[int, int]]:
        """(begin, end) of stretches on screen that cannot be read, from the first byte on screen, cut at rows."""
        first, count = self._rows.first_byte, self._rows.byte_count
        found = []
        for offset in range(first, first + count, self._rows.per_row):
            if offset in self._gone:
                end = min(offset + self._rows.per_row, first + count) - first
                found.append((end - self._gone[offset][0], end))
        return found

    def _say_why(self, error: Exception | None) -> None:
        said = "" if error is None else str(error)
        if said != self._told:
            self._told = said
            self._tell(error)

    def runs(self) -> list[tuple[int, int, int]]:
        """(begin, end, number of the mark) of stretches with one owner, from the first byte on screen."""
        wanted = (self._rows.first_byte, self._rows.byte_count)
        if wanted != self._marks_of:
            self._marks_of = wanted
            try:
                self.marks = self.source.marks(*wanted)
            except (SnapmgrError, OSError):
                self.marks = ()  # what keeps them from being had keeps the bytes too, and is said of these
            self._runs = list(runs(owners(self.marks, *wanted), self._rows.per_row))
        return self._runs
