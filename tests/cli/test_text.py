"""Text for a terminal."""

from __future__ import annotations

import time

import pytest

from snapmgr.cli.text import clock, date, offset, power, printable, shortened, size, table, width


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (4096, "4096 B"),
        (10240, "0.010 MiB"),
        (131072, "0.125 MiB"),
        (1 << 20, "1.00 MiB"),
        (16 << 20, "16.0 MiB"),
        (1300 << 20, "1300 MiB"),
    ],
)
def test_sizes_are_in_mebibytes(count, text):
    assert size(count) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("é 日本", "é 日本"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\x1b[0m", "\\e[0m"),
        ("\u202egnp.exe", "\\u202Egnp.exe"),
        (b"caf\xe9".decode("utf-8", "surrogateescape"), "caf\\xE9"),
        ("\ud800", "\\uD800"),
    ],
)
def test_what_could_play_tricks_is_escaped(text, shown):
    assert printable(text) == shown
    printable(text).encode()


def test_columns_line_up_under_wide_and_combining_characters():
    assert width("日本") == 4
    assert width("e\u0301") == 1
    lines = table(["NAME", "N"], [["日本", "1"], ["e\u0301a", "22"], ["plain", "333"]], "<>").splitlines()
    assert {width(line) for line in lines} == {2 + 5 + 2 + 3}


def test_a_table_gives_way_where_the_terminal_ends():
    rows = [["1" * 30, "begin-" + "日" * 40 + "-end", "x"], ["2", "short", "y"]]
    for room in (60, 61, 200, None):
        lines = table(["ID", "NAME", "LAST"], rows, "<<<", room=room, give=(1, 0)).splitlines()
        assert max(width(line) for line in lines) <= (room or 200)
        assert all(line[-1] in "Txy" for line in lines)
    wide = table(["ID", "NAME", "LAST"], rows, "<<<").splitlines()
    assert "日" * 40 in wide[1]
    narrow = table(["ID", "NAME", "LAST"], rows, "<<<", room=1, give=(1, 0)).splitlines()
    assert width(narrow[1]) == 2 + 20 + 2 + 20 + 2 + 1
    assert "begin-" in narrow[1] and "…" in narrow[1] and "-end" in narrow[1]


@pytest.mark.parametrize("room", range(1, 12))
def test_what_is_shortened_shows_both_ends(room):
    text = "ab日本cd日ef"
    short = shortened(text, room)
    assert width(short) <= room and short.count("…") == 1
    assert shortened(text, width(text)) == text


def test_offsets_have_eight_digits_or_what_they_need():
    assert offset(0x1A) == "0000001A"
    assert offset(0x1_2345_6789) == "123456789"


def test_clocks():
    assert clock(46_102_647) == "00:00:00.046"
    assert clock(((4 * 24 + 2) * 3600 + 11 * 60 + 9) * 10**9) == "4 d 02:11:09.000"


@pytest.mark.parametrize(
    ("count", "text"),
    [(512, "512 B"), (1024, "1 KiB"), (65536, "64 KiB"), (2 << 20, "2 MiB"), (4096 << 20, "4096 MiB"), (0, "0 B")],
)
def test_powers_of_two_are_exact(count, text):
    assert power(count) == text


@pytest.mark.parametrize(("zone", "text"), [("UTC0", "01:46:40 +0000"), ("IST-5:30", "07:16:40 +0530")])
def test_dates_say_their_zone(monkeypatch, zone, text):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert date(1_000_000_000) == f"2001-09-09 {text}"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_date_beyond_the_calendar_stays_a_number():
    assert date(1 << 62) == str(1 << 62)
