"""Many pieces of a source as one array: those that lie near each other are read together."""

from __future__ import annotations

import numpy as np

from snapmgr.ram.bitmap import Flags
from snapmgr.ram.columns import U8, Rows
from snapmgr.ram.contents import Bytes
from snapmgr.totals import totals

NEAR = 1 << 12
"""Bytes between two pieces that are read too, rather than to read twice."""


def gathered(source: Bytes, offsets: Rows, sizes: Rows) -> tuple[U8, Rows, Flags]:
    """(bytes, where in them each piece begins, whether the source ends before the piece does).

    ``offsets`` and ``sizes`` in bytes; of a piece of size 0 nothing is read.  Takes the memory of all pieces and NEAR
    bytes for each.  Raises what reading raises.
    """
    at, cut = np.zeros(len(offsets), np.int64), np.zeros(len(offsets), np.bool_)
    needed = np.flatnonzero(sizes)
    needed = needed[np.argsort(offsets[needed], kind="stable")]
    if not len(needed):
        return np.zeros(0, np.uint8), at, cut
    begin, end = offsets[needed], np.maximum.accumulate(offsets[needed] + sizes[needed])
    opens = np.concatenate(([True], begin[1:] > end[:-1] + NEAR))
    first = np.flatnonzero(opens)
    last = np.append(first[1:], len(needed)) - 1
    pieces, shift, total = list[U8](), np.zeros(len(first), np.int64), 0
    have = np.zeros(len(first), np.int64)
    for number, (low, high) in enumerate(zip(begin[first].tolist(), end[last].tolist(), strict=True)):
        piece = np.frombuffer(source.read(low, high - low), np.uint8)
        pieces.append(piece)
        shift[number], have[number] = total - low, low + len(piece)
        total += len(piece)
    of = totals(opens) - 1
    at[needed] = begin + shift[of]
    cut[needed] = begin + sizes[needed] > have[of]
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces), at, cut
