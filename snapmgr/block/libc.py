"""Calls of the system that Python's own library does not have, or not as they are needed here."""

from __future__ import annotations

import ctypes
import functools


@functools.cache
def libc() -> ctypes.CDLL:
    """fallocate(2) and pwritev(2), which set ``ctypes.get_errno``; the interpreter goes on meanwhile."""
    found = ctypes.CDLL(None, use_errno=True)
    found.fallocate.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)
    found.pwritev.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_int64)
    found.pwritev.restype = ctypes.c_ssize_t
    return found
