"""Rates out of counters and times that a test can do in its head."""

from __future__ import annotations

from snapmgr.ram.counters import RamCounters
from snapmgr.ram.rate import Meter, Rates, rates, sample


def test_rates_are_per_second_and_per_page() -> None:
    counters = RamCounters()
    before = sample(counters, 10.0)
    counters.transferred, counters.target_pages, counters.dirtied = 5_000_000, 1000, 300
    counters.xbzrle.cache_miss, counters.xbzrle.pages, counters.xbzrle.bytes = 250, 100, 4096
    counters.compression.pages, counters.compression.compressed_size = 10, 20480
    found = rates(before, sample(counters, 12.0))
    assert found == Rates(
        dirty_pages_rate=150,
        pages_per_second=500,
        mbps=20.0,
        cache_miss_rate=0.25,
        encoding_rate=100.0,
        compression_rate=2.0,
    )
    assert found.xbzrle_stats() == {"cache-miss-rate": 0.25, "encoding-rate": 100.0}
    assert found.compression_stats() == {"busy-rate": 0.0, "compression-rate": 2.0}
    assert found.stats() == {"dirty-pages-rate": 150, "mbps": 20.0, "pages-per-second": 500}


def test_what_the_guest_writes_is_measured_from_one_sync_to_another() -> None:
    """And stays what it is between them."""
    counters, meter = RamCounters(dirty_sync_count=1), Meter()
    meter.look(counters, 10.0, ends=False)
    told = []
    for now, syncs, dirtied in ((10.5, 2, 100), (11.0, 2, 100), (12.0, 3, 300), (12.1, 3, 300), (13.0, 4, 900)):
        counters.dirty_sync_count, counters.dirtied, counters.target_pages = syncs, dirtied, counters.target_pages + 10
        meter.look(counters, now, ends=True)
        told.append((meter.rates.dirty_pages_rate, meter.rates.pages_per_second))
    assert told == [(0, 20), (100, 20), (200, 10), (200, 100), (600, 11)], "a sync too soon counts with the next one"
    meter.end(8.0)
    assert meter.rates.stats() == {"dirty-pages-rate": 0, "mbps": 8.0, "pages-per-second": 11}


def test_without_time_or_pages_there_is_no_rate() -> None:
    counters = RamCounters()
    assert rates(sample(counters, 1.0), sample(counters, 1.0)) == Rates()
    assert rates(sample(counters, 1.0), sample(counters, 2.0)) == Rates()


def test_counters_go_by_qapis_names() -> None:
    counters = RamCounters(total=8192, remaining=4096, transferred=99, normal=3, duplicate=2, dirty_sync_count=1)
    counters.precopy_bytes, counters.downtime_bytes, counters.postcopy_bytes = 60, 9, 30
    counters.postcopy_requests = 5
    assert counters.stats() == {
        "transferred": 99,
        "remaining": 4096,
        "total": 8192,
        "duplicate": 2,
        "skipped": 0,
        "normal": 3,
        "normal-bytes": 12288,
        "dirty-sync-count": 1,
        "dirty-sync-missed-zero-copy": 0,
        "page-size": 4096,
        "precopy-bytes": 60,
        "downtime-bytes": 9,
        "postcopy-bytes": 30,
        "postcopy-requests": 5,
    }
