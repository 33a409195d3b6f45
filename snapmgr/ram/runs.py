"""Runs of page records, found without Python per page.

Two regular expressions walk a chunk in C: one says how far whole records of the two common kinds go (a normal page
and a zero page, both continuing the last block), the other hands out their words.  numpy does the rest.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from snapmgr.ram.words import PageKind, RamFlag
from snapmgr.totals import totals

U64 = npt.NDArray[np.uint64]

CHUNK = 4 << 20
"""Bytes walked at once: bounds the memory for words (worst case 9 bytes a record)."""

PIECE = 128 << 10
"""Bytes that an expression sees at once: it does not let another thread have the interpreter meanwhile, and of records
of zero pages there are many in few bytes.  A record of the largest page fits in."""

_NORMAL = RamFlag.PAGE | RamFlag.CONTINUE
_ZERO = RamFlag.ZERO | RamFlag.CONTINUE
_WORD = 8


@dataclass(frozen=True, slots=True)
class Patterns:
    """Compiled for one page size."""

    stretch: re.Pattern[bytes]
    words: re.Pattern[bytes]


@functools.cache
def patterns(page_bits: int) -> Patterns:
    """Both expressions for pages of ``1 << page_bits`` bytes (10 to 16 bits)."""
    step = 1 << max(page_bits - 8, 0)
    sixth = b"[" + b"".join(b"\\x%02x" % value for value in range(0, 256, min(step, 256))) + b"]"
    size = b"%d" % (1 << page_bits)
    return Patterns(
        re.compile(rb"(?s:(?:.{6}" + sixth + rb"\x28.{" + size + rb"}|.{6}" + sixth + rb"\x22\x00)*)"),
        re.compile(rb"(?s:(.{6}" + sixth + rb"[\x28\x22])(?:(?<=\x28).{" + size + rb"}|(?<=\x22)\x00))"),
    )


def walk(view: memoryview, at: int, page_bits: int) -> tuple[int, U64]:
    """(index behind the last whole record, words) of the common records from index ``at``, CHUNK bytes at most."""
    compiled, limit, end = patterns(page_bits), min(len(view), at + CHUNK), at
    found: list[bytes] = []
    while match := compiled.stretch.match(view, end, min(limit, end + PIECE)):
        if match.end() == end:
            break
        found.append(b"".join(compiled.words.findall(view, end, match.end())))
        end = match.end()
    words = np.frombuffer(b"".join(found), ">u8").astype(np.uint64)
    return end, words


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of one block as columns of equal length: first page, count of pages, kind, offset of the first record.

    ``first`` and ``count`` in pages, ``offset`` in bytes of the stream (of the record's word).
    """

    first: U64
    count: U64
    kind: npt.NDArray[np.uint8]
    offset: U64


def runs_of(words: U64, offset: int, page_bits: int) -> Runs:
    """Runs of common records that follow each other from ``offset``."""
    normal = (words & np.uint64((1 << page_bits) - 1)) == np.uint64(_NORMAL)
    page = words >> np.uint64(page_bits)
    sizes = np.where(normal, np.uint64(_WORD + (1 << page_bits)), np.uint64(_WORD + 1))
    offsets = totals(sizes) - sizes + np.uint64(offset)
    breaks = (normal[1:] != normal[:-1]) | (page[1:] != page[:-1] + np.uint64(1))
    starts = np.concatenate((np.zeros(1, np.intp), np.flatnonzero(breaks) + 1))
    ends = np.concatenate((starts[1:], np.array([len(words)], np.intp)))
    kind = np.where(normal[starts], np.uint8(PageKind.NORMAL), np.uint8(PageKind.ZERO)).astype(np.uint8)
    return Runs(page[starts], (ends - starts).astype(np.uint64), kind, offsets[starts])


def record_stride(kind: int, page_bits: int) -> int:
    """Bytes from one record of a run to the next, for the kinds whose records are all of one size."""
    if kind == PageKind.PLAIN:
        return 1 << page_bits
    return _WORD + (1 << page_bits) if kind == PageKind.NORMAL else _WORD + 1
