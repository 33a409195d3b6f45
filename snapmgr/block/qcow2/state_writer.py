"""A VM state written for a snapshot that is about to be made (docs/interop/qcow2.txt; qcow2_save_vmstate).

QEMU writes it behind the disk of the active layer and takes it out of there again.  Here it goes to free clusters
that only the new snapshot will refer to, so that neither the disk nor a failure has anything to do with it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

import numpy as np

from snapmgr.block.qcow2.geometry import SUBCLUSTERS
from snapmgr.block.qcow2.header import MAX_L1_BYTES
from snapmgr.block.qcow2.l2 import Words
from snapmgr.block.qcow2.shadow import Shadow
from snapmgr.errors import SnapmgrError
from snapmgr.gathered import Gathered

_PIECE = 4 << 20
"""Bytes that are written at once, where clusters are no larger."""

_AT_ONCE = 2
"""Pieces that are being written before the next one waits for the first; they hold memory."""

_GATHERED, _GATHERED_AT_ONCE = 16 << 20, 4
"""The same of what lies where it is anyway: the fewer pieces, the less one thread waits for the other."""

_AHEAD = 256 << 20
"""Bytes by which the file grows ahead at most, and never by more than are written: each time the writer waits for its
turn to run Python."""

_SMALL = 1 << 14
"""Bytes up to which it is cheaper to copy what comes together than to write it by itself."""


class StateWriter:
    """Takes the stream from its beginning to its end; ``tables`` ends it.  ``size`` bytes have come so far.

    A thread of its own writes one piece after the other while the next ones are made.  Buffers, and what is gathered,
    must not change until ``tables`` returns.  To be used in a ``with``: after it nothing is written any more.
    """

    def __init__(self, shadow: Shadow) -> None:
        self._shadow = shadow
        self._geometry = shadow.image.geometry
        self._hosts: list[Words] = []
        self._parts: list[memoryview | Gathered] = []
        """What waits for the rest of its piece, ``_filled`` bytes of ``_piece``."""
        self._filled = 0
        self._piece, self._at_once = _PIECE, _AT_ONCE
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="vm-state")
        self._running: deque[Future[None]] = deque()
        self.size = 0

    def __enter__(self) -> StateWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown(cancel_futures=True)

    def write(self, data: bytes | bytearray | memoryview | Gathered) -> None:
        """The next bytes.  Raises SnapmgrError ``cannot-write`` (of earlier ones too), ``vm-state-too-large``."""
        left = data if isinstance(data, Gathered) else memoryview(data).cast("B")
        self.size += len(left)
        self._check_size()
        if isinstance(left, Gathered):
            self._piece, self._at_once = _GATHERED, _GATHERED_AT_ONCE
        while len(left):
            count = min(len(left), self._piece - self._filled)
            part, left = left.split(count) if isinstance(left, Gathered) else (left[:count], left[count:])
            self._parts.append(part)
            self._filled += count
            if self._filled == self._piece:
                self._put()

    def _check_size(self) -> None:
        geometry, image = self._geometry, self._shadow.image
        entries = geometry.l1_entries(image.header.raw_size) + geometry.l1_entries(self.size)
        if entries * 8 > MAX_L1_BYTES:
            raise SnapmgrError(
                "vm-state-too-large",
                "the VM state does not fit behind the disk of this image",
                path=image.path,
                hint="Convert the image to larger clusters with qemu-img convert -o cluster_size=64k.",
            )

    def _put(self) -> None:
        """Have what waits written, with zeros up to the end of its last cluster."""
        cluster = self._geometry.cluster_size
        count = -(-self._filled // cluster)
        place = self._shadow.allocation.take(count * cluster)
        if self._filled % cluster:
            self._parts.append(memoryview(bytes(-self._filled % cluster)))
        if len(self._running) >= self._at_once:
            self._running.popleft().result()
        ahead = place + count * cluster + min(self.size, _AHEAD)
        self._running.append(self._thread.submit(self._fill, place, ahead, list(_together(self._parts))))
        self._hosts.append(np.uint64(place) + np.arange(count, dtype=np.uint64) * np.uint64(cluster))
        self._parts, self._filled = [], 0

    def _fill(self, place: int, ahead: int, parts: Sequence[memoryview | Gathered]) -> None:
        """In the one thread that writes: who made the file longer in another one would wait for every write."""
        self._shadow.make_room(place + sum(map(len, parts)), ahead)
        plain = [part for part in parts if not isinstance(part, Gathered)]
        if len(plain) == len(parts):
            self._shadow.fill(place, plain)
            return
        gathered = Gathered.together(part if isinstance(part, Gathered) else Gathered.of([part]) for part in parts)
        self._shadow.fill_gathered(place, gathered)

    def tables(self) -> Words:
        """Write what is left and the L2 tables; their offsets, to stand in L1 entries.  Raises as ``write``."""
        if self._filled:
            self._put()
        while self._running:
            self._running.popleft().result()
        hosts = np.concatenate(self._hosts) if self._hosts else np.empty(0, np.uint64)
        per_table, cluster = self._geometry.l2_entries, self._geometry.cluster_size
        count = -(-len(hosts) // per_table)
        if count == 0:
            return np.empty(0, np.uint64)
        place = self._shadow.allocation.take(count * cluster)
        for first in range(0, count, batch := max(1, _PIECE // cluster)):
            part = hosts[first * per_table : (first + batch) * per_table]
            self._shadow.write(place + first * cluster, self._encoded(part))
        return np.uint64(place) + np.arange(count, dtype=np.uint64) * np.uint64(cluster)

    def _encoded(self, hosts: Words) -> bytes:
        """Whole L2 tables of these clusters."""
        geometry = self._geometry
        step = geometry.entry_size // 8
        tables = -(-len(hosts) // geometry.l2_entries)
        words = np.zeros(tables * geometry.l2_entries * step, np.uint64)
        words[: len(hosts) * step : step] = hosts
        if geometry.extended:
            words[1 : len(hosts) * step : step] = np.uint64((1 << SUBCLUSTERS) - 1)
        return words.astype(">u8").tobytes()


def _together(parts: Iterable[memoryview | Gathered]) -> Iterator[memoryview | Gathered]:
    """The same bytes, small buffers that follow each other as one."""
    small: list[memoryview] = []
    for part in parts:
        if not isinstance(part, Gathered) and len(part) <= _SMALL:
            small.append(part)
            continue
        if small:
            yield memoryview(b"".join(small))
            small = []
        yield part
    if small:
        yield memoryview(b"".join(small))
