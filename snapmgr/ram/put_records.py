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
from snapmgr.totals import totals

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

    def contents(self, number: int, data: U8) -> memoryview:
        """Of one record."""
        at = int(self.at[number])
        return data[at : at + int(self.size[number])].data

    def shares(self, page_size: int) -> Iterator[tuple[int, PageRecords]]:
        """(number of the first one, records) of parts whose packed contents take no more than a bounded memory."""
        packed = np.where(self.kind == PageKind.XBZRLE, self.size, 0)
        packed[self.kind == PageKind.COMPRESSED] = page_size
        share = totals(packed) // SHARE
        cuts = (np.flatnonzero(share[1:] != share[:-1]) + 1).tolist()
        for begin, end in zip([0, *cuts], [*cuts, len(self)], strict=True):
            yield begin, self.where(slice(begin, end))


def put_records(rows: U8, records: PageRecords, data: U8) -> int | None:
    """Put all records, or those before the first that cannot be unpacked, whose number is returned.

    ``rows`` is C-contiguous; ``data`` holds the contents of all records whole, and whole pages of NORMAL ones.
    """
    for begin, share in records.shares(rows.shape[1]):
        wrong, pages, changes = _unpacked(share, data, rows.shape[1])
        for turn in _turns(share.row[:wrong]):
            _put_turn(rows, share, turn, data, changes, pages)
        if wrong is not None:
            return begin + wrong
    return None


def first_damaged(records: PageRecords, data: U8, page_size: int) -> int | None:
    """Number of the first record that cannot be unpacked; nothing is put anywhere."""
    for begin, share in records.shares(page_size):
        wrong, _, _ = _unpacked(share, data, page_size)
        if wrong is not None:
            return begin + wrong
    return None


def _unpacked(records: PageRecords, data: U8, size: int) -> tuple[int | None, dict[int, bytes], Changes]:
    """(the first that cannot be unpacked, what compressed ones hold by their number, all changes)."""
    deltas = np.flatnonzero(records.kind == PageKind.XBZRLE)
    begins = records.at[deltas]
    changes, bad = find_changes(data, begins, begins + records.size[deltas], size)
    wrong, pages = _decompressed(records, data, size)
    if bad.any():
        wrong = min(int(deltas[np.argmax(bad)]), len(records) if wrong is None else wrong)
    return wrong, pages, Changes(deltas[changes.of], changes.to, changes.at, changes.count)


def _decompressed(records: PageRecords, data: U8, size: int) -> tuple[int | None, dict[int, bytes]]:
    pages, view = dict[int, bytes](), data.data
    packed = np.flatnonzero(records.kind == PageKind.COMPRESSED)
    begins = records.at[packed]
    ends = begins + records.size[packed]
    for number, begin, end in zip(packed.tolist(), begins.tolist(), ends.tolist(), strict=True):
        try:
            pages[number] = compress.unpack(view[begin:end], size, begin)
        except StreamError:
            return number, pages
    return None, pages


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


def _put_unpacked(rows: U8, row: Ints, pages: list[bytes]) -> None:
    """All at once; one that makes less than a page leaves the rest of it as it was."""
    if all(len(page) == rows.shape[1] for page in pages):
        rows[row] = np.frombuffer(b"".join(pages), np.uint8).reshape(-1, rows.shape[1])
        return
    for at, page in zip(row.tolist(), pages, strict=True):
        rows[at, : len(page)] = np.frombuffer(page, np.uint8)


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
    packed = turn[kind == PageKind.COMPRESSED]
    if len(packed):
        _put_unpacked(rows, records.row[packed], [pages[number] for number in packed.tolist()])
    deltas = turn[kind == PageKind.XBZRLE]
    if len(deltas):
        wanted = np.zeros(len(records), np.bool_)
        wanted[deltas] = True
        apply_changes(rows, records.row, changes.where(wanted[changes.of]), data)
