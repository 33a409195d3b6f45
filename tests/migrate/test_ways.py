"""What the capabilities of a machine ask for instead of a channel, as a recording shows it; what comes again."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from snapmgr.errors import UsageError
from snapmgr.machine.guest import BootOptions
from snapmgr.machine.machine import Machine
from snapmgr.machine.options import MachineOptions
from snapmgr.machine.runstate import RunState
from snapmgr.migrate.handover import Side
from snapmgr.migrate.model import Parameters, Statistics
from snapmgr.migrate.pages import AGAIN_FOR, PageLook, PageState
from snapmgr.migrate.recorder import Recorder
from snapmgr.migrate.recording import Recording, stream_name
from snapmgr.migrate.source import Outgoing
from snapmgr.migrate.ways import both_of
from snapmgr.savevm.output import Output
from snapmgr.savevm.status import MigrationStatus

RAM = 16 << 20


@pytest.mark.parametrize("names", ["mapped-ram", "x-ignore-shared", "mapped-ram x-ignore-shared"])
def test_the_guest_moves_and_its_pages_are_known(names: str) -> None:
    recording = Recording()
    recorder = Recorder(recording, time.monotonic)
    options = MachineOptions(ram=RAM, boot=BootOptions("random", 1, 4), capabilities=frozenset(names.split()))
    file = recording.streams / stream_name(0, forward=True)
    with both_of(options, [], file=file, rate=200.0, seen=recorder.seen) as both:
        both.source.advance(30)
        both.prepare(Parameters(max_bandwidth=0))
        recorder.begin(both)
        recorder.finish(both.move(0, 3))
        recorder.close()
    assert recording.outcome["status"] == MigrationStatus.COMPLETED.value and recording.outcome["agrees"]
    states = recording.pages[Side.DESTINATION].at(recording.end)
    assert not np.count_nonzero(states == PageState.MISSING), "also where it was over before anybody looked"
    stays = np.count_nonzero(states == PageState.STAYS)
    assert stays == (RAM // 4096 if "x-ignore-shared" in names else 0) and len(states) > RAM // 4096
    assert recording.samples.column("transferred")[-1] > 0
    if "mapped-ram" in names:
        assert file.stat().st_size > (0 if stays else RAM)


def test_a_cut_file_leaves_the_guest_where_it_is() -> None:
    options = MachineOptions(ram=RAM, capabilities=frozenset({"mapped-ram"}))

    def cut(outgoing: Outgoing, statistics: object) -> None:
        if both.link.forward.passed:
            both.link.cut()

    with both_of(options, [], rate=200.0) as both:
        both.link.forward.bandwidth = 64 << 20
        both.source.advance(10)
        both.prepare(Parameters(max_bandwidth=0), cut)
        moved = both.move(0, 3)
    assert moved.statistics.status is MigrationStatus.FAILED and both.owner is Side.SOURCE and moved.proof.agrees


def test_a_guest_that_stands_is_asked_when_it_runs_on() -> None:
    """Before it first ran, and between both machines; of several things the last."""
    options = MachineOptions(
        ram=RAM, boot=BootOptions("random", 1, 40), capabilities=frozenset({"pause-before-switchover"})
    )

    def show(outgoing: Outgoing, statistics: Statistics) -> None:
        if statistics.status is MigrationStatus.PRE_SWITCHOVER:
            asked.append(both.source.tick)
            both.choose_workload("random", 3)
            both.choose_workload("hotspot", 9)
            outgoing.migrate_continue()

    asked: list[int] = []
    with both_of(options, [], rate=400.0) as both:
        both.prepare(Parameters(max_bandwidth=0), show)
        with pytest.raises(KeyError):
            both.choose_workload("none of these", 1)
        both.choose_workload("sequential", 7)
        moved = both.move(0, 5, live=True)
        chosen = [(one.tick, one.side, one.workload, one.rate) for one in both.chosen]
    assert moved.statistics.status is MigrationStatus.COMPLETED and moved.proof.agrees
    assert chosen == [(0, Side.SOURCE, "sequential", 7), (asked[0], Side.DESTINATION, "hotspot", 9)]


@pytest.mark.parametrize("cancelled", [False, True])
def test_a_background_snapshot_leaves_the_guest_where_it_is(cancelled: bool) -> None:
    """The copy, from its moment on, becomes what the guest became; a tick that is asked something is no exception."""
    options = MachineOptions(
        ram=RAM, boot=BootOptions("random", 1, 40), capabilities=frozenset({"background-snapshot"})
    )

    def show(outgoing: Outgoing, statistics: Statistics) -> None:
        if statistics.status is MigrationStatus.ACTIVE and not asked.is_set():
            asked.set()
            both.choose_workload("sequential", 7)
            if cancelled:
                outgoing.cancel()

    asked = threading.Event()
    with both_of(options, [], rate=400.0) as both:
        both.link.forward.bandwidth = 128 << 20
        both.source.advance(60)
        both.prepare(Parameters(max_bandwidth=0), show)
        moved = both.move(0, 5)
        proof, state = moved.proof, both.destination.run_state
    assert proof.agrees and both.owner is Side.SOURCE and proof.source is not None
    if cancelled:
        assert moved.statistics.status is MigrationStatus.CANCELLED and proof.destination is None
    else:
        assert moved.statistics.status is MigrationStatus.COMPLETED and proof.destination == proof.source
        assert proof.switched is not None and proof.switched < proof.tick and state is not RunState.RUNNING


def test_a_background_snapshot_takes_no_copy_of_disks(tmp_path: Path) -> None:
    options = MachineOptions(ram=RAM, capabilities=frozenset({"background-snapshot"}))
    with pytest.raises(UsageError, match="leaves disks out"), both_of(options, [tmp_path / "disk"]):
        pass


def test_a_page_that_comes_again_is_seen_for_a_while() -> None:
    machine, now = Machine(MachineOptions(ram=RAM)), [0.0]
    saver, loader = machine.ram_entry.saver, machine.ram_entry.loader
    saver.setup(Output(lambda buffers: None))
    loader.setup()
    look = PageLook(saver, loader, clock=lambda: now[0])

    def seen() -> list[int]:
        assert look.look()
        return np.flatnonzero(look.destination == PageState.AGAIN).tolist()

    for pages in ([3, 5], [4, 5]):
        loader.note_repeats("demo.ram", np.array(pages))
        loader.received["demo.ram"][pages] = True
        first, now[0] = seen(), now[0] + 0.1
    assert first == [5] and look.destination[3] == PageState.ARRIVED
    for _ in range(3):
        now[0] += AGAIN_FOR / 2
        last = seen()
    assert not last and look.destination[5] == PageState.ARRIVED
    loader.note_repeats("demo.ram", np.array([3]))
    assert seen() == [3]
    assert look.look(over=True) and look.destination[3] == PageState.ARRIVED
