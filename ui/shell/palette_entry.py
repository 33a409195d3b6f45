"""One line of the command palette."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PaletteEntry:
    """``text`` is matched and shown, ``subject`` stands behind it in grey, ``reason`` says why it is off ("" = on).
    ``words`` are others that it is found by.

    ``run`` is called when the line is chosen; the palette has closed by then.
    """

    group: str
    text: str
    run: Callable[[], None]
    subject: str = ""
    icon: str = "circle"
    keys: str = ""
    reason: str = ""
    words: str = ""
    key: str = ""
    """Stable name under which a use is remembered; empty = not remembered."""
