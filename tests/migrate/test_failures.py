"""Whatever fails and whenever: one side has the guest, it goes on there if it ran, and nothing of it is lost."""

from __future__ import annotations

import random
import threading
from typing import Any

import pytest

from snapmgr.errors import SnapmgrError
from snapmgr.machine.machine import Machine
from snapmgr.machine.options import MachineOptions
from snapmgr.machine.runstate import RunState
from snapmgr.migrate.destination import receive
from snapmgr.migrate.handover import Side
from snapmgr.migrate.link import Link
from snapmgr.migrate.model import Parameters, Statistics
from snapmgr.migrate.source import Outgoing
from snapmgr.savevm.blockers import Blocked
from snapmgr.savevm.handlers import EIO, HandlerFailed
from snapmgr.savevm.status import MigrationStatus
from tests.migrate.rig import Pair, undisturbed

LIMITED = Parameters(max_bandwidth=100 << 20, downtime_limit=200)


def survives(pair: Pair, statistics: Statistics) -> Side:
    """Exactly one side runs, and goes on as an undisturbed machine; says which."""
    assert len(pair.running) == 1, (pair.running, statistics)
    [name] = pair.running
    side = Side.SOURCE if name == "source" else Side.DESTINATION
    machine: Machine = getattr(pair, name)
    assert (statistics.status is MigrationStatus.COMPLETED) == (side is Side.DESTINATION), statistics
    assert not statistics.status.is_running
    machine.advance(5)
    assert machine.digest() == undisturbed(pair, machine.tick)
    return side


def size_of_a_move() -> tuple[int, int]:
    """Bytes in each direction."""
    pair = Pair("hotspot")
    assert pair.move(LIMITED).status is MigrationStatus.COMPLETED
    return pair.link.forward.passed, pair.link.back.passed


SIZES = size_of_a_move()


@pytest.mark.parametrize("seed", range(12))
def test_a_link_that_breaks(seed: int) -> None:
    pick = random.Random(seed)
    pair = Pair("hotspot")
    where, size = pick.choice([(pair.link.forward, SIZES[0]), (pair.link.back, SIZES[1])])
    where.break_at = pick.choice([pick.randrange(size), size - pick.randrange(1, 9), pick.randrange(16)])
    statistics = pair.move(LIMITED)
    if survives(pair, statistics) is Side.SOURCE:
        assert statistics.status is MigrationStatus.FAILED and statistics.error
        assert pair.destination.run_state is RunState.PAUSED and isinstance(pair.arrived, SnapmgrError)


def test_the_word_that_it_was_loaded_is_lost() -> None:
    """The destination has the guest by then: the source does not go on, too."""
    pair = Pair("hotspot")
    pair.link.back.break_at = SIZES[1] - 1
    assert survives(pair, pair.move(LIMITED)) is Side.DESTINATION


def test_it_is_cancelled_while_pages_are_sent() -> None:
    pair, reached = Pair("full"), threading.Event()
    slow = Parameters(max_bandwidth=4 << 20, downtime_limit=1)

    def show(statistics: Statistics) -> None:
        if statistics.status is MigrationStatus.ACTIVE and statistics.transferred > 1 << 20:
            reached.set()

    def cancel(outgoing: Any) -> None:
        assert reached.wait(30)
        told.append(outgoing.query())
        outgoing.cancel()

    outgoing, told = pair.prepare(slow, show=show), []
    statistics = pair.move(during=cancel)
    assert set(told[0]) - {"cpu-throttle-percentage"} == {
        "status", "total-time", "setup-time", "expected-downtime", "remaining", "ram",
    }  # fmt: skip
    assert statistics.status is MigrationStatus.CANCELLED and not statistics.error
    assert outgoing.query() == {"status": "cancelled"}, "as QEMU's: what was counted is no more told"
    assert survives(pair, statistics) is Side.SOURCE
    assert pair.throttles[-1] == 0


@pytest.mark.parametrize(("came", "said"), [(b"", "before it sent anything"), (b"QE", "behind 2 of the 4 bytes")])
def test_a_source_that_ends_before_it_has_begun(came: bytes, said: str) -> None:
    """As one that is cancelled at once: nobody sent the zeros that QEMU reads there."""
    link = Link()
    link.source.send([came])
    link.source.end()
    with Machine(MachineOptions(ram=16 << 20)) as machine, pytest.raises(SnapmgrError, match=said) as failed:
        receive(machine, link.destination)
    assert (failed.value.code, failed.value.qemu) == ("nothing-sent", "Not a migration stream")
    assert machine.incoming.status is MigrationStatus.FAILED


def test_a_destination_that_refuses() -> None:
    pair = Pair("hotspot", machine="demo-1.1")
    pair.destination.options.machine = "demo-9"
    statistics = pair.move(LIMITED)
    assert survives(pair, statistics) is Side.SOURCE
    assert statistics.status is MigrationStatus.FAILED
    assert isinstance(pair.arrived, SnapmgrError) and "Machine type received is" in (pair.arrived.qemu or "")


def test_disks_that_are_not_given_away(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = Pair("hotspot")

    def refuse() -> None:
        raise HandlerFailed(EIO, "the disk says no")

    monkeypatch.setattr(pair.source, "inactivate_disks", refuse)
    statistics = pair.move(LIMITED)
    assert statistics.status is MigrationStatus.FAILED and "bdrv_inactivate_all() failed (-5)" in statistics.error
    assert survives(pair, statistics) is Side.SOURCE


def test_disks_that_cannot_be_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = Pair("hotspot")

    def refuse() -> None:
        raise HandlerFailed(EIO, "somebody has it")

    monkeypatch.setattr(pair.destination, "activate_disks", refuse)
    statistics = pair.move(LIMITED)
    assert survives(pair, statistics) is Side.SOURCE
    assert statistics.error == "Sibling indicated error 1"


def test_a_blocked_machine_is_refused_first() -> None:
    pair = Pair()
    pair.source.blockers.add("busy", status=pair.source.migration.status, saving=False, only_migratable=False)
    with pytest.raises(Blocked, match="busy"):
        Outgoing(pair.source, pair.link.source, lambda action: action()).run()
    assert pair.source.migration.status is MigrationStatus.NONE and not pair.link.forward.passed


def test_a_second_try_succeeds() -> None:
    pair = Pair("hotspot")
    pair.link.forward.break_at = 1000
    assert survives(pair, pair.move(LIMITED)) is Side.SOURCE
    again = Pair("hotspot", after=pair)
    assert again.move(LIMITED).status is MigrationStatus.COMPLETED and again.running == ["destination"]
