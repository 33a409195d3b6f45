"""What happens in a migration without an event of the engine: it is told when it is seen, under QEMU's names."""

from __future__ import annotations

from collections.abc import Iterator

from snapmgr.migrate.model import Statistics
from snapmgr.ram.counters import RamCounters
from snapmgr.savevm.status import MigrationStatus
from snapmgr.trace.events import TraceEvent


class Noticed:
    """Compares the source's counters with what they were when they were looked at before."""

    def __init__(self) -> None:
        self._passes = self._throttle = 0

    def look(self, counters: RamCounters, statistics: Statistics) -> Iterator[TraceEvent]:
        """``migration_bitmap_sync_end`` for a new pass over RAM, ``migration_throttle`` for another percentage."""
        passes, self._passes = self._passes, counters.dirty_sync_count
        if passes != self._passes and statistics.status is not MigrationStatus.COLO:  # no iteration there
            pages = counters.remaining // counters.page_size
            yield TraceEvent("migration_bitmap_sync_end", (("dirty_pages", pages),))
        percent, self._throttle = self._throttle, statistics.cpu_throttle_percentage
        if percent != self._throttle:
            yield TraceEvent("migration_throttle", (("percentage", self._throttle),))
