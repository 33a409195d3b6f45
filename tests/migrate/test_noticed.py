"""Passes over RAM, the throttle and waits for pages are told once each, when they are seen; checkpoints of COLO are no
passes."""

from __future__ import annotations

from snapmgr.migrate.model import Statistics
from snapmgr.migrate.noticed import Noticed
from snapmgr.migrate.recording import PAGE_WAITS
from snapmgr.ram.counters import RamCounters
from snapmgr.ram.missing import MOST_WAITS, MissingPages
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


def test_a_wait_for_a_page_is_told_once() -> None:
    noticed, missing = Noticed(), MissingPages([], {}, lambda *_: None)

    def told(waits: list[int], waited: int) -> list[str]:
        """Of so many more nanoseconds each, and in all."""
        missing.waits.extend(waits)
        missing.waited += waited
        return [str(event) for event in noticed.look_at_waits(missing)]

    assert not list(noticed.look_at_waits(None)) and told([], 0) == []
    assert told([2_000_000, 61_500_000], 63_500_000) == [f"{PAGE_WAITS} count=2 longest=61500"]
    assert told([4_000_000, 5_000_000], 4_000_000) == [f"{PAGE_WAITS} count=2 longest=5000"]
    assert told([], 5_000_000) == [], "its time is added a moment later"
    assert told([1_000_000] * MOST_WAITS, 1) == [f"{PAGE_WAITS} count={MOST_WAITS - 4} longest=1000"]
    assert told([2_000_000], 2_000_000) == [f"{PAGE_WAITS} count=1 longest=2000"], "older ones are forgotten"
