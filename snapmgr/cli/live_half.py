"""What is known of a migration whose other side is in another process, for the view on a terminal."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from snapmgr.machine.memory import PAGE
from snapmgr.machine.runstate import RunState
from snapmgr.migrate.handover import Side
from snapmgr.migrate.noticed import Noticed
from snapmgr.migrate.pages import ArrivalLook, PageLook, PageState
from snapmgr.migrate.recorder import ENDS, EVERY
from snapmgr.migrate.recording import Moment
from snapmgr.migrate.samples import COLUMNS, Samples
from snapmgr.trace.events import TraceEvent

if TYPE_CHECKING:
    from snapmgr.machine.machine import Machine
    from snapmgr.migrate.source import Outgoing

KEPT = 10_000
"""Events that are kept until somebody asks for them."""


class HalfRecorder:
    """One side of a Recorder: its events, its pages and what it measures; nothing is kept for later."""

    sides: tuple[Side, ...]

    def __init__(self, machine: Machine, pages: ArrivalLook) -> None:
        self.samples = Samples()
        self.pages: ArrivalLook | None = pages
        self._pages, self._machine = pages, machine
        self._start, self._kept_at = time.monotonic(), -EVERY
        self._lock = threading.Lock()
        self._moments: list[Moment] = []
        self._count, self._ended = 0, False
        machine.trace.listen(self)

    @property
    def now(self) -> float:
        return time.monotonic() - self._start

    def put(self, event: TraceEvent) -> None:
        """As ``trace.bus.Listener``."""
        self._pages.remember()  # it may be over before anybody looks
        if event.name == "migrate_set_state":
            self._pages.begin()
        with self._lock:
            self._moments.append(Moment(self._count, self.now, self.sides[0], event))
            self._count += 1
            del self._moments[:-KEPT]

    def new_moments(self, after: int) -> list[Moment]:
        """Those from number ``after`` on that are kept; the others are forgotten."""
        with self._lock:
            self._moments = [moment for moment in self._moments if moment.number >= after]
            return list(self._moments)

    def look(self) -> None:
        """Bring all of it up to date."""
        if not self._look():
            return
        now, ends = self.now, self._over()
        if now - self._kept_at < EVERY and ends is self._ended:
            return
        self._ended = ends
        self._kept_at = now
        known = {"time": now, "written": self._written(), **self._measured()}
        self.samples.add(**{name: float(known.get(name, 0.0)) for name in COLUMNS})

    def _written(self) -> int:
        """Bytes of pages that the guest wrote."""
        return self._machine.board.memory.peek("dirtied") * PAGE

    def _over(self) -> bool:
        """Whether nothing moves any more."""
        raise NotImplementedError

    def _look(self) -> bool:
        """Bring the pages up to date; False where nothing moves yet."""
        raise NotImplementedError

    def _measured(self) -> dict[str, float]:
        """Of COLUMNS, what this side knows."""
        raise NotImplementedError


class SendingHalf(HalfRecorder):
    """The source's."""

    sides = (Side.SOURCE,)

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine, PageLook(machine.ram_entry.saver, machine.ram_entry.loader))
        self._outgoing: Outgoing | None = None
        self._noticed = Noticed()

    def follow(self, outgoing: Outgoing) -> None:
        """This is what moves it."""
        self._outgoing = outgoing

    def _look(self) -> bool:
        if self._outgoing is None:
            return False
        statistics = self._outgoing.statistics
        for event in self._noticed.look(self._machine.ram_entry.counters, statistics):
            self.put(event)
        self._pages.look(over=self._over())
        return True

    def _over(self) -> bool:
        return self._outgoing is not None and self._outgoing.statistics.status in ENDS

    def _measured(self) -> dict[str, float]:
        assert self._outgoing is not None
        statistics = self._outgoing.statistics
        return {
            "transferred": self._outgoing.sent,
            "remaining": self._machine.ram_entry.counters.remaining,
            "bandwidth": statistics.bandwidth,
            "expected_downtime": statistics.expected_downtime,
        }


class ReceivingHalf(HalfRecorder):
    """The destination's; ``received`` says how many bytes have come."""

    sides = (Side.DESTINATION,)

    def __init__(self, machine: Machine, received: Callable[[], int]) -> None:
        super().__init__(machine, ArrivalLook(machine.ram_entry.loader, 1 << machine.options.page_bits))
        self._received_bytes = received
        self._before: int | None = None
        self._wrote = 0

    def _look(self) -> bool:
        self._pages.look(over=self._over())
        return True

    def _over(self) -> bool:
        return self._machine.incoming.status in ENDS

    def _written(self) -> int:
        """Since it runs here: what it counts comes with its RAM."""
        if self._machine.run_state is RunState.RUNNING:
            now = super()._written()
            self._before = now if self._before is None else self._before
            self._wrote = max(self._wrote, now - self._before)
        return self._wrote

    def _measured(self) -> dict[str, float]:
        missing = self._machine.ram_entry.loader.missing
        waits = missing.waits if missing is not None else ()
        return {
            "transferred": self._received_bytes(),
            "remaining": int((self._pages.destination == PageState.MISSING).sum()) * self._pages.layout.page_size,
            "waited": waits[-1] / 1e6 if waits else 0.0,
        }
