"""What is known of a migration whose other side is in another process, for the view on a terminal."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from snapmgr.machine.memory import PAGE
from snapmgr.migrate.handover import Side
from snapmgr.migrate.noticed import Noticed
from snapmgr.migrate.pages import PageLook
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
    """The source's side of a Recorder: its events, its pages and what it measures; nothing is kept for later."""

    both_sides = False

    def __init__(self, machine: Machine) -> None:
        self.samples = Samples()
        self.pages: PageLook | None = PageLook(machine.ram_entry.saver, machine.ram_entry.loader)
        self._machine = machine
        self._outgoing: Outgoing | None = None
        self._start, self._kept_at = time.monotonic(), -EVERY
        self._lock = threading.Lock()
        self._moments: list[Moment] = []
        self._count = 0
        self._noticed = Noticed()
        machine.trace.listen(self)

    def follow(self, outgoing: Outgoing) -> None:
        """This is what moves it."""
        self._outgoing = outgoing

    @property
    def now(self) -> float:
        return time.monotonic() - self._start

    def put(self, event: TraceEvent) -> None:
        """As ``trace.bus.Listener``."""
        if self.pages is not None and event.name == "migrate_set_state":
            self.pages.begin()  # it may be over before anybody looks
        with self._lock:
            self._moments.append(Moment(self._count, self.now, Side.SOURCE, event))
            self._count += 1
            del self._moments[:-KEPT]

    def new_moments(self, after: int) -> list[Moment]:
        """Those from number ``after`` on that are kept; the others are forgotten."""
        with self._lock:
            self._moments = [moment for moment in self._moments if moment.number >= after]
            return list(self._moments)

    def look(self) -> None:
        """Bring all of it up to date."""
        outgoing = self._outgoing
        if outgoing is None or self.pages is None:
            return
        statistics, counters = outgoing.statistics, self._machine.ram_entry.counters
        for event in self._noticed.look(counters, statistics):
            self.put(event)
        self.pages.look(over=statistics.status in ENDS)
        now = self.now
        if now - self._kept_at < EVERY:
            return
        self._kept_at = now
        known = {
            "time": now,
            "transferred": outgoing.sent,
            "remaining": counters.remaining,
            "written": self._machine.board.memory.peek("dirtied") * PAGE,
            "bandwidth": statistics.bandwidth,
            "expected_downtime": statistics.expected_downtime,
        }
        self.samples.add(**{name: float(known.get(name, 0.0)) for name in COLUMNS})
