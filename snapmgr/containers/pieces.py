"""Memory that a file is read into piece by piece.

It begins at a page: copying from the page cache to a few bytes behind one takes some processors three times as long.
"""

from __future__ import annotations

import mmap
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

PIECE = 4 << 20
"""Bytes read at once: many enough for what each piece costs in Python not to matter."""

AHEAD = 2
"""Pieces asked for before they are needed: with one, its reading would begin only when somebody waits for it."""

_SPARE = 2
"""Pieces that are kept although nobody needs them just now: new memory costs as much as filling it."""

_SMALL = 1 << 14
"""Bytes for which it is not worth it to ask the system for pages."""


def memory(length: int) -> memoryview:
    """New memory for ``length`` bytes."""
    return memoryview(bytearray(length) if length <= _SMALL else _pages(length))


def _pages(length: int) -> mmap.mmap:
    return mmap.mmap(-1, length, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)


@dataclass
class _Lent:
    memory: mmap.mmap
    view: weakref.ref[Any]


class Pieces:
    """Hands out memory for one piece after the other, and the same again as soon as nobody holds a view of it."""

    def __init__(self, length: int = PIECE) -> None:
        self.length = length
        self._lent: list[_Lent] = []

    def take(self) -> memoryview:
        """``length`` writable bytes, whatever they hold."""
        free = [one for one in self._lent if one.view() is None]
        taken = free.pop().memory if free else _pages(self.length)
        # every view of it, and of a part of it, keeps this array alive
        array = np.frombuffer(taken, np.uint8)
        self._lent = [one for one in self._lent if one.view() is not None] + free[:_SPARE]
        self._lent.append(_Lent(taken, weakref.ref(array)))
        return memoryview(array.data)


def read_ahead(fill: Callable[[int, memoryview], None], offset: int, end: int, room: int) -> Iterator[memoryview]:
    """``[offset, end)`` in pieces, the next two of which are read while one is looked at.

    ``fill(offset, memory)`` reads, in another thread where there is more than one piece; what it raises is raised in
    the place of its piece.  Each has ``room`` bytes in front that are no data.
    """
    pieces = Pieces(room + PIECE)

    def read(at: int) -> memoryview:
        piece = pieces.take()[: room + min(PIECE, end - at)]
        fill(at, piece[room:])
        return piece

    if end - offset <= PIECE:
        if offset < end:
            yield read(offset)
        return
    with ThreadPoolExecutor(1, thread_name_prefix="read-ahead") as reader:
        coming: deque[Future[memoryview]] = deque()
        try:
            for at in range(offset, end, PIECE):
                coming.append(reader.submit(read, at))
                if len(coming) > AHEAD:
                    yield coming.popleft().result()
            while coming:
                yield coming.popleft().result()
        finally:
            for one in coming:
                one.cancel()
