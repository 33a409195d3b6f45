"""A map of pages at every zoom: one value a page, and halves of it down to a single dot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.uint8]

NOTHING = 255
"""The value of a dot behind the last page."""


@dataclass(frozen=True, eq=False, slots=True)
class Levels:
    """``values[k]`` has a value for 2ᵏ pages in a row: of states the rarest among them, of counts the highest."""

    values: tuple[Values, ...]

    @property
    def pages(self) -> int:
        return len(self.values[0])

    def window(self, level: int, first: int, count: int) -> Values:
        """``count`` values of a level from dot ``first``; NOTHING behind the end."""
        held = self.values[level][first : first + count]
        if len(held) == count:
            return held
        padded = np.full(count, NOTHING, np.uint8)
        padded[: len(held)] = held
        return padded


def rarest(states: Values, most: int) -> Levels:
    """Levels of states 0 to ``most`` − 1.  Runs in a worker: 2²⁴ pages take some tens of ms."""
    order = np.argsort([-count for count in counted(states, most)], kind="stable").astype(np.uint8)
    rank, back = np.zeros(256, np.uint8), np.zeros(256, np.uint8)
    rank[order], back[: len(order)] = np.arange(most, dtype=np.uint8), order
    ranked = highest(_looked_up(states, rank)).values
    return Levels((states, *(_looked_up(level, back) for level in ranked[1:])))


def counted(values: Values, most: int) -> list[int]:
    """How many there are of 0 to ``most`` − 1; quicker than numpy.bincount, which widens every byte first."""
    return [int(np.count_nonzero(values == value)) for value in range(most)]


def _looked_up(values: Values, table: Values) -> Values:
    """``table[values]``, in a sixth of the time."""
    return np.frombuffer(values.tobytes().translate(table.tobytes()), np.uint8)


def highest(values: Values) -> Levels:
    """Levels of counts."""
    levels = [values]
    while len(levels[-1]) > 1:
        last = levels[-1]
        if len(last) % 2:
            last = np.append(last, last[-1:])
        levels.append(np.maximum(last[0::2], last[1::2]))
    return Levels(tuple(levels))
