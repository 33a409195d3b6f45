"""Connections in any order, some of them none of the migration's: told apart by their first bytes."""

from __future__ import annotations

import queue
from collections.abc import Callable
from itertools import permutations

import pytest

from snapmgr.migrate.channel import Channel, ChannelBroken
from snapmgr.migrate.gather import gather
from snapmgr.migrate.link import Link
from snapmgr.ram.multifd_send import Packets, packer

MAIN = b"QEVM\0\0\0\3"


def greeting(number: int) -> bytes:
    return Packets(number, packer("none"), 12).greeting(bytes(16))


class Door:
    """Whoever knocks is let in in this order; nobody else comes once it is shut."""

    def __init__(self, *opening: bytes) -> None:
        self.links = [Link() for _ in opening]
        self._knocks: queue.SimpleQueue[Channel | None] = queue.SimpleQueue()
        for link, first in zip(self.links, opening, strict=True):
            if first:
                link.source.send([first[:3], first[3:]])
            self._knocks.put(link.destination)

    def shut(self) -> None:
        self._knocks.put(None)

    def accept(self) -> Channel:
        channel = self._knocks.get()
        if channel is None:
            raise ChannelBroken
        return channel


def all_of(channel: Channel, count: int) -> bytes:
    got = b""
    while len(got) < count:
        got += bytes(channel.receive())
    return got


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_they_come_in_any_order(order: tuple[int, ...]) -> None:
    opening = [MAIN, greeting(0), greeting(1)]
    door = Door(*(opening[number] for number in order))
    main, beside = gather(door.accept, 2)
    door.shut()
    for link in door.links:
        link.source.send([b"more"])
    assert all_of(main, 12) == MAIN + b"more"
    assert [all_of(channel, 68) for channel in beside] == [greeting(0) + b"more", greeting(1) + b"more"]


@pytest.mark.parametrize(
    ("stranger", "why"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", "begins with 47455420"),
        (MAIN, "the main channel came twice"),
        (greeting(0), "channel 0 of multifd came twice"),
        (greeting(7), "there is no channel 7 of multifd"),
    ],
)
def test_who_is_no_part_of_it_is_sent_away(stranger: bytes, why: str) -> None:
    said: list[str] = []
    told: Callable[[str], None] = said.append
    links: list[Link] = []
    knocks: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()

    def accept() -> Channel:
        """The next comes when something was made of the one before."""
        first = knocks.get()
        if first is None:
            raise ChannelBroken
        links.append(Link())
        links[-1].source.send([first])
        return links[-1].destination

    def refused(reason: str) -> None:
        told(reason)
        knocks.put(greeting(1))

    for first in (MAIN, greeting(0), stranger):
        knocks.put(first)
    gather(accept, 2, refused)
    knocks.put(None)
    assert len(said) == 1 and why in said[0]
    if stranger not in (MAIN, greeting(0)):  # of two alike either may be seen first
        with pytest.raises(ChannelBroken):
            links[2].source.send([b"x"])


def test_who_says_nothing_keeps_nobody_waiting() -> None:
    door = Door(b"", MAIN, b"", greeting(0))
    gather(door.accept, 1)
    door.shut()
    for number in (0, 2):
        with pytest.raises(ChannelBroken):
            door.links[number].source.send([b"x"])


def test_where_one_never_comes_nobody_waits_for_ever() -> None:
    door = Door(MAIN)
    door.shut()
    with pytest.raises(ChannelBroken, match="not all channels"):
        gather(door.accept, 1)
