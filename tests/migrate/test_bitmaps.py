"""Dirty bitmaps of disks follow a guest that runs at the other side already; losing them is no failure there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from snapmgr.machine.machine import Machine
from snapmgr.machine.saving import load, save
from snapmgr.migrate.model import Parameters
from snapmgr.ram.dirty_bitmap import DirtyBitmaps
from snapmgr.savevm.output import Output
from snapmgr.savevm.status import MigrationStatus
from snapmgr.trace.events import TraceEvent
from tests.migrate.rig import Pair, undisturbed

ONLY = "dirty-bitmaps"
KEY = ("disk0", "bitmap0")
AS_POSTCOPY = Parameters(max_bandwidth=0, postcopy_after_passes=1)
LOST = (
    "postcopy_ram_listen_thread: loadvm failed during postcopy: -{}. All states are migrated except dirty bitmaps. "
    "Some dirty bitmaps may be lost, and present migrated dirty bitmaps are correctly migrated and valid."
)


class Ear:
    def __init__(self, machine: Machine) -> None:
        self.told: list[str] = []
        machine.trace.listen(self)

    def put(self, event: TraceEvent) -> None:
        self.told.append(str(event))


def goes_on(pair: Pair) -> None:
    """For so long that the guest surely writes to its disks: it does not in every tick."""
    assert pair.running == ["destination"]
    tick = pair.destination.tick
    pair.destination.run(30)
    assert pair.destination.digest() == undisturbed(pair, tick + 30)


@pytest.mark.parametrize("capabilities", [ONLY, f"{ONLY} postcopy-ram"])
def test_they_follow_the_guest(capabilities: str) -> None:
    pair = Pair(capabilities=capabilities)
    sent = bytearray()
    pair.link.forward.tap = sent.extend
    statistics = pair.move(AS_POSTCOPY)
    assert statistics.status is MigrationStatus.COMPLETED and pair.arrived is None, statistics.error
    assert [phase.name for phase in statistics.phases] == ["setup", "precopy", "switchover", "postcopy"]
    assert (b"\x08\0\3\0\0" in sent[:200]) is (capabilities == ONLY)
    before, after = (machine.dirty_bitmaps.bitmaps[KEY] for machine in (pair.source, pair.destination))
    assert before.count and not after.arriving and after.bits[before.bits].all()
    after.bits = np.zeros_like(after.bits)
    goes_on(pair)
    assert after.count, "what the guest writes here is noted here"


def test_without_postcopy_they_come_with_the_rest() -> None:
    pair = Pair(capabilities=ONLY)
    statistics = pair.move(Parameters(max_bandwidth=0))
    assert statistics.status is MigrationStatus.COMPLETED
    assert [phase.name for phase in statistics.phases] == ["setup", "precopy", "switchover"]
    before, after = (machine.dirty_bitmaps.bitmaps[KEY] for machine in (pair.source, pair.destination))
    assert before.count and after.bits[before.bits].all()
    goes_on(pair)


def losing(monkeypatch: pytest.MonkeyPatch, lose: Any) -> Pair:
    """``lose`` is called with the pair and the output, when the guest runs there and bits are due."""
    pair = Pair(capabilities=ONLY)
    real = DirtyBitmaps._put_chunk

    def put(bitmaps: DirtyBitmaps, output: Output) -> None:
        assert pair.received.wait(30)
        lose(pair, output)
        real(bitmaps, output)

    monkeypatch.setattr(DirtyBitmaps, "_put_chunk", put)
    return pair


@pytest.mark.parametrize(
    ("lose", "errno"),
    [(lambda pair, output: pair.link.cut(), 5), (lambda pair, output: output.put(b"\x80"), 22)],
    ids=["broken channel", "garbage"],
)
def test_losing_them_is_no_failure(monkeypatch: pytest.MonkeyPatch, lose: Any, errno: int) -> None:
    pair = losing(monkeypatch, lose)
    ear = Ear(pair.destination)
    statistics = pair.move(AS_POSTCOPY)
    assert pair.arriving is not None and pair.arriving.statistics.status is MigrationStatus.COMPLETED
    assert pair.destination.reports[-1].text == LOST.format(errno)
    assert not pair.destination.dirty_bitmaps.bitmaps
    names = ("postcopy_ram_listen_thread_exit", "loadvm_state_cleanup", "migrate_set_state")
    assert [line for line in ear.told if line.startswith(names)][-3:] == [
        "postcopy_ram_listen_thread_exit",
        "loadvm_state_cleanup",
        "migrate_set_state new_state=completed",
    ]
    assert statistics.status is MigrationStatus.FAILED and "some dirty bitmaps may have been lost" in statistics.error
    goes_on(pair)


def test_before_the_guest_runs_it_stays_at_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = Pair(capabilities=ONLY)
    monkeypatch.setattr(pair.destination, "activate_disks", lambda: None)
    pair.destination.dirty_bitmaps.nodes = frozenset()
    statistics = pair.move(AS_POSTCOPY)
    assert statistics.status is MigrationStatus.FAILED and pair.running == ["source"]
    assert pair.arrived is not None
    pair.source.advance(3)
    assert pair.source.digest() == undisturbed(pair, pair.source.tick)


def test_a_machine_loads_its_own_state() -> None:
    pair = Pair(capabilities=ONLY)
    machine = pair.source
    machine.advance(7)
    state: list[bytes] = []
    save(machine, lambda buffers: state.extend(map(bytes, buffers)))
    bits = machine.dirty_bitmaps.bitmaps[KEY].bits.copy()
    assert bits.any()
    machine.dirty_bitmaps.bitmaps[KEY].bits[:] = True
    load(machine, state)
    assert machine.tick == 7 and (machine.dirty_bitmaps.bitmaps[KEY].bits == bits).all()
    machine.advance(3)
    assert machine.digest() == undisturbed(pair, 10)
