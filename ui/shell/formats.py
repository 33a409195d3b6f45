"""Numbers, times and names as people read them.  Exact values belong into tooltips: ``exact_bytes``, ``iso_time``.

``now`` is a parameter where it matters, in seconds since 1970, so that pictures and tests stand still.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics

THIN = "\u202f"
"""Narrow space that never breaks: between groups of digits."""

NOT_RECORDED = "not recorded"
Units = Literal["binary", "decimal"]
_BINARY = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_DECIMAL = ("bytes", "kB", "MB", "GB", "TB", "PB", "EB")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def grouped(count: int) -> str:
    """``184223`` as 184 223, with narrow spaces; four digits stay together."""
    text = f"{abs(count)}"
    if len(text) > 4:
        text = f"{abs(count):,}".replace(",", THIN)
    return f"\u2212{text}" if count < 0 else text


def exact_bytes(count: int) -> str:
    """``1 048 576 bytes``, for tooltips."""
    return "1 byte" if count == 1 else f"{grouped(count)} bytes"


def size(count: int, units: Units = "binary") -> str:
    """Bytes with three figures: 1.31 GiB, 388 MiB, 64.0 KiB; exact below 1000."""
    step, names = (1024, _BINARY) if units == "binary" else (1000, _DECIMAL)
    if abs(count) < 1000:
        return exact_bytes(count)
    value, power = count / step, 1
    while abs(value) >= 999.5 and power < len(names) - 1:
        value, power = value / step, power + 1
    return f"{_three(value)} {names[power]}"


def _three(value: float) -> str:
    for digits, below in ((2, 9.995), (1, 99.95)):
        if abs(value) < below:
            return f"{value:.{digits}f}"
    return f"{value:.0f}"


def rate(bytes_per_second: float, units: Units = "binary") -> str:
    return f"{size(round(bytes_per_second), units)}/s"


def offset(value: int, digits: int = 8) -> str:
    """An offset: upper-case hexadecimal, eight digits, more only where it needs them."""
    return f"{value:0{digits}X}"


def percent(done: int, total: int) -> str:
    return f"{100 * done // total} %" if total else ""


def counted(count: int, one: str, many: str) -> str:
    """``1 snapshot``, ``8 snapshots``."""
    return f"{grouped(count)} {one if count == 1 else many}"


def vm_clock(nanoseconds: int, *, milliseconds: bool = False) -> str:
    """The machine's own clock: ``4 d 02:11:09``, with ``.218`` where it is asked for."""
    whole, rest = divmod(nanoseconds, 1_000_000_000)
    days, seconds = divmod(whole, _DAY)
    hours, seconds = divmod(seconds, _HOUR)
    minutes, seconds = divmod(seconds, _MINUTE)
    text = f"{grouped(days)} d {hours:02}:{minutes:02}:{seconds:02}"
    return f"{text}.{rest // 1_000_000:03}" if milliseconds else text


def duration(seconds: float) -> str:
    """How long something took: ``0.6 s``, ``12 s``, ``3 min 20 s``, ``2 h 14 min``."""
    if seconds < 0.01:
        return f"{seconds * 1000:.1f} ms"
    if seconds < 1:
        return f"{seconds:.2f} s"
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min {int(seconds % _MINUTE)} s"
    return f"{int(seconds // _HOUR)} h {int(seconds % _HOUR // _MINUTE)} min"


def relative_time(when: float, now: float) -> str:
    """How long ago: ``2 h 14 min ago``, ``4 days ago``, ``in 3 h`` for a clock that runs ahead."""
    age = now - when
    if -_MINUTE < age < _MINUTE:
        return "just now"
    text = _span(abs(age))
    return f"{text} ago" if age > 0 else f"in {text}"


def _span(seconds: float) -> str:
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min"
    if seconds < 10 * _HOUR:
        minutes = int(seconds % _HOUR // _MINUTE)
        return f"{int(seconds // _HOUR)} h {minutes} min" if minutes else f"{int(seconds // _HOUR)} h"
    if seconds < 2 * _DAY:
        return f"{int(seconds // _HOUR)} h"
    days = int(seconds // _DAY)
    if days < 21:
        return counted(days, "day", "days")
    if days < 100:
        return counted(days // 7, "week", "weeks")
    if days < 730:
        return counted(days // 30, "month", "months")
    return counted(days // 365, "year", "years")


def _at(when: float, zone: tzinfo | None) -> datetime:
    return datetime.fromtimestamp(when, UTC).astimezone(zone)


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LONG_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONG_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def short_time(when: float, now: float, zone: tzinfo | None = None) -> str:
    """``Today 10:21``, ``Yesterday 19:02``, ``Thu 19 Nov 09:05`` in the last days, else ``2 Oct 2026``."""
    moment, today = _at(when, zone), _at(now, zone).date()
    days, clock = (today - moment.date()).days, f"{moment:%H:%M}"
    if days == 0:
        return f"Today {clock}"
    if days == 1:
        return f"Yesterday {clock}"
    day = f"{moment.day} {_MONTHS[moment.month - 1]}"
    if 0 < days < 21:
        return f"{_DAYS[moment.weekday()]} {day} {clock}"
    return f"{day} {moment.year}"


def long_time(when: float, zone: tzinfo | None = None) -> str:
    """``Thursday 19 November 2026, 09:05:31``."""
    moment = _at(when, zone)
    month = _LONG_MONTHS[moment.month - 1]
    return f"{_LONG_DAYS[moment.weekday()]} {moment.day} {month} {moment.year}, {moment:%H:%M:%S}"


def iso_time(when: float, zone: tzinfo | None = None) -> str:
    """ISO 8601 with its zone, for tooltips, copies and exports."""
    return _at(when, zone).isoformat()


def printable(text: str) -> str:
    """A name from a file, fit to be shown: control characters and bytes that are not UTF-8 become signs, and
    marks that turn the direction of writing cannot leak into what stands beside it."""
    shown = []
    for char in text:
        code = ord(char)
        if code < 0x20:
            shown.append(chr(0x2400 + code))
        elif code == 0x7F:
            shown.append("\u2421")
        elif 0xDC80 <= code <= 0xDCFF or 0x80 <= code < 0xA0 or code in _NEVER_SHOWN:
            shown.append("\ufffd")
        else:
            shown.append(char)
    return "".join(shown)


_NEVER_SHOWN = {0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}


def isolated(text: str) -> str:
    """A name inside a sentence: its direction of writing stays its own (Unicode isolates around it)."""
    return f"\u2068{text}\u2069" if any(ord(c) > 0x58F for c in text) else text


def middle(text: str, font: QFont, width: int) -> str:
    """``text`` with its middle left out where it does not fit into ``width`` pixels."""
    return QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideMiddle, width)


def shortened(text: str, limit: int = 60) -> str:
    """``text`` with its middle left out beyond ``limit`` characters, where no width is known yet."""
    if len(text) <= limit:
        return text
    tail = (limit - 1) // 2
    return f"{text[: limit - 1 - tail]}…{text[-tail:]}"
