"""Offsets as people write them."""

from __future__ import annotations


def parse_offset(text: str, here: int) -> int | None:
    """An offset as people write it: hexadecimal with or without 0x or @, decimal with a point behind it (``4096.``),
    or relative to ``here`` with + or −.  None for anything else."""
    words = text.strip().replace("\u2212", "-").replace("\u202f", "").replace(" ", "").lstrip("@")
    sign = {"+": 1, "-": -1}.get(words[:1], 0)
    digits = words[1:] if sign else words
    try:
        number = int(digits[:-1], 10) if digits.endswith(".") else int(digits, 16)
    except ValueError:
        return None
    if digits[:1] in "+-" or number < 0:
        return None
    return max(0, here + sign * number) if sign else number
