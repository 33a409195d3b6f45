"""The demo machine's types as ``-dump-vmstate`` has QEMU's."""

from __future__ import annotations

from snapmgr.machine.types import machine_type
from snapmgr.vmstate.dump import Json, dump


def dump_machine(name: str) -> Json:
    """Every device type that has a VMState, by its name.  Raises UsageError for an unknown machine type."""
    states = machine_type(name).states.values()
    return dump(name, {state.name: state for state in states})
