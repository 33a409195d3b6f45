"""What is looked for, and the hits: engine calls for a worker."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from snapmgr.errors import UsageError
from snapmgr.inspect.find_bytes import find_bytes, parse_pattern
from snapmgr.inspect.search import search
from snapmgr.work import CancelToken
from ui.words import later, tr

if TYPE_CHECKING:
    from snapmgr.inspect.index import StreamIndex

MOST = 10_000
"""Hits that are listed."""
CONTEXT = 24
"""Bytes around a hit that are shown: from a third before it on."""
STEP = 4 << 20
"""Bytes of the stream that are looked through at once."""
BATCH, BATCH_TIME = 500, 0.05


class Where(Enum):
    """What is looked through; the value is what the choice is called."""

    #: Where something is looked for
    RAM = later("RAM")
    STREAM = later("Stream bytes")
    FIELDS = later("Names and values")

    @property
    def title(self) -> str:
        return tr(self.value)


@dataclass(frozen=True, slots=True)
class Hit:
    """``offset`` in ``block``, or in the stream where that is empty; ``length`` bytes; ``around`` are bytes from
    ``before`` bytes before it on.  ``path`` leads to a field."""

    offset: int
    length: int
    block: str = ""
    around: bytes = b""
    before: int = 0
    path: tuple[int, ...] = ()
    name: str = ""
    value: str = ""


def pattern_of(text: str, *, hexadecimal: bool) -> bytes:
    """The bytes that are meant.  Raises UsageError."""
    if not text:
        raise UsageError("pattern", tr("Type what is to be found"))
    if not hexadecimal:
        return parse_pattern("0x" + text.encode("utf-8", "surrogateescape").hex())
    return parse_pattern("0x" + text.lower().removeprefix("0x"))


def find(
    index: StreamIndex,
    where: Where,
    text: str,
    hexadecimal: bool,
    hand_over: Callable[[list[Hit]], object],
    *,
    progress: Callable[[int, int], None],
    cancel: CancelToken,
) -> bool:
    """Hand hits over in batches; True where there are more than MOST.

    Raises UsageError for what cannot be looked for, Cancelled, and what reading raises.
    """
    hits = _hits(index, where, text, hexadecimal, progress, cancel)
    batch: list[Hit] = []
    since = time.monotonic()
    for count, hit in enumerate(hits):
        if count == MOST:
            hand_over(batch)
            return True
        batch.append(hit)
        if len(batch) >= BATCH or time.monotonic() - since > BATCH_TIME:
            hand_over(batch)
            batch, since = [], time.monotonic()
    cancel.check()
    if batch:
        hand_over(batch)
    return False


def _hits(
    index: StreamIndex, where: Where, text: str, hexadecimal: bool, progress: Callable[[int, int], None],
    cancel: CancelToken
) -> Iterator[Hit]:  # fmt: skip
    if where is Where.FIELDS:
        for path in search(index, text, cancel, MOST + 1):
            node = index.tree.node(path)
            names = "/".join(index.tree.node(path[: depth + 1]).name for depth in range(len(path)))
            yield Hit(node.offset, node.length, path=path, name=names, value=node.value or node.meaning)
        return
    pattern = pattern_of(text, hexadecimal=hexadecimal)
    if where is Where.STREAM:
        yield from _in_stream(index, pattern, progress, cancel)
        return
    for found in find_bytes(index, pattern, cancel=cancel, progress=progress):
        start = max(0, found.offset - CONTEXT // 3)
        around = index.ram.read(found.block, start, CONTEXT)
        yield Hit(found.offset, len(pattern), found.block, around, found.offset - start)


def _in_stream(
    index: StreamIndex, pattern: bytes, progress: Callable[[int, int], None], cancel: CancelToken
) -> Iterator[Hit]:
    """Hits may overlap; over the borders of what is read at once."""
    tail = b""
    for at in range(0, index.size, STEP):
        cancel.check()
        data = tail + bytes(index.source.read(at, min(STEP, index.size - at)))
        base = at - len(tail)
        place = data.find(pattern)
        while place >= 0:
            start = max(0, base + place - CONTEXT // 3)
            around = bytes(index.source.read(start, min(CONTEXT, index.size - start)))
            yield Hit(base + place, len(pattern), "", around, base + place - start)
            place = data.find(pattern, place + 1)
        tail = data[max(0, len(data) - len(pattern) + 1) :] if len(pattern) > 1 else b""
        progress(at + STEP, index.size)
