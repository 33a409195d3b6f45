"""What differs between a disk as of two snapshots, or one and now: by its tables first, read only where needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from snapmgr.block import lock
from snapmgr.block.images import open_image
from snapmgr.block.qcow2.geometry import OFFSET_MASK
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.l2 import Kind
from snapmgr.block.qcow2.tables import Run
from snapmgr.block.qcow2.tags import find_tag
from snapmgr.block.qcow2.view import GuestView
from snapmgr.errors import Unsupported
from snapmgr.ram.bitmap import runs_of_flags
from snapmgr.work import CancelToken, Progress, no_progress, stoppable

_STRETCH = 4 << 20
"""Bytes of each side that are read at once."""
_MOST_CLUSTERS = 1 << 27
"""Clusters of a disk that are told apart: 8 TiB at 64 KiB each."""
_EMPTY = (Kind.UNALLOCATED, Kind.ZERO)

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class DiskDifference:
    """``clusters`` says of each cluster of the larger disk whether it reads differently; sizes in bytes; ``compared``
    are the bytes that had to be read, on both sides."""

    path: str
    cluster_size: int
    size_a: int
    size_b: int
    clusters: Flags
    compared: int

    @property
    def changed(self) -> int:
        return int(np.count_nonzero(self.clusters))

    @property
    def differs(self) -> bool:
        return self.changed > 0 or self.size_a != self.size_b

    def ranges(self) -> list[tuple[int, int]]:
        """(offset, length) in bytes of stretches that differ, in ascending order."""
        first, count = runs_of_flags(self.clusters)
        size = self.cluster_size
        return list(zip((first * size).tolist(), (count * size).tolist(), strict=True))


def compare_disk(
    path: str | Path,
    a: str | None,
    b: str | None,
    *,
    allow_roots: tuple[Path, ...] = (),
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> DiskDifference:
    """Compare the disk of an image as of the snapshots with the tags ``a`` and ``b`` (None = now).

    ``progress`` is told bytes of the disk.  Raises NotFound, UsageError ``ambiguous-snapshot``, Unsupported for what is
    encrypted or too large, ImageError where tables are damaged, Cancelled, and what opening the image raises.
    """
    image = open_image(path, allow_roots=allow_roots, use=lock.Use.READ)
    try:
        one, other = _view(image, a), _view(image, b)
        for view in (one, other):
            view.pread_into(0, memoryview(bytearray()))  # what cannot be read at all is said at once
        size = image.cluster_size
        number = -(-max(one.size, other.size) // size)
        if number > _MOST_CLUSTERS:
            raise Unsupported("disk-too-large", f"a disk of {max(one.size, other.size)} bytes is not compared")
        clusters = np.zeros(number, np.bool_)
        report, compared = stoppable(progress, cancel), 0
        for start, stop in _suspects(image, one, other, report):
            for at in range(start, stop, _STRETCH):
                end = min(at + _STRETCH, stop)
                clusters[at // size : -(-end // size)] |= _differ(one, other, at, end, size)
                compared += 2 * (end - at)
                report(end, number * size)
        return DiskDifference(str(path), size, one.size, other.size, clusters, compared)
    finally:
        image.close()


def _view(image: Qcow2Image, tag: str | None) -> GuestView:
    if tag is None:
        return image.active
    tags = [(entry.id_text, entry.name_text) for entry in image.snapshots]
    return image.at(image.snapshots[find_tag(tags, tag, str(image.path))])


def _suspects(image: Qcow2Image, one: GuestView, other: GuestView, progress: Progress) -> Iterator[tuple[int, int]]:
    """Stretches, whole clusters, that are not stored in the same place on both sides."""
    span, end = image.geometry.l2_span, max(one.size, other.size)
    same_tables = _same_tables(one, other, -(-end // span))
    for index in range(-(-end // span)):
        start, stop = index * span, min((index + 1) * span, end)
        both = min(stop, one.size, other.size)
        if not (same_tables[index] and both == stop):
            unlike = _unlike(one, other, start, stop, bare=image.backing_name is None)
            yield from _joined(unlike, image.cluster_size, end)
        progress(stop, end)


def _same_tables(one: GuestView, other: GuestView, number: int) -> Flags:
    """Which L1 entries name the same L2 table, or none at all."""
    tables = []
    for view in (one, other):
        l1 = np.zeros(number, np.uint64)
        known = (view.mapping.l1 & np.uint64(OFFSET_MASK))[:number]
        l1[: len(known)] = known
        tables.append(l1)
    same: Flags = tables[0] == tables[1]
    return same


def _unlike(one: GuestView, other: GuestView, start: int, stop: int, *, bare: bool) -> Iterator[tuple[int, int]]:
    """Stretches that are stored differently, or that one of the disks does not have; ``bare``: nothing lies below."""
    both = max(start, min(stop, one.size, other.size))
    left, right = list(one.runs(start, both - start)), list(other.runs(start, both - start))
    at, i, j = start, 0, 0
    while at < both:
        a, b = left[i], right[j]
        end = min(a.guest + a.length, b.guest + b.length)
        empty = bare and a.kind in _EMPTY and b.kind in _EMPTY
        if not empty and not _same(a, b, at):
            yield at, end
        at = end
        i += at == a.guest + a.length
        j += at == b.guest + b.length
    if both < stop:
        yield both, stop


def _same(a: Run, b: Run, at: int) -> bool:
    """Whether two runs read alike at a place by what the tables say alone."""
    if a.kind is not b.kind:
        return False
    if a.kind in _EMPTY:
        return True
    if a.kind is Kind.DATA:
        return a.host + at - a.guest == b.host + at - b.guest
    return a.host == b.host and a.guest == b.guest


def _joined(stretches: Iterator[tuple[int, int]], size: int, limit: int) -> Iterator[tuple[int, int]]:
    """As whole clusters, neighbours as one."""
    first = last = -1
    for start, stop in stretches:
        start, stop = start // size * size, min(-(-stop // size) * size, limit)
        if start <= last:
            last = max(last, stop)
            continue
        if last >= 0:
            yield first, last
        first, last = start, stop
    if last >= 0:
        yield first, last


def _differ(one: GuestView, other: GuestView, start: int, stop: int, size: int) -> Flags:
    """Which clusters of a stretch read differently; one that a disk does not have differs where it has any bytes."""
    length = -(-(stop - start) // size) * size
    left, right = np.zeros(length, np.uint8), np.zeros(length, np.uint8)
    one.pread_into(start, left.data[: stop - start])
    other.pread_into(start, right.data[: stop - start])
    found: Flags = (left.reshape(-1, size) != right.reshape(-1, size)).any(axis=1)
    beyond = min(one.size, other.size)
    if stop > beyond:
        first = max(0, beyond // size - start // size)
        found[first:] = True
    return found
