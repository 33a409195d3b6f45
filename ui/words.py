"""Words in the language of whoever reads them.

Three calls, whose literal texts Qt's lupdate collects for translators (``packaging/translations.py``):

- ``tr("Open image…")`` is a text; ``tr("Nothing matches “{words}”.", words=words)`` one with places to fill;
- ``plural("{n} disk", "{n} disks", n)`` is a text that follows a number;
- ``later("Theme")`` marks a text in a table, which ``tr`` translates where it is shown.

A comment on the line above that begins with ``#:`` is for translators.  What the engine and QEMU say stays English.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication

THIN = "\u202f"
"""Narrow space that never breaks: between groups of digits."""

CONTEXT = ""
"""The one context of all our texts, as lupdate gives it to calls of plain functions."""


def tr(text: str, meaning: str = "", /, **values: object) -> str:
    """``text`` in the language of the window, with ``{name}`` replaced by the value of that name.

    An empty text stays empty.  ``meaning`` tells two equal texts apart that another language may have two words for;
    such a text has no places.
    """
    found = QCoreApplication.translate(CONTEXT, text, meaning) if text else ""
    return _filled(found, text, values) if values else found


def plural(one: str, many: str, n: int, /, **values: object) -> str:
    """``1 disk``, ``8 disks``: the text for this number, with ``{n}`` replaced by it, its digits in groups.

    ``one`` and ``many`` are the two forms of English; a translation has those of its language.
    """
    found = QCoreApplication.translate(CONTEXT, one, many, _same_form(n))
    english = one if n == 1 else many
    return _filled(english if found == one else found, english, {"n": grouped(n), **values})


def later(text: str) -> str:
    """``text`` itself: it is translated where it is shown, by ``tr``."""
    return text


def grouped(count: int) -> str:
    """``184223`` as 184 223, with narrow spaces; four digits stay together."""
    text = f"{abs(count)}"
    if len(text) > 4:
        text = f"{abs(count):,}".replace(",", THIN)
    return f"\u2212{text}" if count < 0 else text


def listed(names: list[str]) -> str:
    """``vda, vdb and vdc``."""
    if len(names) < 2:
        return "".join(names)
    return tr("{names} and {last}", names=", ".join(names[:-1]), last=names[-1])


def _same_form(n: int) -> int:
    """A number that takes the same form as ``n`` in every language, and that fits Qt's 32 bits."""
    n = abs(n)
    return n if n < 1_000_000 else 1_000_000 + n % 1_000_000


def _filled(found: str, text: str, values: Mapping[str, object]) -> str:
    """A translation whose places are not those of ``text`` is given up for English."""
    try:
        return found.format_map(values)
    except (AttributeError, LookupError, TypeError, ValueError):
        return text.format_map(values)
