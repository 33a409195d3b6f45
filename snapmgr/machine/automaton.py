"""A picture that lives: eight reversible cellular automata, one per bit of a pixel.

Margolus blocks of 2 x 2 cells, first on even and then on odd places; the rule is Toffoli and Margolus's "Critters": a
block with two cells set stays, any other is inverted, one with three set is also turned around.  The rule is a
bijection, so a single bit that differs never heals: what was not loaded right stays visible for ever.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

U8 = npt.NDArray[np.uint8]


def step(cells: U8) -> None:
    """One generation in place, shape (even, even), wrapped around at the edges."""
    _blocks(cells)
    shifted = np.roll(cells, (-1, -1), (0, 1))
    _blocks(shifted)
    cells[:] = np.roll(shifted, (1, 1), (0, 1))


def _blocks(cells: U8) -> None:
    """Apply the rule to every block, on all eight bits at once."""
    views = cells[0::2, 0::2], cells[0::2, 1::2], cells[1::2, 0::2], cells[1::2, 1::2]
    a, b, c, d = (np.ascontiguousarray(view) for view in views)
    one_above, one_below = a ^ b, c ^ d
    both_above, both_below = a & b, c & d
    two = one_above & one_below | (both_above ^ both_below) & ~(one_above | one_below)
    three = both_above & one_below | both_below & one_above
    others = ~two
    down, up = three & (a ^ d), three & (b ^ c)
    for view, old, turned in zip(views, (a, b, c, d), (down, up, up, down), strict=True):
        view[:] = old ^ turned ^ others
