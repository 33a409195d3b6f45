"""Bytes in many places of memory that make one stretch: they are copied once, by the system, when they are written."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from snapmgr.totals import totals

Places = npt.NDArray[np.uint64]


class Gathered:
    """``places`` (n × 2) are address and length in bytes of each, as writev(2) takes them; ``owners`` hold that memory.

    What is there must not change until it is written.
    """

    __slots__ = ("owners", "places", "size")

    def __init__(self, places: Places, owners: Sequence[object]) -> None:
        self.places = places
        self.owners = tuple(owners)
        self.size = int(places[:, 1].sum())

    @classmethod
    def of(cls, buffers: Iterable[memoryview]) -> Gathered:
        """Buffers of bytes, one behind the other; their number counts, not their size."""
        arrays = [np.frombuffer(buffer, np.uint8) for buffer in buffers if len(buffer)]
        places = np.array([(array.ctypes.data, len(array)) for array in arrays], np.uint64)
        return cls(places.reshape(-1, 2), arrays)

    @classmethod
    def together(cls, parts: Iterable[Gathered]) -> Gathered:
        parts = list(parts)
        return cls(np.concatenate([part.places for part in parts]), [one for part in parts for one in part.owners])

    def __len__(self) -> int:
        return self.size

    def split(self, at: int) -> tuple[Gathered, Gathered]:
        """The first ``at`` bytes, and the rest."""
        ends = totals(self.places[:, 1])
        whole = int(np.searchsorted(ends, np.uint64(at), "right"))
        first, rest = self.places[:whole].copy(), self.places[whole:].copy()
        into = at - int(ends[whole - 1] if whole else 0)
        if into:
            first = np.concatenate([first, [(rest[0, 0], np.uint64(into))]])
            rest[0] += np.array([into, -into]).astype(np.uint64)
        return Gathered(first, self.owners), Gathered(rest, self.owners)

    def joined(self) -> bytes:
        """A copy, for whoever cannot write them where they are."""
        return b"".join(ctypes.string_at(address, length) for address, length in self.places.tolist())
