"""Pages of the two common kinds, from their records into a block: run by run, or by index where runs are short."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from snapmgr.ram.bitmap import Flags
from snapmgr.ram.block import RAMBlock
from snapmgr.ram.encode import U8, places
from snapmgr.ram.runs import U64, Runs, record_stride, runs_of
from snapmgr.ram.words import PageKind, RamFlag
from snapmgr.totals import totals

WORD = 8

SHORT = 4
"""Pages of a run on average, below which indexing is faster."""


def length_of(words: U64, page_bits: int) -> int:
    """Bytes that these records take in the stream."""
    normal = int(np.count_nonzero(_normal(words, page_bits)))
    return normal * record_stride(PageKind.NORMAL, page_bits) + (len(words) - normal) * record_stride(
        PageKind.ZERO, page_bits
    )


def place_some(block: RAMBlock, words: U64, data: memoryview, page_bits: int, wanted: Flags) -> None:
    """As ``place_pages``, of those that are ``wanted`` (a flag per word); no page may come twice."""
    if wanted.all():
        place_pages(block, words, data, page_bits)
    elif wanted.any():
        _by_index(block, words, np.frombuffer(data, np.uint8), page_bits, wanted)


def place_pages(block: RAMBlock, words: U64, data: memoryview, page_bits: int) -> None:
    """Copy what follows each of ``words`` in ``data`` to its page.

    All pages must be within the block.  A page that comes twice has what came last.
    """
    raw = np.frombuffer(data, np.uint8)
    runs = runs_of(words, 0, page_bits)
    pages = words >> np.uint64(page_bits)
    if len(runs.first) * SHORT > len(words) and (pages[1:] > pages[:-1]).all():
        _by_index(block, words, raw, page_bits, np.ones(len(words), np.bool_))
    else:
        _by_run(block, runs, raw, page_bits)


def _normal(words: U64, page_bits: int) -> Flags:
    flags = words & np.uint64((1 << page_bits) - 1)
    normal: Flags = np.equal(flags, np.uint64(RamFlag.PAGE | RamFlag.CONTINUE))
    return normal


def _by_run(block: RAMBlock, runs: Runs, raw: U8, page_bits: int) -> None:
    size, stride, rows = 1 << page_bits, record_stride(PageKind.NORMAL, page_bits), block.by_page
    columns = (runs.first.tolist(), runs.count.tolist(), runs.kind.tolist(), runs.offset.tolist())
    for first, count, kind, at in zip(*columns, strict=True):
        if kind == PageKind.ZERO:
            block.clear(first, count)
        else:
            records = raw[at : at + count * stride].reshape(count, stride)
            rows[first : first + count] = records[:, stride - size :]


def _by_index(block: RAMBlock, words: U64, raw: U8, page_bits: int, wanted: Flags) -> None:
    size, rows = 1 << page_bits, block.by_page
    pages: npt.NDArray[np.int64] = (words >> np.uint64(page_bits)).astype(np.int64)
    normal = _normal(words, page_bits)
    ends = totals(np.where(normal, WORD + size, WORD + 1))
    copied = normal & wanted
    if copied.any():
        rows[pages[copied]] = places(raw, size)[ends[copied] - size]
    zero = pages[~normal & wanted]
    filled = zero[np.any(rows[zero].view(np.bool_), axis=1)]
    rows[filled] = 0
