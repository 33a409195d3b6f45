"""What a bytes view shows, without the view: its texts, where its columns stand, and which rows are visible.

Everything is on one grid of monospace cells, so that a row is painted with one ``drawText`` per colour.  Offsets
and row numbers have 64 bits and more; a scroll bar, which has 31, is given a scaled position.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from ui.words import tr

PER_ROW = 16
"""Bytes a row where there is room for them."""
SCROLL_LIMIT = 1 << 30
"""Rows up to which a scroll bar counts rows one by one."""

GONE = "??"
"""Stands for a byte that cannot be read any more."""

_HEX = tuple(f"{byte:02X}" for byte in range(256))
_PRINTABLE = tuple(chr(byte) if 0x20 < byte < 0x7F else " " for byte in range(256))
_DOT = tuple("" if 0x20 < byte < 0x7F else "·" for byte in range(256))


class Differs(Enum):
    """A kind of mark: bytes that are not those of another side.  The value is the token of its underline."""

    CHANGED = "p_dirty"


class Marked(Protocol):
    """A stretch of bytes that is something: a field, a header, a page (snapmgr.inspect.model.Mark)."""

    @property
    def offset(self) -> int: ...
    @property
    def length(self) -> int: ...
    @property
    def path(self) -> tuple[int, ...]: ...


@dataclass(frozen=True, slots=True)
class Columns:
    """Where things stand, in cells from the left edge of the text: offset, bytes in two halves, text."""

    digits: int
    text_shown: bool
    per_row: int = PER_ROW

    @property
    def bytes_at(self) -> int:
        return self.digits + 2

    @property
    def text_at(self) -> int:
        return self.bytes_at + self.per_row * 3 + 2

    @property
    def width(self) -> int:
        return self.text_at + self.per_row if self.text_shown else self.text_at - 2

    def byte_cell(self, column: int) -> int:
        """First of the two cells of a byte; the second half stands one cell further right."""
        return self.bytes_at + 3 * column + (column >= self.per_row // 2)

    def column_at(self, cell: float) -> tuple[int, bool]:
        """Byte column under a cell (clamped), and whether that is in the text."""
        if self.text_shown and cell >= self.text_at - 1:
            return max(0, min(self.per_row - 1, int(cell - self.text_at))), True
        inner = cell - self.bytes_at + 0.5
        if inner >= 3 * self.per_row // 2:
            inner -= 1
        return max(0, min(self.per_row - 1, int(inner // 3))), False

    def lines(self, offset: int, data: bytes, gone: int = 0) -> tuple[str, str]:
        """A row as (bright, quiet) text on the same grid: zeros, offset and what cannot be printed are quiet.

        ``gone`` bytes behind ``data`` cannot be read any more."""
        bright, quiet = [" " * self.bytes_at], [f"{offset:0{self.digits}X}  "]
        for column, byte in enumerate(data):
            if column == self.per_row // 2:
                bright.append(" ")
                quiet.append(" ")
            bright.append(_HEX[byte] + " " if byte else "   ")
            quiet.append("   " if byte else "00 ")
        for column in range(len(data), len(data) + gone):
            bright.append(" " * (4 if column == self.per_row // 2 else 3))
            quiet.append(f" {GONE} " if column == self.per_row // 2 else f"{GONE} ")
        if self.text_shown and not gone:
            pad = " " * (self.text_at - self.byte_cell(len(data) - 1) - 3) if data else ""
            bright += [pad, *(_PRINTABLE[byte] for byte in data)]
            quiet += [pad, *(_DOT[byte] or " " for byte in data)]
        return "".join(bright), "".join(quiet)

    def heading(self) -> list[tuple[float, str]]:
        """(cell, word) of what stands above the columns; the digits stand over the middle of their bytes."""
        offset = tr("Offset")
        room = self.bytes_at - 1
        words: list[tuple[float, str]] = [(0.0, offset if len(offset) <= room else f"{offset[: room - 1]}…")]
        words += [(self.byte_cell(column) + 0.55, f"{column:X}") for column in range(self.per_row)]
        return [*words, (float(self.text_at), tr("Text"))] if self.text_shown else words


class Rows:
    """Which rows are visible, and how that maps to a scroll bar."""

    def __init__(self) -> None:
        self.size = 0
        self.top = 0
        self.visible = 1
        self.per_row = PER_ROW

    def set_per_row(self, count: int) -> None:
        """Bytes a row; what stands at the top stays in the first row."""
        first = self.first_byte
        self.per_row = count
        self.top = first // count

    @property
    def count(self) -> int:
        return -(-self.size // self.per_row)

    @property
    def last_top(self) -> int:
        return max(0, self.count - self.visible)

    @property
    def steps(self) -> int:
        """Maximum of the scroll bar."""
        return min(self.last_top, SCROLL_LIMIT)

    @property
    def step(self) -> int:
        """Value of the scroll bar."""
        return self.top if self.last_top <= SCROLL_LIMIT else self.top * SCROLL_LIMIT // self.last_top

    def scroll_to(self, row: int) -> bool:
        """Make ``row`` the first one, as far as possible; returns whether anything moved."""
        before, self.top = self.top, max(0, min(row, self.last_top))
        return self.top != before

    def set_step(self, value: int) -> bool:
        """Follow the scroll bar.  A value that already stands for the current row changes nothing."""
        if value == self.step:
            return False
        return self.scroll_to(value if self.last_top <= SCROLL_LIMIT else value * self.last_top // SCROLL_LIMIT)

    def reveal(self, offset: int, length: int = 1, *, centre: bool = False) -> bool:
        """Scroll so that the range is visible, its beginning first."""
        row = offset // self.per_row
        last = (offset + max(length, 1) - 1) // self.per_row
        if centre:
            if self.top <= row and last < self.top + self.visible:
                return False
            return self.scroll_to(row - max(0, min(self.visible // 3, self.visible - (last - row) - 1)))
        if row < self.top:
            return self.scroll_to(row)
        if row >= self.top + self.visible:
            return self.scroll_to(row - self.visible + 1)
        return False

    @property
    def first_byte(self) -> int:
        return self.top * self.per_row

    @property
    def byte_count(self) -> int:
        """Bytes of the rows on screen, with the one that shows in part."""
        return max(0, min(self.size - self.first_byte, (self.visible + 1) * self.per_row))


def owners(marks: Sequence[Marked], first: int, length: int) -> list[int]:
    """Index of the deepest mark of each byte of ``[first, first + length)``, -1 where there is none."""
    result = [-1] * length
    for number in sorted(range(len(marks)), key=lambda n: (len(marks[n].path), marks[n].offset)):
        mark = marks[number]
        begin, end = max(mark.offset - first, 0), min(mark.offset + mark.length - first, length)
        if begin < end:
            result[begin:end] = [number] * (end - begin)
    return result


def runs(owner: Sequence[int], per_row: int = PER_ROW) -> Iterator[tuple[int, int, int]]:
    """(begin, end, owner) of stretches with one owner, cut at the ends of rows; without owner they are left out."""
    begin = 0
    for place in range(1, len(owner) + 1):
        if place == len(owner) or owner[place] != owner[begin] or place % per_row == 0:
            if owner[begin] >= 0:
                yield begin, place, owner[begin]
            begin = place


def pieces(begin: int, end: int, first: int, length: int, per_row: int = PER_ROW) -> Iterator[tuple[int, int, int]]:
    """(row, first column, last column) of the range ``[begin, end)`` within ``[first, first + length)``."""
    place, stop = max(begin, first) - first, min(end, first + length) - first
    while place < stop:
        row, column = divmod(place, per_row)
        last = min(stop - row * per_row, per_row) - 1
        yield row, column, last
        place = (row + 1) * per_row
