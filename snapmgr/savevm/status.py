"""Where a migration or snapshot stands (qapi/migration.json: MigrationStatus)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MigrationStatus(StrEnum):
    """QAPI's names.  New ones stand behind: recordings keep their places."""

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
    POSTCOPY_RECOVER_SETUP = "postcopy-recover-setup"
    """Since QEMU 9.1: there is a new channel, and nothing has passed it yet."""
    POSTCOPY_DEVICE = "postcopy-device"
    """Since 10.2: the other side loads the devices, and does not run yet."""
    FAILING = "failing"
    """Since 11.0: something went wrong, and is being cleaned up."""

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
        """Whether the other side has the guest, or is about to (migration.c: migration_in_postcopy)."""
        return self in _POSTCOPY


_POSTCOPY = frozenset(status for status in MigrationStatus if status.startswith("postcopy-"))
_IDLE = frozenset({MigrationStatus.NONE, MigrationStatus.CANCELLED, MigrationStatus.COMPLETED, MigrationStatus.FAILED})
_RUNNING = frozenset(MigrationStatus) - _IDLE - {MigrationStatus.COLO}


@dataclass(slots=True)
class MigrationState:
    """What a machine knows of a migration, one that goes out or comes in."""

    status: MigrationStatus = MigrationStatus.NONE
    starts_postcopy: bool = False
    """Whether what is sent is a postcopy's, which its status says only when the other side loads the devices."""

    @property
    def in_postcopy(self) -> bool:
        return self.starts_postcopy or self.status.is_postcopy
