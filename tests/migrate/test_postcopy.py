"""A guest that runs at the other side before its RAM is there: it waits for what it needs, and nothing else changes."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from snapmgr.containers.open import open_source
from snapmgr.errors import SnapmgrError
from snapmgr.inspect.index import index_stream
from snapmgr.inspect.report import inspect_document
from snapmgr.machine.guest import BootOptions
from snapmgr.machine.machine import Machine
from snapmgr.machine.memory import PAGE, WORK
from snapmgr.machine.options import MachineOptions
from snapmgr.machine.runstate import RunState
from snapmgr.migrate.both import Both, Moved
from snapmgr.migrate.handover import Side
from snapmgr.migrate.link import Link
from snapmgr.migrate.model import Parameters
from snapmgr.migrate.source import Outgoing
from snapmgr.migrate.trouble import GARBAGE, Fault, parse
from snapmgr.ram.bitmap import Where
from snapmgr.ram.missing import MissingPages
from snapmgr.ram.save import RamSaver
from snapmgr.savevm.commands import Commands
from snapmgr.savevm.handlers import EIO, HandlerFailed
from snapmgr.savevm.status import MigrationStatus
from snapmgr.trace.events import TraceEvent
from tests.migrate.rig import RAM, OnlyOne, Pair, undisturbed

STEPS = 10
POSTCOPY = "postcopy-ram"
PREEMPT = "postcopy-ram postcopy-preempt"
NOW = Parameters(max_bandwidth=0, postcopy_after_passes=0)
AFTER_ONE = Parameters(max_bandwidth=0, postcopy_after_passes=1)
SEEDS = 14
LISTEN = 5
"""Bytes of the command, and of RUN."""


def goes_on(pair: Pair) -> None:
    """Only the destination has the guest, and all of it."""
    assert pair.arriving is not None and pair.arriving.statistics.status is MigrationStatus.COMPLETED
    assert pair.arriving.statistics.missing == 0
    assert pair.running == ["destination"] and pair.source.run_state is RunState.POSTMIGRATE
    tick = pair.destination.tick
    assert tick >= pair.at
    pair.destination.run(STEPS)
    assert pair.destination.digest() == undisturbed(pair, tick + STEPS)


@pytest.mark.parametrize("capabilities", [POSTCOPY, PREEMPT])
@pytest.mark.parametrize("workload", ["idle", "sequential", "random", "hotspot", "burst", "full"])
def test_every_workload(workload: str, capabilities: str) -> None:
    pair = Pair(workload, capabilities=capabilities)
    pair.link.forward.bandwidth = 200 << 20
    statistics = pair.move(AFTER_ONE if workload == "hotspot" else NOW)
    assert statistics.status is MigrationStatus.COMPLETED and pair.arrived is None, statistics.error
    assert [phase.name for phase in statistics.phases] == ["setup", "precopy", "switchover", "postcopy"]
    goes_on(pair)


# -- nothing is read before it has come --------------------------------------------------------------------------------


def poison(monkeypatch: pytest.MonkeyPatch, *, heed_work: bool) -> None:
    """What is missing holds 0xA5; with ``heed_work`` off, nobody waits for the pages of the workload."""
    start = MissingPages.start

    def poisoned(missing: MissingPages) -> None:
        start(missing)
        for block in missing._blocks:
            block.by_page[np.flatnonzero(~missing.received[block.idstr])] = 0xA5
            if block.name == "demo.ram" and not heed_work:
                block.dirty.fetch = partial(unless_work, block.dirty.fetch)

    monkeypatch.setattr(MissingPages, "start", poisoned)


def unless_work(fetch: Callable[[Where], None], where: Where) -> None:
    if isinstance(where, slice) and where.start < WORK // PAGE:
        fetch(where)


@pytest.mark.parametrize("heed_work", [True, False])
def test_nothing_is_read_before_it_has_come(monkeypatch: pytest.MonkeyPatch, heed_work: bool) -> None:
    poison(monkeypatch, heed_work=heed_work)
    pair = Pair("sequential", rate=256, capabilities=POSTCOPY)
    pair.link.forward.bandwidth = 10 << 20
    assert pair.move(NOW).status is MigrationStatus.COMPLETED
    if heed_work:
        assert pair.arriving is not None and pair.arriving.statistics.blocktime > 0
        goes_on(pair)
    else:
        assert pair.destination.tick > pair.at
        assert pair.destination.digest() != undisturbed(pair, pair.destination.tick)


def test_a_listening_destination_needs_no_discard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where QEMU's waits for ever."""
    real = RamSaver.start_postcopy

    def nothing(saver: RamSaver) -> list[Any]:
        real(saver)
        return []

    monkeypatch.setattr(RamSaver, "start_postcopy", nothing)
    pair = Pair("random", capabilities=POSTCOPY)
    assert pair.move(NOW).status is MigrationStatus.COMPLETED
    goes_on(pair)


