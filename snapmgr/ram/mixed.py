"""Page records of all kinds one behind the other, where the two common ones do not follow each other for long.

Records of changes and packed pages say themselves how long they are, and one may name its block anew, so where each
begins is found in a loop; all else is numpy.  The loop costs about half a microsecond a record (``tests.benchmarks``
has a row of it).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from snapmgr.ram.columns import U8, U32
from snapmgr.ram.runs import CHUNK, U64
from snapmgr.ram.words import PageKind, RamFlag
from snapmgr.ram.xbzrle import ENCODING
from snapmgr.wire.events import Event

_HEAD = struct.Struct(">QBH")
"""A word, and the head of a record of changes."""
_BEHIND = struct.Struct(">BH")
_CONTINUE = int(RamFlag.CONTINUE)
_ZERO, _NORMAL = RamFlag.ZERO | RamFlag.CONTINUE, RamFlag.PAGE | RamFlag.CONTINUE
_CHANGES, _PACKED = RamFlag.XBZRLE | RamFlag.CONTINUE, RamFlag.COMPRESS_PAGE | RamFlag.CONTINUE
_WORD, _CHANGES_HEAD, _PACKED_HEAD = 8, 11, 12
_COMMON = 32
"""So many common records in a row are faster found as a stretch."""


@dataclass(frozen=True, slots=True)
class MixedPages(Event):
    """Whole records of ``block``, a row each, in their order on the wire.

    ``record`` and ``data`` are offsets of the record and of its contents (uint64), ``size`` the bytes of contents of
    kinds that vary, else 0 (uint32), ``fill`` the byte of a ZERO record, 0 for everything else (uint8).
    """

    block: str
    page: U64
    kind: U8
    record: U64
    data: U64
    size: U32
    fill: U8


def read_mixed(
    view: memoryview, at: int, offset: int, block: str, page_bits: int, *, packed: bool
) -> MixedPages | None:
    """The records from index ``at`` of ``view``, which is ``offset`` of the stream; None where something else stands.

    ``packed`` says whether compressed pages are read.  CHUNK bytes at most.
    """
    starts, names, end = _starts(view, at, page_bits, block, packed)
    if not starts:
        return None
    rows = np.array(starts, np.int64)
    ends = np.append(rows[1:], end)
    data = np.frombuffer(view, np.uint8)
    words = data[rows[:, None] + np.arange(_WORD)].view(">u8")[:, 0].astype(np.uint64)
    flags = words & np.uint64((1 << page_bits) - 1) | np.uint64(RamFlag.CONTINUE)
    zero, normal, changes = flags == _ZERO, flags == _NORMAL, flags == _CHANGES
    begins = rows + np.where(zero | normal, _WORD, np.where(changes, _CHANGES_HEAD, _PACKED_HEAD))
    begins[names] += 1 + len(_name(block))
    fill = np.where(zero, data[np.minimum(begins, len(data) - 1)], 0).astype(np.uint8)
    kind = np.select(
        [fill > 0, zero, normal, changes],
        [PageKind.FILL, PageKind.ZERO, PageKind.NORMAL, PageKind.XBZRLE],
        PageKind.COMPRESSED,
    ).astype(np.uint8)
    common = (kind == PageKind.ZERO) | normal
    shift = np.uint64(offset - at)
    return MixedPages(
        offset,
        end - at,
        block,
        words >> np.uint64(page_bits),
        kind,
        rows.astype(np.uint64) + shift,
        begins.astype(np.uint64) + shift,
        np.where(common, 0, ends - begins).astype(np.uint32),
        fill,
    )


def _name(block: str) -> bytes:
    return block.encode("utf-8", "surrogateescape")


def _starts(view: memoryview, at: int, page_bits: int, block: str, packed: bool) -> tuple[list[int], list[int], int]:
    """Where each record begins, the numbers of those that name the block, and where the last of them ends."""
    size, found, naming, common = 1 << page_bits, list[int](), list[int](), 0
    mask, unpack, behind, limit = size - 1, _HEAD.unpack_from, _BEHIND.unpack_from, min(len(view), at + CHUNK)
    name = _name(block)
    named = bytes((len(name),)) + name
    last = limit - _PACKED_HEAD - len(named)
    while at <= last and common < _COMMON:
        word, first, length = unpack(view, at)
        flags, data = word & mask, at + _WORD
        if not flags & _CONTINUE:
            data += len(named)
            if view[at + _WORD : data] != named:
                break
            flags, (first, length) = flags | _CONTINUE, behind(view, data)
        if flags == _CHANGES and first == ENCODING and length <= size:
            end, common = data + 3 + length, 0
        elif flags == _NORMAL:
            end, common = data + size, common + 1
        elif flags == _ZERO:
            end, common = data + 1, 0 if first else common + 1
        elif flags == _PACKED and packed:
            length = first << 24 | length << 8 | view[data + 3]
            if not 0 < length <= 2 * size:
                break
            end, common = data + 4 + length, 0
        else:
            break
        if end > limit:
            break
        if data > at + _WORD:
            naming.append(len(found))
            common = 0
        found.append(at)
        at = end
    return found, naming, at
