"""Packed pages, looked into: only their contents say whether a loader can unpack them.

An index need not know, so nothing of this is done before somebody asks for a verdict.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from snapmgr.containers.source import Source
from snapmgr.containers.unpacked import UnpackedBytes
from snapmgr.errors import StreamError
from snapmgr.inspect.model import Problem, Severity
from snapmgr.ram.bitmap import Flags
from snapmgr.ram.columns import U8, BlockPages
from snapmgr.ram.compress import unpack
from snapmgr.ram.encode import Ints
from snapmgr.ram.gather import gathered
from snapmgr.ram.index import RamIndex
from snapmgr.ram.words import PageKind
from snapmgr.ram.xbzrle_many import find_changes
from snapmgr.wire.wording import VERSIONS

MAX_FOUND = 100
"""Damaged pages of one kind in one block that are listed."""

AT_ONCE = 256
"""Pages looked into together: bounds the memory for the runs of their changes."""

_CHECKS: dict[PageKind, tuple[str, str, str]] = {
    PageKind.XBZRLE: (
        "xbzrle-data",
        "An xbzrle page of {block} writes beyond the page or ends inside a run",
        "Failed to load XBZRLE page - decode error!",
    ),
    PageKind.COMPRESSED: (
        "compressed-data",
        "A compressed page of {block} cannot be unpacked",
        "decompress data failed",
    ),
}


def page_problems(ram: RamIndex, source: Source) -> Iterator[Problem]:
    """Every packed page that no loader can unpack, up to a bound for each block and kind."""
    for block in ram.blocks.values():
        for kind in _CHECKS:
            yield from _of_kind(source, block, kind)


def packed_pages(ram: RamIndex) -> int:
    """How many pages there are to look into."""
    kinds = [int(kind) for kind in _CHECKS]
    return sum(int(np.isin(block.runs.kind, kinds).sum()) for block in ram.blocks.values())


def packet_problems(unpacked: UnpackedBytes | None) -> Iterator[Problem]:
    """The first packet of every multifd channel that cannot be unpacked: what follows it cannot be either."""
    for _, error in unpacked.damage() if unpacked is not None else ():
        message = error.message[:1].upper() + error.message[1:]
        cause = "Bytes of the channel were changed after they were sent, or some before it are missing."
        hint = "Capture the migration again."
        yield Problem(Severity.ERROR, error.code, error.offset or 0, message, cause=cause, hint=hint)


def _of_kind(source: Source, block: BlockPages, kind: PageKind) -> Iterator[Problem]:
    rows = np.flatnonzero(block.runs.kind == kind)
    offsets, sizes = block.runs.data[rows].astype(np.int64), block.runs.size[rows].astype(np.int64)
    found = 0
    for begin in range(0, len(rows), AT_ONCE):
        part = slice(begin, begin + AT_ONCE)
        data, at, cut = gathered(source, offsets[part], sizes[part])
        wrong = cut | _damaged(kind, data, at, np.where(cut, 0, sizes[part]), 1 << block.page_bits)
        for number in (begin + np.flatnonzero(wrong)).tolist():
            yield _problem(kind, block.name, int(offsets[number]), int(sizes[number]))
            found += 1
            if found == MAX_FOUND:
                return


def _damaged(kind: PageKind, data: U8, at: Ints, sizes: Ints, page_size: int) -> Flags:
    """Which pages cannot be unpacked."""
    if kind is PageKind.XBZRLE:
        return find_changes(data, at, at + sizes, page_size)[1]
    return np.array([not _unpacks(data, *place, page_size) for place in zip(at.tolist(), sizes.tolist(), strict=True)])


def _unpacks(data: U8, at: int, size: int, page_size: int) -> bool:
    """Whether a zlib stream stands there that ends within a page."""
    try:
        unpack(data[at : at + size].data, page_size, at)
    except StreamError:
        return False
    return True


def _problem(kind: PageKind, block: str, offset: int, size: int) -> Problem:
    code, message, text = _CHECKS[kind]
    versions = VERSIONS if kind is PageKind.XBZRLE else VERSIONS[:1]
    return Problem(
        Severity.ERROR, code, offset, message.format(block=block), "ram (0)", size, qemu=dict.fromkeys(versions, text)
    )
