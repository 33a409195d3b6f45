"""XBZRLE: a page as what changed since it was sent last (migration/xbzrle.c, docs/devel/migration).

An encoding is pairs of runs, unchanged then changed bytes, each length a LEB128 of one or two bytes; changed bytes
follow their length, and what is unchanged at a page's end is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from snapmgr.errors import StreamError
from snapmgr.ram.bitmap import Flags
from snapmgr.totals import totals

U8 = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

ENCODING = 1
"""The only encoding there is: the byte before the length (ram.c: ENCODING_FLAG_XBZRLE)."""

DECODE_ERROR = "Failed to load XBZRLE page - decode error!"


@dataclass(frozen=True, slots=True)
class Encoded:
    """Encodings of n pages.  ``sizes`` (n) bytes of each, 0 where nothing changed; ``fits`` (n) whether it may be sent.

    ``data`` is the encodings of those that fit, one behind the other.
    """

    sizes: Ints
    fits: Flags
    data: U8


@dataclass(frozen=True, slots=True)
class _Runs:
    """Changed runs of all pages: the row, the first column and the one behind the last, unchanged bytes before."""

    row: Ints
    begin: Ints
    end: Ints
    before: Ints

    def of(self, rows: Flags) -> _Runs:
        which = rows[self.row]
        return _Runs(self.row[which], self.begin[which], self.end[which], self.before[which])


def encode(old: U8, new: U8) -> Encoded:
    """Encode rows of ``new`` against those of ``old`` (both n × page size)."""
    differ: Flags = old != new
    runs = _changed(differ)
    changed = runs.end - runs.begin
    lengths = _leb_size(runs.before) + _leb_size(changed) + changed
    sizes = np.bincount(runs.row, lengths, len(new)).astype(np.int64)
    fits = _fits(sizes, differ)
    return Encoded(sizes, fits, _pack(runs.of(fits), lengths[fits[runs.row]], new[differ & fits[:, None]]))


def _changed(differ: Flags) -> _Runs:
    rows, size = differ.shape
    padded = np.zeros((rows, size + 2), np.bool_)
    padded[:, 1:-1] = differ
    row, column = np.nonzero(padded[:, 1:] != padded[:, :-1])
    row, begin, end = row[0::2], column[0::2], column[1::2]
    before = begin.copy()
    before[1:] -= np.where(row[1:] == row[:-1], end[:-1], 0)
    return _Runs(row, begin, end, before)


def _fits(sizes: Ints, differ: Flags) -> Flags:
    """Up to a page long; QEMU also gives up when an unchanged rest follows and fewer than two bytes are left."""
    limit = differ.shape[1] - np.where(differ[:, -1], 0, 2)
    fits: Flags = sizes <= np.where(sizes == 0, 0, limit)
    return fits


def _leb_size(value: Ints) -> Ints:
    return 1 + (value >> 7 > 0)


def _pack(runs: _Runs, lengths: Ints, contents: U8) -> U8:
    """All encodings as bytes: ``lengths`` are those of the runs with their headers, ``contents`` the changed bytes."""
    ends, changed = totals(lengths), runs.end - runs.begin
    data = np.empty(int(ends[-1]) if len(ends) else 0, np.uint8)
    at = _put_leb(data, _put_leb(data, ends - lengths, runs.before), changed)
    shift = at - (totals(changed) - changed)
    data[np.repeat(shift, changed) + np.arange(len(contents))] = contents
    return data


def _put_leb(data: U8, at: Ints, value: Ints) -> Ints:
    """Write each value at its index; returns the indices behind them."""
    two = value >> 7 > 0
    data[at] = value & 0x7F | np.where(two, 0x80, 0)
    data[at[two] + 1] = value[two] >> 7
    return at + 1 + two


def decode(encoding: memoryview, page: U8, offset: int) -> None:
    """Apply an encoding to the page it was made against, all of it or nothing.

    ``offset`` is where it stands in the stream.  Raises StreamError ``xbzrle`` (xbzrle.c: xbzrle_decode_buffer).
    """
    at, to, pieces = 0, 0, list[tuple[int, int, int]]()
    while at < len(encoding):
        unchanged, at = _length(encoding, at, offset)
        if not unchanged and pieces:
            raise _wrong(offset + at, "two runs of changed bytes follow each other")
        changed, at = _length(encoding, at, offset)
        to += unchanged
        if not changed or at + changed > len(encoding) or to + changed > len(page):
            raise _wrong(offset + at, f"a run of {changed} bytes at {to} of a page")
        pieces.append((to, at, changed))
        at, to = at + changed, to + changed
    for to, at, count in pieces:
        page[to : to + count] = np.frombuffer(encoding, np.uint8, count, at)


def _length(encoding: memoryview, at: int, offset: int) -> tuple[int, int]:
    """(length of a run, index behind it); at least one byte follows (cutils.c: uleb128_decode_small)."""
    if at + 2 > len(encoding):
        raise _wrong(offset + at, "it ends inside a run")
    low = encoding[at]
    if low < 0x80:
        return low, at + 1
    high = encoding[at + 1]
    if high >= 0x80:
        raise _wrong(offset + at, "the length of a run has more than two bytes")
    return low & 0x7F | high << 7, at + 2


def _wrong(offset: int, what: str) -> StreamError:
    return StreamError("xbzrle", f"an xbzrle page cannot be unpacked: {what}", offset=offset, qemu=DECODE_ERROR)
