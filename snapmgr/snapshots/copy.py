"""Copying a disk: only what is not zero, in pieces, with the space checked before and a way to stop."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from snapmgr.block.device import BlockDevice
from snapmgr.block.qcow2.create import Qcow2Writer
from snapmgr.errors import SnapmgrError
from snapmgr.work import CancelToken, Progress

_PIECE = 4 << 20
_RAW_GRAIN = 4096
_RESERVE = 1 << 20

Range = tuple[int, int]
"""First byte and end of a stretch that may hold something."""


class Target(Protocol):
    """What takes a disk.  Pieces come in rising order and begin at multiples of ``grain`` bytes."""

    @property
    def grain(self) -> int: ...

    def needed(self, ranges: Sequence[Range]) -> int:
        """Bytes of storage for a disk with contents in ``ranges`` at most."""

    def write(self, offset: int, data: memoryview) -> None: ...

    def finish(self) -> None: ...


class RawTarget:
    """A sparse file of exactly the disk's size."""

    grain = _RAW_GRAIN

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor = descriptor
        self._size = size

    def needed(self, ranges: Sequence[Range]) -> int:
        return sum(end - start for start, end in ranges)

    def write(self, offset: int, data: memoryview) -> None:
        while len(data):
            count = os.pwrite(self._descriptor, data, offset)
            data, offset = data[count:], offset + count

    def finish(self) -> None:
        os.ftruncate(self._descriptor, self._size)


class Qcow2Target(Qcow2Writer):
    """A new qcow2 image."""

    @property
    def grain(self) -> int:
        return self.cluster_size

    def needed(self, ranges: Sequence[Range]) -> int:
        data = sum(end - start for start, end in ranges)
        tables = len({index for start, end in ranges for index in self._tables(start, end)})
        refcounts = data // self.cluster_size * 2
        return data + (tables + 4) * self.cluster_size + self.geometry.l1_entries(self.size) * 8 + refcounts

    def _tables(self, start: int, end: int) -> range:
        return range(start // self.geometry.l2_span, -(-end // self.geometry.l2_span))


def data_ranges(disk: BlockDevice, grain: int, cancel: CancelToken | None) -> list[Range]:
    """Where the disk may hold something, widened to multiples of ``grain`` bytes and joined."""
    found: list[Range] = []
    for extent in disk.extents(0, disk.size):
        if cancel is not None:
            cancel.check()
        if extent.zero:
            continue
        start = extent.offset // grain * grain
        end = min(-(-(extent.offset + extent.length) // grain) * grain, disk.size)
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def check_space(path: Path, needed: int) -> None:
    """Raise SnapmgrError ``no-space`` where ``needed`` bytes (and a little) do not fit beside ``path``."""
    status = os.statvfs(path.parent)
    free = status.f_bavail * status.f_frsize
    if needed + _RESERVE > free:
        raise SnapmgrError(
            "no-space",
            f"{path.parent} has {free >> 20} MiB free, and {-(-(needed + _RESERVE) >> 20)} MiB are needed",
            path=path,
            hint="Make room, or choose another disk.",
        )


def copy_disk(
    disk: BlockDevice, ranges: Sequence[Range], target: Target, progress: Progress, cancel: CancelToken | None
) -> None:
    """Read ``ranges`` and hand what is not zero to ``target``; progress counts the bytes of the ranges."""
    total = sum(end - start for start, end in ranges)
    done = 0
    buffer = memoryview(bytearray(_PIECE))
    progress(0, total)
    for start, end in ranges:
        while start < end:
            if cancel is not None:
                cancel.check()
            piece = buffer[: min(_PIECE, end - start)]
            disk.pread_into(start, piece)
            for low, high in _nonzero(piece, target.grain):
                target.write(start + low, piece[low:high])
            start += len(piece)
            done += len(piece)
            progress(done, total)
    target.finish()


def _nonzero(piece: memoryview, grain: int) -> Iterator[Range]:
    """Stretches of whole grains (the last one may be cut) that are not all zero."""
    whole = len(piece) // grain * grain
    used = np.frombuffer(piece[:whole], np.uint64).reshape(-1, grain // 8).any(axis=1)
    if whole < len(piece):
        used = np.append(used, any(piece[whole:]))
    edges = np.flatnonzero(np.diff(used, prepend=False, append=False))
    for low, high in edges.reshape(-1, 2).tolist():
        yield low * grain, min(high * grain, len(piece))
