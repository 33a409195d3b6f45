"""The side that sends (migration/migration.c: migration_thread): precopy, switchover, and taking the guest back.

``Outgoing.run`` is the body of a thread of its own.  The machine belongs to another thread, which ticks it and carries
out orders between two ticks: RAM is marked clean there, as a tick in the middle of a write would lose it; pages are
read beside the running guest, which marks what it writes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TypeVar

from snapmgr.errors import Cancelled, SnapmgrError, UsageError
from snapmgr.machine.machine import Machine
from snapmgr.machine.runstate import RunState
from snapmgr.migrate.channel import Channel, ChannelBroken
from snapmgr.migrate.colo.primary import Primary
from snapmgr.migrate.converge import AutoConverge
from snapmgr.migrate.handover import Handover, Side
from snapmgr.migrate.model import PERIOD, TURN, Parameters, Phase, Statistics
from snapmgr.migrate.returning import ReturnPath
from snapmgr.ram.rate import Rates, rates, sample
from snapmgr.savevm.commands import Commands
from snapmgr.savevm.output import Output
from snapmgr.savevm.save import check_idle
from snapmgr.savevm.saver import Saver, guest_unplug_pending
from snapmgr.savevm.status import MigrationStatus as Status
from snapmgr.trace.events import TraceEvent

T = TypeVar("T")

Owner = Callable[[Callable[[], None]], None]
"""``owner(action)`` has something done by the thread that the machine belongs to, and waits for it."""


class Outgoing:
    """One migration to a channel.  ``statistics`` may be read by any thread at any time.

    ``throttle(percent)`` has the guest stand still for that part of the time; ``show`` is called once a period with the
    statistics, ``stopped`` by the owner's thread when the guest stands still for good on this side.
    """

    def __init__(
        self,
        machine: Machine,
        channel: Channel,
        owner: Owner,
        *,
        parameters: Parameters | None = None,
        handover: Handover | None = None,
        throttle: Callable[[int], None] = lambda percent: None,
        show: Callable[[Statistics], None] = lambda statistics: None,
        stopped: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.parameters = parameters or Parameters()
        self.statistics = Statistics()
        self.rates = Rates()
        self._machine, self._channel, self._owner = machine, channel, owner
        self._handover = handover or Handover()
        self._throttle, self._show, self._stopped, self._clock = throttle, show, stopped, clock
        self._converge = AutoConverge(self.parameters)
        self._out = Output()
        self._turn_ends = 0.0
        self._out.turn_over = lambda: self._clock() >= self._turn_ends
        self._saver = Saver(machine, self._out)
        self._colo = self._primary() if "x-colo" in machine.options.capabilities else None
        self._back = ReturnPath(channel) if channel.returns and self._colo is None else None
        self._cancelled = threading.Event()
        self._ran = self._stands = False
        self._begin = self._period = 0.0
        self._period_offset = 0
        self._sample = sample(machine.ram_entry.counters, 0.0)

    # -- from any thread -------------------------------------------------------------------------------------------

    def cancel(self) -> None:
        """Give it up: the guest goes on here (migrate_cancel).  Too late once the other side has the guest.

        Of COLO nothing is given up: the other side is taken for lost.
        """
        if self._colo is not None and self.statistics.status is Status.COLO:
            self._colo.lost_heartbeat()
            return
        self._cancelled.set()
        self._channel.yank()

    def x_colo_lost_heartbeat(self) -> None:
        """The other side is lost: the guest goes on here.  Raises SnapmgrError where COLO is not on."""
        if self._colo is None or self.statistics.status is not Status.COLO:
            text = "Couldn't find the related COLO state"
            raise SnapmgrError("no-colo", "COLO is not on", qemu=text)
        self._colo.lost_heartbeat()

    @property
    def remaining(self) -> int:
        """Bytes of RAM that are known to be dirty."""
        return self._machine.ram_entry.counters.remaining

    def query(self) -> dict[str, object]:
        """The answer of query-migrate."""
        return self.statistics.query(self._machine.ram_entry.counters.stats() | self.rates.stats())

    # -- the thread ------------------------------------------------------------------------------------------------

    def run(self) -> Statistics:
        """The whole migration.  What goes wrong is told by ``statistics``: status and error.

        Raises before anything is sent only: Blocked, SaveError where another one is under way, UsageError for COLO over
        a channel without a way back.
        """
        if self._colo is not None and not self._channel.returns:
            raise UsageError("colo-one-way", "COLO needs a channel with a way back", hint="Use tcp: or unix:.")
        self._at_owner(self._check)
        self._begin = self._period = self._clock()
        try:
            self._migrate()
        except Exception as error:
            self._give_up(error)
            if not isinstance(error, SnapmgrError | OSError):
                raise
        finally:
            self._throttle(0)
            self.statistics.total_time = self._elapsed()
            self.statistics.transferred = self._out.offset
            self._channel.close()
            self._show(self.statistics)
        return self.statistics

    def _migrate(self) -> None:
        with self._phase("setup"):
            self._at_owner(self._set_up)
            self._out.hand_to(self._channel.send)
        self.statistics.setup_time = self._elapsed()
        if self._at_owner(self._unplugging):
            with self._phase("wait-unplug"):
                self._wait_for_unplug()
        self._set_status(Status.ACTIVE)
        with self._phase("precopy"):
            self._go_round()
        with self._phase("switchover"):
            begin = self._clock()
            self._at_owner(self._switch_over)
            if self._colo is not None:
                self._colo.wait_for_ready()
            else:
                self._wait_for_the_other_side()
            self.statistics.downtime = (self._clock() - begin) * 1000
        if self._colo is not None:
            self._replicate(self._colo)
        else:
            self._at_owner(self._complete)

    def _primary(self) -> Primary:
        return Primary(
            self._machine,
            self._channel,
            self._handover,
            self.parameters,
            at_owner=self._at_owner,
            show=lambda status: self._new_period(),
            clock=self._clock,
        )

    def _replicate(self, colo: Primary) -> None:
        """Until one of both sides is lost; the migration is completed then, wherever the guest is."""
        self.statistics.colo = colo.status
        with self._phase("colo"):
            colo.run(self._saver, self._out, lambda: self._set_status(Status.COLO))
        self._at_owner(self._saver.cleanup)
        self._set_status(Status.COMPLETED)

    def _check(self) -> None:
        self._machine.blockers.check(self._machine.registry)
        check_idle(self._machine, self._machine.migration)
        self._set_status(Status.SETUP)

    def _set_up(self) -> None:
        """Header, the way back, and what every live entry has to say first."""
        self._saver.header()
        if self._colo is not None:
            Commands(self._machine, self._out).colo_enable()
        if self._back is not None:
            commands = Commands(self._machine, self._out)
            commands.open_return_path()
            commands.ping(1)
            self._back.start()
        self._saver.setup()

    def _unplugging(self) -> bool:
        return guest_unplug_pending(self._machine.registry)

    def _wait_for_unplug(self) -> None:
        self._set_status(Status.WAIT_UNPLUG)
        while self._at_owner(self._unplugging):
            self._wait(PERIOD)

    def _go_round(self) -> None:
        """Send what is dirty until what is left can be sent within the downtime limit."""
        self._new_period()
        while True:
            threshold = self.statistics.threshold
            left = self._at_owner(partial(self._saver.pending, threshold)).total
            if not left or left < threshold:
                return
            if "auto-converge" in self._machine.options.capabilities:
                self._look_at_convergence()
            self._turn_ends = self._clock() + TURN
            self._saver.iterate()
            self._pace()

    def _look_at_convergence(self) -> None:
        if self._converge.look(self._machine.ram_entry.counters):
            self.statistics.cpu_throttle_percentage = self._converge.percentage
            self._throttle(self._converge.percentage)

    def _pace(self) -> None:
        """At the end of a period estimate anew; where its bytes are used up, wait for that."""
        self._refuse_cancelled()
        left = self._period + PERIOD - self._clock()
        if left > 0 and self._out.over_limit():
            self._wait(left)
            left = 0.0
        if left <= 0:
            self._new_period()

    def _new_period(self) -> None:
        """Bandwidth, threshold and rates of the period that ends (migration_update_counters)."""
        now, statistics, counters = self._clock(), self.statistics, self._machine.ram_entry.counters
        elapsed, sent = now - self._period, self._out.offset - self._period_offset
        if elapsed >= PERIOD:
            statistics.bandwidth = sent / elapsed
            statistics.threshold = int(statistics.bandwidth * self.parameters.downtime_limit / 1000)
            self.rates = rates(self._sample, sample(counters, now))
            if statistics.bandwidth:
                statistics.expected_downtime = counters.remaining / statistics.bandwidth * 1000
        self._period, self._period_offset = now, self._out.offset
        self._sample = sample(counters, now)
        self._out.limit = int(self.parameters.max_bandwidth * PERIOD)
        self._out.new_period()
        statistics.total_time, statistics.transferred = self._elapsed(), self._out.offset
        self._show(statistics)

    def _switch_over(self) -> None:
        """The guest stands still from here on; the rest of RAM, the devices, the disks (migration_completion)."""
        machine = self._machine
        self._refuse_cancelled()
        self._ran = machine.run_state is RunState.RUNNING
        machine.global_state.store(machine.run_state)
        machine.stop(RunState.FINISH_MIGRATE)
        machine.set_run_state(RunState.FINISH_MIGRATE)
        self._stands = True
        self._stopped()
        self._out.limit = 0
        self._saver.complete_precopy(inactivate_disks=self._colo is None)
        if self._colo is None:
            self._channel.end()

    def _wait_for_the_other_side(self) -> None:
        """Without a way back nobody can say what became of it: QEMU takes it for loaded, too."""
        if self._back is None:
            if not self._handover.take(Side.DESTINATION):
                raise ChannelBroken
            return
        self._back.wait_for_shut()

    def _complete(self) -> None:
        self._saver.cleanup()
        sending = self._elapsed() - self.statistics.setup_time
        self.rates = replace(self.rates, mbps=self._out.offset * 8 / sending / 1000 if sending else 0.0)
        self._set_status(Status.COMPLETED)
        self._machine.set_run_state(RunState.POSTMIGRATE)

    # -- when it fails ---------------------------------------------------------------------------------------------

    def _give_up(self, error: Exception) -> None:
        """The guest is taken back, unless the other side has it already."""
        self._channel.yank()
        if self._back is not None:
            self._back.join()
        self.statistics.error = "" if self._cancelled.is_set() else _said(error)
        if self._cancelled.is_set():
            self._set_status(Status.CANCELLING)
        self._at_owner(self._take_back)

    def _take_back(self) -> None:
        machine, gone = self._machine, False
        with suppress(SnapmgrError):
            self._saver.cleanup()
        if self._stands:
            gone = not self._handover.take(Side.SOURCE) or not self._got_disks()
        if gone:  # the message that it was loaded was lost, and nothing else
            self.statistics.error = ""
            self._set_status(Status.COMPLETED)
            machine.set_run_state(RunState.POSTMIGRATE)
            return
        self._set_status(Status.CANCELLED if self._cancelled.is_set() else Status.FAILED)
        if self._stands and self._ran:
            machine.start()
        elif self._stands:
            machine.set_run_state(RunState.PAUSED)

    def _got_disks(self) -> bool:
        try:
            self._machine.activate_disks()
        except SnapmgrError:
            return False
        return True

    # -- helpers ---------------------------------------------------------------------------------------------------

    def _at_owner(self, action: Callable[[], T]) -> T:
        """Its result.  Raises what it raises."""
        result: list[T] = []
        self._owner(lambda: result.append(action()))
        return result[0]

    def _set_status(self, status: Status) -> None:
        self._machine.migration.status = self.statistics.status = status
        self._machine.trace.emit(TraceEvent("migrate_set_state", (("new_state", status.value),)))
        self._show(self.statistics)

    def _refuse_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise Cancelled("the migration was cancelled")

    def _wait(self, seconds: float) -> None:
        self._cancelled.wait(seconds)
        self._refuse_cancelled()

    def _elapsed(self) -> float:
        return (self._clock() - self._begin) * 1000

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        phase = Phase(name, self._elapsed(), self._elapsed())
        self.statistics.phases.append(phase)
        try:
            yield
        finally:
            phase.end = self._elapsed()


def _said(error: Exception) -> str:
    qemu = error.qemu if isinstance(error, SnapmgrError) else None
    return qemu or str(error)
