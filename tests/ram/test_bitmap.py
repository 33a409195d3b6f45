"""Dirty pages: what was marked is found, taken once, and counted."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from snapmgr.ram.bitmap import DirtyLog, PageBitmap, runs_of_flags

PAGES = 200
MARKS = st.lists(st.tuples(st.integers(0, PAGES - 1), st.integers(1, 40)), max_size=12)


def marked(log: DirtyLog, marks: list[tuple[int, int]]) -> set[int]:
    pages: set[int] = set()
    for first, count in marks:
        log.set(first, count)
        pages |= set(range(first, min(first + count, PAGES)))
    return pages


@given(MARKS, MARKS)
def test_a_sync_adds_what_is_new_and_empties_the_log(old: list[tuple[int, int]], new: list[tuple[int, int]]) -> None:
    log, bitmap = DirtyLog(PAGES), PageBitmap(PAGES)
    before = marked(log, old)
    assert bitmap.sync(log) == len(before)
    after = marked(log, new)
    assert log.count() == len(after)
    assert bitmap.sync(log) == len(after - before)
    assert log.count() == 0
    assert bitmap.count == len(before | after)
    assert set(np.flatnonzero(bitmap.flags).tolist()) == before | after


@given(MARKS, st.integers(1, 64))
def test_every_dirty_page_is_taken_once_and_in_order(marks: list[tuple[int, int]], limit: int) -> None:
    log, bitmap = DirtyLog(PAGES), PageBitmap(PAGES)
    expected = sorted(marked(log, marks))
    bitmap.sync(log)
    taken: list[int] = []
    at = bitmap.next(0)
    while at is not None:
        pages = bitmap.take(at, limit).tolist()
        assert pages[0] == at and pages[-1] < at + limit
        taken += pages
        at = bitmap.next(at + limit)
    assert taken == expected and bitmap.count == 0


@given(MARKS, st.integers(1, PAGES), st.integers(1, PAGES + 1))
def test_pieces_hold_as_many_pages_as_they_may_within_their_reach(
    marks: list[tuple[int, int]], most: int, reach: int
) -> None:
    log, bitmap = DirtyLog(PAGES), PageBitmap(PAGES)
    left = sorted(marked(log, marks))
    bitmap.sync(log)
    while (at := bitmap.next(0)) is not None:
        expected = [page for page in left if page < at + reach][:most]
        assert bitmap.take_some(at, most, reach).tolist() == expected
        left = left[len(expected) :]
        assert bitmap.count == len(left)
    assert not left


@given(MARKS)
def test_runs_are_whole_and_apart(marks: list[tuple[int, int]]) -> None:
    log, bitmap = DirtyLog(PAGES), PageBitmap(PAGES)
    expected = marked(log, marks)
    bitmap.sync(log)
    first, count = bitmap.runs()
    assert (first[1:] > first[:-1] + count[:-1]).all()
    assert {page for f, c in zip(first.tolist(), count.tolist(), strict=True) for page in range(f, f + c)} == expected


def test_pages_are_marked_in_any_order() -> None:
    log = DirtyLog(8)
    log.mark(np.array([5, 1, 5]))
    first, count = runs_of_flags(log.flags)
    assert (first.tolist(), count.tolist()) == ([1, 5], [1, 1])


def test_a_filled_bitmap_holds_all_and_finds_the_far_end() -> None:
    bitmap = PageBitmap(1 << 20, filled=True)
    assert bitmap.count == 1 << 20 and bitmap.next((1 << 20) - 1) == (1 << 20) - 1
    bitmap.take(0, (1 << 20) - 1)
    assert bitmap.next(0) == (1 << 20) - 1 and bitmap.next(1 << 20) is None


def test_a_log_longer_than_what_is_used_is_cut() -> None:
    log, bitmap = DirtyLog(16), PageBitmap(4)
    log.set(0, 16)
    assert bitmap.sync(log) == 4 and bitmap.count == 4 and log.count() == 0
