"""Which snapshots are old."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapmgr.errors import UsageError
from snapmgr.snapshots.old import old_ones, seconds_of
from tests.ui.snapshots.rows import NOON, row

DAY = 86400
ROWS = [row(f"day-{age}", str(10 - age), date=NOON - age * DAY) for age in (9, 3, 1, 5, 0)]
UNDATED = row("undated", "77", date=0)


def names(keep_last: int | None, older_than: int | None) -> tuple[list[str], list[str]]:
    found = old_ones([*ROWS, UNDATED], keep_last=keep_last, older_than=older_than, now=NOON)
    return [one.name for one in found.gone], [one.name for one in found.kept if one is not UNDATED]


@pytest.mark.parametrize(
    ("keep", "age", "gone"),
    [
        (2, None, ["day-3", "day-5", "day-9"]),
        (0, None, ["day-0", "day-1", "day-3", "day-5", "day-9"]),
        (9, None, []),
        (None, 3 * DAY, ["day-5", "day-9"]),
        (None, 3 * DAY - 1, ["day-3", "day-5", "day-9"]),
        (4, 3 * DAY, ["day-9"]),
        (1, 5 * DAY, ["day-9"]),
    ],
)
def test_what_goes(keep: int | None, age: int | None, gone: list[str]) -> None:
    assert names(keep, age)[0] == gone


def test_what_has_no_date_stays_and_takes_nobodys_place() -> None:
    found = old_ones([UNDATED, *ROWS], keep_last=1, now=NOON)
    assert UNDATED in found.kept and [one.name for one in found.kept] == ["day-0", "undated"]


def test_where_the_disks_differ_the_newest_part_counts() -> None:
    mixed, half = row("mixed", on=("a", "b"), date=NOON - 90 * DAY), row("half", on=("a", "b"), date=NOON - 90 * DAY)
    mixed = replace(mixed, entries={**mixed.entries, "b": replace(mixed.entries["a"], date_sec=NOON - 1)})
    half = replace(half, entries={**half.entries, "b": replace(half.entries["a"], date_sec=0)})
    found = old_ones([mixed, half, *ROWS], older_than=2 * DAY, now=NOON)
    assert [one.name for one in found.gone] == ["day-3", "day-5", "day-9"]
    assert [one.name for one in old_ones([mixed, *ROWS], keep_last=2, now=NOON).kept] == ["day-0", "mixed"]


def test_of_one_moment_the_later_in_the_table_is_newer() -> None:
    twins = [row("a", "1"), row("b", "2"), row("c", "3", nsec=1)]
    assert [one.name for one in old_ones(twins, keep_last=2, now=NOON).gone] == ["a"]


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 3)), max_size=20),
    st.one_of(st.none(), st.integers(0, 8)),
    st.one_of(st.none(), st.integers(0, 60)),
)
def test_nothing_is_lost_and_both_bounds_hold(dates: list[tuple[int, int]], keep: int | None, age: int | None) -> None:
    if keep is None and age is None:
        keep = 3
    rows = [row(str(place), str(place), date=date, nsec=nsec) for place, (date, nsec) in enumerate(dates)]
    found = old_ones(rows, keep_last=keep, older_than=age, now=60)
    assert sorted([*found.gone, *found.kept], key=lambda one: int(one.id)) == rows
    dated = [one for one in found.kept if one.dated]
    assert keep is None or len(dated) >= min(keep, sum(one.dated for one in rows))
    assert all(one.dated and (age is None or 60 - one.date_sec > age - 1) for one in found.gone)
    if age is None and found.gone:
        newest = max((one.date_sec, one.date_nsec) for one in found.gone)
        assert all((one.date_sec, one.date_nsec) >= newest for one in dated)


def test_nothing_asked_for_is_nothing_done() -> None:
    for words in ({}, {"keep_last": -1}, {"older_than": -1}):
        with pytest.raises(UsageError):
            old_ones(ROWS, now=NOON, **words)


@pytest.mark.parametrize(
    ("text", "seconds"), [("10s", 10), ("90m", 5400), ("12h", 43200), ("30d", 30 * DAY), ("2W", 14 * DAY), (" 0 d ", 0)]
)
def test_ages(text: str, seconds: int) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "30", "d", "-3d", "3.5d", "3y", "99999999w", "٣d"])
def test_what_is_no_age(text: str) -> None:
    with pytest.raises(UsageError, match="is no age"):
        seconds_of(text)
