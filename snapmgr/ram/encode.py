"""Pages into records, a batch at a time: words, sizes and places by numpy, contents by one copy (migration/ram.c).

Every record here continues its block; ``named`` turns the first record of a block into the one that names it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from snapmgr.gathered import Gathered
from snapmgr.ram.bitmap import Flags, Pages, runs_of_flags
from snapmgr.ram.words import RamFlag
from snapmgr.totals import totals
from snapmgr.wire.writer import counted

U8 = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Take = Callable[[int], U8]
"""Gives so many bytes, whatever is in them."""

WORD = 8

FEW_RUNS = 16
"""In a batch: copied one by one."""


def zero_pages(contents: U8) -> Flags:
    """Which rows hold nothing but zeros; a row is looked through up to its first other byte."""
    filled: Flags = np.any(contents.view(np.bool_), axis=1)
    return ~filled


def new_room(size: int) -> U8:
    """So many bytes of memory."""
    return np.empty(size, np.uint8)


class Records:
    """Records of one block, laid out before their contents are known.

    ``pages`` (n) page numbers, ``flags`` (n) their RamFlag without CONTINUE, ``sizes`` (n) bytes behind each word.
    ``data`` is all of them (uint8), in ``room`` for so many bytes; record i's contents belong at
    ``data[at[i] : at[i] + sizes[i]]``.
    """

    def __init__(self, pages: Pages, flags: Ints, sizes: Ints, page_bits: int, room: Take = new_room) -> None:
        ends = totals(sizes + WORD)
        self.at: Ints = ends - sizes
        self.data: U8 = room(int(ends[-1]) if len(ends) else 0)
        words = (pages << page_bits | flags | int(RamFlag.CONTINUE)).astype(">u8")
        self.put(self.at - WORD, words.view(np.uint8).reshape(-1, WORD))

    def put(self, at: Ints, rows: U8) -> None:
        """Rows of one width at these indices of ``data``."""
        if len(at):
            places(self.data, rows.shape[1])[at] = rows


def places(data: U8, width: int) -> U8:
    """Every stretch of ``width`` bytes of ``data``, as rows that overlap; a view."""
    return np.ndarray((len(data) - width + 1, width), np.uint8, data, strides=(1, 1))


def plain_records(pages: Pages, contents: U8, zero: Flags, page_bits: int, room: Take = new_room) -> U8:
    """Zero records where ``zero``, normal ones elsewhere; ``contents`` has a row per page."""
    size = 1 << page_bits
    flags = np.where(zero, int(RamFlag.ZERO), int(RamFlag.PAGE))
    records = Records(pages, flags, np.where(zero, 1, size), page_bits, room)
    records.data[records.at[zero]] = 0
    _put_normal(records, contents, ~zero)
    return records.data


def _put_normal(records: Records, contents: U8, normal: Flags) -> None:
    """Rows of contents run by run, or where there are many runs through a copy of those that are sent."""
    first, count = runs_of_flags(normal)
    if len(first) > FEW_RUNS:
        records.put(records.at[normal], contents[normal])
        return
    for begin, end in zip(first.tolist(), (first + count).tolist(), strict=True):
        records.put(records.at[begin:end], contents[begin:end])


def gathered_records(pages: Pages, contents: U8, zero: Flags, page_bits: int) -> Gathered:
    """What ``plain_records`` makes, with the contents where they are: they must not change until it is written."""
    size = 1 << page_bits
    words = pages << page_bits | np.where(zero, int(RamFlag.ZERO), int(RamFlag.PAGE)) | int(RamFlag.CONTINUE)
    heads = np.zeros((len(pages), WORD + 1), np.uint8)
    heads[:, :WORD] = words.astype(">u8").view(np.uint8).reshape(-1, WORD)
    places = np.empty((len(pages), 2, 2), np.uint64)
    for column, rows in enumerate((heads, contents)):
        places[:, column, 0] = rows.ctypes.data + np.arange(len(pages)) * rows.strides[0]
    places[:, 0, 1], places[:, 1, 1] = np.where(zero, WORD + 1, WORD), size
    sent = np.stack([np.ones(len(pages), np.bool_), ~zero], axis=1)
    return Gathered(places[sent], [heads, contents])


def named(data: U8, idstr: str) -> Iterator[memoryview]:
    """The same records, of which the first names its block instead of continuing it (ram.c: save_page_header)."""
    yield memoryview(naming(data[:WORD].tobytes(), idstr))
    yield data[WORD:].data


def naming(word: bytes, idstr: str) -> bytes:
    """The word of a record, and behind it the block that it does not continue."""
    flagged = int.from_bytes(word) & ~int(RamFlag.CONTINUE)
    return flagged.to_bytes(WORD) + counted(idstr.encode("utf-8", "surrogateescape"))
