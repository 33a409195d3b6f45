"""Pages over channels of their own: all of them arrive, in the order that counts, and our own reader says so too."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from snapmgr.containers.open import open_source
from snapmgr.errors import SnapmgrError, StreamError, UsageError
from snapmgr.inspect.index import index_stream
from snapmgr.machine.machine import Machine
from snapmgr.machine.options import MachineOptions
from snapmgr.migrate.destination import receive
from snapmgr.migrate.link import Link
from snapmgr.migrate.model import Parameters
from snapmgr.migrate.source import Outgoing
from snapmgr.ram.block import RAMBlock
from snapmgr.ram.multifd_load import ChannelLoader
from snapmgr.ram.multifd_send import Packets, packer
from snapmgr.ram.ramlist import RamList
from snapmgr.ram.words import RamFlag
from snapmgr.savevm.output import Output
from snapmgr.savevm.status import MigrationStatus
from tests.migrate.rig import Pair, undisturbed

CHANNELS = 2


class Wide(Pair):
    """A Pair with channels beside, whose bytes are kept; ``held`` is what RAM held when all was there."""

    def __init__(self, workload: str = "hotspot", capabilities: str = "multifd", channels: int = CHANNELS) -> None:
        super().__init__(workload, capabilities=capabilities)
        self.beside = [Link() for _ in range(channels)]
        self.held: dict[str, str] = {}
        self.taken = [bytearray() for _ in range(channels + 1)]
        for link, taken in zip((self.link, *self.beside), self.taken, strict=True):
            link.forward.tap = taken.extend

    def prepare(self, parameters: Parameters | None = None, **more: Any) -> Outgoing:
        return super().prepare(parameters, beside=[link.source for link in self.beside], **more)

    def _loaded(self) -> None:
        self.held = {block.idstr: digest(block) for block in self.destination.ram}

    def _receive(self) -> None:
        try:
            receive(
                self.destination,
                self.link.destination,
                handover=self.handover,
                loaded=self._loaded,
                beside=[link.destination for link in self.beside],
            )
        except Exception as error:
            self.arrived = error


def digest(block: RAMBlock) -> str:
    return sha256(block.memory[: block.used_length].tobytes()).hexdigest()


@pytest.mark.parametrize(("method", "bandwidth"), [("none", 20 << 20), ("zlib", 4 << 20), ("zstd", 1 << 20)])
def test_all_pages_arrive_and_our_reader_finds_them(tmp_path: Path, method: str, bandwidth: int) -> None:
    pair = Wide()
    limited = Parameters(max_bandwidth=bandwidth, downtime_limit=20, multifd_compression=method)
    statistics = pair.move(limited)
    assert statistics.status is MigrationStatus.COMPLETED and pair.arrived is None, (statistics.error, pair.arrived)
    pair.destination.run(5)
    assert pair.destination.digest() == undisturbed(pair, pair.at + 5)
    counters = pair.source.ram_entry.counters
    assert counters.normal and counters.duplicate and counters.target_pages << 12 > counters.total
    assert statistics.transferred == sum(map(len, pair.taken)) > counters.transferred > len(pair.taken[0])
    assert all(len(taken) > 64 for taken in pair.taken[1:])
    for number, taken in enumerate(pair.taken):
        (tmp_path / f"conn{number}.fwd.bin").write_bytes(taken)
    order = [[number, "f", len(taken)] for number, taken in enumerate(pair.taken)]
    (tmp_path / "order.json").write_text(json.dumps(order))
    index = index_stream(open_source(tmp_path))
    assert not index.problems
    assert {block.name: index.ram.sha256(block.name) for block in index.blocks} == pair.held


@pytest.mark.parametrize("number", range(CHANNELS + 1))
def test_any_channel_that_breaks_leaves_the_guest_where_it_was(number: int) -> None:
    pair = Wide("random")
    # whichever channel is free takes the next packet: only the synchronising ones are surely on each
    (pair.link, *pair.beside)[number].forward.break_at = 300 if number == 0 else 2_000
    statistics = pair.move(Parameters(max_bandwidth=0))
    assert statistics.status is MigrationStatus.FAILED and pair.running == ["source"]
    assert isinstance(pair.arrived, SnapmgrError)
    pair.source.advance(3)
    assert pair.source.digest() == undisturbed(pair, pair.source.tick)


def test_what_does_not_go_together() -> None:
    for capabilities, channels, text in (
        ("multifd", 0, "needs channels"),
        ("", 2, "is off"),
        ("multifd xbzrle", 2, "does not go together with xbzrle"),
    ):
        with pytest.raises(UsageError, match=text):
            Wide(capabilities=capabilities, channels=channels).prepare().run()
    with pytest.raises(UsageError, match="pages are not packed by lzo"):
        packer("lzo")


def block_of(pages: int) -> RamList:
    ram = RamList()
    ram.register(RAMBlock("b", pages << 12))
    return ram


def sent(packets: Packets, pages: list[int], contents: np.ndarray[Any, np.dtype[np.uint8]]) -> bytes:
    zero = ~contents.any(axis=1)
    made = packets.pages(0, "b", np.array(pages, np.int64), contents, zero)
    return packets.greeting(bytes(16)) + b"".join(bytes(part) for part in made)


def loaded(ram: RamList, data: bytes) -> None:
    view, loader = memoryview(data), ChannelLoader(ram, 12)

    def take(count: int) -> memoryview:
        nonlocal view
        taken, view = view[:count], view[count:]
        return taken

    loader.next_packet(take)
    loader.next_packet(take)
    assert not len(view)


@pytest.mark.parametrize("method", ["none", "zlib", "zstd"])
def test_a_packet(method: str) -> None:
    contents = np.random.default_rng(1).integers(0, 256, (5, 4096), np.uint8)
    contents[2:4] = 0
    data = sent(Packets(0, packer(method), 12), [3, 4, 5, 9, 20], contents)
    ram = block_of(32)
    [block] = ram
    block.write(5 << 12, b"before" * 600)
    loaded(ram, data)
    rows = block.by_page
    assert (rows[[3, 4, 5, 9, 20]] == contents).all() and not rows[[0, 2, 6, 8, 10, 19, 21]].any()


def test_packets_that_lie() -> None:
    contents = np.ones((1, 4096), np.uint8)
    for ram, method, change, code in (
        (block_of(4), "none", lambda data: data, "page-outside"),
        (RamList(), "none", lambda data: data, "multifd-block"),
        (block_of(32), "zlib", lambda data: data[:-20] + bytes(20), "multifd-packed"),
        (block_of(32), "zstd", lambda data: data[:-9] + bytes(9), "multifd-packed"),
        (block_of(32), "none", lambda data: data[:64] + b"\x11\x22\x33\x45" + data[68:], "multifd-magic"),
    ):
        with pytest.raises(StreamError) as refused:
            loaded(ram, change(sent(Packets(0, packer(method), 12), [7], contents)))
        assert refused.value.code == code


class Watching:
    """PageChannels that are asked whether the main stream said all that it has to say before more pages come."""

    announces = True

    def __init__(self) -> None:
        self.drained = bytearray()
        self.syncs = self.puts = 0

    def place(self, name: str, used: int, at: int, *, ignored: bool) -> None:
        pass

    def put(self, block: str, pages: Any, contents: Any, zero: Any) -> None:
        self.puts += 1
        assert self.drained.count(int(RamFlag.MULTIFD_FLUSH).to_bytes(8)) == self.syncs > 0

    def sync(self) -> None:
        self.syncs += 1

    def sent(self) -> int:
        return 0


def test_the_other_side_is_told_at_once_that_channels_go_on() -> None:
    """It takes nothing from them until then: pages that wait for that would wait for ever."""
    machine, channels = Machine(MachineOptions(ram=16 << 20)), Watching()
    out = Output(lambda buffers: channels.drained.extend(b"".join(buffers)))
    machine.advance(1)
    saver = machine.ram_entry.saver
    saver.channels = channels
    saver.setup(out)
    while not saver.iterate(out):
        pass
    for _ in range(2):
        machine.advance(1)
        saver.complete(out)
    assert channels.syncs > 3 and channels.puts > 6
