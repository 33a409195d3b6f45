"""A translation that nobody has to write: every text stretched by 60 % and in accented letters, but readable.

Pictures made with it show what is not translatable (plain English), what is put together from pieces, and what has
no room for a longer language.
"""

from __future__ import annotations

import math
import re

from PySide6.QtCore import QTranslator

from ui.words import CONTEXT

GROWTH = 1.6
_ACCENTS = str.maketrans("AEIOUYCNSZaeiouycnsz", "ÀÉÎÖÛÝÇÑŠŽàéîöûýçñšž")
_KEPT = re.compile(r"(\{\w*\}|&.)")
"""Places that are filled, and the letter of a mnemonic."""
_FILLER = " öñé twö thréé föûr fîvé šîx šévéñ éîght ñîñé téñ"


class Pseudo(QTranslator):
    """Install it on the application, before there are widgets."""

    def isEmpty(self) -> bool:
        return False

    def translate(self, context: str, text: str, second: str | None = None, n: int = -1) -> str | None:
        """Ours only; Qt's own texts stay.  ``second`` is the form for many where there is a number."""
        if context != CONTEXT:
            return None
        return pseudo(second if second and n not in (-1, 1) else text)


def pseudo(text: str) -> str:
    """``text`` in other letters and longer; ``{places}`` and mnemonics stay, a final sign stays at the end."""
    core = text.rstrip("….:")
    parts = [part if _KEPT.fullmatch(part) else _stretched(part) for part in _KEPT.split(core)]
    grown = "".join(parts) + text[len(core) :]
    missing = max(math.ceil(GROWTH * _own_length(text)) - _own_length(grown), 0)
    filler = (_FILLER * (missing // len(_FILLER) + 1))[:missing]
    if filler.endswith(" "):
        filler = f"{filler[:-1]}ö"
    return "".join((*parts, filler, text[len(core) :]))


def _own_length(text: str) -> int:
    """Characters of the text itself, without the places that are filled."""
    return len(_KEPT.sub("", text))


def _stretched(text: str) -> str:
    """Every vowel twice."""
    return re.sub("([aeiou])", r"\1\1", text).translate(_ACCENTS)
