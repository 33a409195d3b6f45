"""Page records of all kinds into pages, in the order in which they came, without a loop over the pages.

Records of the same page are put one after the other: first of every page its first record, then of every page its
second one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from snapmgr.errors import StreamError
from snapmgr.ram import compress
from snapmgr.ram.bitmap import Flags
from snapmgr.ram.encode import U8, Ints, places
from snapmgr.ram.words import PageKind
from snapmgr.ram.xbzrle_many import Changes, apply_changes, find_changes

SHARE = 1 << 20
"""Bytes of encodings looked at together: bounds the memory for their runs, which can be of three bytes each."""


@dataclass(frozen=True, slots=True)
class PageRecords:
    """Records in the order of the wire.  ``row`` where each belongs, ``kind`` its PageKind, ``at`` the index of its
    contents in the bytes that go with it, ``size`` how many there are (of a ZERO record none is looked at)."""

    row: Ints
    kind: U8
    at: Ints
    size: Ints

    def __len__(self) -> int:
        return len(self.row)

    def where(self, which: Flags | Ints | slice) -> PageRecords:
        return PageRecords(self.row[which], self.kind[which], self.at[which], self.size[which])


def put_records(rows: U8, records: PageRecords, data: U8) -> int | None:
    """Put all records, or those before the first that cannot be unpacked, whose number is returned.

    ``rows`` is C-contiguous; ``data`` holds the contents of all records whole, and whole pages of NORMAL ones.
    """
    packed = np.where(np.isin(records.kind, (PageKind.XBZRLE, PageKind.COMPRESSED)), records.size, 0)
    share = np.cumsum(packed) // SHARE
    cuts = (np.flatnonzero(share[1:] != share[:-1]) + 1).tolist()
    for begin, end in zip([0, *cuts], [*cuts, len(records)], strict=True):
        wrong = _put_share(rows, records.where(slice(begin, end)), data)
        if wrong is not None:
            return int(begin + wrong)
    return None


def _put_share(rows: U8, records: PageRecords, data: U8) -> int | None:
    deltas = np.flatnonzero(records.kind == PageKind.XBZRLE)
    begins = records.at[deltas]
    changes, bad = find_changes(data, begins, begins + records.size[deltas], rows.shape[1])
    pages, first_bad = _unpacked(records, data, rows.shape[1])
    if bad.any():
        first_bad = min(int(deltas[np.argmax(bad)]), len(records) if first_bad is None else first_bad)
    numbered = Changes(deltas[changes.of], changes.to, changes.at, changes.count)
    for turn in _turns(records.row[:first_bad]):
        _put_turn(rows, records, turn, data, numbered, pages)
    return first_bad


def _unpacked(records: PageRecords, data: U8, size: int) -> tuple[dict[int, bytes], int | None]:
    """What compressed records hold, by their number, and the first that cannot be unpacked."""
    pages, view = dict[int, bytes](), data.data
    packed = np.flatnonzero(records.kind == PageKind.COMPRESSED)
    begins = records.at[packed]
    ends = begins + records.size[packed]
    for number, begin, end in zip(packed.tolist(), begins.tolist(), ends.tolist(), strict=True):
        try:
            pages[number] = compress.unpack(view[begin:end], size, begin)
        except StreamError:
            return pages, number
    return pages, None


def _turns(row: Ints) -> Iterator[Ints]:
    """Numbers of records, no two of them for one row, so that each turn may be put when the one before is."""
    order = np.argsort(row, kind="stable")
    ordered = row[order]
    begins = np.flatnonzero(np.concatenate((np.ones(min(1, len(row)), np.bool_), ordered[1:] != ordered[:-1])))
    if len(begins) == len(row):
        yield order
        return
    turn = np.arange(len(row)) - np.repeat(begins, np.diff(np.append(begins, len(row))))
    by_turn = np.argsort(turn, kind="stable")
    yield from np.split(order[by_turn], np.flatnonzero(np.diff(turn[by_turn])) + 1)


def _put_turn(rows: U8, records: PageRecords, turn: Ints, data: U8, changes: Changes, pages: dict[int, bytes]) -> None:
    kind = records.kind[turn]
    zero = records.row[turn[kind == PageKind.ZERO]]
    if len(zero):
        filled = zero[np.any(rows[zero].view(np.bool_), axis=1)]
        rows[filled] = 0
    whole = turn[(kind == PageKind.NORMAL) | (kind == PageKind.PLAIN)]
    if len(whole):
        rows[records.row[whole]] = places(data, rows.shape[1])[records.at[whole]]
    fill = turn[kind == PageKind.FILL]
    if len(fill):
        rows[records.row[fill]] = data[records.at[fill], None]
    for number in turn[kind == PageKind.COMPRESSED].tolist():
        page = pages[number]
        rows[records.row[number], : len(page)] = np.frombuffer(page, np.uint8)
    deltas = turn[kind == PageKind.XBZRLE]
    if len(deltas):
        wanted = np.zeros(len(records), np.bool_)
        wanted[deltas] = True
        apply_changes(rows, records.row, changes.where(wanted[changes.of]), data)
