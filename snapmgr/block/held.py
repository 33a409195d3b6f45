"""A disk that stays as it is while a guest goes on writing to it: what is written waits in memory.

For a snapshot that is taken while the guest runs: the image is that of one moment until it is done with, without a
guest that waits for it.  Who is killed meanwhile has lost what was written since, as with any write that was not
flushed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from snapmgr.block.device import BlockDevice, Extent
from snapmgr.block.reserve import Reserve
from snapmgr.errors import SnapmgrError

PAGE = 4096
MOST = 64 << 20
"""Bytes that wait at most; a guest that writes more waits itself."""


class HeldDevice:
    """A BlockDevice over ``below``, which is not written to until ``let_go``; from then on it is the same as that.

    ``wait`` returns when there may be room again.  With a ``reserve`` nothing waits that would find no room below.
    """

    def __init__(
        self,
        below: BlockDevice,
        *,
        most: int = MOST,
        wait: Callable[[], object] | None = None,
        reserve: Reserve | None = None,
    ) -> None:
        self.below = below
        self._reserve = reserve
        self._lock = threading.Condition(threading.RLock())
        self._most = most
        self._wait = wait or self._lock.wait
        self._pages: dict[int, bytearray] = {}
        """By number, in the order in which they were last written to: so they go to the disk."""
        self._free = self._waited = False

    @property
    def size(self) -> int:
        return self.below.size

    @property
    def read_only(self) -> bool:
        return self.below.read_only

    @property
    def waiting(self) -> int:
        """Bytes that are not in ``below`` yet."""
        return len(self._pages) * PAGE

    def pages(self) -> tuple[npt.NDArray[np.int64], bytes]:
        """What waits: numbers of its pages in the order in which they were written last, and their contents."""
        with self._lock:
            numbers = np.fromiter(self._pages, np.int64, len(self._pages))
            return numbers, b"".join(self._pages.values())

    def put_pages(self, numbers: npt.NDArray[np.int64], contents: memoryview) -> None:
        """Have these wait.  Raises SnapmgrError for a page that the disk does not have."""
        if len(numbers) and not (int(numbers.min()) >= 0 and int(numbers.max()) * PAGE < self.size):
            raise SnapmgrError("disk-page", f"page {int(numbers.max())} lies outside of a disk of {self.size} bytes")
        with self._lock:
            for place, number in enumerate(numbers.tolist()):
                self._pages.pop(number, None)
                self._pages[number] = bytearray(contents[place * PAGE : (place + 1) * PAGE])

    def move_to(self, below: BlockDevice) -> None:
        """The same contents, of which what waits belongs to another device from now on; the old one is closed."""
        with self._lock:
            self.below, old = below, self.below
        old.close()

    def drop(self) -> None:
        """Forget what waits."""
        with self._lock:
            self._pages.clear()
            self._give_back()

    def pread_into(self, offset: int, buffer: memoryview) -> None:
        view = buffer.cast("B")
        with self._lock:
            self.below.pread_into(offset, view)
            for number, start, stop in _by_page(offset, len(view)):
                page = self._pages.get(number)
                if page is not None:
                    view[start - offset : stop - offset] = page[start - number * PAGE : stop - number * PAGE]

    def pwrite(self, offset: int, buffers: Sequence[memoryview]) -> None:
        """Raises as ``reserve``, and once it is let go as ``below``."""
        data = memoryview(b"".join(buffers))
        with self._lock:
            while not self._free and self.waiting + len(data) > self._most and self._pages:
                self._wait()
            if self._free:
                self._write_all()
                self.below.pwrite(offset, [data])
                return
            if self._reserve is not None:
                self._reserve.take(offset, len(data))
            for number, start, stop in _by_page(offset, len(data)):
                page = self._pages.pop(number, None)
                if page is None:
                    page = bytearray(PAGE)
                    self.below.pread_into(number * PAGE, memoryview(page))
                page[start - number * PAGE : stop - number * PAGE] = data[start - offset : stop - offset]
                self._pages[number] = page
            self._waited = True

    def extents(self, offset: int, length: int) -> Iterator[Extent]:
        with self._lock:
            found = list(self.below.extents(offset, length))
            changed = {number for number, _, _ in _by_page(offset, length) if number in self._pages}
        for extent in found:
            yield from _with_data(extent, changed)

    def flush(self) -> None:
        """What is below is on stable storage; what waits is once it is let go and flushed again."""
        with self._lock:
            if self._free:
                self._write_all()
            self.below.flush()

    def let_go(self) -> None:
        """Write what waits, in the order in which it was written last.

        Raises what ``below`` raises: what is not written yet is tried again by whatever writes or flushes next.
        """
        with self._lock:
            self._free = True
            self._give_back()
            self._lock.notify_all()
        while self._pages:
            with self._lock:  # page by page, so that the guest has its turn
                self._write_one()
        if self._reserve is not None and self._waited:
            self._waited = False
            self.below.flush()  # its tables too, before what the guest writes next takes their room

    def close(self) -> None:
        """With all that waits.  Raises as ``let_go``, and ``below`` is closed all the same."""
        try:
            self.let_go()
        finally:
            self.below.close()

    def _give_back(self) -> None:
        if self._reserve is not None:
            self._reserve.release()

    def _write_all(self) -> None:
        while self._pages:
            self._write_one()

    def _write_one(self) -> None:
        number = next(iter(self._pages), None)
        if number is not None:
            end = min(PAGE, self.size - number * PAGE)
            self.below.pwrite(number * PAGE, [memoryview(self._pages[number])[:end]])
            del self._pages[number]


def _by_page(offset: int, length: int) -> Iterator[tuple[int, int, int]]:
    """(number, first byte, end) of the parts of a range that lie in one page each."""
    end = offset + length
    while offset < end:
        stop = min(end, (offset // PAGE + 1) * PAGE)
        yield offset // PAGE, offset, stop
        offset = stop


def _with_data(extent: Extent, changed: set[int]) -> Iterator[Extent]:
    """The extent in parts, of which those that were written are no zeros."""
    if not extent.zero or not changed:
        yield extent
        return
    start, end = extent.offset, extent.offset + extent.length
    for number in sorted(number for number in changed if start < (number + 1) * PAGE and number * PAGE < end):
        first, stop = max(start, number * PAGE), min(end, (number + 1) * PAGE)
        if first > start:
            yield Extent(start, first - start, True)
        yield Extent(first, stop - first, False)
        start = stop
    if start < end:
        yield Extent(start, end - start, True)
