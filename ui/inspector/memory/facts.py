"""What is known of one page, and the map of a block: engine calls of the RAM part, for a worker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from snapmgr.errors import SnapmgrError
from snapmgr.inspect.guest_memory import Placed, place
from snapmgr.inspect.page_classes import NOT_READ, page_classes
from snapmgr.inspect.page_states import PageState, page_states
from snapmgr.inspect.passes import PassSummary, Sending, history, working_set
from snapmgr.work import CancelToken
from ui.inspector.memory.looks import Look
from ui.models.page_levels import Levels, Values, counted, highest, rarest

if TYPE_CHECKING:
    from snapmgr.inspect.index import StreamIndex


@dataclass(frozen=True, eq=False)
class Map:
    """A block by one look.  ``counts`` of each value; ``top`` is the highest of what counts, ``step`` how many passes
    are one of it."""

    block: str
    look: Look
    upto: int | None
    levels: Levels
    counts: tuple[int, ...]
    top: int
    step: int = 1


def read_map(
    index: StreamIndex, name: str, look: Look, upto: int | None, grown: Callable[[Map], object], *,
    progress: Callable[[int, int], None], cancel: CancelToken
) -> Map:  # fmt: skip
    """``grown`` gets what is known of contents by now.  Raises Cancelled, and what reading RAM raises where the look is
    at contents."""
    if look is Look.CONTENT:

        def mapped(classes: Values) -> Map:
            return _map(name, look, None, rarest(classes, NOT_READ + 1))

        def pass_on(classes: Values) -> None:
            grown(mapped(classes))

        return mapped(page_classes(index, name, progress=progress, cancel=cancel, grown=pass_on))
    found = page_states(index, name, upto)
    cancel.check()
    if look is Look.STATE:
        return _map(name, look, upto, rarest(found.states, len(PageState)))
    return _map(name, look, upto, highest(found.times if look is Look.TIMES else found.last), found.pass_step)


def _map(name: str, look: Look, upto: int | None, levels: Levels, step: int = 1) -> Map:
    counts = tuple(counted(levels.values[0], 8))
    top = int(levels.values[-1][0]) if look.heat and levels.pages else 0
    return Map(name, look, upto, levels, counts, top, step if look is Look.LAST else 1)


@dataclass(frozen=True, slots=True)
class PageFacts:
    """``content`` None where it cannot be had: ``lost`` says why.  ``address`` is where the guest sees it, None where
    that is not known."""

    block: str
    page: int
    sendings: Sequence[Sending]
    content: bytes | None
    lost: Exception | None
    address: int | None


def page_facts(index: StreamIndex, name: str, page: int) -> PageFacts:
    block = index.ram.block(name)
    content, lost = None, None
    try:
        index.require_contents(next(one for one in index.blocks if one.name == name))
        content = index.ram.read(name, page << block.page_bits, 1 << block.page_bits)
    except (SnapmgrError, OSError) as error:
        lost = error
    sendings = history(index, name, page)
    return PageFacts(name, page, sendings, content, lost, _address(index, name, page << block.page_bits))


def _address(index: StreamIndex, name: str, offset: int) -> int | None:
    """Where the guest sees a byte of a block."""
    for part in _placed(index):
        if part.block == name and part.offset <= offset < part.offset + part.length:
            return part.address + offset - part.offset
    return None


_known: list[tuple[StreamIndex, Sequence[Placed]]] = []
"""Of the stream that was asked for last."""


def _placed(index: StreamIndex) -> Sequence[Placed]:
    for known, placed in _known:
        if known is index:
            return placed
    try:
        found: Sequence[Placed] = place(index)
    except (SnapmgrError, OSError):
        found = ()
    _known[:] = [(index, found)]
    return found


def read_passes(index: StreamIndex, name: str) -> Sequence[PassSummary]:
    return working_set(index, name)
