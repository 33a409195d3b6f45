"""Where an outgoing migration or snapshot stands (qapi/migration.json: MigrationStatus)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MigrationStatus(StrEnum):
    """QAPI's names."""

    NONE = "none"
    SETUP = "setup"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    ACTIVE = "active"
    POSTCOPY_ACTIVE = "postcopy-active"
    POSTCOPY_PAUSED = "postcopy-paused"
    POSTCOPY_RECOVER = "postcopy-recover"
    COMPLETED = "completed"
    FAILED = "failed"
    COLO = "colo"
    PRE_SWITCHOVER = "pre-switchover"
    DEVICE = "device"
    WAIT_UNPLUG = "wait-unplug"

    @property
    def is_running(self) -> bool:
        """Whether another may not begin (migration.c: migration_is_running, where COLO does not count)."""
        return self in _RUNNING

    @property
    def is_idle(self) -> bool:
        """Whether a blocker may still be added (migration.c: migration_is_idle)."""
        return self in _IDLE

    @property
    def is_postcopy(self) -> bool:
        """Whether the other side has the guest by now (migration.c: migration_in_postcopy)."""
        return self in _POSTCOPY


_POSTCOPY = frozenset(
    {MigrationStatus.POSTCOPY_ACTIVE, MigrationStatus.POSTCOPY_PAUSED, MigrationStatus.POSTCOPY_RECOVER}
)
_IDLE = frozenset({MigrationStatus.NONE, MigrationStatus.CANCELLED, MigrationStatus.COMPLETED, MigrationStatus.FAILED})
_RUNNING = frozenset(MigrationStatus) - _IDLE - {MigrationStatus.COLO}


@dataclass(slots=True)
class MigrationState:
    """What a machine knows of its outgoing migration."""

    status: MigrationStatus = MigrationStatus.NONE
