"""What the contents of pages look like: text, packed data, mostly zeros.  Some MiB at a time, in numpy."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from snapmgr.inspect.index import StreamIndex
from snapmgr.ram.columns import U8
from snapmgr.work import CancelToken, Progress, no_progress

_SAMPLE = 8
"""Of so many bytes one is looked at where all of them would take too long."""
_STRETCHES = 8
"""What is looked at stands in so many places of a page: a cache line of each is read, not all of them."""
_AT_ONCE = 1024
"""Pages whose samples fit into the caches."""
_BYTES = 256
_MOSTLY, _TEXT = 0.75, 0.9
"""Shares of a page."""
_EVEN = 0.92
"""How many of the values that pure chance gives are in a page at least that is packed or encrypted: n bytes of chance
have 256 (1 - exp(-n / 256)) values, of 512 bytes 221, give or take 5."""


class PageClass(IntEnum):
    """``PACKED``: bytes as even as compressed or encrypted data have them."""

    ZERO = 0
    SPARSE = 1
    TEXT = 2
    MIXED = 3
    PACKED = 4


NOT_READ = len(PageClass)
"""Stands for a PageClass as long as that is not known."""

_GROWTH, _FIRST = 0.25, 0.1
"""Seconds between two looks at what is known by now, and before the first."""


def page_classes(
    index: StreamIndex,
    name: str,
    *,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
    grown: Callable[[U8], None] | None = None,
) -> U8:
    """A PageClass for each page of a block, by what it holds when the stream ends; ``progress`` is told bytes, and
    ``grown`` gets what is known by now a few times a second, NOT_READ for the rest.

    Raises NotFound, Cancelled, and what reading RAM raises.
    """
    block = index.ram.block(name)
    size = 1 << block.page_bits
    found, done, shown = np.full(block.pages, NOT_READ, np.uint8), 0, time.monotonic() - _GROWTH + _FIRST
    for at, data in index.ram.contents(name):
        if cancel is not None:
            cancel.check()
        first, whole = at // size, len(data) // size
        found[done:first] = PageClass.ZERO  # what is known to be zero is not among the contents
        done = max(done, first + whole)
        if whole:
            found[first : first + whole] = classes_of(data[: whole * size].reshape(whole, size))
        progress(at + len(data), block.used_length)
        if grown is not None and time.monotonic() - shown > _GROWTH:
            grown(found.copy())
            shown = time.monotonic()
    found[done:] = PageClass.ZERO
    progress(block.used_length, block.used_length)
    return found


def classes_of(pages: U8) -> U8:
    """A PageClass for each row of ``pages`` (uint8, one row a page of some KiB; rows need not follow each other)."""
    found = np.empty(len(pages), np.uint8)
    for begin in range(0, len(pages), _AT_ONCE):
        found[begin : begin + _AT_ONCE] = _classes(pages[begin : begin + _AT_ONCE])
    return found


def _classes(pages: U8) -> U8:
    count = len(pages)
    parts = pages.reshape(count, _STRETCHES, -1)
    sample = np.ascontiguousarray(parts[:, :, : parts.shape[2] // _SAMPLE]).reshape(count, -1)
    samples = sample.shape[1]
    found = np.full(count, PageClass.MIXED, np.uint8)
    used = np.count_nonzero(sample, axis=1)
    found[used < (1 - _MOSTLY) * samples] = PageClass.SPARSE
    empty = np.flatnonzero(used == 0)
    found[empty[~pages[empty].any(axis=1)]] = PageClass.ZERO
    rest = np.flatnonzero(found == PageClass.MIXED)
    sample = sample[rest]
    text = np.count_nonzero(_printable(sample), axis=1) >= _TEXT * samples
    found[rest[text]] = PageClass.TEXT
    rest, sample = rest[~text], np.sort(sample[~text], axis=1, kind="stable")  # of bytes that is a radix sort
    values = 1 + np.count_nonzero(sample[:, 1:] != sample[:, :-1], axis=1)
    found[rest[values >= _EVEN * _BYTES * (1 - np.exp(-samples / _BYTES))]] = PageClass.PACKED
    return found


def _printable(data: U8) -> npt.NDArray[np.bool_]:
    printable: npt.NDArray[np.bool_] = (data - np.uint8(0x20)) < 0x7F - 0x20
    for char in (0x09, 0x0A, 0x0D):
        printable |= data == char
    return printable
