"""The active layer of a qcow2 image as a disk that a guest writes to (block/qcow2.c, qcow2-cluster.c).

Data goes to the file at once.  Tables and refcounts change in memory until ``flush``, which writes in this order, each
step on stable storage before the next: refcounts that were raised and new L2 tables; L2 tables and L1 entries;
refcounts that fell.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import numpy as np

from snapmgr.block.device import Extent, GrowableFile
from snapmgr.block.qcow2.change import check_changeable
from snapmgr.block.qcow2.geometry import COMPRESSED, COPIED, OFFSET_MASK, SECTOR, SUBCLUSTERS, ZERO
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.l2 import Words
from snapmgr.block.qcow2.live_refcounts import LiveRefcounts, Numbers
from snapmgr.block.qcow2.live_tables import LiveTables
from snapmgr.block.qcow2.shadow import Shadow, clear_flags
from snapmgr.block.qcow2.view import GuestView
from snapmgr.errors import SnapmgrError, Unsupported
from snapmgr.work import Progress, no_progress

_ALL_HELD = (1 << SUBCLUSTERS) - 1
_ALL_ZERO = _ALL_HELD << SUBCLUSTERS
_GROWTH = 4 << 20
"""Bytes by which the file grows at least."""


class Qcow2Disk:
    """A BlockDevice.  ``image`` must be open for writing, and nobody else's; it is closed with the disk."""

    def __init__(self, image: Qcow2Image, progress: Progress = no_progress) -> None:
        """Raises as ``check_changeable``; Unsupported ``bitmaps`` where what is written would have to be noted."""
        check_changeable(image, progress)
        if image.metadata.extensions.bitmaps is not None:
            raise Unsupported(
                "bitmaps",
                "the image keeps dirty bitmaps, which would not be true of the disk any more",
                path=image.path,
                hint="Remove them with qemu-img bitmap --remove, and begin a new full backup afterwards.",
            )
        self.image = image
        self._lock = threading.RLock()
        self._begin()
        self._announce()

    def _begin(self) -> None:
        """The tables as they are in the file."""
        image = self.image
        assert isinstance(image.file, GrowableFile)
        self._file: GrowableFile = image.file
        self._refcounts = LiveRefcounts(self._file, image.header)
        self._tables = LiveTables(self._file, image.cache, image.active_l1(), image.header.l1_offset)
        self._view = image.through(self._tables)

    def _announce(self) -> None:
        """What the header says of features that a writer does not know is not true from now on."""
        sector = bytearray(SECTOR)
        self._file.pread_into(0, memoryview(sector))
        before = bytes(sector)
        clear_flags(self.image.metadata, sector)
        if sector != before:
            self._file.pwrite(0, [memoryview(sector)])
            self._file.flush()
            self.reload()

    # -- reading -------------------------------------------------------------------------------------------------

    @property
    def size(self) -> int:
        return self.image.size

    @property
    def read_only(self) -> bool:
        return False

    @property
    def view(self) -> GuestView:
        """What is read through."""
        return self._view

    def pread_into(self, offset: int, buffer: memoryview) -> None:
        with self._lock:
            self._view.pread_into(offset, buffer)

    def extents(self, offset: int, length: int) -> Iterator[Extent]:
        with self._lock:
            return iter(list(self._view.extents(offset, length)))

    # -- writing -------------------------------------------------------------------------------------------------

    def pwrite(self, offset: int, buffers: Sequence[memoryview]) -> None:
        """Raises SnapmgrError ``beyond-end``, ``cannot-write``; ImageError for what cannot be read around it."""
        data = memoryview(b"".join(buffers)) if len(buffers) != 1 else buffers[0].cast("B")
        self._check(offset, len(data))
        with self._lock:
            self._make_room(offset, len(data))
            for index, start, stop in self._by_table(offset, len(data)):
                self._write(index, start, data[start - offset : stop - offset])

    def discard(self, offset: int, length: int) -> None:
        """Whole clusters in the range read as zeros afterwards, and are given back; the rest stays as it is.

        Where nothing can say so (version 2 over a backing file) all stays as it is.
        """
        self._check(offset, length)
        cluster = self.image.cluster_size
        end = offset + length
        first = -(-offset // cluster) * cluster
        last = end if end == self.size else end // cluster * cluster
        hides = self.image.backing_name is not None
        if last <= first or (hides and self.image.header.version < 3):
            return
        with self._lock:
            self._make_room(first, last - first)
            for index, start, stop in self._by_table(first, last - first):
                self._empty(index, start, stop, hides=hides)

    def _check(self, offset: int, length: int) -> None:
        if not 0 <= offset <= self.size - length:
            raise SnapmgrError("beyond-end", "the disk ends before that", path=self.image.path, offset=offset)

    def _by_table(self, offset: int, length: int) -> Iterator[tuple[int, int, int]]:
        """(L1 index, first guest byte, end) of the parts that one L2 table maps."""
        span, end = self.image.geometry.l2_span, offset + length
        while offset < end:
            stop = min(end, (offset // span + 1) * span)
            yield offset // span, offset, stop
            offset = stop

    def _write(self, index: int, offset: int, data: memoryview) -> None:
        """Inside one table: run by run of clusters that are written where they are, or somewhere new."""
        words = self._writable(index)
        step, cluster = self.image.geometry.entry_size // 8, self.image.cluster_size
        base, end = index * self.image.geometry.l2_span, offset + len(data)
        first, last = (offset - base) // cluster, (end - base - 1) // cluster + 1
        entries = words[first * step : last * step : step]
        bitmaps = words[first * step + 1 : last * step : step] if step == 2 else None
        own = _own(entries, bitmaps)
        hosts = entries & np.uint64(OFFSET_MASK)
        follows = hosts[1:] == hosts[:-1] + np.uint64(cluster)
        breaks = (own[1:] != own[:-1]) | (own[1:] & ~follows)
        starts = [0, *(np.flatnonzero(breaks) + 1).tolist()]
        for begin, stop in zip(starts, [*starts[1:], len(entries)], strict=True):
            guest = base + (first + begin) * cluster
            part_start, part_end = max(offset, guest), min(end, base + (first + stop) * cluster)
            part = data[part_start - offset : part_end - offset]
            if own[begin]:
                self._file.pwrite(int(hosts[begin]) + part_start - guest, [part])
            else:
                self._write_new(index, words, first + begin, first + stop, guest, part_start, part)

    def _write_new(
        self, index: int, words: Words, first: int, last: int, guest: int, offset: int, data: memoryview
    ) -> None:
        """Clusters ``first`` to ``last`` of a table, at guest offset ``guest``, get ``data`` at ``offset`` and what
        they had around it, in clusters of the layer's own."""
        cluster, step = self.image.cluster_size, self.image.geometry.entry_size // 8
        whole = memoryview(bytearray((last - first) * cluster))
        head, tail = offset - guest, offset - guest + len(data)
        if head:
            self._view.pread_into(guest, whole[:cluster])
        if tail < len(whole) and (len(whole) > cluster or not head):
            self._view.pread_into(guest + len(whole) - cluster, whole[-cluster:])
        whole[head:tail] = data
        old = words[first * step : last * step : step].copy()
        done = 0
        while done < last - first:
            number, count = self._refcounts.take(last - first - done)
            self._put(number * cluster, whole[done * cluster : (done + count) * cluster])
            hosts = (np.arange(number, number + count, dtype=np.uint64) * np.uint64(cluster)) | np.uint64(COPIED)
            at = slice((first + done) * step, (first + done + count) * step, step)
            words[at] = hosts
            if step == 2:
                words[at.start + 1 : at.stop : step] = np.uint64(_ALL_HELD)
            done += count
        self._tables.changed(index)
        self._drop(old)

    def _empty(self, index: int, offset: int, end: int, *, hides: bool) -> None:
        """These clusters read as zeros; ``hides`` is whether something below would be seen otherwise."""
        words = self._writable(index)
        step, cluster = self.image.geometry.entry_size // 8, self.image.cluster_size
        base = index * self.image.geometry.l2_span
        at = slice((offset - base) // cluster * step, -(-(end - base) // cluster) * step, step)
        old = words[at].copy()
        words[at] = np.uint64(ZERO if hides and step == 1 else 0)
        if step == 2:
            words[at.start + 1 : at.stop : step] = np.uint64(_ALL_ZERO if hides else 0)
        self._tables.changed(index)
        self._drop(old)

    def _writable(self, index: int) -> Words:
        cluster = self.image.cluster_size

        def take() -> int:
            return self._refcounts.take(1)[0] * cluster

        def drop(offset: int) -> None:
            self._refcounts.drop(np.array([offset // cluster], np.int64))

        return self._tables.writable(index, take, drop)

    def _make_room(self, offset: int, length: int) -> None:
        """See that the refcount table is long enough for whatever a write of the range takes."""
        geometry = self.image.geometry
        tables = length // geometry.l2_span + 2
        blocks = self._refcounts.lacks(length // geometry.cluster_size + 2 + tables)
        if blocks:
            self.flush()
            shadow = Shadow(self.image)
            shadow.allocation.need_blocks(2 * blocks)
            shadow.prepare()
            shadow.commit()
            self.reload()

    def _drop(self, entries: Words) -> None:
        """What these L2 entries used is used once less."""
        cluster, geometry = self.image.cluster_size, self.image.geometry
        packed = (entries & np.uint64(COMPRESSED)) != 0
        hosts = entries[~packed] & np.uint64(OFFSET_MASK)
        numbers: list[Numbers] = [(hosts[hosts != 0] // np.uint64(cluster)).astype(np.int64)]
        for entry in entries[packed].tolist():
            place, length = geometry.compressed(entry)
            numbers.append(np.arange(place // cluster, (place + length - 1) // cluster + 1))
        for found in numbers:
            self._refcounts.drop(found)

    def _put(self, offset: int, data: bytes | memoryview) -> None:
        end = offset + len(data)
        if end > self._file.size:
            self._file.resize(max(end, self._file.size + _GROWTH))
        self._file.pwrite(offset, [memoryview(data)])

    # -- the file ------------------------------------------------------------------------------------------------

    def flush(self) -> None:
        """Everything written is on stable storage."""
        with self._lock:
            if self._tables.pending or self._refcounts.pending:
                self._refcounts.raise_in_file()
                self._tables.write_new(self._put)
                self._file.flush()
                self._tables.write_own(self._put)
                self._file.flush()
                self._refcounts.lower_in_file()
            self._file.flush()

    def reload(self) -> None:
        """Begin anew from the file, which somebody changed after a flush and before any other write."""
        with self._lock:
            self.image.reload()
            self._begin()

    def close(self) -> None:
        """Flush, and close the files; more than once is harmless."""
        if self.image.closed:
            return
        try:
            self.flush()
        finally:
            self.image.close()


def _own(entries: Words, bitmaps: Words | None) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which clusters are written where they are: used by this layer alone, neither packed nor read as zeros."""
    plain = (entries & np.uint64(COPIED | COMPRESSED | ZERO)) == np.uint64(COPIED)
    if bitmaps is not None:
        plain = ((entries & np.uint64(COPIED | COMPRESSED)) == np.uint64(COPIED)) & (bitmaps == np.uint64(_ALL_HELD))
    own: np.ndarray[tuple[int], np.dtype[np.bool_]] = plain
    return own
