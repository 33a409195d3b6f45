"""Ways to move a guest, and what may happen on the way: the cells of a matrix, and some that cover every pair."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import ClassVar

from snapmgr.migrate.channel import Channel
from snapmgr.savevm.output import Buffer

MODES = {
    "precopy": "",
    "postcopy": "postcopy-ram",
    "preempt": "postcopy-ram postcopy-preempt",
    "bitmaps": "dirty-bitmaps",
    "colo": "x-colo",
    "mapped-ram": "mapped-ram",
    "ignore-shared": "x-ignore-shared",
    "background": "background-snapshot",
}
"""The last copies it: the guest goes on where it is."""
ENCODINGS = {
    "plain": "",
    "xbzrle": "xbzrle",
    "compress": "compress",
    "both": "xbzrle compress",
    "none": "multifd",
    "zlib": "multifd",
    "zstd": "multifd",
}
"""The last three are multifd's ways to pack."""
WORKLOADS = ("idle", "sequential", "random", "hotspot", "burst", "full")
TROUBLES = ("smooth", "late", "tiny", "huge", "pauses", "cut", "cut-back", "reordered", "twice")
"""The last: whoever connects does so twice, and one of both is torn."""

_MULTIFD = ("none", "zlib", "zstd")
_PACKED = ("xbzrle", "compress", "both")
_APART = {
    "postcopy": ("compress", "both", *_MULTIFD),
    "preempt": ("compress", "both", *_MULTIFD),
    "colo": _MULTIFD,
    "mapped-ram": (*_PACKED, *_MULTIFD),
    "background": (*_PACKED, *_MULTIFD),
}
"""What does not go together: ``test_matrix`` has what is said then."""


@dataclass(frozen=True, slots=True)
class Cell:
    mode: str
    encoding: str
    workload: str
    trouble: str

    AXES: ClassVar[tuple[Sequence[str], ...]] = (tuple(MODES), tuple(ENCODINGS), WORKLOADS, TROUBLES)

    def __str__(self) -> str:
        return "-".join(astuple(self))

    @property
    def capabilities(self) -> frozenset[str]:
        return frozenset(f"{MODES[self.mode]} {ENCODINGS[self.encoding]}".split())

    @property
    def is_possible(self) -> bool:
        if self.mode == "mapped-ram" and self.trouble not in ("smooth", "twice"):  # a file is never in trouble
            return False
        if self.mode == "background" and self.trouble in ("cut-back", "twice"):  # one channel, and no way back
            return False
        if self.trouble == "reordered" and self.mode != "preempt" and self.encoding not in _MULTIFD:
            return False
        return self.encoding not in _APART.get(self.mode, ())

    def pairs(self) -> set[tuple[tuple[int, str], tuple[int, str]]]:
        return set(itertools.combinations(enumerate(astuple(self)), 2))  # type: ignore[arg-type]


def every() -> list[Cell]:
    return [cell for cell in itertools.starmap(Cell, itertools.product(*Cell.AXES)) if cell.is_possible]


DEAR = frozenset({"both", "full", "huge"})
"""What takes longest and is like something else: left to the long run."""


def pairwise() -> list[Cell]:
    """Few cells in which every two things that can be together once are, the dear ones aside; always the same ones."""
    cells, chosen = [cell for cell in every() if not DEAR & set(astuple(cell))], []
    random.Random(6).shuffle(cells)
    left = set().union(*(cell.pairs() for cell in cells))
    while left:
        best = max(cells, key=lambda cell: len(cell.pairs() & left))
        chosen.append(best)
        left -= best.pairs()
    return chosen


class Chopped:
    """A Channel that gives what comes in pieces of any size, or passes on what is sent in one."""

    def __init__(self, channel: Channel, pick: random.Random, *, tiny: bool) -> None:
        self._channel, self._pick, self._tiny = channel, pick, tiny
        self._held = memoryview(b"")

    @property
    def returns(self) -> bool:
        return self._channel.returns

    @property
    def received(self) -> int:
        return self._channel.received

    def send(self, buffers: Sequence[Buffer]) -> None:
        self._channel.send(buffers if self._tiny else [b"".join(buffers)])

    def receive(self) -> Buffer:
        if not len(self._held):
            self._held = memoryview(self._channel.receive()).cast("B")
        size = (1 << self._pick.randrange(18)) + self._pick.randrange(4) if self._tiny else len(self._held)
        piece, self._held = self._held[:size], self._held[size:]
        return piece

    def end(self) -> None:
        self._channel.end()

    def yank(self) -> None:
        self._channel.yank()

    def close(self) -> None:
        self._channel.close()
