"""How the models of the Inspector write offsets, counts and values."""

from __future__ import annotations

from snapmgr.inspect.model import Node

THIN = "\u202f"
"""Narrow no-break space between groups of three digits."""

LONGEST_VALUE = 400
"""Characters of a value that a row or tooltip shows; the bytes view has the rest."""


def grouped(number: int) -> str:
    """A count with thin groups: ``184 223``."""
    return f"{number:,}".replace(",", THIN)


def digits_for(size: int) -> int:
    """Hexadecimal digits of every offset of a stream of ``size`` bytes: eight, more only where needed."""
    return max(8, len(f"{max(size - 1, 0):X}"))


def offset_text(offset: int, digits: int = 8) -> str:
    """``53A1C23A``."""
    return f"{offset:0{digits}X}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """``1 error``, ``3 errors``."""
    return f"{grouped(count)} {one if count == 1 else many or one + 's'}"


def value_text(node: Node) -> str:
    """Raw value and meaning side by side: ``0x13  8N1``."""
    text = f"{node.value}  {node.meaning}" if node.value and node.meaning else node.value or node.meaning
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def binary_size(size: int) -> str:
    """A size with three figures in binary units: ``1.31 GiB``, ``128 KiB``, ``512 bytes``."""
    if size < 1024:
        return plural(size, "byte")
    amount = float(size)
    for unit in ("KiB", "MiB", "GiB", "TiB", "PiB", "EiB"):
        amount /= 1024
        if amount < 999.5 or unit == "EiB":
            break
    if amount == int(amount):
        return f"{amount:.0f}{THIN}{unit}"
    places = 2 if amount < 9.995 else 1 if amount < 99.95 else 0
    return f"{amount:.{places}f}{THIN}{unit}"
