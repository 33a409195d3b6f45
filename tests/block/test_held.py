"""A disk that is held: below nothing changes until it is let go, above everything does at once."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapmgr.block.held import PAGE, HeldDevice
from snapmgr.block.memory import MemoryDevice
from snapmgr.errors import SnapmgrError

SIZE = 5 * PAGE + 512
WRITE = st.tuples(st.integers(0, SIZE - 1), st.integers(1, 3 * PAGE), st.integers(1, 255))


def content(device: HeldDevice | MemoryDevice) -> bytes:
    data = bytearray(device.size)
    device.pread_into(0, memoryview(data))
    return bytes(data)


@given(first=st.lists(WRITE, max_size=4), later=st.lists(WRITE, max_size=8), after=st.lists(WRITE, max_size=3))
def test_reads_and_writes(first: list[tuple[int, int, int]], later: list[tuple[int, int, int]], after: list) -> None:  # type: ignore[type-arg]
    below, truth = MemoryDevice(bytes(SIZE)), bytearray(SIZE)

    def write(device: HeldDevice | MemoryDevice, writes: list[tuple[int, int, int]]) -> None:
        for offset, length, value in writes:
            data = bytes([value]) * min(length, SIZE - offset)
            truth[offset : offset + len(data)] = data
            device.pwrite(offset, [memoryview(data[:100]), memoryview(data[100:])])

    write(below, first)
    then = below.content
    held = HeldDevice(below)
    write(held, later)
    held.flush()
    assert below.content == then and content(held) == bytes(truth)
    covered = list(held.extents(0, SIZE))
    assert [extent.offset for extent in covered[1:]] == [extent.offset + extent.length for extent in covered[:-1]]
    assert covered[0].offset == 0 and covered[-1].offset + covered[-1].length == SIZE
    for extent in covered:
        assert not extent.zero or not any(truth[extent.offset : extent.offset + extent.length])
    held.let_go()
    assert below.content == bytes(truth) and below.size == SIZE and held.waiting == 0
    write(held, after)
    assert below.content == bytes(truth) == content(held)


def test_what_was_written_last_goes_to_the_disk_last() -> None:
    class Noting(MemoryDevice):
        order: list[int] = []

        def pwrite(self, offset: int, buffers: list[memoryview]) -> None:  # type: ignore[override]
            self.order.append(offset // PAGE)
            super().pwrite(offset, buffers)

    below = Noting(bytes(SIZE))
    held = HeldDevice(below)
    for page in (0, 3, 1, 0):
        held.pwrite(page * PAGE, [memoryview(b"x")])
    held.let_go()
    assert below.order == [3, 1, 0]


def test_what_cannot_be_written_is_not_forgotten() -> None:
    class Full(MemoryDevice):
        full = True

        def pwrite(self, offset: int, buffers: list[memoryview]) -> None:  # type: ignore[override]
            if self.full:
                raise SnapmgrError("cannot-write", "no room")
            super().pwrite(offset, buffers)

    below = Full(bytes(SIZE))
    held = HeldDevice(below)
    held.pwrite(0, [memoryview(b"first")])
    for again in (held.let_go, held.flush, lambda: held.pwrite(PAGE, [memoryview(b"x")])):
        with pytest.raises(SnapmgrError, match="no room"):
            again()
        assert content(held)[:5] == b"first"
    below.full = False
    held.flush()
    assert below.content[:5] == b"first"


def test_who_writes_too_much_waits_until_it_is_let_go() -> None:
    below, waits = MemoryDevice(bytes(SIZE)), threading.Event()

    def wait() -> None:
        waits.set()
        held._lock.wait()

    held = HeldDevice(below, most=2 * PAGE, wait=wait)
    held.pwrite(0, [memoryview(bytes([1]) * 2 * PAGE)])
    guest = threading.Thread(target=held.pwrite, args=(4 * PAGE, [memoryview(b"more")]))
    guest.start()
    assert waits.wait(60) and held.waiting == 2 * PAGE and not any(below.content)
    held.let_go()
    guest.join(60)
    assert not guest.is_alive() and below.content[:PAGE] == bytes([1]) * PAGE
    assert below.content[4 * PAGE : 4 * PAGE + 4] == b"more"
