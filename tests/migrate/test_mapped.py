"""mapped-ram: pages go to their places in a file and are found there, by the destination and by our reader."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from snapmgr.containers.open import open_source
from snapmgr.errors import SnapmgrError, UsageError
from snapmgr.inspect.index import StreamIndex, index_stream
from snapmgr.machine.machine import Machine
from snapmgr.machine.runstate import RunState
from snapmgr.migrate.channel import ChannelBroken
from snapmgr.migrate.destination import receive
from snapmgr.migrate.link import Link
from snapmgr.migrate.model import Parameters
from snapmgr.migrate.one_way import from_file, to_file
from snapmgr.ram.mapped_save import place_behind
from snapmgr.savevm.status import MigrationStatus
from tests.corpus import corpus_root, stream_case, unpack
from tests.migrate.rig import Pair, undisturbed


class Filed(Pair):
    """Its source writes a file; ``held`` is what RAM held when the destination had read it."""

    def __init__(self, path: Path, *, offset: int = 0, capabilities: str = "mapped-ram") -> None:
        super().__init__("hotspot", rate=8, capabilities=capabilities)
        self.path, self.offset = path, offset
        self.held: dict[str, str] = {}
        self.link = SimpleNamespace(source=to_file(path, offset))  # type: ignore[assignment]
        self.ordered, self.driver.order = self.driver.order, self._order  # type: ignore[method-assign, assignment]

    def _order(self, action: Callable[[Machine], Any]) -> Future[Any]:
        """A guest that has its turn before each order writes between two passes, however busy this computer is."""

        def behind_a_tick(machine: Machine) -> Any:
            if machine.run_state is RunState.RUNNING:
                machine.run(1)
            return action(machine)

        return self.ordered(behind_a_tick)

    def _receive(self) -> None:
        """The file is not there yet."""

    def _loaded(self) -> None:
        self.held = {
            block.idstr: sha256(block.memory[: block.used_length].tobytes()).hexdigest()
            for block in self.destination.ram
        }

    def take_in(self) -> None:
        channel = from_file(self.path, self.offset)
        try:
            receive(self.destination, channel, handover=self.handover, loaded=self._loaded)
        finally:
            channel.close()


def indexed(path: Path) -> StreamIndex:
    return index_stream(open_source(path))


SLOW = Parameters(max_bandwidth=4 << 20, downtime_limit=100)


@pytest.mark.parametrize("offset", [0, 5000])
def test_pages_that_are_sent_again_overwrite_themselves(tmp_path: Path, offset: int) -> None:
    path = tmp_path / "ram"
    path.write_bytes(b"in front".ljust(5000, b"."))
    pair = Filed(path, offset=offset)
    statistics = pair.move(SLOW)
    assert statistics.status is MigrationStatus.COMPLETED, statistics.error
    counters = pair.source.ram_entry.counters
    assert counters.target_pages << 12 > counters.total and counters.duplicate
    assert statistics.transferred < path.stat().st_size  # zero pages were left out
    pair.take_in()
    assert pair.running == ["destination"] and pair.destination.tick == pair.at
    pair.destination.run(5)
    assert pair.destination.digest() == undisturbed(pair, pair.at + 5)
    if not offset:
        index = indexed(path)
        assert not [one for one in index.problems if one.severity == "error"]
        assert {block.name: index.ram.sha256(block.name) for block in index.blocks} == pair.held
    else:
        assert path.read_bytes().startswith(b"in front....")


def test_a_file_that_ends_early_is_refused(tmp_path: Path) -> None:
    pair = Filed(tmp_path / "ram")
    assert pair.move(SLOW).status is MigrationStatus.COMPLETED
    whole = pair.path.read_bytes()
    pair.path.write_bytes(whole[: 3 << 20])
    with pytest.raises((ChannelBroken, SnapmgrError)):
        pair.take_in()
    assert pair.destination.run_state is RunState.PAUSED


def test_only_a_file_has_places(tmp_path: Path) -> None:
    for capabilities, channel, text in (
        ("mapped-ram", Link().source, "needs a file"),
        ("mapped-ram xbzrle", to_file(tmp_path / "x"), "does not go together with xbzrle"),
    ):
        pair = Filed(tmp_path / "ram", capabilities=capabilities)
        pair.link = SimpleNamespace(source=channel)  # type: ignore[assignment]
        with pytest.raises(UsageError, match=text):
            pair.prepare().run()


def test_blocks_lie_where_those_of_qemu_lie(tmp_path: Path) -> None:
    case: dict[str, Any] = stream_case("mapped-ram.v100")
    path = tmp_path / "qemu"
    path.write_bytes(unpack(corpus_root() / "streams" / case["files"]["stream"]["file"]))
    listed = indexed(path).listed
    assert len(listed) > 3
    for block in listed:
        assert block.mapped is not None
        place = place_behind(block.mapped.offset, block.used_length, 12)
        assert (place.bitmap, place.pages) == (block.mapped.bitmap, block.mapped.pages)
