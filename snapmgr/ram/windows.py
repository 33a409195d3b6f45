"""What stands in many pages of a block whose runs are short or packed: a window of them at once, made by numpy."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from snapmgr.errors import StreamError
from snapmgr.ram.columns import U8, BlockPages, Rows
from snapmgr.ram.contents import READ_CHUNK, Bytes, page_alone
from snapmgr.ram.gather import NEAR, gathered
from snapmgr.ram.put_records import PageRecords, put_records
from snapmgr.ram.runs import record_stride
from snapmgr.ram.words import PageKind
from snapmgr.totals import totals

MOST = 4 * READ_CHUNK
"""Bytes read for one window: more of them are two windows, and one page at the worst."""


LONG = 32
"""Pages of a run that is worth a copy of its own."""


def short_ones(count: Rows, page_bits: int) -> Iterator[tuple[int, int]]:
    """Which runs belong into one window, as ``[begin, end)``; ``count`` are their pages.  A long run is alone."""
    most = max(READ_CHUNK >> page_bits, LONG)
    total, long = totals(count), np.append(np.flatnonzero(count >= LONG), len(count))
    at, turn = 0, 0
    while at < len(count):
        while long[turn] < at:
            turn += 1
        before = int(total[at - 1]) if at else 0
        upto = min(int(long[turn]), int(np.searchsorted(total, before + most, side="right")))
        yield at, max(upto, at + 1)
        at = max(upto, at + 1)


def spread(first: Rows, stop: Rows, run: Rows) -> tuple[Rows, Rows]:
    """(every page of these runs, which run it is of)."""
    count = stop - first
    behind = totals(count) - count
    return np.repeat(first - behind, count) + np.arange(int(count.sum())), np.repeat(run, count)


def window(source: Bytes, block: BlockPages, pages: Rows, rows: Rows) -> Iterator[tuple[int, U8]]:
    """(offset in the block, bytes) of ``pages``, in ascending order, the last records of which are runs ``rows``.

    READ_CHUNK bytes of pages at most.  Raises as ``contents.stretch``, when all pages before the one at fault are
    handed out.
    """
    records, offsets = _records(block, pages, rows)
    if int((records.size + NEAR).sum()) > MOST and len(pages) > 1:
        half = len(pages) // 2
        yield from window(source, block, pages[:half], rows[:half])
        yield from window(source, block, pages[half:], rows[half:])
        return
    content = np.zeros((len(pages), 1 << block.page_bits), np.uint8)
    sound = _fill(source, content, records, offsets) if len(pages) > 1 else 0
    yield from _stretches(content[:sound], pages[:sound], block.page_bits)
    for page, run in zip(pages[sound:].tolist(), rows[sound:].tolist(), strict=True):
        yield page << block.page_bits, page_alone(source, block, run, page)


def _records(block: BlockPages, pages: Rows, rows: Rows) -> tuple[PageRecords, Rows]:
    """All records that the pages are made of, page by page in the order of the wire, and their offsets."""
    runs, bits = block.runs, block.page_bits
    place, run = np.arange(len(pages)), rows
    changed = np.flatnonzero(runs.kind[rows] == PageKind.XBZRLE)
    if len(changed):
        place, run = _with_changes(block, pages, rows, changed)
    kind = runs.kind[run]
    plain = (kind == PageKind.NORMAL) | (kind == PageKind.PLAIN)
    strides = np.array([record_stride(number, bits) for number in PageKind], np.int64)
    behind = np.where(plain, (pages[place] - runs.first[run].astype(np.int64)) * strides[kind], 0)
    size = np.where(plain, 1 << bits, np.where(kind == PageKind.FILL, 1, runs.size[run])).astype(np.int64)
    size[(kind == PageKind.ZERO) | (kind == PageKind.GONE)] = 0
    return PageRecords(place, kind, np.zeros(len(run), np.int64), size), runs.data[run].astype(np.int64) + behind


def _with_changes(block: BlockPages, pages: Rows, rows: Rows, changed: Rows) -> tuple[Rows, Rows]:
    """(number of the page, run) of each record, where ``changed`` are pages whose last record is of changes."""
    deltas = block.deltas
    base = deltas.base.rows_of(pages[changed])
    wanted = pages[changed].astype(np.uint64)
    low, high = np.searchsorted(deltas.page, wanted), np.searchsorted(deltas.page, wanted + np.uint64(1))
    count = high - low
    entry = np.repeat(low - (totals(count) - count), count) + np.arange(int(count.sum()))
    run, owner = deltas.row[entry], np.repeat(np.arange(len(changed)), count)
    upon = run > base[owner]
    others = np.ones(len(pages), np.bool_)
    others[changed] = False
    some = base >= 0
    place = np.concatenate((np.flatnonzero(others), changed[some], changed[owner[upon]]))
    run = np.concatenate((rows[others], base[some], run[upon]))
    order = np.lexsort((run, place))
    return place[order], run[order]


def _fill(source: Bytes, content: U8, records: PageRecords, offsets: Rows) -> int:
    """Make the pages; returns how many of the first ones are sound."""
    unread = records.kind == PageKind.FOREIGN
    try:
        data, at, cut = gathered(source, offsets, np.where(unread, 0, records.size))
    except StreamError:
        return 0
    wrong = np.flatnonzero(unread | cut)
    usable = int(wrong[0]) if len(wrong) else len(records)
    placed = PageRecords(records.row, records.kind, at, records.size).where(slice(usable))
    failed = put_records(content, placed, data)
    first = usable if failed is None else failed
    return int(records.row[first]) if first < len(records) else len(content)


def _stretches(content: U8, pages: Rows, page_bits: int) -> Iterator[tuple[int, U8]]:
    """Pages that follow each other as one piece."""
    if not len(pages):
        return
    cuts = (np.flatnonzero(np.diff(pages) != 1) + 1).tolist()
    for begin, end in zip([0, *cuts], [*cuts, len(pages)], strict=True):
        yield int(pages[begin]) << page_bits, content[begin:end].reshape(-1)
