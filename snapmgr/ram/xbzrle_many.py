"""XBZRLE encodings of many pages at once, by numpy: run by run of all pages together, never page by page.

``xbzrle.decode`` does the same for one page, and says what is wrong with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from snapmgr.ram.bitmap import Flags
from snapmgr.ram.xbzrle import U8, Ints
from snapmgr.totals import totals


@dataclass(frozen=True, slots=True)
class Changes:
    """Runs of changed bytes, in ascending order for each encoding.

    ``of`` the number of the encoding, ``to`` the byte of its page, ``at`` the index of the contents, ``count`` bytes.
    """

    of: Ints
    to: Ints
    at: Ints
    count: Ints

    def where(self, which: Flags | Ints) -> Changes:
        return Changes(self.of[which], self.to[which], self.at[which], self.count[which])


def find_changes(data: U8, begin: Ints, end: Ints, page_size: int) -> tuple[Changes, Flags]:
    """Read the encodings that stand at ``data[begin[i]:end[i]]``; returns also which cannot be unpacked.

    The changes are ordered by encoding.  As many steps as the longest encoding has runs, over those that go on.
    """
    wrong = np.zeros(len(begin), np.bool_)
    found, first = list[Changes](), True
    of = np.flatnonzero(begin < end)
    at, stop, to = begin[of], end[of], np.zeros(len(of), np.int64)
    while len(of):
        unchanged, at, bad = _lengths(data, at, stop)
        if not first:
            bad |= unchanged == 0
        changed, at, short = _lengths(data, at, stop)
        to = to + unchanged
        behind, upto = at + changed, to + changed
        bad |= short | (changed == 0) | (behind > stop) | (upto > page_size)
        if bad.any():
            wrong[of[bad]] = True
        good = ~bad
        found.append(Changes(of, to, at, changed).where(good))
        on = good & (behind < stop)
        of, at, stop, to, first = of[on], behind[on], stop[on], upto[on], False
    return _ordered(found), wrong


def _ordered(found: list[Changes]) -> Changes:
    none = np.empty(0, np.int64)
    columns = [np.concatenate([none, *(getattr(part, name) for part in found)]) for name in ("of", "to", "at", "count")]
    order = np.argsort(columns[0], kind="stable")
    return Changes(*columns).where(order)


def _lengths(data: U8, at: Ints, stop: Ints) -> tuple[Ints, Ints, Flags]:
    """(length of a run, index behind it, whether there is none) at each index; at least one byte must follow."""
    low = data.take(at, mode="clip").astype(np.int64)
    high = data.take(at + 1, mode="clip").astype(np.int64)
    two = low >= 0x80
    short: Flags = (at + 2 > stop) | two & (high >= 0x80)
    return np.where(two, low & 0x7F | high << 7, low), at + 1 + two, short


def apply_changes(rows: U8, row: Ints, changes: Changes, data: U8) -> None:
    """Write the changes of encodings into the rows ``row[of]``, which must be different ones, each encoding sound."""
    if not len(changes.of):
        return
    taken = np.concatenate(([0], np.flatnonzero(changes.of[1:] != changes.of[:-1]) + 1))
    targets = row[changes.of[taken]]
    order = np.argsort(targets, kind="stable")
    if (order[1:] < order[:-1]).any():
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        lengths = np.diff(np.append(taken, len(changes.of)))
        changes = changes.where(np.argsort(np.repeat(rank, lengths), kind="stable"))
        targets = targets[order]
    size, first, count = rows.shape[1], int(targets[0]), len(targets)
    place = row[changes.of] - first
    if int(targets[-1]) - first + 1 == count:
        _put(rows[first : first + count].reshape(-1), place * size + changes.to, changes, data)
        return
    copied = rows[targets]
    _put(copied.reshape(-1), np.searchsorted(targets, place + first) * size + changes.to, changes, data)
    rows[targets] = copied


def _put(flat: U8, to: Ints, changes: Changes, data: U8) -> None:
    """Bytes from where the changes stand to ``to``, which ascends: one mask takes, the other puts."""
    order = np.argsort(changes.at, kind="stable")
    if (order[1:] < order[:-1]).any():
        _put_apart(flat, to, changes, data)
        return
    base = int(changes.at[0])
    held = data[base : int(changes.at[-1] + changes.count[-1])]
    flat[_mask(to, changes.count, len(flat))] = held[_mask(changes.at - base, changes.count, len(held))]


def _put_apart(flat: U8, to: Ints, changes: Changes, data: U8) -> None:
    """Where the contents stand in another order than the pages."""
    behind = totals(changes.count) - changes.count
    index = np.repeat(changes.at - behind, changes.count) + np.arange(int(changes.count.sum()))
    flat[_mask(to, changes.count, len(flat))] = data[index]


def _mask(begin: Ints, count: Ints, length: int) -> Flags:
    """True over disjoint ascending stretches of ``length``."""
    edges = np.empty(2 * len(begin) + 1, np.int64)
    edges[0:-1:2], edges[1::2], edges[-1] = begin, begin + count, length
    values = np.zeros(len(edges), np.bool_)
    values[1::2] = True
    return np.repeat(values, np.diff(edges, prepend=0))
