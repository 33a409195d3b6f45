"""A guest that runs is moved: it goes on at the other side as if nothing had happened, and nowhere else."""

from __future__ import annotations

import pytest

from snapmgr.machine.runstate import RunState
from snapmgr.migrate.model import Parameters, Statistics
from snapmgr.migrate.source import PINGS
from snapmgr.savevm.status import MigrationStatus
from tests.migrate.rig import Pair, undisturbed

STEPS = 20


def goes_on(pair: Pair) -> None:
    """The destination is at the tick at which the source stopped, and does what an undisturbed machine does."""
    assert pair.running == ["destination"] and pair.source.run_state is RunState.POSTMIGRATE
    assert pair.destination.tick == pair.at
    pair.destination.run(STEPS)
    assert pair.destination.digest() == undisturbed(pair, pair.at + STEPS)


@pytest.mark.parametrize("workload", ["burst", "full"])
def test_guests_that_write_much(workload: str) -> None:
    pair = Pair(workload)
    wide = workload in ("full", "burst")
    statistics = pair.move(Parameters(max_bandwidth=100 << 20, downtime_limit=500 if wide else 200))
    assert statistics.status is MigrationStatus.COMPLETED and pair.arrived is None, statistics.error
    assert [phase.name for phase in statistics.phases] == ["setup", "precopy", "switchover"]
    goes_on(pair)


@pytest.mark.parametrize("capabilities", ["xbzrle compress"])
def test_every_encoding(capabilities: str) -> None:
    pair = Pair("hotspot", capabilities=capabilities)
    statistics = pair.move(Parameters(max_bandwidth=60 << 20, downtime_limit=200))
    assert statistics.status is MigrationStatus.COMPLETED, statistics.error
    goes_on(pair)


def test_what_was_paused_stays_paused() -> None:
    pair = Pair()
    pair.source.advance(7)
    digest = pair.source.digest()
    statistics = pair.move(run=False)
    assert statistics.status is MigrationStatus.COMPLETED and not pair.running
    assert pair.destination.run_state is RunState.PAUSED and pair.destination.digest() == digest


def test_statistics_have_the_shape_of_query_migrate() -> None:
    pair = Pair("random")
    outgoing = pair.prepare(Parameters(max_bandwidth=60 << 20))
    assert outgoing.query() == {"status": "none"}
    pair.move()
    answer = outgoing.query()
    assert answer["status"] == "completed"
    assert {"total-time", "setup-time", "downtime", "ram"} <= set(answer)
    ram = answer["ram"]
    assert isinstance(ram, dict) and ram["remaining"] == 0 and ram["transferred"] > 0 and ram["mbps"] > 0
    assert ram["normal-bytes"] == ram["normal"] * ram["page-size"] and not ram["dirty-pages-rate"]
    assert {"multifd-bytes", "dirty-sync-missed-zero-copy", "pages-per-second"} <= set(ram)


def test_the_guest_stands_still_only_when_the_other_side_has_what_was_sent() -> None:
    pair = Pair("idle")
    pair.link.forward.latency = 0.05
    heard = pair.source.trace.subscribe()
    assert pair.move().status is MigrationStatus.COMPLETED
    events = [(event.name, event.arguments[0][1] if event.arguments else None) for event in heard.drain()[0]]
    asked = events.index(("savevm_send_ping", PINGS + 1))
    told = events.index(("source_return_path_thread_pong", PINGS + 1))
    assert asked < told < events.index(("savevm_state_complete_precopy", None))
    goes_on(pair)


def test_what_can_still_be_sent_before_is_not_left_for_the_downtime() -> None:
    """Though all of it would be within the limit."""
    pair = Pair("idle")
    pair.source.advance(1)
    pair.source.ram.find("demo.ram").memory[8 << 20 : 11 << 20] = 7  # type: ignore[union-attr]
    statistics = pair.move(Parameters(max_bandwidth=10 << 20, downtime_limit=60_000))
    assert statistics.threshold > 16 << 20, "the limit allows it by now"
    assert pair.source.ram_entry.counters.downtime_bytes < 1 << 20 < 3 << 20 < statistics.transferred


def test_a_downtime_is_expected_for_all_that_was_dirty_at_the_last_sync() -> None:
    """So do QEMU 7.2, 10.0 and 11.1, however little of it is left."""
    pair = Pair("idle")
    pair.source.advance(1)
    pair.source.ram.find("demo.ram").memory[8 << 20 : 11 << 20] = 7  # type: ignore[union-attr]
    seen = list[tuple[float, float, int, int]]()

    def show(now: Statistics) -> None:
        counters = pair.source.ram_entry.counters
        seen.append((now.expected_downtime, now.bandwidth, counters.dirty_bytes_last_sync, counters.remaining))

    pair.prepare(Parameters(max_bandwidth=10 << 20, downtime_limit=10), show=show)
    pair.move()
    assert seen[0][0] == 10, "the limit, as long as nothing is known"
    late = [(ms * rate / 1000, synced) for ms, rate, synced, left in seen if rate and synced > left + (1 << 20)]
    assert late and all(expected == pytest.approx(synced) for expected, synced in late)
