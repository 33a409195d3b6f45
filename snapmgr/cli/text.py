"""Text for a terminal: tables that line up, sizes, times, and names that cannot play tricks."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime

_KIB, _MIB = 1 << 10, 1 << 20


def printable(text: str) -> str:
    """``text`` on one line, with whatever could move the cursor, reverse the line or not be encoded escaped."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(char) for char in text)


def _escaped(char: str) -> str:
    if char.isprintable():
        return char
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was not UTF-8, see PEP 383
        return f"\\x{code - 0xDC00:02x}"
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char)
    return named or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def width(text: str) -> int:
    """Columns that ``text`` takes on a terminal: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def table(header: Sequence[str], rows: Iterable[Sequence[str]], align: str) -> str:
    """Lines of aligned columns, indented by two; ``align`` has ``<`` or ``>`` per column."""
    body = [tuple(printable(cell) for cell in row) for row in rows]
    cells = [tuple(header), *body]
    widths = [max(width(row[column]) for row in cells) for column in range(len(header))]
    return "\n".join("  " + _row(row, widths, align) for row in cells)


def _row(row: Sequence[str], widths: Sequence[int], align: str) -> str:
    padded = []
    for cell, room, side in zip(row, widths, align, strict=True):
        space = " " * (room - width(cell))
        padded.append(space + cell if side == ">" else cell + space)
    return "  ".join(padded).rstrip()


def size(count: int) -> str:
    """Bytes as MiB with three figures; below 10 KiB as they are."""
    if count < 10 * _KIB:
        return f"{count} B"
    value = count / _MIB
    decimals = 3 if value < 1 else 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:.{decimals}f} MiB"


def offset(value: int) -> str:
    """An offset in bytes, eight hexadecimal digits or as many as it needs."""
    return f"{value:08X}"


def date(seconds: int) -> str:
    """A point in time, local, to the second; a value out of the calendar stays a number."""
    try:
        return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M:%S")
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
