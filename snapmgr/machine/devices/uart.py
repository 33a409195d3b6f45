"""Serial port.  That of demo-1.1 has a FIFO for what it sends; that of demo-1.0 sends every byte at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from snapmgr.machine.devices import irq
from snapmgr.machine.devices.bus import Bus
from snapmgr.machine.devices.registers import wiring
from snapmgr.machine.random import MASK
from snapmgr.vmstate.fields import buffer, u8, u16, u32, u64, validate
from snapmgr.vmstate.state import VMState

FIFO_SIZE = 64
FASTEST = 96
"""Bytes in a tick at divider 1."""


@dataclass
class Uart:
    """``count`` bytes wait in ``fifo`` from ``head`` on.  ``break_at`` is when a break began, in ns."""

    divider: int = 12
    sent: int = 0
    overruns: int = 0
    head: int = 0
    count: int = 0
    fifo: bytearray = field(default_factory=lambda: bytearray(FIFO_SIZE))
    break_at: int | None = None
    has_fifo: bool = wiring(True)

    def push(self, data: bytes, bus: Bus) -> None:
        """The guest writes to the port."""
        for byte in data:
            if not self.has_fifo:
                self.sent = (self.sent + 1) & MASK
                bus.fold(byte)
                bus.send("uart", bytes([byte]))
            elif self.count == FIFO_SIZE:
                self.overruns = (self.overruns + 1) & 0xFFFF_FFFF
            else:
                place = (self.head + self.count) % FIFO_SIZE
                bus.fold(self.fifo[place])
                self.fifo[place] = byte
                self.count += 1

    def advance(self, bus: Bus) -> None:
        """Send what the line's speed allows."""
        count = min(self.count, max(1, FASTEST // max(1, self.divider)))
        if count:
            bus.send("uart", bytes(self.fifo[(self.head + number) % FIFO_SIZE] for number in range(count)))
            self.head = (self.head + count) % FIFO_SIZE
            self.count -= count
            self.sent = (self.sent + count) & MASK
            bus.raise_irq(irq.UART)

    def set_break(self, active: bool, bus: Bus) -> None:
        """Hold the line, or let it go."""
        if active and self.break_at is None:
            self.break_at = bus.now
        elif not active and self.break_at is not None:
            bus.fold(self.break_at)
            self.break_at = None


UART = VMState(
    "demo-uart",
    version=2,
    minimum=1,
    fields=(
        u16("divider"),
        u64("sent"),
        u32("overruns"),
        u8("head", since=2),
        validate("head lies in the FIFO", lambda uart, version: uart.head < FIFO_SIZE),
        u8("count", since=2),
        validate("count fits the FIFO", lambda uart, version: uart.count <= FIFO_SIZE),
        buffer("fifo", size=FIFO_SIZE, since=2),
    ),
    subsections=(VMState("demo-uart/break", needed=lambda uart: uart.break_at is not None, fields=(u64("break_at"),)),),
)
