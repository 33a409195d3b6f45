"""The guest's clock as its stream has it."""

from __future__ import annotations

from snapmgr.errors import NotFound, UsageError
from snapmgr.replica.edit import find_place
from snapmgr.replica.machine import Replica

_PATH = "timer/cpu_clock_offset"
"""While the guest stands still the offset is the clock itself (softmmu/cpu-timers.c, cpus.c)."""


def vm_clock(replica: Replica) -> int:
    """QEMU_CLOCK_VIRTUAL in ns when the stream was saved, 0 where it does not say."""
    try:
        _, place = find_place(replica, _PATH)
        value = place.get()
    except (NotFound, UsageError):
        return 0
    return value if isinstance(value, int) and 0 <= value < 1 << 63 else 0
