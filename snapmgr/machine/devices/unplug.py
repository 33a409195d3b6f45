"""A device that the guest was asked to give up before a migration, as the primary of a failover pair is."""

from __future__ import annotations

from dataclasses import dataclass

from snapmgr.machine.devices.bus import Bus
from snapmgr.vmstate.fields import boolean, timer
from snapmgr.vmstate.state import VMState

STOPPED = -1


@dataclass
class Unpluggable:
    """``gives_up`` is when the guest will have let go, in ns, STOPPED while nobody asked."""

    present: bool = True
    gives_up: int = STOPPED

    def request(self, now: int, patience: int) -> None:
        """Ask the guest; it takes ``patience`` ns."""
        self.gives_up = now + patience

    @property
    def pending(self) -> bool:
        """Whether a migration has to wait (qdev.h: dev_unplug_pending)."""
        return self.present and self.gives_up != STOPPED

    def advance(self, bus: Bus) -> None:
        if self.pending and bus.now >= self.gives_up:
            bus.fold(self.gives_up)
            self.present = False
            self.gives_up = STOPPED


UNPLUG = VMState(
    "demo-unplug",
    fields=(boolean("present"), timer("gives_up")),
    dev_unplug_pending=lambda device: device.pending,
)
