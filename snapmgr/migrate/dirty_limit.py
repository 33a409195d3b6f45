"""A guest that writes faster than can be sent is held to so many bytes a second (migration/ram.c:
migration_dirty_limit_guest, softmmu/dirtylimit.c; capability dirty-limit, QEMU 8.1)."""

from __future__ import annotations

from collections.abc import Callable

from snapmgr.migrate.converge import AutoConverge
from snapmgr.migrate.model import Parameters
from snapmgr.ram.counters import RamCounters

MIB = 1 << 20


class DirtyLimit:
    """As AutoConverge: ``percentage`` of its time that the guest has to stand still.

    It begins when AutoConverge would; from then on the rate between two syncs says how much is needed.  ``clock`` in
    seconds; parameter vcpu-dirty-limit in MiB a second, for all CPUs together.
    """

    def __init__(self, parameters: Parameters, clock: Callable[[], float]) -> None:
        self.percentage = 0
        self.rate = 0.0
        """MiB a second between the last two syncs."""
        self._parameters, self._clock = parameters, clock
        self._trigger = AutoConverge(parameters)
        self._syncs = self._dirtied = 0
        self._at = clock()

    def look(self, counters: RamCounters) -> bool:
        """After a sync may have taken place; True where ``percentage`` became another one."""
        if counters.dirty_sync_count == self._syncs:
            return False
        self._trigger.look(counters)
        now, first = self._clock(), not self._syncs
        if now > self._at and not first:
            self.rate = (counters.dirtied - self._dirtied) * counters.page_size / (now - self._at) / MIB
        self._syncs, self._dirtied, self._at = counters.dirty_sync_count, counters.dirtied, now
        return bool(self._trigger.percentage) and not first and self._turn()

    def _turn(self) -> bool:
        """The share of its time in which the guest would write just so much."""
        was, limit = self.percentage, self._parameters.vcpu_dirty_limit
        unthrottled = self.rate / (1 - was / 100)
        wanted = 100 - int(100 * limit / unthrottled) if unthrottled > limit else 0
        self.percentage = min(wanted, self._parameters.max_cpu_throttle)
        return self.percentage != was
