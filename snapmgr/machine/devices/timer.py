"""Interval timer and real-time clock in one chip, with battery-backed bytes."""

from __future__ import annotations

from dataclasses import dataclass, field

from snapmgr.machine.devices import irq
from snapmgr.machine.devices.bus import Bus
from snapmgr.machine.random import MASK
from snapmgr.vmstate.fields import buffer, i64, timer, u8, u32, u64, unused, validate
from snapmgr.vmstate.state import VMState

FREQUENCY = 32_768
CMOS_SIZE = 128
COUNTER_BYTES = 6
"""The first bytes of the CMOS count seconds, the lowest byte first."""
PERIODIC, RUNNING = 1, 2
STOPPED = -1
SECOND = 1_000_000_000
LONGEST = 1000 * SECOND


@dataclass
class Timer:
    """Deadlines are ns of the machine's clock, STOPPED where none is set; ``period`` is in ns."""

    frequency: int = FREQUENCY
    control: int = 0
    deadline: int = STOPPED
    period: int = 0
    fired: int = 0
    next_second: int = STOPPED
    cmos: bytearray = field(default_factory=lambda: bytearray(CMOS_SIZE))

    def start(self, now: int, period: int) -> None:
        """Interrupt every ``period`` ns from now on, and count seconds."""
        self.control |= PERIODIC | RUNNING
        self.period = period
        self.deadline = now + period
        self.next_second = now + SECOND

    def advance(self, bus: Bus) -> None:
        times = _due(bus.now, self.deadline, self.period)
        if times:
            self.deadline += times * self.period
            self.fired = (self.fired + times) & MASK
            bus.raise_irq(irq.TIMER)
        seconds = _due(bus.now, self.next_second, SECOND)
        if seconds:
            self.next_second += seconds * SECOND
            self._count(seconds)
            bus.raise_irq(irq.RTC)

    def _count(self, seconds: int) -> None:
        now = int.from_bytes(self.cmos[:COUNTER_BYTES], "little") + seconds
        self.cmos[:COUNTER_BYTES] = (now % (1 << 8 * COUNTER_BYTES)).to_bytes(COUNTER_BYTES, "little")


def _due(now: int, deadline: int, period: int) -> int:
    """How many deadlines have passed, one ``period`` apart."""
    if deadline == STOPPED or now < deadline or period <= 0:
        return 0
    return (now - deadline) // period + 1


TIMER = VMState(
    "demo-timer",
    version=2,
    minimum=2,
    fields=(
        u32("frequency", equal=True),
        u8("control"),
        unused(3),
        timer("deadline"),
        i64("period", exists=lambda chip, version: bool(chip.control & PERIODIC)),
        validate("period is at most 1000 s", lambda chip, version: 0 <= chip.period <= LONGEST),
        u64("fired"),
        timer("next_second"),
        buffer("cmos", size=CMOS_SIZE),
    ),
)
