"""A stream that begins somewhere inside a file: QEMU's ``file:PATH,offset=N`` leaves what stands before it alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from snapmgr.containers.file import open_descriptor
from snapmgr.errors import SnapmgrError
from snapmgr.wire.constants import FIRST_TYPES, MAGIC, VERSION

LOOKED_THROUGH = 64 << 20
"""Bytes of a file that are looked through, its holes aside."""

_PIECE = 1 << 20
_BEGIN = MAGIC + VERSION.to_bytes(4)


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
                record = at + len(_BEGIN)
                if record < len(piece) and piece[record] in FIRST_TYPES:
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
