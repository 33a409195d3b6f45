"""What is to be compared: two sides, what else either may be, and who does it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from snapmgr.work import CancelToken
from ui.compare.comparing import Compared, CompareRequest, Comparison
from ui.compare.offered import Offered
from ui.shell.documents import Document, DocumentKind

Run = Callable[[CompareRequest, Callable[[int, int], None], CancelToken], Awaitable[Comparison]]


@dataclass(frozen=True, slots=True)
class Pair:
    """``offered`` are other things that either side may be, ``labels`` names of disks by their paths; ``view`` is where
    somebody asked for it, and goes back to."""

    sides: tuple[Compared, Compared]
    run: Run
    view: str
    offered: Offered = field(default_factory=lambda: Offered.of(()))
    labels: Mapping[str, str] = field(default_factory=dict)

    def swapped(self) -> Pair:
        return replace(self, sides=(self.sides[1], self.sides[0]))

    def with_side(self, place: int, side: Compared) -> Pair:
        """Another thing as A (0) or B (1)."""
        sides = (side, self.sides[1]) if place == 0 else (self.sides[0], side)
        offered = self.offered if self.offered.place_of(side) >= 0 else self.offered.with_first(side)
        return replace(self, sides=sides, offered=offered)


def stream_side(source: str) -> Compared:
    """A stream by its SRC."""
    document = Document(DocumentKind.STREAM, (source,))
    return Compared(document.label, document.where, source)


def document_of(side: Compared) -> Document:
    """What a side is read from; fleeting, as it is open only as long as it is compared."""
    if side.source is not None:
        return Document(DocumentKind.STREAM, (side.source,), fleeting=True)
    paths = tuple(str(Path(path)) for path in side.tags)
    return Document(DocumentKind.DISKS, paths or (side.name,), fleeting=True)
