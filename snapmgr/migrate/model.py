"""Parameters and statistics of a migration, under QAPI's names (qapi/migration.json)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from snapmgr.migrate.colo.status import ColoStatus
from snapmgr.savevm.status import MigrationStatus

PERIOD = 0.1
"""Seconds of a period of the rate limit, after which bandwidth and threshold are estimated anew (XFER_LIMIT_RATIO)."""

TURN = 0.05
"""Seconds after which an iteration lets others have their turn (migration/ram.c: MAX_WAIT)."""


@dataclass(slots=True)
class Parameters:
    """MigrationParameters; they may change while it runs, where QEMU allows it too.

    ``max_bandwidth`` in bytes a second, 0 = any; ``downtime_limit`` in ms; throttles in percent of the guest's time.

    ``postcopy_after_passes`` and ``postcopy_after`` (ms) are ours: when to switch to postcopy without being told to.
    So is ``continue_after`` (ms): how long a pause before the switchover lasts, None for until somebody ends it.
    """

    max_bandwidth: int = 128 << 20
    max_postcopy_bandwidth: int = 0
    postcopy_after_passes: int | None = None
    postcopy_after: int | None = None
    continue_after: int | None = None
    downtime_limit: int = 300
    throttle_trigger_threshold: int = 50
    cpu_throttle_initial: int = 20
    cpu_throttle_increment: int = 10
    max_cpu_throttle: int = 99
    multifd_channels: int = 2
    multifd_compression: str = "none"
    multifd_zlib_level: int = 1
    multifd_zstd_level: int = 1
    vcpu_dirty_limit: int = 1
    """MiB a second that the guest may write under dirty-limit."""
    tls_creds: str = ""
    """Where the certificates are that the channel is made secure with, "" for one that is not."""
    x_checkpoint_delay: int = 20_000
    """ms between two checkpoints of COLO."""

    def query(self) -> dict[str, Any]:
        """The answer of query-migrate-parameters, as far as these are QEMU's."""
        return {name.replace("_", "-"): value for name, value in asdict(self).items() if name not in _OURS}


_OURS = frozenset({"postcopy_after_passes", "postcopy_after", "continue_after"})


@dataclass(slots=True)
class Phase:
    """One stretch of a migration, in ms from its beginning."""

    name: str
    begin: float
    end: float

    def facts(self) -> dict[str, Any]:
        return {"phase": self.name, "begin_ms": round(self.begin, 3), "end_ms": round(self.end, 3)}


_WITHOUT_NUMBERS = frozenset(
    MigrationStatus(name) for name in ("none", "setup", "wait-unplug", "colo", "cancelled", "failed")
)
"""Where query-migrate has no times and no counters (migration.c: fill_source_migration_info)."""


@dataclass(slots=True)
class Statistics:
    """What query-migrate tells, times in ms; ``ram`` and the caches are as RamCounters and Rates have them."""

    status: MigrationStatus = MigrationStatus.NONE
    total_time: float = 0.0
    setup_time: float = 0.0
    downtime: float = 0.0
    expected_downtime: float = 0.0
    cpu_throttle_percentage: int = 0
    bandwidth: float = 0.0
    """Bytes a second in the last period."""
    threshold: int = 0
    """Bytes that could be sent within the downtime limit."""
    transferred: int = 0
    """Bytes of the whole stream."""
    pauses: int = 0
    """How often postcopy has stood because the channel broke."""
    postcopy_requests: int = 0
    precopy_bytes: int = 0
    postcopy_bytes: int = 0
    """As RamCounters has them."""
    phases: list[Phase] = field(default_factory=list)
    colo: ColoStatus | None = None
    error: str = ""

    def query(self, ram: dict[str, Any]) -> dict[str, Any]:
        """The answer of query-migrate; ``remaining`` beside ``ram`` is 11.1's."""
        answer: dict[str, Any] = {"status": self.status.value}
        if self.status not in _WITHOUT_NUMBERS:
            answer |= {"total-time": int(self.total_time), "setup-time": int(self.setup_time), "ram": ram}
            if self.status is MigrationStatus.COMPLETED:
                answer["downtime"] = int(self.downtime)
            else:
                answer |= {"expected-downtime": int(self.expected_downtime), "remaining": ram["remaining"]}
            if self.cpu_throttle_percentage:
                answer["cpu-throttle-percentage"] = self.cpu_throttle_percentage
        if self.error:
            answer["error-desc"] = self.error
        return answer


@dataclass(slots=True)
class ArrivalStatistics:
    """What the side that receives tells of a postcopy, times in ms."""

    status: MigrationStatus = MigrationStatus.ACTIVE
    requests: int = 0
    """Runs of pages that the guest asked for."""
    blocktime: float = 0.0
    """How long the guest waited for pages in all."""
    waits: tuple[float, ...] = ()
    """How long it waited each time, the newest last; some thousand at most."""
    missing: int = 0
    """Pages that have not come yet."""
    duplicates: int = 0
    """Pages that came twice."""
    pauses: int = 0
    error: str = ""

    def latency(self, percent: float) -> float:
        """Within which so many percent of the waits were over, 0 where nobody waited."""
        ordered = sorted(self.waits)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0

    def query(self) -> dict[str, Any]:
        """The answer of query-migrate on that side."""
        answer: dict[str, Any] = {"status": self.status.value, "postcopy-blocktime": int(self.blocktime)}
        if self.error:
            answer["error-desc"] = self.error
        return answer
