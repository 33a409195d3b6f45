"""Holes in files, which Python's own library cannot make (fallocate(2))."""

from __future__ import annotations

from snapmgr.block.libc import libc

_KEEP_SIZE, _PUNCH_HOLE = 1, 2


def punch_hole(descriptor: int, offset: int, length: int) -> bool:
    """Whether the file system took the range back; it reads as zeros then, and the file is as long as before."""
    if length <= 0:
        return True
    done: int = libc().fallocate(descriptor, _KEEP_SIZE | _PUNCH_HOLE, offset, length)
    return done == 0
