"""Fuzzy matching."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.shell.palette_match import Rank, best, positions


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("sa", "Save snapshot…", (0, 1)),
        ("snap", "Save snapshot…", (5, 6, 7, 8)),
        ("ss", "Save snapshot…", (0, 5)),
        ("OPEN", "Open…", (0, 1, 2, 3)),
        ("open f", "Open file", (0, 1, 2, 3, 5)),
        ("n f", "Some open file", (8, 10)),
        ("", "Anything", ()),
    ],
)
def test_letters_are_found_where_a_person_means_them(query: str, text: str, found: tuple[int, ...]) -> None:
    assert positions(query, text) == found


def test_letters_out_of_order_do_not_match() -> None:
    assert positions("az", "zebra") is None


def test_the_best_come_first_and_equals_stay_in_order() -> None:
    names = ["Close", "Reset", "Reading set", "Set back", "Settings…", "Smaller text", "Set…", "Set"]
    ranks = [(one.item, one.rank) for one in best("set", names, str, 9)]
    assert ranks == [
        ("Set…", Rank.EXACT),
        ("Set", Rank.EXACT),
        ("Set back", Rank.PREFIX),
        ("Settings…", Rank.PREFIX),
        ("Reading set", Rank.WORD),
        ("Reset", Rank.WITHIN),
        ("Smaller text", Rank.FUZZY),
    ]


def test_other_words_find_it_before_scattered_letters_do() -> None:
    words = {"Theme": "colour night mode", "Nothing light": ""}
    found = best("night", ["Nothing light", "Theme"], str, 9, words.__getitem__)
    assert [(one.item, bool(one.found)) for one in found] == [("Theme", False), ("Nothing light", True)]
    assert [one.item for one in best("mode col", ["Nothing light", "Theme"], str, 9, words.__getitem__)] == ["Theme"]
    assert best("ight", ["Theme"], str, 9, words.__getitem__) == []


def test_an_exact_name_behind_thousands_is_not_lost() -> None:
    names = [f"auto {n} vm" for n in range(5000)] + ["vm"]
    assert best("vm", names, str, 8)[0].item == "vm"


@given(st.text(max_size=12), st.text(max_size=40))
def test_what_is_found_is_there_in_order(query: str, text: str) -> None:
    found = positions(query, text)
    if found is not None:
        wanted = "".join(query.split()).lower()
        assert list(found) == sorted(set(found))
        assert [text[index].lower() for index in found] == list(wanted) or len(text.lower()) != len(text)


def test_ten_thousand_names_are_no_burden() -> None:
    names = [f"auto-2026-11-{n % 30:02}T{n:05}-retention-policy" for n in range(10_000)]
    start = time.perf_counter()
    assert len(best("77 ret pol", names, str, 8)) == 8
    best("zzz", names, str, 8)
    assert time.perf_counter() - start < 2, "a bound that only a wrong algorithm meets"
