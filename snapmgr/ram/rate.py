"""How fast things go between two moments: counts and times in, rates out (ram.c: migration_update_rates)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from snapmgr.ram.counters import RamCounters

SYNC_PERIOD = 1.0
"""Seconds between two looks for dirty pages of which QEMU makes rates, at least."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The counters at ``time`` seconds, on whatever clock the caller has."""

    time: float
    page_size: int
    transferred: int
    target_pages: int
    dirtied: int
    cache_miss: int
    xbzrle_pages: int
    xbzrle_bytes: int
    compressed_pages: int
    compressed_size: int
    syncs: int


def sample(counters: RamCounters, time: float) -> Sample:
    """The counters as they are now."""
    xbzrle, packed = counters.xbzrle, counters.compression
    return Sample(
        time,
        counters.page_size,
        counters.transferred,
        counters.target_pages,
        counters.dirtied,
        xbzrle.cache_miss,
        xbzrle.pages,
        xbzrle.bytes,
        packed.pages,
        packed.compressed_size,
        counters.dirty_sync_count,
    )


@dataclass(frozen=True, slots=True)
class Rates:
    """Pages per second, megabits per second, misses per page, and how often packed bytes fit into unpacked ones."""

    dirty_pages_rate: int = 0
    pages_per_second: int = 0
    mbps: float = 0.0
    cache_miss_rate: float = 0.0
    encoding_rate: float = 0.0
    compression_rate: float = 0.0

    def xbzrle_stats(self) -> dict[str, Any]:
        """The part of ``xbzrle-cache`` that RamCounters leaves out."""
        return {"cache-miss-rate": self.cache_miss_rate, "encoding-rate": self.encoding_rate}

    def compression_stats(self) -> dict[str, Any]:
        """The part of ``compression`` likewise."""
        return {"busy-rate": 0.0, "compression-rate": self.compression_rate}

    def stats(self) -> dict[str, Any]:
        """The part of ``ram`` of query-migrate that RamCounters.stats leaves out."""
        return {
            "dirty-pages-rate": self.dirty_pages_rate,
            "mbps": self.mbps,
            "pages-per-second": self.pages_per_second,
        }


def rates(before: Sample, after: Sample) -> Rates:
    """What happened between two samples, per second or per page; all 0 if no time has passed."""
    elapsed = after.time - before.time
    if elapsed <= 0:
        return Rates()
    page = after.page_size
    pages = after.target_pages - before.target_pages
    return Rates(
        dirty_pages_rate=int((after.dirtied - before.dirtied) / elapsed),
        pages_per_second=int(pages / elapsed),
        mbps=(after.transferred - before.transferred) * 8 / elapsed / 1e6,
        cache_miss_rate=_ratio(after.cache_miss - before.cache_miss, pages),
        encoding_rate=_ratio(
            (after.xbzrle_pages - before.xbzrle_pages) * page, after.xbzrle_bytes - before.xbzrle_bytes
        ),
        compression_rate=_ratio(
            (after.compressed_pages - before.compressed_pages) * page, after.compressed_size - before.compressed_size
        ),
    )


class Meter:
    """Rates of one migration: how fast it sends in the last period, and what the guest and the caches did between two
    looks for dirty pages, SYNC_PERIOD seconds apart at least (ram.c: migration_bitmap_sync)."""

    def __init__(self) -> None:
        self.rates = Rates()
        self._period: Sample | None = None
        self._synced: Sample | None = None

    def look(self, counters: RamCounters, now: float, *, ends: bool) -> None:
        """A new period begins at ``now``; ``ends``: the last one was long enough to be told."""
        current = sample(counters, now)
        if ends and self._period is not None:
            sending = rates(self._period, current)
            self.rates = replace(self.rates, mbps=sending.mbps, pages_per_second=sending.pages_per_second)
        self._period = current
        last = self._synced
        if last is None or not last.syncs:
            self._synced = current
        elif current.syncs != last.syncs and now - last.time >= SYNC_PERIOD:
            kept = self.rates
            self.rates = replace(rates(last, current), mbps=kept.mbps, pages_per_second=kept.pages_per_second)
            self._synced = current

    def end(self, mbps: float) -> None:
        """All is sent: that fast, and nothing becomes dirty any more."""
        self.rates = replace(self.rates, mbps=mbps, dirty_pages_rate=0)


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
