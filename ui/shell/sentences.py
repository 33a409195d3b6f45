"""What the engine says, as a sentence of the window."""

from __future__ import annotations

import re
from collections.abc import Iterable

from snapmgr.names import visible_text
from ui.isolation import steady

_WORD = re.compile(r"[a-z]+(?=[,;]?\s|[.,;]?$)")
"""An ordinary word at the beginning: no path, no file name, no name with a colon behind it."""


def sentence(text: str, names: Iterable[str] = ()) -> str:
    """``text`` fit to be shown, with a capital and a full stop; a name that it begins with stays as it is.

    ``names`` are those that could be taken for words.
    """
    text = visible_text(text.strip())
    if not text:
        return ""
    named = any(name and re.match(rf"{re.escape(visible_text(name))}(?!\w)", text) for name in names)
    first = text[0].upper() if not named and _WORD.match(text) else text[0]
    return steady(first + text[1:] + ("" if text[-1] in ".?:…”" else "."))
