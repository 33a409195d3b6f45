"""Holes in files, which Python's own library cannot make (fallocate(2))."""

from __future__ import annotations

import ctypes
import functools

_KEEP_SIZE, _PUNCH_HOLE = 1, 2


@functools.cache
def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.fallocate.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)
    return libc


def punch_hole(descriptor: int, offset: int, length: int) -> bool:
    """Whether the file system took the range back; it reads as zeros then, and the file is as long as before."""
    if length <= 0:
        return True
    done: int = _libc().fallocate(descriptor, _KEEP_SIZE | _PUNCH_HOLE, offset, length)
    return done == 0
