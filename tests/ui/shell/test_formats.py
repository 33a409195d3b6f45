"""Numbers, times and names as people read them."""

from __future__ import annotations

from datetime import UTC

import pytest

from ui.shell import formats

NOW = 1795437300  # Monday 23 November 2026, 12:35 UTC


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "0.98 KiB"),
        (1024, "1.00 KiB"),
        (65536, "64.0 KiB"),
        (1023 * 1024, "1.00 MiB"),
        (407_000_000, "388 MiB"),
        (1_403_118_642, "1.31 GiB"),
        (8 << 40, "8.00 TiB"),
        (1 << 63, "8.00 EiB"),
    ],
)
def test_sizes_have_three_figures(count: int, text: str) -> None:
    assert formats.size(count) == text


def test_decimal_sizes() -> None:
    assert formats.size(1_403_118_642, "decimal") == "1.40 GB"
    assert formats.size(999_600, "decimal") == "1.00 MB"


def test_groups_are_thin() -> None:
    assert formats.grouped(184223) == "184\u202f223"
    assert formats.grouped(1403118642) == "1\u202f403\u202f118\u202f642"
    assert formats.grouped(9999) == "9999"
    assert formats.exact_bytes(-12345) == "\u221212\u202f345 bytes"


def test_offsets_have_eight_digits_and_more_where_needed() -> None:
    assert formats.offset(0x53A1C23A) == "53A1C23A"
    assert formats.offset(5) == "00000005"
    assert formats.offset(0x1_0000_0000) == "100000000"


def test_the_clock_of_a_machine() -> None:
    assert formats.vm_clock(((4 * 24 + 2) * 3600 + 11 * 60 + 9) * 10**9) == "4 d 02:11:09.000"
    assert formats.vm_clock(192_218_000_000) == "00:03:12.218"


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (5, "just now"),
        (12 * 60, "12 min ago"),
        (2 * 3600 + 14 * 60, "2 h 14 min ago"),
        (17 * 3600, "17 h ago"),
        (4 * 86400, "4 days ago"),
        (52 * 86400, "7 weeks ago"),
        (400 * 86400, "13 months ago"),
        (1000 * 86400, "2 years ago"),
        (-3 * 3600, "in 3 h"),
    ],
)
def test_how_long_ago(age: int, text: str) -> None:
    assert formats.relative_time(NOW - age, NOW) == text


def test_short_and_long_times() -> None:
    assert formats.short_time(NOW - 7200, NOW, UTC) == "Today 10:35"
    assert formats.short_time(NOW - 86400, NOW, UTC) == "Yesterday 12:35"
    assert formats.short_time(NOW - 4 * 86400, NOW, UTC) == "Thu 19 Nov 12:35"
    assert formats.short_time(NOW - 52 * 86400, NOW, UTC) == "2 Oct 2026"
    assert formats.long_time(NOW, UTC) == "Monday 23 November 2026, 12:35:00"
    assert formats.iso_time(NOW, UTC) == "2026-11-23T12:35:00+00:00"


def test_long_names_lose_their_middle() -> None:
    assert formats.shortened("x" * 10) == "x" * 10
    assert formats.shortened("abcdefghij", 5) == "ab…ij"
    assert len(formats.shortened("n" * 200)) == 60


def test_durations() -> None:
    assert [formats.duration(s) for s in (0.004, 0.61, 3.2, 41, 200, 8100)] == [
        "4.0 ms",
        "0.61 s",
        "3.2 s",
        "41 s",
        "3 min 20 s",
        "2 h 15 min",
    ]


def test_percent_of_an_unknown_total_is_nothing() -> None:
    assert formats.percent(5, 0) == ""
    assert formats.percent(742, 1310) == "56 %"
