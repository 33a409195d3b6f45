"""What the side that receives says of its state (MigrationIncomingState.state): setup, active, completed or failed, and
postcopy's between them."""

from __future__ import annotations

from snapmgr.machine.machine import Machine
from snapmgr.savevm.status import MigrationStatus
from snapmgr.trace.events import TraceEvent


def set_incoming(machine: Machine, status: MigrationStatus) -> None:
    """From here on it is this, as QEMU's event MIGRATION tells with the capability ``events``."""
    machine.incoming.status = status
    machine.trace.emit(TraceEvent("migrate_set_state", (("new_state", status.value),)))
