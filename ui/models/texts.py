"""How the models of the Inspector write nodes, offsets and counts."""

from __future__ import annotations

from snapmgr.inspect.model import Node
from snapmgr.names import visible_text
from ui.isolation import isolated, steady

LONGEST_VALUE = 400
"""Characters of a name or value that a row or tooltip shows; the bytes view has the rest."""


def digits_for(size: int) -> int:
    """Hexadecimal digits of every offset of a stream of ``size`` bytes: eight, more only where needed."""
    return max(8, len(f"{max(size - 1, 0):X}"))


def shown(text: str) -> str:
    """A name or value from a stream, fit to be shown wherever it stands, and bounded."""
    return isolated(visible_text(_bounded(text)))


def sentence(text: str) -> str:
    """What the engine says of a stream, fit to be shown and bounded."""
    return steady(visible_text(_bounded(text)))


def _bounded(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def value_text(node: Node) -> str:
    """Raw value and meaning side by side: ``0x13  8N1``."""
    if node.value and node.meaning:
        return f"{shown(node.value)}  {shown(node.meaning)}"
    return shown(node.value or node.meaning)
