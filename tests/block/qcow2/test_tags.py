"""TAG is a name, else an id; prefixes say which."""

from __future__ import annotations

import pytest

from snapmgr.block.qcow2.tags import find_tag, listed, way_to
from snapmgr.errors import NotFound, UsageError

TAGS = [("1", "plain"), ("2", "3"), ("3", "2"), ("4", ""), ("5", "twice"), ("6", "twice"), ("7", "id:1"), ("8", "é")]


@pytest.mark.parametrize(
    ("wanted", "position"),
    [("plain", 0), ("3", 1), ("2", 2), ("", 3), ("1", 0), ("8", 7), ("é", 7)],
)
def test_a_name_goes_before_an_id(wanted: str, position: int) -> None:
    assert find_tag(TAGS, wanted, "disk") == position


@pytest.mark.parametrize(
    ("wanted", "position"), [("id:3", 2), ("id:2", 1), ("name:3", 1), ("name:2", 2), ("name:id:1", 6), ("name:", 3)]
)
def test_prefixes_say_which(wanted: str, position: int) -> None:
    assert find_tag(TAGS, wanted, "disk") == position


def test_a_prefix_finds_nothing_of_the_other_kind() -> None:
    for wanted in ("id:plain", "name:1", "id:"):
        with pytest.raises(NotFound) as missing:
            find_tag(TAGS, wanted, "disk")
        assert missing.value.code == "snapshot-not-found"


def test_what_is_not_there_is_answered_with_what_there_is() -> None:
    with pytest.raises(NotFound) as missing:
        find_tag(TAGS[:2], "nosuch", "disk.qcow2")
    assert missing.value.hint == "There are: plain (id 1), 3 (id 2)"
    assert missing.value.path == "disk.qcow2"


def test_a_name_of_several_is_not_guessed() -> None:
    with pytest.raises(UsageError) as unclear:
        find_tag(TAGS, "twice", "disk")
    assert unclear.value.code == "ambiguous-snapshot"
    assert unclear.value.hint == "Say which one: id:5, id:6"


def test_an_id_of_several_is_not_guessed() -> None:
    with pytest.raises(UsageError) as unclear:
        find_tag([("1", "alpha"), ("1", "beta")], "1", "disk")
    assert unclear.value.hint == "Say which one: name:alpha, name:beta"


TWINS = [("1", "a"), ("1", "a"), ("2", "a"), ("1", "b"), ("9", "nth:1:a")]


def test_twins_are_told_apart_by_their_order() -> None:
    with pytest.raises(UsageError) as unclear:
        find_tag(TWINS, "a", "disk")
    assert unclear.value.hint == "Say which one: nth:1:a, nth:2:a, id:2"
    assert [way_to(TWINS, place) for place in range(5)] == ["nth:1:a", "nth:2:a", "id:2", "name:b", "id:9"]
    assert [find_tag(TWINS, way_to(TWINS, place), "disk") for place in range(5)] == [0, 1, 2, 3, 4]
    assert find_tag([("1", "nth:x:a")], "nth:x:a", "disk") == 0
    for wanted in ("nth:0:a", "nth:4:a", "nth:1:c", f"nth:{'9' * 5000}:a"):
        with pytest.raises(NotFound):
            find_tag(TWINS, wanted, "disk")


def test_long_lists_and_long_names_are_cut() -> None:
    text = listed([(str(number), "x" * 300) for number in range(1000)])
    assert len(text) < 3000
    assert text.endswith("and 980 more")
