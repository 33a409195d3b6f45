"""Numbers that look random and are functions of one word of guest RAM (the finaliser of splitmix64)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

U64 = npt.NDArray[np.uint64]

MASK = (1 << 64) - 1
_STEP = 0x9E37_79B9_7F4A_7C15
_FIRST, _SECOND = 0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB


def advance(state: int) -> int:
    """The next state: a bijection, so that two states that differ stay different."""
    return (state + _STEP) & MASK


def mix(state: int) -> int:
    """64 bits that depend on all bits of ``state``."""
    value = (state ^ state >> 30) * _FIRST & MASK
    value = (value ^ value >> 27) * _SECOND & MASK
    return value ^ value >> 31


def numbers(state: int, count: int) -> U64:
    """``count`` words from one state, shape (count,)."""
    values = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(_STEP) + np.uint64(mix(state))
    values ^= values >> np.uint64(30)
    values *= np.uint64(_FIRST)
    values ^= values >> np.uint64(27)
    values *= np.uint64(_SECOND)
    values ^= values >> np.uint64(31)
    return values