# -- order -------------------------------------------------------------------------------------------------------------


class Ear:
    """Every event of a machine, as it is told; ``heard`` may do something about one."""

    def __init__(self, machine: Machine, heard: Callable[[TraceEvent], object] = lambda event: None) -> None:
        self.events: list[TraceEvent] = []
        self._heard = heard
        machine.trace.listen(self)

    def put(self, event: TraceEvent) -> None:
        self.events.append(event)
        self._heard(event)

    def names(self, *wanted: str) -> list[str]:
        return [str(event) for event in self.events if event.name in wanted]


BH = "loadvm_postcopy_handle_run_bh"


def moved_to(refuses: bool = False, **more: Any) -> tuple[Pair, Ear]:
    pair = Pair("idle", capabilities=POSTCOPY)
    ear = Ear(pair.destination)
    if refuses:

        def refuse() -> None:
            raise HandlerFailed(EIO, "somebody has it", qemu="Failed to get lock")

        pair.destination.activate_disks = refuse  # type: ignore[method-assign]
    pair.receiving = more
    assert pair.move(NOW).status is MigrationStatus.COMPLETED
    return pair, ear


def test_the_order_at_run() -> None:
    pair, ear = moved_to()
    assert pair.running == ["destination"]
    told = ear.names(BH, "qemu_announce_self_iter", "runstate_set", "loadvm_postcopy_handle_run")
    told = [line.split(" id=")[0] for line in told[told.index("loadvm_postcopy_handle_run") :]]
    assert told[:8] == [
        "loadvm_postcopy_handle_run",
        f"{BH} str=enter",
        f"{BH} str=after cpu sync",
        "qemu_announce_self_iter",
        f"{BH} str=after announce",
        f"{BH} str=after invalidate cache",
        "runstate_set current_state=1 current_state_str=inmigrate new_state=9 new_state_str=running",
        f"{BH} str=return",
    ]
    assert [str(event["str"]) for event in ear.events if event.name == "loadvm_postcopy_handle_listen"] == [
        "enter", "after discard", "after uffd", "return",
    ]  # fmt: skip


def test_disks_that_cannot_be_taken_over_leave_it_paused() -> None:
    pair, _ = moved_to(refuses=True)
    assert pair.destination.run_state is RunState.PAUSED and not pair.running
    assert "Failed to get lock" in [report.text for report in pair.destination.reports]


def test_without_autostart_it_stays_paused() -> None:
    pair, ear = moved_to(autostart=False)
    assert pair.destination.run_state is RunState.PAUSED and not pair.running
    assert ear.names(BH)[-1] == f"{BH} str=return"


def test_the_order_at_resume() -> None:
    """A request that got lost is sent again, behind the word that the destination is ready, and names its block."""
    pair = Pair("random", capabilities=POSTCOPY)
    done = threading.Event()

    def heard(event: TraceEvent) -> None:
        if event.name == "migrate_send_rp_message" and event["msg_type"] == 3 and not done.is_set():
            done.set()
            pair.link.cut()

    ear = Ear(pair.destination, heard)
    assert pair.move(NOW, recover=pair.recover).status is MigrationStatus.COMPLETED
    goes_on(pair)
    wanted = ("loadvm_postcopy_handle_resume", "migrate_send_rp_message", "postcopy_page_req_sync", "migrate_set_state")
    told = ear.names(
        *wanted, "postcopy_pause_incoming", "postcopy_pause_incoming_continued", "loadvm_handle_recv_bitmap"
    )
    told = told[told.index("postcopy_pause_incoming") :]
    resumed = told.index("loadvm_postcopy_handle_resume")
    assert told[1:4] == [
        "migrate_set_state new_state=postcopy-paused",
        "migrate_set_state new_state=postcopy-recover",
        "postcopy_pause_incoming_continued",
    ]
    assert [line for line in told[:resumed] if "recv_bitmap" in line] == [
        f"loadvm_handle_recv_bitmap s={name}" for name in ("demo.ram", "demo.vram", "demo.rom")
    ]
    after = told[resumed + 1 :]
    assert after[:2] == ["migrate_set_state new_state=postcopy-active", "migrate_send_rp_message msg_type=6 len=4"]
    assert after[2].startswith("migrate_send_rp_message msg_type=3 ") and after[3].startswith("postcopy_page_req_sync")


