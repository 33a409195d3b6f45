"""Text for a terminal: tables that line up, sizes, times, and names that cannot play tricks."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime

from snapmgr.names import visible_text
from snapmgr.sizes import power, size

__all__ = ("clock", "date", "offset", "power", "printable", "shortened", "size", "table", "width")

_INDENT = _GAP = "  "
_LEAST = 20
"""Columns that a cell keeps, however narrow the terminal is."""


def printable(text: str) -> str:
    """``text`` on one line, with whatever could move the cursor, reverse the line or not be encoded escaped."""
    return visible_text(text)


def width(text: str) -> int:
    """Columns that ``text`` takes on a terminal: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def table(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    align: str,
    *,
    room: int | None = None,
    give: Sequence[int] = (),
) -> str:
    """Lines of aligned columns, indented by two; ``align`` has ``<`` or ``>`` per column.

    What is wider than ``room`` columns (None = there is no bound) becomes narrower in the columns ``give``, the first
    of them first, down to 20 each: longer texts lose their middle.
    """
    cells = [tuple(header), *(tuple(printable(cell) for cell in row) for row in rows)]
    widths = [max(width(row[column]) for row in cells) for column in range(len(header))]
    over = 0 if room is None else len(_INDENT) + sum(widths) + len(_GAP) * (len(widths) - 1) - room
    for column in give:
        less = max(0, min(over, widths[column] - _LEAST))
        widths[column] -= less
        over -= less
    return "\n".join(_INDENT + _row(row, widths, align) for row in cells)


def _row(row: Sequence[str], widths: Sequence[int], align: str) -> str:
    padded = []
    for cell, room, side in zip(row, widths, align, strict=True):
        cell = shortened(cell, room)
        space = " " * (room - width(cell))
        padded.append(space + cell if side == ">" else cell + space)
    return _GAP.join(padded).rstrip()


def shortened(text: str, room: int) -> str:
    """``text`` in ``room`` columns: what is longer shows its beginning and its end."""
    if width(text) <= room:
        return text
    ahead, behind = room // 2, (room - 1) // 2
    return _fitting(text, ahead) + "…" + _fitting(text[::-1], behind)[::-1]


def _fitting(text: str, room: int) -> str:
    """As much of the beginning of ``text`` as fits."""
    for place, char in enumerate(text):
        room -= _columns(char)
        if room < 0:
            return text[:place]
    return text


def offset(value: int) -> str:
    """An offset in bytes, eight hexadecimal digits or as many as it needs."""
    return f"{value:08X}"


def date(seconds: int) -> str:
    """A point in time, local with its zone, to the second; a value out of the calendar stays a number."""
    try:
        return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S %z")
    except (OverflowError, OSError, ValueError):
        return str(seconds)


def clock(nanoseconds: int) -> str:
    """A VM clock: days only where there are some."""
    milliseconds = nanoseconds // 1_000_000
    seconds, milliseconds = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    text = f"{hours:02}:{minutes:02}:{seconds:02}.{milliseconds:03}"
    return f"{days} d {text}" if days else text
