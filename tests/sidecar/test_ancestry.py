"""Ancestors among what is left, whatever the files say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from snapmgr.sidecar.ancestry import parent_of, without_circles
from snapmgr.sidecar.records import Origin

SOME = st.integers(0, 12).map(str)
ORIGINS = st.dictionaries(SOME, st.one_of(SOME, st.just(""), st.none()), max_size=13)


def origin(said: dict[str, str | None], key: str) -> Origin | None:
    return Origin(said[key]) if key in said else None


@given(ORIGINS, st.sets(SOME), SOME)
def test_a_parent_is_the_first_that_is_left_on_the_way_back(
    said: dict[str, str | None], there: set[str], key: str
) -> None:
    found = parent_of(key, there.__contains__, lambda one: origin(said, one))
    way, at = [key], said.get(key)
    while at and at not in way and at not in there:
        way.append(at)
        at = said.get(at)
    expected = None if at in way else at
    assert found == expected


def test_children_of_what_was_deleted_are_its_parents() -> None:
    said = {"d": "c", "c": "b", "b": "a", "a": ""}
    assert parent_of("d", {"a", "d"}.__contains__, lambda one: origin(said, one)) == "a"
    assert parent_of("d", {"d"}.__contains__, lambda one: origin(said, one)) == ""
    del said["b"]
    assert parent_of("d", {"a", "d"}.__contains__, lambda one: origin(said, one)) is None


@given(st.dictionaries(st.integers(0, 15), st.one_of(st.none(), st.integers(0, 15)), max_size=16))
def test_no_circle_is_left_and_nothing_else_is_lost(parents: dict[int, int | None]) -> None:
    left = without_circles(parents)
    for start in left:
        at, steps = left[start], 0
        while at is not None and at in left:
            at, steps = left[at], steps + 1
            assert steps <= len(left)
    for one in parents.keys() - left.keys():
        at = parents[one]
        for _ in parents:
            if at == one or at is None:
                break
            at = parents.get(at)
        assert at == one, "only members of a circle are left out"


def test_a_long_line_is_walked_once() -> None:
    count = 200_000
    parents: dict[int, int | None] = {one: one - 1 if one else None for one in range(count)}
    assert without_circles(parents) == parents
