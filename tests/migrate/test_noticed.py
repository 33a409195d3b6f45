"""Passes over RAM and the throttle are told once each, when they are seen; checkpoints of COLO are no passes."""

from __future__ import annotations

from snapmgr.migrate.model import Statistics
from snapmgr.migrate.noticed import Noticed
from snapmgr.ram.counters import RamCounters
from snapmgr.savevm.status import MigrationStatus


def test_what_is_noticed_is_told_once() -> None:
    noticed, counters, statistics = Noticed(), RamCounters(remaining=5 << 12), Statistics(MigrationStatus.ACTIVE)

    def told() -> list[str]:
        return [str(event) for event in noticed.look(counters, statistics)]

    assert told() == []
    counters.dirty_sync_count, statistics.cpu_throttle_percentage = 2, 20
    assert told() == ["migration_bitmap_sync_end dirty_pages=5", "migration_throttle percentage=20"]
    assert told() == []
    counters.dirty_sync_count, statistics.status = 3, MigrationStatus.COLO
    assert told() == []
    counters.dirty_sync_count, statistics.status = 4, MigrationStatus.ACTIVE
    assert told() == ["migration_bitmap_sync_end dirty_pages=5"]
