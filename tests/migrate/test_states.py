"""Whatever is asked of a migration, and in whatever order: only QEMU's moves between its states, exactly one side that
has the guest, which runs on if it ran, and counters that never go back."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from snapmgr.errors import SnapmgrError
from snapmgr.machine.runstate import RunState
from snapmgr.migrate.handover import Side
from snapmgr.migrate.link import Link
from snapmgr.migrate.model import Parameters
from snapmgr.migrate.source import Outgoing
from snapmgr.savevm.handlers import EIO, HandlerFailed
from snapmgr.savevm.status import MigrationStatus as S
from snapmgr.trace.events import TraceEvent
from tests.migrate.moves import followers
from tests.migrate.rig import OnlyOne, Pair, undisturbed

LONG = "SNAPMGR_LONG" in os.environ
PATIENCE = 30
SLOW = 1 << 14
"""Bytes a second: a migration waits for what is asked of it next."""


class Moves:
    """The statuses of one migration, in their order."""

    def __init__(self) -> None:
        self.seen = [S.NONE]

    def put(self, event: TraceEvent) -> None:
        if event.name == "migrate_set_state":
            self.seen.append(S(str(event["new_state"])))


class Migrations(RuleBasedStateMachine):
    """Of a small guest, one after the other; a rule asks for something and waits until it has its effect."""

    pair: Pair
    outgoing: Outgoing | None = None
    work: list[Future[object]]
    last: tuple[float, ...] = ()

    @initialize(
        capabilities=st.sampled_from(["postcopy-ram", "postcopy-ram", ""]),
        runs=st.sampled_from([True, True, False]),
        follows=st.integers(0, 3),
    )
    def build(self, capabilities: str, runs: bool, follows: int) -> None:
        self.runs, self.capabilities, self.work = runs, capabilities, []
        self.threads = ThreadPoolExecutor(3)
        self.pair = Pair("random", capabilities=capabilities)
        self.pair.source.advance(2)
        if runs:
            self.pair.source.start()
        self.start("")
        for ask in (self.postcopy, self.pause, self.recover)[: follows if capabilities else 0]:
            ask()  # what is found by chance but seldom

    @property
    def status(self) -> S:
        return self.outgoing.statistics.status if self.outgoing is not None else S.NONE

    @property
    def is_over(self) -> bool:
        return not followers(self.status)

    @property
    def is_idle(self) -> bool:
        """Whether the guest is at the source, and may be migrated."""
        return self.status is S.NONE or (self.is_over and self.pair.handover.owner is Side.SOURCE)

    @property
    def is_under_way(self) -> bool:
        return self.outgoing is not None and not self.is_over

    def reach(self, *statuses: S) -> None:
        """Or the end."""
        assert self.outgoing is not None
        assert self.outgoing.wait_for(*statuses, timeout=PATIENCE)
        if self.is_over:
            self.settle()

    def settle(self) -> None:
        """Both sides are done: their threads end."""
        pair = self.pair
        assert pair.received.wait(PATIENCE)
        if pair.arriving is not None:
            if self.status is not S.COMPLETED:
                pair.arriving.cancel()
            assert pair.arriving.wait(PATIENCE)
        pair.there.finish()
        pair.driver.finish()
        for work in self.work:
            work.result(PATIENCE)
        self.work = []

    # -- rules -----------------------------------------------------------------------------------------------------

    @rule(trouble=st.sampled_from(["", "", "", "", "refused", "device"]))
    def start(self, trouble: str) -> None:
        """Where one is under way, or the guest is gone, it is refused and nothing changes."""
        if self.is_under_way:
            self.start_another()
        if not self.is_idle:
            return
        if self.work:
            self.settle()
        if self.outgoing is not None:
            self.pair = Pair("random", capabilities=self.capabilities, after=self.pair)
        pair, self.last = self.pair, ()
        if trouble == "refused":
            pair.destination.options.machine = "demo-9"

        def fail() -> None:
            raise HandlerFailed(EIO, "the disk says no")

        pair.source.__dict__.pop("inactivate_disks", None)
        if trouble == "device":
            pair.source.__dict__["inactivate_disks"] = fail
        self.moves, self.ears = (
            Moves(),
            (OnlyOne(pair.source, pair.destination), OnlyOne(pair.destination, pair.source)),
        )
        pair.source.trace.listen(self.moves)
        self.parameters = Parameters(max_bandwidth=SLOW, max_postcopy_bandwidth=SLOW, downtime_limit=0)
        self.outgoing = pair.prepare(self.parameters)
        self.work = [self.threads.submit(job) for job in (pair.driver.work, pair._receive, self.outgoing.run)]
        self.reach(*set(S) - {S.NONE, S.SETUP})

    def start_another(self) -> None:
        """Beside the one that is under way, over a link that is cut already: nobody is at its other end."""
        link, seen = Link(), len(self.moves.seen)
        link.cut()
        try:
            Outgoing(self.pair.source, link.source, self._between_ticks).run()
        except SnapmgrError:
            return
        assert self.is_over, "two at once"
        del self.moves.seen[seen:]  # the first came to its end just before, and these are the other one's

    def _between_ticks(self, action: Callable[[], None]) -> None:
        self.pair.driver.order(lambda _: action()).result(PATIENCE)

    @rule(limit=st.integers(0, 5), bandwidth=st.sampled_from([SLOW, 2 * SLOW]))
    def set_parameters(self, limit: int, bandwidth: int) -> None:
        if not self.is_under_way:
            return
        self.parameters.downtime_limit = limit
        self.parameters.max_bandwidth = self.parameters.max_postcopy_bandwidth = bandwidth

    def give_up(self) -> None:
        assert self.outgoing is not None
        self.outgoing.abandon()
        self.reach()

    @rule(sure=st.integers(0, 3))
    def abandon(self, sure: int) -> None:
        if self.outgoing is not None and not sure:
            self.give_up()

    @rule(sure=st.integers(0, 3))
    def cancel(self, sure: int) -> None:
        """Where the other side has the guest, it is refused."""
        if self.outgoing is None or sure:
            return
        if (status := self.status).is_postcopy:
            with pytest.raises(SnapmgrError, match="no way back"):
                self.outgoing.cancel()
            assert self.status is status
        else:
            self.outgoing.cancel()
            self.reach()

    @rule()
    def postcopy(self) -> None:
        if self.outgoing is None or self.status is not S.ACTIVE:
            return
        if not self.capabilities:
            with pytest.raises(SnapmgrError):
                self.outgoing.postcopy()
            return
        self.outgoing.postcopy()
        self.reach(S.POSTCOPY_ACTIVE, S.POSTCOPY_PAUSED)
        self.outgoing.wait_for_run()
        if not self.outgoing.runs_there:
            self.reach(S.POSTCOPY_PAUSED)

    @rule()
    def pause(self) -> None:
        if self.outgoing is None:
            return
        if self.status is S.POSTCOPY_ACTIVE:
            self.outgoing.pause()
            self.reach(S.POSTCOPY_PAUSED)
        else:
            with pytest.raises(SnapmgrError):
                self.outgoing.pause()

    @rule()
    def cut_the_link(self) -> None:
        if self.is_under_way:
            self.pair.link.cut()
            self.reach(S.POSTCOPY_PAUSED)

    @rule()
    def recover(self) -> None:
        if self.outgoing is None:
            return
        if self.status is S.POSTCOPY_PAUSED:
            self.pair.recover(self.outgoing)
            self.reach(S.POSTCOPY_ACTIVE)
        else:
            with pytest.raises(SnapmgrError):
                self.outgoing.recover(self.pair.link.source)

    @rule()
    def let_it_finish(self) -> None:
        if not self.is_under_way or self.status is S.POSTCOPY_PAUSED:
            return
        self.parameters.max_bandwidth = self.parameters.max_postcopy_bandwidth = 0
        self.parameters.downtime_limit = 60_000
        self.reach(S.POSTCOPY_PAUSED)

    # -- what holds ------------------------------------------------------------------------------------------------

    @invariant()
    def moves_are_legal(self) -> None:
        if self.outgoing is not None:
            for old, new in itertools.pairwise(list(self.moves.seen)):
                assert new in followers(old), f"{old} > {new} of {self.moves.seen}"

    @invariant()
    def nothing_counts_back(self) -> None:
        if self.outgoing is not None:
            now, counters = self.outgoing.statistics, self.pair.source.ram_entry.counters
            counted = (now.transferred, now.total_time, now.pauses, now.postcopy_requests, counters.dirty_sync_count)
            assert all(new >= old for new, old in zip(counted, self.last or counted, strict=True))
            self.last = counted

    @invariant()
    def exactly_one_side_has_the_guest(self) -> None:
        if self.outgoing is None:
            return
        pair = self.pair
        assert not any(ear.broken for ear in self.ears)
        if not self.is_over:
            return
        owner = pair.source if pair.handover.owner is Side.SOURCE else pair.destination
        other = pair.destination if owner is pair.source else pair.source
        assert (self.status in (S.FAILED, S.CANCELLED)) or owner is pair.destination
        assert other.run_state is not RunState.RUNNING
        if owner is pair.source or self.status is S.COMPLETED:
            assert owner.run_state is (RunState.RUNNING if self.runs else RunState.PRELAUNCH) or not self.runs
            assert all(disk.active for disk in owner.board.disks) or not self.runs

    def teardown(self) -> None:
        if not hasattr(self, "pair"):
            return
        if self.is_under_way and self.outgoing is not None:
            self.give_up()
        elif self.work:
            self.settle()  # on a busy computer it came to its end between two rules
        self.threads.shutdown()
        if self.outgoing is not None:
            whole = self.status is S.COMPLETED or self.pair.handover.owner is Side.SOURCE
            machine = self.pair.source if self.pair.handover.owner is Side.SOURCE else self.pair.destination
            if whole:
                machine.advance(1)
                assert machine.digest() == undisturbed(self.pair, machine.tick)


Migrations.TestCase.settings = settings(
    max_examples=500 if LONG else 12,
    stateful_step_count=30 if LONG else 14,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to make a failure smaller takes minutes here
)
TestMigrations = Migrations.TestCase