def test_what_is_asked_for_while_it_recovers_is_remembered() -> None:
    """A request that comes before the source knows what is missing; the next one does not name its block again."""
    pair = Pair("random", capabilities=POSTCOPY)
    cut = threading.Event()

    def heard(event: TraceEvent) -> None:
        if event.name == "migrate_send_rp_message" and event["msg_type"] == 3 and not cut.is_set():
            cut.set()
            pair.link.cut()
        elif event.name == "postcopy_pause_incoming_continued":
            assert pair.arriving is not None
            pair.arriving._answers.ask(pair.destination.board.memory.ram, [(0, 1)])

    Ear(pair.destination, heard)
    statistics = pair.move(NOW, recover=pair.recover)
    assert statistics.status is MigrationStatus.COMPLETED and statistics.pauses == 1, statistics.error
    goes_on(pair)


# -- failures ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [8, 13, 16, 24, 31])
def test_what_fails_before_it_runs_falls_back(end: int) -> None:
    """The way back breaks before the fourth PONG is through: the guest goes on here, and only here."""
    pair = Pair("random", capabilities=POSTCOPY)
    pair.link.back.break_at = end
    statistics = pair.move(NOW)
    assert statistics.status is MigrationStatus.FAILED and statistics.error
    assert pair.running == ["source"] and pair.destination.run_state is RunState.PAUSED
    assert pair.handover.owner is Side.SOURCE and isinstance(pair.arrived, SnapmgrError)
    pair.source.run(STEPS)
    assert pair.source.digest() == undisturbed(pair, pair.source.tick)


def test_what_breaks_behind_that_does_not() -> None:
    pair = Pair("random", capabilities=POSTCOPY)
    pair.link.back.break_at = 32
    statistics = pair.move(NOW)
    assert statistics.status is MigrationStatus.FAILED and statistics.pauses == 1
    assert pair.handover.owner is Side.DESTINATION and pair.source.run_state is RunState.POSTMIGRATE


@pytest.mark.parametrize("capabilities", [POSTCOPY, PREEMPT])
def test_garbage_right_behind_the_package_pauses_it(monkeypatch: pytest.MonkeyPatch, capabilities: str) -> None:
    """The guest has been told to run, and nothing else came yet."""
    packaged = Commands.packaged

    def spoilt(commands: Commands, package: bytes) -> None:
        packaged(commands, package)
        commands._out.put(GARBAGE)

    monkeypatch.setattr(Commands, "packaged", spoilt)
    pair = Pair("random", capabilities=capabilities)
    ear = Ear(pair.destination)
    statistics = pair.move(NOW, recover=pair.recover)
    assert statistics.status is MigrationStatus.COMPLETED and statistics.pauses == 1, statistics.error
    told = ear.names("loadvm_postcopy_handle_run", "qemu_loadvm_state_section", "postcopy_pause_incoming")
    behind = told[told.index("loadvm_postcopy_handle_run") + 1 :]
    assert behind[:2] == [f"qemu_loadvm_state_section section_type={GARBAGE[0]}", "postcopy_pause_incoming"]
    goes_on(pair)


