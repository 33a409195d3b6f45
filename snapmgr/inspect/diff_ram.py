"""Pages of RAM that differ between two streams: compared in stretches of some MiB, never page by page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from snapmgr.errors import Cancelled, SnapmgrError
from snapmgr.inspect.index import StreamIndex
from snapmgr.ram.bitmap import runs_of_flags
from snapmgr.ram.index import RamIndex
from snapmgr.ram.words import PageKind
from snapmgr.work import CancelToken, Progress, no_progress

_STRETCH = 4 << 20
"""Bytes of each side that are compared at once."""

States = NDArray[np.uint8]


class PageState(IntEnum):
    """What became of a page from A to B; ``ONLY_A``: it holds nothing but zeros in B."""

    SAME = 0
    CHANGED = 1
    ONLY_A = 2
    ONLY_B = 3


@dataclass(frozen=True, eq=False)
class BlockDifference:
    """One RAM block: ``states`` has a PageState for each page; lengths in bytes, None where one stream has no such
    block.  ``error`` says why contents were not compared: then no page is known to differ."""

    name: str
    page_size: int
    length_a: int | None
    length_b: int | None
    states: States
    error: SnapmgrError | None = None

    def count(self, state: PageState) -> int:
        return int(np.count_nonzero(self.states == state))

    @property
    def changed_pages(self) -> int:
        """Pages that are not the same."""
        return int(np.count_nonzero(self.states))

    @property
    def differs(self) -> bool:
        return self.length_a != self.length_b or self.changed_pages > 0 or self.error is not None

    def ranges(self) -> list[tuple[int, int]]:
        """(first page, pages) of stretches in which every page differs, in ascending order."""
        first, count = runs_of_flags(self.states != PageState.SAME)
        return list(zip(first.tolist(), count.tolist(), strict=True))


def compare_ram(
    a: StreamIndex, b: StreamIndex, *, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> tuple[BlockDifference, ...]:
    """All blocks, in the order of A, then what only B has; ``progress`` is told bytes of RAM.

    A block that cannot be read says so.  Raises Cancelled.
    """
    lengths = [{block.name: block.used_length for block in index.blocks} for index in (a, b)]
    names = list(dict.fromkeys([*lengths[0], *lengths[1]]))
    total = sum(max(lengths[0].get(name, 0), lengths[1].get(name, 0)) for name in names)
    done, found = 0, []
    page_size = max(a.page_size or 0, b.page_size or 0) or 4096
    for name in names:
        ours, theirs = lengths[0].get(name), lengths[1].get(name)
        states = np.zeros(-(-max(ours or 0, theirs or 0) // page_size), np.uint8)
        error = _why_not(a, b, name)
        if error is None and ours is not None and theirs is not None:
            try:
                sides = _Side(a.ram, name), _Side(b.ram, name)
                for at in _compare(*sides, page_size, states):
                    progress(done + at, total)
                    if cancel is not None:
                        cancel.check()
            except Cancelled:
                raise
            except SnapmgrError as problem:
                error, states = problem.again(), np.zeros_like(states)
        found.append(BlockDifference(name, page_size, ours, theirs, states, error))
        done += max(ours or 0, theirs or 0)
        progress(done, total)
    return tuple(found)


def _why_not(a: StreamIndex, b: StreamIndex, name: str) -> SnapmgrError | None:
    """Where the contents are not in one of the streams."""
    for index in (a, b):
        for block in index.blocks:
            if block.name == name:
                try:
                    index.require_contents(block)
                except SnapmgrError as error:
                    return error.again()
    return None


class _Side:
    """One block of one stream, and which of its pages hold something at all."""

    def __init__(self, ram: RamIndex, name: str) -> None:
        block = ram.block(name)
        self._ram, self._name, self.length = ram, name, block.used_length
        held = block.runs.kind[block.last.run] != PageKind.ZERO
        self._first = block.last.first[held] << np.uint64(block.page_bits)
        self._end = self._first + (block.last.count[held] << np.uint64(block.page_bits))

    def empty(self, start: int, stop: int) -> bool:
        """Whether nothing between holds anything."""
        at = int(np.searchsorted(self._end, np.uint64(start), side="right"))
        return at == len(self._first) or int(self._first[at]) >= stop

    def fill(self, start: int, buffer: States) -> None:
        """What it holds from ``start`` on; zeros behind its end."""
        buffer[:] = 0
        for at, data in self._ram.contents(self._name, start, len(buffer)):
            buffer[at - start : at - start + len(data)] = data


def _compare(one: _Side, other: _Side, page_size: int, states: States) -> Iterator[int]:
    """Fill ``states``; yields behind every stretch where in the block it ends."""
    step = max(page_size, _STRETCH // page_size * page_size)
    left, right = np.empty(step, np.uint8), np.empty(step, np.uint8)
    end = len(states) * page_size
    for start in range(0, end, step):
        stop = min(start + step, end)
        if not (one.empty(start, stop) and other.empty(start, stop)):
            ours, theirs = left[: stop - start], right[: stop - start]
            one.fill(start, ours)
            other.fill(start, theirs)
            states[start // page_size : stop // page_size] = _states(ours, theirs, page_size)
        yield stop


def _states(ours: States, theirs: States, page_size: int) -> States:
    """The state of each page of two stretches of equal length."""
    left, right = ours.view(np.uint64).reshape(-1, page_size // 8), theirs.view(np.uint64).reshape(-1, page_size // 8)
    found = np.zeros(len(left), np.uint8)
    differ = np.flatnonzero((left != right).any(axis=1))
    if len(differ):
        found[differ] = PageState.CHANGED
        found[differ[~left[differ].any(axis=1)]] = PageState.ONLY_B
        found[differ[~right[differ].any(axis=1)]] = PageState.ONLY_A
    return found
