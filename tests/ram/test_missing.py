"""Pages that a guest waits for: asked for once, kept once they came, and given up."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import pytest

from snapmgr.errors import Cancelled, StreamError
from snapmgr.ram.bitmap import PageBitmap
from snapmgr.ram.block import RAMBlock
from snapmgr.ram.handover import reload, stale
from snapmgr.ram.missing import MissingPages
from snapmgr.ram.ramlist import RamList
from snapmgr.ram.requests import PageRequests
from snapmgr.ram.tracked import Tracked

PAGES = 70


def block() -> RAMBlock:
    return RamList().register(RAMBlock("ram", PAGES << 12))


class Waiting:
    """A block whose pages 3 and 4 are there; ``asked`` are the runs that were asked for."""

    def __init__(self) -> None:
        self.block, self.asked = block(), list[tuple[int, int]]()
        self.known = threading.Event()
        received = np.zeros(PAGES, np.bool_)
        received[3:5] = True
        self.missing = MissingPages([self.block], {"ram": received}, self._ask)
        self.missing.start()

    def _ask(self, block: RAMBlock, runs: Sequence[tuple[int, int]]) -> None:
        self.asked += runs
        self.known.set()

    def place(self, *pages: int) -> list[bool]:
        with self.missing.placing(self.block, np.array(pages)) as fresh:
            return fresh.tolist()


def test_who_needs_a_page_asks_once_and_waits_until_it_has_come() -> None:
    guest, seen = Waiting(), list[str]()

    def touch() -> None:
        guest.block.dirty.set(2, 5)
        seen.append("went on")

    thread = threading.Thread(target=touch)
    thread.start()
    assert guest.known.wait(10)
    assert guest.place(2, 5) == [True, True] and not seen
    assert [(first, count) for _, first, count in guest.missing.requested()] == [(6, 1)]
    assert guest.place(6) == [True]
    thread.join(10)
    assert seen == ["went on"] and guest.asked == [(2, 1), (5, 2)]
    assert guest.missing.requests == 2 and len(guest.missing.waits) == 1 and guest.missing.left == PAGES - 5
    guest.block.dirty.reading(2, 5)
    guest.block.dirty.mark(np.array([6, 2, 2]))
    assert len(guest.asked) == 2


def test_what_is_here_already_is_not_put_in_place_again() -> None:
    guest = Waiting()
    assert guest.place(2, 3, 4) == [True, False, False]
    assert guest.missing.duplicates == 2 and guest.missing.left == PAGES - 3
    guest.place(7, 7)
    assert guest.missing.left == PAGES - 4


def test_what_is_given_up_is_an_error_for_whoever_needs_it() -> None:
    guest = Waiting()
    guest.missing.give_up(Cancelled("gone"))
    with pytest.raises(Cancelled):
        guest.block.dirty.reading(0)
    guest.block.dirty.reading(3, 2)
    guest.missing.stop()
    guest.block.dirty.reading(0)


def test_the_source_takes_everything_for_dirty_that_has_not_come() -> None:
    guest = Waiting()
    guest.place(63, 64)
    bitmap = guest.missing.bitmap("ram")
    assert bitmap is not None and len(bitmap) == 16 and guest.missing.bitmap("rom") is None
    tracked = Tracked(guest.block, PageBitmap(PAGES), 0, PAGES << 12)
    reload(tracked, bitmap)
    assert set(np.flatnonzero(~tracked.bitmap.flags).tolist()) == {3, 4, 63, 64}
    assert tracked.bitmap.count == PAGES - 4
    starts, lengths = stale(tracked)
    assert [run >> 12 for run in starts.tolist()] == [0, 5, 65] and [run >> 12 for run in lengths.tolist()] == [
        3,
        58,
        5,
    ]
    with pytest.raises(StreamError) as caught:
        reload(tracked, bitmap[:8])
    assert "ramblock 'ram' bitmap size mismatch (0x8 != 0x10)" in (caught.value.qemu or "")


def test_pages_of_the_memory_behind_go_whole() -> None:
    ram = RamList().register(RAMBlock("ram", 64 << 12, page_size=16 << 12))
    tracked = Tracked(ram, PageBitmap(64), 0, 64 << 12)
    tracked.bitmap.add(17)
    starts, lengths = stale(tracked)
    assert (starts.tolist(), lengths.tolist(), tracked.bitmap.count) == ([16 << 12], [16 << 12], 16)


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        (("ram", 1, 4096), "Misaligned page request, start: 0x1 len: 4096"),
        (("ram", 0, 0), "Misaligned page request, start: 0x0 len: 0"),
        (("rom", 0, 4096), "no block 'rom'"),
        ((None, 0, 4096), "no previous block"),
        (("ram", 69 << 12, 8192), "request overrun"),
    ],
)
def test_requests_that_cannot_be(request_: tuple[str | None, int, int], text: str) -> None:
    tracked = Tracked(block(), PageBitmap(PAGES, filled=True), 0, PAGES << 12)
    with pytest.raises(StreamError) as caught:
        PageRequests([tracked], 12).parse(*request_)
    assert text in (caught.value.qemu or "")


def test_requests_are_served_in_their_order_and_in_pieces() -> None:
    tracked = Tracked(block(), PageBitmap(PAGES, filled=True), 0, PAGES << 12)
    requests = PageRequests([tracked], 12)
    for asked in (("ram", 8 << 12, 3 << 12), (None, 0, 4096), (None, 9 << 12, 4096)):
        requests.put(requests.parse(*asked))
    taken = []
    while (found := requests.take(2)) is not None:
        taken.append(found[1].tolist())
    assert taken == [[8, 9], [10], [0]] and not requests
