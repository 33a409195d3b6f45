"""The VM state of a snapshot: bytes in guest addresses behind the disk, mapped by the snapshot's own L1 table."""

from __future__ import annotations

from collections.abc import Iterator

from snapmgr.block.device import Extent
from snapmgr.block.qcow2.l2 import Kind
from snapmgr.block.qcow2.view import GuestView


class VmState:
    """``size`` bytes as recorded; ``readable`` reaches to the last cluster that holds something.

    QEMU ignores the recorded size when it loads: it reads until the stream ends.  Never falls through to the backing
    file; what is not mapped reads as zeros.
    """

    def __init__(self, view: GuestView, recorded: int, offset: int) -> None:
        """``view`` is all that the snapshot's L1 can map behind the disk, from guest offset ``offset`` on."""
        self._view = view
        self.offset = offset
        self.recorded = recorded
        """What the snapshot table says, however absurd."""
        self.size = min(recorded, view.size)
        self.readable = _mapped_end(view)

    def read_into(self, offset: int, buffer: memoryview) -> None:
        """Fill ``buffer`` from ``offset``.  Raises ImageError for damaged tables, Unsupported if encrypted."""
        self._view.pread_into(offset, buffer)

    def read(self, offset: int, length: int) -> bytes:
        """Bytes ``[offset, offset + length)``, fewer at the end of what can be mapped."""
        buffer = bytearray(max(0, min(length, self._view.size - offset)))
        self._view.pread_into(offset, memoryview(buffer))
        return bytes(buffer)

    def extents(self) -> Iterator[Extent]:
        """Data and zeros of the recorded size."""
        return self._view.extents(0, self.size)


def _mapped_end(view: GuestView) -> int:
    """Bytes up to the end of the last run with contents."""
    end = 0
    last = max(0, min(view.size, view.mapping.last_used_end() - view.base))
    for run in view.runs(0, last):
        if run.kind not in (Kind.UNALLOCATED, Kind.ZERO):
            end = run.guest + run.length
    return end
