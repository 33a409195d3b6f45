"""A VM state written for a snapshot that is about to be made (docs/interop/qcow2.txt; qcow2_save_vmstate).

QEMU writes it behind the disk of the active layer and takes it out of there again.  Here it goes to free clusters
that only the new snapshot will refer to, so that neither the disk nor a failure has anything to do with it.
"""

from __future__ import annotations

import numpy as np

from snapmgr.block.qcow2.geometry import SUBCLUSTERS
from snapmgr.block.qcow2.header import MAX_L1_BYTES
from snapmgr.block.qcow2.l2 import Words
from snapmgr.block.qcow2.shadow import Shadow
from snapmgr.errors import SnapmgrError

_PIECE = 4 << 20
"""Bytes that are written at once, where clusters are no larger."""


class StateWriter:
    """Takes the stream from its beginning to its end; ``tables`` ends it.  ``size`` bytes have come so far."""

    def __init__(self, shadow: Shadow) -> None:
        self._shadow = shadow
        self._geometry = shadow.image.geometry
        self._hosts: list[Words] = []
        self._held = memoryview(bytearray(_PIECE))
        self._filled = 0
        """Bytes of ``_held`` that wait for the rest of their piece."""
        self.size = 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """The next bytes.  Raises SnapmgrError ``cannot-write``, ``vm-state-too-large``."""
        view = memoryview(data).cast("B")
        self.size += len(view)
        self._check_size()
        while len(view):
            if not self._filled and len(view) >= _PIECE:
                self._put(view[:_PIECE])
                view = view[_PIECE:]
                continue
            count = min(len(view), _PIECE - self._filled)
            self._held[self._filled : self._filled + count] = view[:count]
            self._filled += count
            view = view[count:]
            if self._filled == _PIECE:
                self._put(self._held)
                self._filled = 0

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

    def _put(self, data: memoryview) -> None:
        cluster = self._geometry.cluster_size
        count = -(-len(data) // cluster)
        place = self._shadow.allocation.take(count * cluster)
        self._shadow.write(place, data)
        if len(data) % cluster:
            self._shadow.write(place + len(data), bytes(-len(data) % cluster))
        self._hosts.append(np.uint64(place) + np.arange(count, dtype=np.uint64) * np.uint64(cluster))

    def tables(self) -> Words:
        """Write what is left and the L2 tables; their offsets, to stand in L1 entries."""
        if self._filled:
            self._put(self._held[: self._filled])
            self._filled = 0
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
