"""Virtual time: nanoseconds that pass only because the machine ticks."""

from __future__ import annotations

from dataclasses import dataclass

from snapmgr.vmstate.fields import i64, validate
from snapmgr.vmstate.state import VMState

TICK_NS = 20_000_000
"""Nanoseconds of virtual time in one tick: 50 ticks are a second of the guest."""


@dataclass(slots=True)
class VirtualClock:
    """``now`` is QEMU_CLOCK_VIRTUAL in ns.  No wall clock: whoever drives the machine decides when a tick is due."""

    now: int = 0

    def advance(self) -> None:
        self.now += TICK_NS

    @property
    def tick(self) -> int:
        """Whole ticks since the reset."""
        return self.now // TICK_NS


LATEST = 1 << 62
"""Some 146 years: later there is no room for deadlines."""

CLOCK = VMState(
    "demo-clock",
    fields=(i64("now"), validate("now is a time", lambda clock, version: 0 <= clock.now < LATEST)),
)
