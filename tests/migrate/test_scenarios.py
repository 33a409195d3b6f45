"""Every scenario does what its text says, and does not once its one fact is put back: seen in the engine's numbers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import pytest

from snapmgr.machine.options import MIB
from snapmgr.migrate.both import Moved, unseen
from snapmgr.migrate.colo.both import Replicated
from snapmgr.migrate.colo.status import Mode
from snapmgr.migrate.model import Statistics
from snapmgr.migrate.scenarios import BY_ID, SCENARIOS
from snapmgr.migrate.source import Outgoing
from snapmgr.migrate.wanted import Wanted
from snapmgr.savevm.status import MigrationStatus as Status

MOST_PASSES = 8
"""Iterations after which a migration is taken to go on for ever; a guest that is slowed down step by step has more."""

FILLED = 0.7
"""Share of what the link carries that an iteration must have sent to count: of one that waited for a busy computer
nothing can be concluded."""

CHECKPOINTS = 4
"""After which the source is lost here, where that is asked for."""


@dataclass
class Played:
    """``ever`` is whether it came to an end by itself, ``failover`` the tick at which a secondary took over."""

    moved: Moved
    ever: bool
    failover: int | None = None


def play(wanted: Wanted) -> Played:
    """In less time, on small machines; a link that breaks is mended once.  What is the same is played once."""
    capabilities = wanted.capabilities
    after = wanted.postcopy_after_passes if "postcopy-ram" in capabilities else None
    throttles = "auto-converge" in capabilities
    plain = {} if throttles else {"throttle_initial": 1, "throttle_increment": 1}
    lost = CHECKPOINTS if wanted.lost_after else 0
    quick = replace(
        wanted.faster(2), ram=16 * MIB, before=100, after=5, postcopy_after_passes=after, lost_after=lost, **plain
    )
    quick = replace(quick, checkpoint_delay=quick.checkpoint_delay // 5)
    return _played(quick, 3 * MOST_PASSES if throttles else MOST_PASSES)


@dataclass
class Passes:
    """Counts the iterations that the link, and nothing else, was too narrow for; ``bandwidth`` is its own."""

    bandwidth: float
    clock: Callable[[], float] = time.monotonic
    count: int = 0
    _number: int = 0
    _begun: tuple[float, int] = 0.0, 0

    def look(self, number: int, sent: int) -> int:
        """Their count, while iteration ``number`` lasts and so many bytes have been sent in all."""
        if number != self._number:
            now, (begun, before) = self.clock(), self._begun
            self.count += self._number > 0 and sent - before >= FILLED * self.bandwidth * (now - begun)
            self._number, self._begun = number, (now, sent)
        return self.count


@cache
def _played(wanted: Wanted, most: int) -> Played:
    stopped, counted = False, Passes(wanted.bandwidth)
    with wanted.both(time.monotonic, unseen) as both:
        for link in both.links:
            wanted.set_link(link)

        def show(outgoing: Outgoing, statistics: Statistics) -> None:
            nonlocal stopped
            passes = counted.look(both.source.ram_entry.counters.dirty_sync_count, outgoing.sent)
            goes_on = passes > most and statistics.status is Status.ACTIVE
            made = statistics.colo.checkpoints if statistics.colo is not None else 0
            if (goes_on or made > 2 * CHECKPOINTS) and not stopped:
                stopped = True
                outgoing.cancel()

        both.prepare(wanted.parameters(), show, wanted.faults())
        moved = both.move(wanted.before, wanted.after, recoveries=1)
    assert moved.proof.agrees
    return Played(moved, not stopped, both.failover if isinstance(both, Replicated) else None)


def converges(played: Played) -> bool:
    statistics = played.moved.statistics
    return statistics.status is Status.COMPLETED and not statistics.cpu_throttle_percentage


def never_converges(played: Played) -> bool:
    return not played.ever and played.moved.statistics.status is Status.CANCELLED


def is_throttled(played: Played) -> bool:
    statistics = played.moved.statistics
    return statistics.status is Status.COMPLETED and statistics.cpu_throttle_percentage > 0


def goes_over_under_load(played: Played) -> bool:
    arrival = played.moved.arrival
    return played.moved.statistics.status is Status.COMPLETED and arrival is not None and arrival.requests > 0


def breaks_and_recovers(played: Played) -> bool:
    return goes_over_under_load(played) and played.moved.statistics.pauses == 1


def fails_over(played: Played) -> bool:
    """By itself, after the checkpoints that were asked for; the guest is what it would be (``play`` looks), there."""
    colo, proof = played.moved.statistics.colo, played.moved.proof
    if colo is None or played.failover is None or not played.ever:
        return False
    gone_on = proof.destination is not None and proof.source is None
    return (
        gone_on
        and colo.checkpoints >= CHECKPOINTS
        and colo.last_mode is Mode.PRIMARY
        and played.failover >= colo.tick > 0
    )


CLAIMS = {
    "converges": converges,
    "never-converges": never_converges,
    "auto-converge": is_throttled,
    "postcopy": goes_over_under_load,
    "postcopy-breaks": breaks_and_recovers,
    "colo": fails_over,
}


@pytest.mark.parametrize("id", [scenario.id for scenario in SCENARIOS])
def test_a_scenario_does_what_it_says(id: str) -> None:
    assert CLAIMS[id](play(BY_ID[id].wanted()))


@pytest.mark.parametrize("id", [scenario.id for scenario in SCENARIOS])
def test_it_does_not_without_the_one_fact_that_makes_it_true(id: str) -> None:
    assert not CLAIMS[id](play(BY_ID[id].put_back()))


def test_an_iteration_that_waited_for_a_busy_computer_does_not_count() -> None:
    now = 0.0
    passes = Passes(1000.0, lambda: now)
    found = []
    for number, seconds, sent in ((1, 0.0, 0), (2, 1.0, 900), (3, 3.0, 1800), (3, 3.5, 2300), (4, 4.0, 2800)):
        now = seconds
        found.append(passes.look(number, sent))
    assert found == [0, 1, 1, 1, 2]
