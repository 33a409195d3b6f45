"""How much of a range of memory is there already: what is not costs the system time when it is first written."""

from __future__ import annotations

import ctypes

import numpy as np

from snapmgr.ram.block import HOST_PAGE, U8

_mincore = getattr(ctypes.CDLL(None, use_errno=True), "mincore", None)
"""mincore(2); it has no name in Python's own library.  None where the system has none."""


def resident(memory: U8) -> int:
    """Bytes of ``memory`` that are there; 0 where the system does not say.

    ``memory`` begins at a page, as that of a RAMBlock does.
    """
    if _mincore is None or not len(memory):
        return 0
    pages = np.zeros(-(-len(memory) // HOST_PAGE), np.uint8)
    address = ctypes.c_void_p(memory.ctypes.data)
    if _mincore(address, ctypes.c_size_t(len(memory)), ctypes.c_void_p(pages.ctypes.data)):
        return 0
    return int(np.count_nonzero(pages & 1)) * HOST_PAGE
