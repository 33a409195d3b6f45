"""The field types that a vmdesc names, as migration/vmstate-types.c writes them: all integers big-endian."""

from __future__ import annotations

import re

_INTEGER = re.compile(r"(u?)int(8|16|32|64)( equal| le)?")
"""`equal` and `le` (less or equal) are checks at loading, no other coding."""

_OTHERS = frozenset({"bool", "timer", "float64", "nullptr", "capability", "cpudouble", "CPU_Double_U"})
_SIZES = {"bool": 1, "timer": 8, "float64": 8, "nullptr": 1}
_BYTES = frozenset({"buffer", "unused_buffer", "bitmap"})


def is_signed(type_name: str) -> bool | None:
    """Whether an integer type is signed, None for what is no integer.  Timers are signed ns of a machine clock."""
    if type_name == "timer":
        return True
    match = _INTEGER.fullmatch(type_name)
    return None if match is None else not match[1]


def size_of(type_name: str) -> int | None:
    """Bytes that a value of this type takes, None where they vary or the type is not known."""
    match = _INTEGER.fullmatch(type_name)
    return int(match[2]) // 8 if match else _SIZES.get(type_name)


def is_bytes(type_name: str) -> bool:
    """Types that are strings of bytes of any length."""
    return type_name in _BYTES


def is_known(type_name: str) -> bool:
    """Types whose value can be shown as something better than a number of bytes."""
    return type_name in _OTHERS or type_name in _BYTES or _INTEGER.fullmatch(type_name) is not None
