"""Packed pages, looked into: only their contents say whether a loader can unpack them.

An index need not know, so nothing of this is done before somebody asks for a verdict.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

import numpy as np

from snapmgr.containers.source import Source
from snapmgr.containers.unpacked import UnpackedBytes
from snapmgr.inspect.model import Problem, Severity
from snapmgr.ram.columns import BlockPages
from snapmgr.ram.index import RamIndex
from snapmgr.ram.words import PageKind

MAX_FOUND = 100
"""Damaged pages of one kind in one block that are listed."""

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


def packet_problems(unpacked: UnpackedBytes | None) -> Iterator[Problem]:
    """The first packet of every multifd channel that cannot be unpacked: what follows it cannot be either."""
    for _, error in unpacked.damage() if unpacked is not None else ():
        message = error.message[:1].upper() + error.message[1:]
        cause = "Bytes of the channel were changed after they were sent, or some before it are missing."
        hint = "Capture the migration again."
        yield Problem(Severity.ERROR, error.code, error.offset or 0, message, cause=cause, hint=hint)


def _of_kind(source: Source, block: BlockPages, kind: PageKind) -> Iterator[Problem]:
    sound = _SOUND[kind]
    found = 0
    for row in np.flatnonzero(block.runs.kind == kind):
        offset, size = int(block.runs.data[row]), int(block.runs.size[row])
        if sound(bytes(source.read(offset, size)), 1 << block.page_bits):
            continue
        yield _problem(kind, block.name, offset, size)
        found += 1
        if found == MAX_FOUND:
            return


def _problem(kind: PageKind, block: str, offset: int, size: int) -> Problem:
    code, message, text = _CHECKS[kind]
    versions = ("7.2", "10.0") if kind is PageKind.XBZRLE else ("7.2",)
    return Problem(
        Severity.ERROR, code, offset, message.format(block=block), "ram (0)", size, qemu=dict.fromkeys(versions, text)
    )


def xbzrle_sound(data: bytes, page_size: int) -> bool:
    """Whether runs of unchanged and changed bytes, in turn, fit the page and the data (migration/xbzrle.c).

    Each run's length is a LEB128 number of one or two bytes; only the first run may be of length 0.
    """
    at = written = 0
    while at < len(data):
        unchanged, at = _run(data, at, may_be_none=at == 0)
        changed, at = _run(data, at) if unchanged is not None else (None, at)
        if unchanged is None or changed is None:
            return False
        at += changed
        written += unchanged + changed
        if written > page_size or at > len(data):
            return False
    return True


def _run(data: bytes, at: int, *, may_be_none: bool = False) -> tuple[int | None, int]:
    """(length of the run whose number stands at ``at``, None if it is none; index behind the number)."""
    if len(data) - at < 2:
        return None, at
    length, behind = data[at], at + 1
    if length & 0x80:
        if data[behind] & 0x80:
            return None, at
        length, behind = (length & 0x7F) | data[behind] << 7, behind + 1
    return (length if length or may_be_none else None), behind


def compressed_sound(data: bytes, page_size: int) -> bool:
    """Whether ``data`` is one zlib stream that ends within a page (migration/ram.c: qemu_uncompress_data)."""
    unpacker = zlib.decompressobj()
    try:
        unpacker.decompress(data, page_size)
    except zlib.error:
        return False
    return unpacker.eof


_SOUND: dict[PageKind, Callable[[bytes, int], bool]] = {
    PageKind.XBZRLE: xbzrle_sound,
    PageKind.COMPRESSED: compressed_sound,
}
