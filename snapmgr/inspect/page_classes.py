"""What the contents of pages look like: text, packed data, mostly zeros.  Some MiB at a time, in numpy."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from snapmgr.inspect.index import StreamIndex
from snapmgr.ram.columns import U8
from snapmgr.work import CancelToken, Progress, no_progress

_SAMPLE = 8
"""Of so many bytes one is looked at where all of them would take too long."""
_BYTES = 256
_MOSTLY, _TEXT = 0.75, 0.9
"""Shares of a page."""
_EVEN = 1.3
"""How much more uneven than pure chance the bytes of a page may be that is packed or encrypted: of chance the sum of
squares over its expectation is about 1 + 256 / samples."""


class PageClass(IntEnum):
    """``PACKED``: bytes as even as compressed or encrypted data have them."""

    ZERO = 0
    SPARSE = 1
    TEXT = 2
    MIXED = 3
    PACKED = 4


_PRINTABLE = np.zeros(_BYTES, np.uint8)
_PRINTABLE[0x20:0x7F] = 1
_PRINTABLE[[0x09, 0x0A, 0x0D]] = 1


def page_classes(
    index: StreamIndex, name: str, *, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> U8:
    """A PageClass for each page of a block, by what it holds when the stream ends; ``progress`` is told bytes.

    Raises NotFound, Cancelled, and what reading RAM raises.
    """
    block = index.ram.block(name)
    size = 1 << block.page_bits
    found = np.zeros(block.pages, np.uint8)
    for at, data in index.ram.contents(name):
        if cancel is not None:
            cancel.check()
        first, whole = at // size, len(data) // size
        if whole:
            found[first : first + whole] = classes_of(data[: whole * size].reshape(whole, size))
        progress(at + len(data), block.used_length)
    progress(block.used_length, block.used_length)
    return found


def classes_of(pages: U8) -> U8:
    """A PageClass for each row of ``pages`` (uint8, one row a page)."""
    count = len(pages)
    whole = np.ascontiguousarray(pages)
    sample = np.ascontiguousarray(whole[:, ::_SAMPLE])
    found = np.full(count, PageClass.MIXED, np.uint8)
    found[(sample != 0).sum(axis=1, dtype=np.uint16) < (1 - _MOSTLY) * sample.shape[1]] = PageClass.SPARSE
    found[~whole.view(np.uint64).reshape(count, -1).any(axis=1)] = PageClass.ZERO
    rest = np.flatnonzero(found == PageClass.MIXED)
    sample = sample[rest]
    text = _PRINTABLE[sample].sum(axis=1, dtype=np.uint16) >= _TEXT * sample.shape[1]
    found[rest[text]] = PageClass.TEXT
    rest, sample = rest[~text], sample[~text]
    if len(rest):
        keys = sample.astype(np.int64) + np.arange(len(rest))[:, None] * _BYTES
        counts = np.bincount(keys.reshape(-1), minlength=len(rest) * _BYTES).reshape(len(rest), _BYTES)
        samples = sample.shape[1]
        uneven = (counts * counts).sum(axis=1) * _BYTES / samples**2
        found[rest[uneven <= 1 + _EVEN * _BYTES / samples]] = PageClass.PACKED
    return found
