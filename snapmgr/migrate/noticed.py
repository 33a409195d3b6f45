"""What happens in a migration without an event of the engine: it is told when it is seen, under QEMU's names."""

from __future__ import annotations

from collections.abc import Iterator

from snapmgr.migrate.model import Statistics
from snapmgr.migrate.recording import PAGE_WAITS
from snapmgr.ram.counters import RamCounters
from snapmgr.ram.missing import MOST_WAITS, MissingPages
from snapmgr.savevm.status import MigrationStatus
from snapmgr.trace.events import TraceEvent


class Noticed:
    """Compares counters with what they were when they were looked at before."""

    def __init__(self) -> None:
        self._passes = self._throttle = self._waited = self._seen = 0

    def look(self, counters: RamCounters, statistics: Statistics) -> Iterator[TraceEvent]:
        """``migration_bitmap_sync_end`` for a new pass over RAM, ``migration_throttle`` for another percentage."""
        passes, self._passes = self._passes, counters.dirty_sync_count
        if passes != self._passes and statistics.status is not MigrationStatus.COLO:  # no iteration there
            pages = counters.remaining // counters.page_size
            yield TraceEvent("migration_bitmap_sync_end", (("dirty_pages", pages),))
        percent, self._throttle = self._throttle, statistics.cpu_throttle_percentage
        if percent != self._throttle:
            yield TraceEvent("migration_throttle", (("percentage", self._throttle),))

    def look_at_waits(self, missing: MissingPages | None) -> Iterator[TraceEvent]:
        """PAGE_WAITS where the destination's guest has waited for pages."""
        if missing is None or missing.waited == self._waited:
            return
        self._waited = missing.waited
        waits = list(missing.waits)
        fresh = waits[self._seen :]
        if not fresh and len(waits) == MOST_WAITS:  # of very many only the newest are kept
            fresh = waits[-1:]
        self._seen = len(waits)
        if not fresh:  # it was told before its time was added
            return
        yield TraceEvent(PAGE_WAITS, (("count", len(fresh)), ("longest", max(fresh) // 1000)))
