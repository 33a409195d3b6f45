"""Numbers, times and names as people read them.  Exact values belong into tooltips: ``exact_bytes``, ``iso_time``.

``now`` is a parameter where it matters, in seconds since 1970, so that pictures and tests stand still.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Literal

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QFont, QFontMetrics

from ui.words import grouped, later, plural, tr

NOT_RECORDED = later("not recorded")
"""For a value that a file does not hold."""

Units = Literal["binary", "decimal"]
#: Units of 1024
_BINARY = ("", later("KiB"), later("MiB"), later("GiB"), later("TiB"), later("PiB"), later("EiB"))
#: Units of 1000
_DECIMAL = ("", later("kB"), later("MB"), later("GB"), later("TB"), later("PB"), later("EB"))
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_SHORT = QLocale.FormatType.ShortFormat


def exact_bytes(count: int) -> str:
    """``1 048 576 bytes``, for tooltips."""
    return plural("{n} byte", "{n} bytes", count)


_chosen: list[Units] = ["binary"]


def use_units(units: Units) -> None:
    """The units of the settings, for every size that is not asked for in others."""
    _chosen[0] = units


def size(count: int, units: Units | None = None) -> str:
    """Bytes with three figures: 1.31 GiB, 388 MiB, 64.0 KiB; exact below 1000."""
    units = units or _chosen[0]
    step, names = (1024, _BINARY) if units == "binary" else (1000, _DECIMAL)
    if abs(count) < 1000:
        return exact_bytes(count)
    value, power = count / step, 1
    while abs(value) >= 999.5 and power < len(names) - 1:
        value, power = value / step, power + 1
    return f"{_three(value)} {tr(names[power])}"


def _three(value: float) -> str:
    for digits, below in ((2, 9.995), (1, 99.95)):
        if abs(value) < below:
            return decimal(value, digits)
    return f"{value:.0f}"


def decimal(value: float, digits: int) -> str:
    """A number with this many digits behind the point, or behind what is a point in the language."""
    return f"{value:.{digits}f}".replace(".", QLocale().decimalPoint())


def rate(bytes_per_second: float, units: Units = "binary") -> str:
    return tr("{size}/s", size=size(round(bytes_per_second), units))


def offset(value: int, digits: int = 8) -> str:
    """An offset: upper-case hexadecimal, eight digits, more only where it needs them."""
    return f"{value:0{digits}X}"


def percent(done: int, total: int) -> str:
    return tr("{number} %", number=100 * done // total) if total else ""


def vm_clock(nanoseconds: int) -> str:
    """The machine's own clock: ``4 d 02:11:09.218``, days only where there are some; as on a terminal."""
    whole, rest = divmod(nanoseconds, 1_000_000_000)
    days, seconds = divmod(whole, _DAY)
    hours, seconds = divmod(seconds, _HOUR)
    minutes, seconds = divmod(seconds, _MINUTE)
    clock = f"{hours:02}:{minutes:02}:{seconds:02}.{rest // 1_000_000:03}"
    #: Days (d), then hours:minutes:seconds
    return tr("{days} d {clock}", days=grouped(days), clock=clock) if days else clock


def nanoseconds(count: int) -> str:
    """``4 000 000 ns``, for tooltips."""
    return tr("{number} ns", number=grouped(count))