@pytest.mark.parametrize("where", ["behind LISTEN", "before RUN"])
def test_garbage_before_it_runs_does_not_pause_it(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """The destination listens already: the guest goes on here, and only here."""
    package = Outgoing._package

    def spoilt(outgoing: Outgoing) -> bytes:
        whole = package(outgoing)
        at = LISTEN if where == "behind LISTEN" else len(whole) - LISTEN
        return whole[:at] + GARBAGE + whole[at:]

    monkeypatch.setattr(Outgoing, "_package", spoilt)
    pair = Pair("random", capabilities=POSTCOPY)
    ear = Ear(pair.destination)
    statistics = pair.move(NOW)
    assert statistics.status is MigrationStatus.FAILED and not statistics.pauses
    told = ear.names("loadvm_postcopy_handle_listen", "loadvm_postcopy_handle_run", "postcopy_pause_incoming")
    assert told[-1] == "loadvm_postcopy_handle_listen str=return"
    assert pair.running == ["source"] and pair.handover.owner is Side.SOURCE
    assert pair.destination.run_state is RunState.PAUSED and isinstance(pair.arrived, SnapmgrError)
    pair.source.run(STEPS)
    assert pair.source.digest() == undisturbed(pair, pair.source.tick)


def test_a_pause_that_somebody_asks_for() -> None:
    pair = Pair("idle", capabilities=POSTCOPY)
    pair.link.forward.bandwidth = 2 << 20

    def pause(outgoing: Outgoing) -> None:
        outgoing.wait_for_run()
        outgoing.pause()

    with pytest.raises(SnapmgrError, match="no paused postcopy"):
        pair.prepare(NOW).recover(Link().source)
    statistics = pair.move(during=pause, recover=pair.recover)
    assert statistics.status is MigrationStatus.COMPLETED and statistics.pauses == 1
    assert [phase.name for phase in statistics.phases][-3:] == ["paused", "recover", "postcopy"]
    goes_on(pair)


def schedule(pick: random.Random) -> list[Fault]:
    """Some troubles, and a recovery from each of them."""
    kinds = ["cut", "cut-back", "garbage", "delay=20"]
    faults = []
    for _ in range(pick.randrange(1, 4)):
        where = f"{pick.randrange(100)}%" if pick.random() < 0.7 else str(pick.randrange(6 << 20))
        kind = pick.choice(kinds)
        if kind == "cut-back" and where[-1] != "%":
            where = str(pick.randrange(400))
        faults.append(parse(f"{kind}@{where},recover"))
    return faults


def after_faults(seed: int) -> tuple[Moved, Both]:
    pick = random.Random(seed)
    capabilities = frozenset(pick.choice([POSTCOPY, PREEMPT]).split())
    boot = BootOptions(pick.choice(["random", "hotspot", "sequential"]), seed)
    with Both(MachineOptions(ram=RAM, boot=boot, capabilities=capabilities), []) as both:
        ears = OnlyOne(both.source, both.destination), OnlyOne(both.destination, both.source)
        both.prepare(Parameters(max_bandwidth=0, postcopy_after_passes=pick.choice([0, 0, 1])), faults=schedule(pick))
        moved = both.move(10, 5, recoveries=9)
        assert not any(ear.broken for ear in ears)
        return moved, both


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_happens_one_side_has_all_of_the_guest(seed: int) -> None:
    moved, both = after_faults(seed)
    assert moved.proof.agrees, moved
    if moved.statistics.status is MigrationStatus.COMPLETED:
        assert both.owner is Side.DESTINATION and moved.proof.destination is not None
    else:
        assert moved.statistics.status is MigrationStatus.FAILED and both.owner is Side.SOURCE
        assert moved.proof.source is not None and not moved.statistics.pauses


# -- the wire ----------------------------------------------------------------------------------------------------------


def test_the_inspector_finds_nothing_wrong_with_our_stream(tmp_path: Path) -> None:
    pair = Pair("hotspot", capabilities=POSTCOPY)
    with (tmp_path / "conn0.fwd.bin").open("wb") as forward, (tmp_path / "conn0.rev.bin").open("wb") as back:
        pair.link.forward.tap, pair.link.back.tap = forward.write, back.write
        assert pair.move(AFTER_ONE).status is MigrationStatus.COMPLETED
    index = index_stream(open_source(tmp_path))
    assert [problem.message for problem in index.problems if problem.severity != "note"] == []
    names = [command["name"] for command in inspect_document(index)["commands"]]
    assert names[:3] == ["OPEN_RETURN_PATH", "PING", "POSTCOPY_ADVISE"] and "POSTCOPY_RAM_DISCARD" in names
    assert names[-6:] == ["PING", "PACKAGED", "POSTCOPY_LISTEN", "PING", "POSTCOPY_RUN", "PING"]


def test_a_guest_waits_for_pages_by_the_clock_of_its_migration() -> None:
    now = 5.0
    options = MachineOptions(ram=RAM, capabilities=frozenset({POSTCOPY}))
    with Both(options, [], clock=lambda: now) as both:
        missing = both.destination.ram_entry.loader.listen(lambda *_: None)
        before = missing._clock()
        now = 7.5
        assert missing._clock() - before == 2_500_000_000, "a migration that is held has nobody wait"
