"""Many buffers with few calls: what one call leaves is gone on with."""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Callable, Sequence

import numpy as np

from snapmgr.block.libc import libc
from snapmgr.gathered import Gathered, Places

VECTOR = 512
"""Buffers written by one call; Linux takes 1024 (IOV_MAX)."""

_MOST_PLACES = 1024
"""IOV_MAX."""


def write_at(descriptor: int, buffers: Sequence[memoryview], offset: int) -> None:
    """Write all of the buffers from ``offset`` on.  Raises OSError."""

    def write(some: Sequence[memoryview]) -> int:
        nonlocal offset
        count = os.pwritev(descriptor, some, offset)
        offset += count
        return count

    drain(buffers, write)


def write_all(descriptor: int, buffers: Sequence[memoryview]) -> None:
    """Write all of the buffers where the descriptor stands.  Raises OSError."""
    drain(buffers, lambda some: os.writev(descriptor, some))


def drain(buffers: Sequence[memoryview], write: Callable[[Sequence[memoryview]], int]) -> None:
    """Hand the buffers to ``write``, which says how many bytes it took, until all are taken."""
    left = [buffer for buffer in buffers if len(buffer)]
    while left:
        taken = write(left[:VECTOR])
        while left and taken >= len(left[0]):
            taken -= len(left.pop(0))
        if taken:
            left[0] = left[0][taken:]


def write_gathered(descriptor: int, gathered: Gathered, offset: int) -> None:
    """Write all of it from ``offset`` on, out of the places where it lies.  Raises OSError."""
    left = gathered.places
    while len(left):
        some = left[:_MOST_PLACES]
        count = write_places(descriptor, some, offset)
        offset += count
        whole = count == int(some[:, 1].sum())
        left = left[_MOST_PLACES:] if whole else Gathered(left, gathered.owners).split(count)[1].places


def write_places(descriptor: int, places: Places, offset: int) -> int:
    """One call; says how many bytes were written.  Raises OSError."""
    places = np.ascontiguousarray(places)
    count: int = libc().pwritev(descriptor, places.ctypes.data, len(places), offset)
    if count > 0:
        return count
    number = ctypes.get_errno() if count else errno.EIO
    if number == errno.EINTR:
        return 0
    raise OSError(number, os.strerror(number))
