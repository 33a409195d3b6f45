"""Running totals, for whoever works beside other threads."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def totals(values: npt.ArrayLike) -> npt.NDArray[Any]:
    """The sum of each value (n) and all before it, as numpy.cumsum has it: (n), small integers and bools as int64.

    numpy.cumsum (2.4) loses some small objects for good when several threads call it at the same moment.
    """
    sums: npt.NDArray[Any] = np.add.accumulate(values)
    return sums
