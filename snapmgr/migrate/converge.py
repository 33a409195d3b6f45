"""When a guest that writes faster than RAM can be sent is slowed down (migration/ram.c: migration_trigger_throttle)."""

from __future__ import annotations

from dataclasses import dataclass

from snapmgr.migrate.model import Parameters
from snapmgr.ram.counters import RamCounters

TIMES = 2
"""Syncs in a row at which too much was dirty before the throttle is turned further."""


@dataclass(slots=True)
class AutoConverge:
    """``percentage`` of the guest's time that it has to stand still, 0 = not throttled."""

    parameters: Parameters
    percentage: int = 0
    _syncs: int = 0
    _transferred: int = 0
    _dirtied: int = 0
    _high: int = 0

    def look(self, counters: RamCounters) -> bool:
        """After a sync may have taken place; True where ``percentage`` became another one."""
        if counters.dirty_sync_count == self._syncs:
            return False
        sent = counters.transferred - self._transferred
        dirtied = (counters.dirtied - self._dirtied) * counters.page_size
        first = not self._syncs
        self._syncs, self._transferred = counters.dirty_sync_count, counters.transferred
        self._dirtied = counters.dirtied
        if first or dirtied <= sent * self.parameters.throttle_trigger_threshold // 100:
            return False
        self._high += 1
        if self._high < TIMES:
            return False
        self._high = 0
        return self._turn()

    def _turn(self) -> bool:
        parameters, was = self.parameters, self.percentage
        wanted = was + parameters.cpu_throttle_increment if was else parameters.cpu_throttle_initial
        self.percentage = min(wanted, parameters.max_cpu_throttle)
        return self.percentage != was
