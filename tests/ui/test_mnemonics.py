"""Every entry of a menu has a letter that no other has, where there are enough of them."""

from __future__ import annotations

import pytest

from ui.shell.mnemonics import mnemonics


@pytest.mark.parametrize(
    ("texts", "marked"),
    [
        (["Save", "Load"], ["&Save", "&Load"]),
        (["Step", "Stop", "Save"], ["&Step", "S&top", "S&ave"]),
        (["ab", "a"], ["a&b", "&a"]),
        (["abc", "ab", "a"], ["ab&c", "a&b", "&a"]),
        (["a", "a"], ["&a", "a"]),
        (["R & D"], ["&R && D"]),
    ],
)
def test_letters_make_room_for_each_other(texts: list[str], marked: list[str]) -> None:
    assert mnemonics(texts) == marked


def test_letters_that_are_taken_stay_with_whom_they_are() -> None:
    assert mnemonics(["ab", "b"], taken=["A"]) == ["a&b", "b"]
