"""What keeps a machine from being saved: devices that cannot be, and reasons that others gave.

Facts: savevm.c (qemu_savevm_state_blocked, qemu_savevm_non_migratable_list), migration.c (migrate_add_blocker,
migration_is_blocked), hw/core/qdev.c (check_only_migratable).
"""

from __future__ import annotations

from snapmgr.errors import SnapmgrError
from snapmgr.savevm.registry import Registry
from snapmgr.savevm.status import MigrationStatus
from snapmgr.vmstate.state import VMState


class Blocked(SnapmgrError):
    """The machine cannot be saved or loaded, or may not become so."""


def check_state(registry: Registry) -> None:
    """Raises Blocked for the first device, in saving order, that cannot be saved."""
    for entry in registry:
        if entry.state is not None and entry.state.unmigratable:
            text = f"State blocked by non-migratable device '{entry.idstr}'"
            raise Blocked("state-blocked", text, qemu=text)


def non_migratable(registry: Registry) -> list[str]:
    """Reasons as QMP's ``blocked-reasons`` has them: the last device first."""
    names = [entry.idstr for entry in registry if entry.state is not None and entry.state.unmigratable]
    return [f"non-migratable device: {name}" for name in reversed(names)]


def check_only_migratable(state: VMState | None, type_name: str, *, only_migratable: bool) -> None:
    """Raises Blocked for a device that may not come into a machine started with ``--only-migratable``."""
    if only_migratable and state is not None and state.unmigratable:
        text = f"Device {type_name} is not migratable, but --only-migratable was specified"
        raise Blocked("only-migratable", text, qemu=text)


class MigrationBlockers:
    """Reasons that devices and operations give while they last; the newest counts first."""

    def __init__(self) -> None:
        self._reasons: list[str] = []

    def add(self, reason: str, *, status: MigrationStatus, saving: bool, only_migratable: bool) -> None:
        """``saving`` is the run state save-vm.  Raises Blocked where it comes too late, or may never be."""
        if only_migratable:
            text = f"disallowing migration blocker (--only-migratable) for: {reason}"
            raise Blocked("only-migratable", text, qemu=text)
        if saving or not status.is_idle:
            text = f"disallowing migration blocker (migration/snapshot in progress) for: {reason}"
            raise Blocked("migration-active", text, qemu=text)
        self._reasons.insert(0, reason)

    def remove(self, reason: str) -> None:
        """Nothing happens where it is not there."""
        if reason in self._reasons:
            self._reasons.remove(reason)

    def check(self, registry: Registry) -> None:
        """Raises Blocked: a device that cannot be saved, else the newest reason (migration_is_blocked)."""
        check_state(registry)
        if self._reasons:
            raise Blocked("migration-blocked", self._reasons[0], qemu=self._reasons[0])

    def reasons(self, registry: Registry) -> list[str]:
        """All there are, as ``query-migrate`` lists them: the oldest reason first, devices behind."""
        return [*reversed(self._reasons), *non_migratable(registry)]
