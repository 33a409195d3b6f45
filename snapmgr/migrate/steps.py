"""What every stretch of an outgoing migration stands on: its parts, its clock, its rate limit, its statistics."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TypeVar

from snapmgr.errors import Cancelled, SnapmgrError
from snapmgr.machine.machine import Machine
from snapmgr.migrate.channel import Channel, ChannelBroken
from snapmgr.migrate.colo.primary import Primary
from snapmgr.migrate.converge import AutoConverge
from snapmgr.migrate.dirty_limit import DirtyLimit
from snapmgr.migrate.handover import Handover
from snapmgr.migrate.model import PERIOD, TURN, Parameters, Phase, Statistics
from snapmgr.migrate.returning import ReturnPath
from snapmgr.ram.rate import Meter
from snapmgr.savevm.commands import Commands
from snapmgr.savevm.output import Drain, Output
from snapmgr.savevm.saver import Saver
from snapmgr.savevm.status import MigrationStatus as Status
from snapmgr.trace.events import TraceEvent

T = TypeVar("T")

ENOUGH = 10_000
"""Bytes of a period from which a downtime may be expected: of fewer QEMU concludes nothing (migration.c).  What is
expected is the time for all that was dirty at the last sync; before 11.1 QEMU waited for a guest that wrote, too."""

Owner = Callable[[Callable[[], None]], None]
"""``owner(action)`` has something done by the thread that the machine belongs to, and waits for it."""


class Steps:
    """One migration to a channel.  ``statistics`` may be read by any thread at any time.

    ``throttle(percent)`` has the guest stand still for that part of the time; ``show`` is called once a period with the
    statistics, ``stopped`` by the owner's thread when the guest stands still for good on this side.  ``urgent`` opens a
    second channel, for the pages that the other side waits for (capability postcopy-preempt).  Pages go over the
    channels ``beside`` (capability multifd), which are closed at the end, as the main one is.
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
        urgent: Callable[[], Channel] | None = None,
        beside: Sequence[Channel] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.parameters = parameters or Parameters()
        self.statistics = Statistics()
        self.meter = Meter()
        self._machine, self._channel, self._owner = machine, channel, owner
        self._handover = handover or Handover()
        self._throttle, self._show, self._stopped, self._clock = throttle, show, stopped, clock
        self._open_urgent = urgent
        self._beside = list(beside)
        self._turn_ends = 0.0
        self._out = self._new_output()
        self._saver = Saver(machine, self._out)
        self._commands = Commands(machine, self._out)
        self._back: ReturnPath | None = None
        self._colo = self._primary() if "x-colo" in machine.options.capabilities else None
        limits = "dirty-limit" in machine.options.capabilities
        self._converge = DirtyLimit(self.parameters, clock) if limits else AutoConverge(self.parameters)
        self._cancelled, self._wanted = threading.Event(), threading.Event()
        self._news = threading.Condition()
        self._urgent: Channel | None = None
        self._recovery: Channel | None = None
        self._ran = self._stands = False
        """Whether the guest ran before it was stopped for good, and whether it was."""
        self._packaged = False
        """Whether the other side may have all that it needs to run."""
        self._continued = False
        """Whether a pause before the switchover was ended."""
        self._handed_over = False
        """Whether the other side is known to run the guest."""
        self._over = False
        self._stood_at = 0.0
        self._passes = 0
        self._looked_at = 0, 0
        """Pages sent, and pages written by the guest, at the last look at what is left."""
        self._pings = 0
        self._heard_of = -1
        """Up to where the other side is known to have taken everything in."""
        self._behind: int | None = None
        """Bytes of RAM that the guest left behind in a postcopy."""
        self._sent_before = 0
        """Bytes of the channels that broke."""
        self._sent_urgent = 0
        """Bytes of the second channel (postcopy-preempt)."""
        self._begin = self._period = 0.0
        self._period_offset = 0

    def _new_output(self, drain: Drain | None = None) -> Output:
        out = Output(drain)
        out.turn_over = lambda: self._clock() >= self._turn_ends
        return out

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

    @property
    def remaining(self) -> int:
        """Bytes of RAM that are known to be dirty."""
        return self._machine.ram_entry.counters.remaining

    @property
    def sent(self) -> int:
        """Bytes that were put until now, over all channels."""
        return self._sent_before + self._out.total + self._sent_urgent

    def query(self) -> dict[str, object]:
        """The answer of query-migrate."""
        counters, names = self._machine.ram_entry.counters, self._machine.options.capabilities
        rates = self.meter.rates
        answer = self.statistics.query(counters.stats() | {"multifd-bytes": self._out.beside} | rates.stats())
        if "ram" in answer and "xbzrle" in names:
            answer["xbzrle-cache"] = counters.xbzrle_stats() | rates.xbzrle_stats()
        if "ram" in answer and "compress" in names:
            answer["compression"] = counters.compression_stats() | rates.compression_stats()
        return answer

    def hand_on(self) -> None:
        """Send what was put and waits for more.  For whoever stands in the midst of the migration, as a listener at
        its trace does; a channel that is broken is found by what is put next."""
        with suppress(OSError, ChannelBroken):
            if self.statistics.status is Status.SETUP:  # what is put there waits for the end of it
                self._out.hand_to(self._channel.send)
            else:
                self._out.flush()

    # -- periods ---------------------------------------------------------------------------------------------------

    @property
    def _bandwidth(self) -> int:
        """Bytes a second that may be sent now, 0 = any."""
        return self.parameters.max_bandwidth

    def _new_period(self) -> None:
        """Bandwidth, threshold and rates of the period that ends (migration_update_counters)."""
        now, statistics, counters = self._clock(), self.statistics, self._machine.ram_entry.counters
        elapsed, sent = now - self._period, self._out.total - self._period_offset
        if elapsed >= PERIOD:
            statistics.bandwidth = sent / elapsed
            statistics.threshold = int(statistics.bandwidth * self.parameters.downtime_limit / 1000)
            if sent > ENOUGH:
                statistics.expected_downtime = counters.dirty_bytes_last_sync / statistics.bandwidth * 1000
        self.meter.look(counters, now, ends=elapsed >= PERIOD)
        self._period, self._period_offset = now, self._out.total
        self._out.limit = int(self._bandwidth * PERIOD)
        self._out.new_period()
        self._sum_up()
        self._show(statistics)

    def _sum_up(self) -> None:
        statistics, counters = self.statistics, self._machine.ram_entry.counters
        statistics.total_time = self._elapsed()
        statistics.transferred = self.sent
        statistics.postcopy_requests = counters.postcopy_requests
        statistics.precopy_bytes, statistics.postcopy_bytes = counters.precopy_bytes, counters.postcopy_bytes

    def _new_turn(self) -> None:
        """What is put one after the other now may go on for a while."""
        self._turn_ends = self._clock() + TURN

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


def said(error: Exception) -> str:
    """As QEMU says it, if it does."""
    qemu = error.qemu if isinstance(error, SnapmgrError) else None
    return qemu or str(error)
