"""What ``qemu-img check`` counts (block/qcow2-refcount.c; qapi: ImageCheck)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from snapmgr.block.qcow2.l2 import Words


@dataclass(slots=True)
class Tally:
    """One count per wrong use of a cluster, not per wrong table entry; clusters of the active layer below.

    ``image_end`` is the offset behind the last cluster that is used or counted, in bytes.  ``check_errors`` are
    clusters whose refcount cannot be told.
    """

    corruptions: int = 0
    leaks: int = 0
    check_errors: int = 0
    total_clusters: int = 0
    allocated: int = 0
    fragmented: int = 0
    compressed: int = 0
    image_end: int = 0

    @property
    def sound(self) -> bool:
        return not (self.corruptions or self.leaks or self.check_errors)

    def active_table(self, offsets: Words, packed: int, cluster: int, times: int) -> None:
        """An L2 table that the active layer uses ``times`` times: its data clusters in guest order, and how many are
        compressed.  A cluster that does not follow the one before is a fragment, and each compressed one is.
        """
        breaks = int(np.count_nonzero(offsets[1:] != offsets[:-1] + np.uint64(cluster)))
        self.allocated += times * (len(offsets) + packed)
        self.compressed += times * packed
        self.fragmented += times * (breaks + packed)


@dataclass(frozen=True, slots=True, eq=False)
class Leaks:
    """Clusters of the file (ascending numbers) whose refcount is too high, and how often each is really used."""

    clusters: npt.NDArray[np.int64]
    uses: npt.NDArray[np.int64]


NO_LEAKS = Leaks(np.empty(0, np.int64), np.empty(0, np.int64))