def duration(seconds: float) -> str:
    """How long something took: ``0.6 s``, ``12 s``, ``3 min 20 s``, ``2 h 14 min``."""
    if seconds < 0.01:
        return tr("{number} ms", number=decimal(seconds * 1000, 1))
    if seconds < _MINUTE:
        return tr("{number} s", number=decimal(seconds, 2 if seconds < 1 else 1 if seconds < 10 else 0))
    if seconds < _HOUR:
        return tr("{minutes} min {seconds} s", minutes=int(seconds // _MINUTE), seconds=int(seconds % _MINUTE))
    return _hours(seconds)


def _hours(seconds: float) -> str:
    hours, minutes = int(seconds // _HOUR), int(seconds % _HOUR // _MINUTE)
    return tr("{hours} h {minutes} min", hours=hours, minutes=minutes)


def relative_time(when: float, now: float) -> str:
    """How long ago: ``2 h 14 min ago``, ``4 days ago``, ``in 3 h`` for a clock that runs ahead."""
    age = now - when
    if -_MINUTE < age < _MINUTE:
        return tr("just now")
    #: {span} is a length of time: 5 min, 2 h 14 min, 4 days
    return tr("{span} ago", span=_span(age)) if age > 0 else tr("in {span}", span=_span(-age))


def _span(seconds: float) -> str:
    if seconds < _HOUR:
        return tr("{number} min", number=int(seconds // _MINUTE))
    if seconds < 10 * _HOUR and seconds % _HOUR >= _MINUTE:
        return _hours(seconds)
    if seconds < 2 * _DAY:
        return tr("{number} h", number=int(seconds // _HOUR))
    days = int(seconds // _DAY)
    if days < 21:
        return plural("{n} day", "{n} days", days)
    if days < 100:
        return plural("{n} week", "{n} weeks", days // 7)
    if days < 730:
        return plural("{n} month", "{n} months", days // 30)
    return plural("{n} year", "{n} years", days // 365)


def _at(when: float, zone: tzinfo | None) -> datetime:
    return datetime.fromtimestamp(when, UTC).astimezone(zone)


def clock_time(when: float, zone: tzinfo | None = None) -> str:
    """The time of day: ``10:58:12``."""
    return f"{_at(when, zone):%H:%M:%S}"


def short_time(when: float, now: float, zone: tzinfo | None = None) -> str:
    """``Today 10:21``, ``Yesterday 19:02``, ``Thu 19 Nov 09:05`` in the last days, else ``2 Oct 2026``."""
    moment, today, locale = _at(when, zone), _at(now, zone).date(), QLocale()
    days, clock = (today - moment.date()).days, f"{moment:%H:%M}"
    if days == 0:
        return tr("Today {clock}", clock=clock)
    if days == 1:
        return tr("Yesterday {clock}", clock=clock)
    month = locale.monthName(moment.month, _SHORT)
    if 0 < days < 21:
        weekday = locale.dayName(moment.isoweekday(), _SHORT)
        #: A date: Thu 19 Nov 09:05
        return tr("{weekday} {day} {month} {clock}", weekday=weekday, day=moment.day, month=month, clock=clock)
    #: A date: 2 Oct 2026
    return tr("{day} {month} {year}", day=moment.day, month=month, year=moment.year)


def stamped_time(when: float, now: float, zone: tzinfo | None = None) -> str:
    """``19 Nov 09:05``, of another year ``2 Oct 2025 09:05``: for what is written on something and stays there."""
    moment, year = _at(when, zone), _at(now, zone).year
    month, clock = QLocale().monthName(moment.month, _SHORT), f"{moment:%H:%M}"
    if moment.year != year:
        #: A date: 2 Oct 2025 09:05
        return tr("{day} {month} {year} {clock}", day=moment.day, month=month, year=moment.year, clock=clock)
    #: A date: 19 Nov 09:05
    return tr("{day} {month} {clock}", day=moment.day, month=month, clock=clock)


def long_time(when: float, zone: tzinfo | None = None) -> str:
    """``Thursday 19 November 2026, 09:05:31``."""
    moment, locale = _at(when, zone), QLocale()
    return tr(
        "{weekday} {day} {month} {year}, {clock}",
        weekday=locale.dayName(moment.isoweekday()),
        day=moment.day,
        month=locale.monthName(moment.month),
        year=moment.year,
        clock=f"{moment:%H:%M:%S}",
    )


def iso_time(when: float, zone: tzinfo | None = None) -> str:
    """ISO 8601 with its zone, for tooltips, copies and exports."""
    return _at(when, zone).isoformat()


def middle(text: str, font: QFont, width: int) -> str:
    """``text`` with its middle left out where it does not fit into ``width`` pixels."""
    return QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideMiddle, width)


def shortened(text: str, limit: int = 60) -> str:
    """``text`` with its middle left out beyond ``limit`` characters, where no width is known yet."""
    if len(text) <= limit:
        return text
    tail = (limit - 1) // 2
    return f"{text[: limit - 1 - tail]}…{text[-tail:]}"
