"""A stream that begins somewhere inside a file: QEMU's ``file:PATH,offset=N`` leaves what stands before it alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from snapmgr.containers.file import open_descriptor
from snapmgr.errors import SnapmgrError
from snapmgr.wire.constants import MAGIC, SECTION_TYPES, VERSION, RecordType

LOOKED_THROUGH = 64 << 20
"""Bytes of a file that are looked through, its holes aside."""

_PIECE = 1 << 20
_BEGIN = MAGIC + VERSION.to_bytes(4)
_FIRST = frozenset((*SECTION_TYPES, RecordType.CONFIGURATION, RecordType.COMMAND))


def stream_within(path: Path) -> int | None:
    """Where the first stream in a file begins, in bytes; None where none does near its beginning, or where it cannot be
    read."""
    try:
        descriptor = open_descriptor(path)
    except (SnapmgrError, OSError):
        return None
    try:
        for start, piece in _pieces(descriptor):
            at = -1
            while (at := piece.find(_BEGIN, at + 1)) >= 0:
                if piece[at + len(_BEGIN) : at + len(_BEGIN) + 1] in (bytes([one]) for one in _FIRST):
                    return start + at
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return None


def _pieces(descriptor: int) -> Iterator[tuple[int, bytes]]:
    """(offset, bytes) of what is no hole; each piece goes on into the next as far as a stream's begin may reach."""
    at, left = 0, LOOKED_THROUGH
    while left > 0:
        try:
            at = os.lseek(descriptor, at, os.SEEK_DATA)
        except OSError:
            return  # nothing but a hole, or no such thing as holes here
        piece = os.pread(descriptor, _PIECE + len(_BEGIN), at)
        if not piece:
            return
        yield at, piece
        at += _PIECE
        left -= _PIECE
