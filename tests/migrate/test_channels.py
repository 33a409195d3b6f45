"""Channels: what is sent arrives, however it is cut; a yank wakes whoever waits; addresses as QEMU writes them."""

from __future__ import annotations

import os
import random
import stat
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from snapmgr.cli.demo_channels import Incoming
from snapmgr.errors import SnapmgrError, UsageError
from snapmgr.migrate import sockets as made_of_sockets
from snapmgr.migrate.channel import Channel, ChannelBroken
from snapmgr.migrate.link import CAPACITY, Link
from snapmgr.migrate.sockets import Listener, connect
from snapmgr.migrate.uri import address_of, open_incoming, open_outgoing


@contextmanager
def a_link(folder: Path) -> Iterator[tuple[Channel, Channel]]:
    link = Link()
    yield link.source, link.destination


@contextmanager
def sockets(folder: Path) -> Iterator[tuple[Channel, Channel]]:
    listener = open_incoming(f"unix:{folder}/s")
    assert isinstance(listener, Listener)
    assert stat.S_IMODE((folder / "s").stat().st_mode) == 0o600
    with ThreadPoolExecutor(1) as threads:
        coming = threads.submit(listener.accept)
        ours = open_outgoing(f"unix:{folder}/s")
        theirs = coming.result()
    yield ours, theirs
    ours.close()
    theirs.close()


KINDS = [a_link, sockets]


def all_of(channel: Channel) -> bytes:
    parts = []
    while len(piece := channel.receive()):
        parts.append(bytes(piece))
    return b"".join(parts)


@pytest.mark.parametrize("pair", KINDS)
def test_both_ways(pair: Callable[[Path], object], tmp_path: Path) -> None:
    data = random.Random(1).randbytes(3 * CAPACITY)
    with pair(tmp_path) as (one, other), ThreadPoolExecutor(2) as threads:  # type: ignore[attr-defined]
        there, back = threads.submit(all_of, other), threads.submit(all_of, one)
        one.send([data[:5], b"", data[5 : 1 << 20], data[1 << 20 :]])
        one.end()
        other.send([b"pong"])
        other.end()
        assert there.result() == data and back.result() == b"pong"


@pytest.mark.parametrize("pair", KINDS)
def test_a_yank_wakes_whoever_waits(pair: Callable[[Path], object], tmp_path: Path) -> None:
    with pair(tmp_path) as (one, other), ThreadPoolExecutor(2) as threads:  # type: ignore[attr-defined]
        waiting, full = threads.submit(other.receive), threads.submit(send_for_ever, other)
        one.yank()
        for future in (waiting, full):
            with suppress(ChannelBroken):
                assert not len(future.result())


@pytest.mark.parametrize("bandwidth, first", [(0, 1 << 20), (1 << 20, 64 << 10), (100 << 20, 512 << 10)])
def test_a_wide_link_passes_larger_pieces_at_once(bandwidth: int, first: int) -> None:
    """Each piece is work for both ends: 1600 of them a second would be most of what a migration does."""
    now = 0.0
    link = Link(lambda: now)
    link.forward.bandwidth = bandwidth
    link.source.send([bytes(1 << 20)] if not bandwidth else [bytes(min(1 << 20, 2 * first))])
    now = 1.0
    assert len(link.destination.receive()) == first


def send_for_ever(channel: Channel) -> bytes:
    for _ in range(1000):
        channel.send([bytes(1 << 20)])
    raise AssertionError("nobody takes that much")


def test_a_link_is_as_slow_as_it_is_told() -> None:
    now = 0.0
    link = Link(clock=lambda: now)
    link.forward.bandwidth, link.forward.latency = 1 << 20, 0.5
    link.source.send([bytes(512 << 10)])
    got: list[bytes] = []

    def receive() -> None:
        got.append(bytes(link.destination.receive()))

    now = 0.5 + (64 << 10) / (1 << 20)
    receive()
    assert len(got[0]) == 64 << 10
    waiting = threading.Thread(target=receive)
    waiting.start()
    now = 1.5
    waiting.join()
    assert len(got) == 2


def test_jitter_delays_and_keeps_the_order() -> None:
    now = 0.0
    link = Link(clock=lambda: now)
    seen = bytearray()
    link.forward.jitter, link.forward.tap = 1.0, seen.extend
    link.source.send([bytes([number]) for number in range(8)])
    now = 1.0
    assert b"".join(bytes(link.destination.receive()) for _ in range(8)) == bytes(range(8)) == seen


def test_what_is_under_way_is_lost_when_it_is_cut() -> None:
    link = Link()
    link.source.send([b"lost"])
    link.cut()
    with pytest.raises(ChannelBroken):
        link.destination.receive()
    with pytest.raises(ChannelBroken):
        link.source.send([b"x"])


