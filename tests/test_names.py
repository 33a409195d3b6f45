"""Names as they can be shown, on a terminal and in the window alike."""

from __future__ import annotations

import pytest

from snapmgr.names import quoted, shown_name, visible_name, visible_text

NAMES = [
    "plain",
    "",
    " ",
    "\u3000",
    "снимок-日本語-🙂",
    "👩\u200d💻",
    "\x1b[31mred",
    "a\nb\r\tc\0",
    "\x07\x7f\x9b",
    "\u202egnp.exe\u2066",
    "back\\slash and \\e and \\n",
    "\\",
    b"caf\xe9".decode("utf-8", "surrogateescape"),
    "\ud800",
    "\U000e0001",
    "\u2028",
]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_can_move_the_cursor(name: str) -> None:
    joiners = {"\u200c", "\u200d", "\u3000"}
    for text in (visible_name(name), visible_text(name), quoted(name)):
        assert all(char.isprintable() or char in joiners for char in text)
        text.encode()


def test_different_names_look_different() -> None:
    assert visible_name("\x1b") == "\\e" != visible_name("\\e") == "\\\\e"
    assert visible_text("C:\\new") == "C:\\new"
    assert (shown_name(""), shown_name(" "), shown_name("x")) == ("(no name)", "(blank name)", "x")
    assert quoted("it's") == "'it's'"
