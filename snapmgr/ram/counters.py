"""What a migration of RAM has done so far, under the names of query-migrate (qapi/migration.json: MigrationStats)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class XbzrleCounters:
    """XBZRLECacheStats: ``bytes`` without the words before the records, ``pages`` whatever came of them."""

    cache_size: int = 0
    bytes: int = 0
    pages: int = 0
    cache_miss: int = 0
    overflow: int = 0


@dataclass(slots=True)
class CompressionCounters:
    """CompressionStats: ``compressed_size`` without the words before the records."""

    pages: int = 0
    compressed_size: int = 0


@dataclass(slots=True)
class RamCounters:
    """Pages and bytes; ``transferred`` counts what the ``ram`` sections put, their headers and footers aside."""

    page_size: int = 4096
    total: int = 0
    remaining: int = 0
    transferred: int = 0
    normal: int = 0
    duplicate: int = 0
    dirty_sync_count: int = 0
    dirty_bytes_last_sync: int = 0
    """What was dirty right behind the last sync."""
    target_pages: int = 0
    """Pages handled since setup, whatever came of them."""
    precopy_bytes: int = 0
    downtime_bytes: int = 0
    postcopy_bytes: int = 0
    """Of ``transferred``: while the guest ran here, while it stood, and since it runs on the other side."""
    postcopy_requests: int = 0
    """How often pages were asked for by the other side."""
    dirtied: int = 0
    """Pages that syncs found dirty which were clean before."""
    xbzrle: XbzrleCounters = field(default_factory=XbzrleCounters)
    compression: CompressionCounters = field(default_factory=CompressionCounters)

    def stats(self) -> dict[str, Any]:
        """``ram`` of query-migrate, as far as it needs no clock (``rate.Rates`` has the rest)."""
        return {
            "transferred": self.transferred,
            "remaining": self.remaining,
            "total": self.total,
            "duplicate": self.duplicate,
            "skipped": 0,
            "normal": self.normal,
            "normal-bytes": self.normal * self.page_size,
            "dirty-sync-count": self.dirty_sync_count,
            "dirty-sync-missed-zero-copy": 0,
            "page-size": self.page_size,
            "precopy-bytes": self.precopy_bytes,
            "downtime-bytes": self.downtime_bytes,
            "postcopy-bytes": self.postcopy_bytes,
            "postcopy-requests": self.postcopy_requests,
        }

    def xbzrle_stats(self) -> dict[str, Any]:
        """``xbzrle-cache`` of query-migrate."""
        counters = self.xbzrle
        return {
            "cache-size": counters.cache_size,
            "bytes": counters.bytes,
            "pages": counters.pages,
            "cache-miss": counters.cache_miss,
            "overflow": counters.overflow,
        }

    def compression_stats(self) -> dict[str, Any]:
        """``compression`` of query-migrate; nothing is ever busy: who packs waits for its executor."""
        counters = self.compression
        return {"pages": counters.pages, "busy": 0, "compressed-size": counters.compressed_size}