@pytest.mark.parametrize("after", [0, 1, 5])
def test_it_breaks_after_so_many_bytes(after: int) -> None:
    link = Link()
    link.forward.break_at = after
    with pytest.raises(ChannelBroken):
        link.source.send([b"12345", b"6"])
    assert link.forward.passed == after


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("tcp:127.0.0.1:4444", ("127.0.0.1", 4444)),
        ("tcp::0", ("127.0.0.1", 0)),
        ("tcp:[::1]:80", ("::1", 80)),
        ("unix:/tmp/a:b", Path("/tmp/a:b")),
        ("file:x", None),
        ("exec:cat", None),
    ],
)
def test_addresses(uri: str, address: object) -> None:
    assert address_of(uri) == address


@pytest.mark.parametrize(
    "uri", ["", "tcp:", "tcp:host", "tcp:host:99999", "unix:", "file:", "fd:x", "rdma:h:1", "exec:"]
)
def test_what_is_no_address(uri: str) -> None:
    for open_it in (open_outgoing, open_incoming):
        with pytest.raises(UsageError) as refused:
            open_it(uri)
        assert refused.value.qemu == f"unknown migration protocol: {uri}"


def test_who_says_nothing_holds_up_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second channel of a postcopy comes before the first one speaks; what came before that is not it."""
    monkeypatch.setattr(made_of_sockets, "BACKLOG", 32)
    monkeypatch.setattr(made_of_sockets, "MOST_SILENT", 4)
    path = tmp_path / "s"
    with ThreadPoolExecutor(1) as threads, closing(Listener(path)) as listener:
        silent = [connect(path, 5.0) for _ in range(5)]  # some are too many
        gone, main, second = (connect(path, 5.0) for _ in range(3))
        gone.close()
        found = threads.submit(listener.accept_speaking)
        main.send([b"first"])
        assert bytes(found.result(10).receive()) == b"first"
        listener.accept(last=False).send([b"back"])
        assert bytes(second.receive()) == b"back"
        again = threads.submit(listener.accept_speaking)
        silent[-1].send([b"at last"])
        assert bytes(again.result(10).receive()) == b"at last"
        never = threads.submit(listener.accept_speaking)
        listener.close()
        with pytest.raises(ChannelBroken):
            never.result(10)
    for end in (main, second, *silent):
        end.close()


def test_nobody_there(tmp_path: Path) -> None:
    for address in (tmp_path / "s", ("127.0.0.1", 1)):
        with pytest.raises(SnapmgrError) as refused:
            connect(address, 2.0)
        assert refused.value.code == "cannot-connect"
    with pytest.raises(UsageError, match="cannot be listened at"):
        Listener(tmp_path / "no" / "folder")


def test_a_descriptor_and_a_file(tmp_path: Path) -> None:
    ours, theirs = os.pipe()
    out, into = open_outgoing(f"fd:{theirs}"), open_incoming(f"fd:{ours}")
    assert not isinstance(into, Listener) and not out.returns
    out.send([b"a", b"bc"])
    out.end()
    assert all_of(into) == b"abc"
    into.close()
    path = tmp_path / "state"
    path.write_bytes(b"in front and more")
    file = open_outgoing(f"file:{path},offset=8")
    file.send([b"12"])
    file.end()
    assert path.read_bytes() == b"in front12nd more"
    back = open_incoming(f"file:{path},offset=0x8")
    assert not isinstance(back, Listener) and all_of(back) == b"12nd more"
    back.close()
    with pytest.raises(SnapmgrError):
        open_incoming(f"file:{tmp_path}/none")


@contextmanager
def incoming(folder: Path) -> Iterator[tuple[Incoming, Callable[[], Channel]]]:
    """Of a destination that others may come to again, and how they come."""
    opened = open_incoming(f"unix:{folder}/s")
    channels = Incoming(opened, again=True)
    yield channels, lambda: open_outgoing(f"unix:{folder}/s")
    channels.close()


def test_a_second_channel_is_not_waited_for_once_the_first_is_gone(tmp_path: Path) -> None:
    with incoming(tmp_path) as (channels, come), ThreadPoolExecutor(1) as threads:
        first = come()
        first.send([b"what was sent before does not hide it"])
        channels.main()
        waiting = threads.submit(channels.urgent)
        first.close()
        with pytest.raises(ChannelBroken, match="the first connection broke before the second one came"):
            waiting.result(30)


def test_a_recovery_whose_first_channel_breaks_waits_for_another(tmp_path: Path) -> None:
    with incoming(tmp_path) as (channels, come), ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(channels.again, two=True)
        come().close()
        one, other = come(), come()
        one.send([b"one"])
        other.send([b"other"])
        first, second = waiting.result(30)
        assert second is not None and (bytes(first.receive()), bytes(second.receive())) == (b"one", b"other")
        waiting = threads.submit(channels.again, two=True)
        come()
        channels.close()
        with pytest.raises(ChannelBroken):
            waiting.result(30)
