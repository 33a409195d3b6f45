"""Names of any direction of writing, set into sentences so that none of them turns around what stands beside it."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
_FROM_THE_RIGHT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff"
"""Letters of Hebrew, Arabic and the other scripts that are written from the right."""
_ANY = re.compile(f"[{_FROM_THE_RIGHT}]")
_WORD = rf"[^\s']*[{_FROM_THE_RIGHT}][^\s']*"
_NAME = re.compile(rf"'[^']*[{_FROM_THE_RIGHT}][^']*'|{_WORD}(?:\s+{_WORD})*")
"""What stands between the engine's quotation marks, else words in a row that are written from the right."""
_BESIDE = ".,:;!?()[]{}<>“”„…'"
"""What belongs to the sentence where it stands at the edge of a name."""


def isolated(text: str) -> str:
    """A name inside a sentence: an island of its own writing direction, where that can differ from the sentence's."""
    mirrored = QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft
    if not text or not (mirrored or _ANY.search(text)):
        return text
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}"


def steady(sentence: str) -> str:
    """A sentence of the engine's, which holds names as they are: each name written from the right is isolated."""
    return _NAME.sub(_isolate, sentence)


def _isolate(found: re.Match[str]) -> str:
    text = found[0]
    start, end = len(text) - len(text.lstrip(_BESIDE)), len(text.rstrip(_BESIDE))
    return f"{text[:start]}{FIRST_STRONG_ISOLATE}{text[start:end]}{POP_ISOLATE}{text[end:]}"
