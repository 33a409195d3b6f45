"""Names as they can be shown: every byte stays visible, and none of it can move a cursor or turn the line around.

A snapshot's name may hold any bytes; it is decoded as UTF-8 with surrogateescape.  What does not print (controls, line
ends, marks that turn the direction of writing, bytes that are not UTF-8) is written as an escape, the same everywhere.
"""

from __future__ import annotations

import unicodedata

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\x1b": "\\e", "\0": "\\0"}
_ESCAPE_LETTERS = frozenset("nrtexu0\\")
_KEEPS_ITS_PLACE = frozenset("\u200c\u200d")
"""Joiners: needed by Persian and by composed emoji, without effect on the direction."""

_HIDDEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"})


def visible_text(text: str) -> str:
    """``text`` on one line: ``a\\nb`` for a line end, ``\\xE9`` for a byte that is not UTF-8; the rest as it is."""
    return text if text.isprintable() else "".join(map(_visible, text))


def visible_name(name: str) -> str:
    """As ``visible_text``, with a backslash doubled that could begin an escape: the text says exactly one name."""
    if "\\" not in name:
        return visible_text(name)
    parts = []
    for place, char in enumerate(name):
        could_be = char == "\\" and name[place + 1 : place + 2] in _ESCAPE_LETTERS
        parts.append("\\\\" if could_be else _visible(char))
    return "".join(parts)


def shown_name(name: str) -> str:
    """What stands for a snapshot in lists: its name, and words where that is empty or blank."""
    if name.strip():
        return visible_name(name)
    return "(blank name)" if name else "(no name)"


def quoted(name: str) -> str:
    """A name inside a sentence."""
    return f"'{visible_name(name)}'"


def _visible(char: str) -> str:
    if char.isprintable() or char in _KEEPS_ITS_PLACE:
        return char
    if char in _SHORT:
        return _SHORT[char]
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was not UTF-8, see PEP 383
        return f"\\x{code - 0xDC00:02X}"
    if unicodedata.category(char) not in _HIDDEN:  # spaces of any width
        return char
    if code < 0x80:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\u{{{code:X}}}"
