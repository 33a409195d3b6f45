"""Interrupt controller: sixteen lines, some masked, each counted."""

from __future__ import annotations

from dataclasses import dataclass, field

from snapmgr.machine.devices.registers import wiring
from snapmgr.machine.random import MASK
from snapmgr.vmstate.fields import bitmap, structs, u8, u16, u32, u64, validate
from snapmgr.vmstate.state import VMState

LINES = 16
TIMER, UART, RTC, NIC, DISK = 0, 4, 8, 11, 14
MASKED = 7
"""A line that nobody handles: what is raised there stays pending."""


@dataclass
class Line:
    """Times it was handled, and raised while it was pending already."""

    priority: int = 0
    handled: int = 0
    lost: int = 0


@dataclass
class InterruptController:
    """``output`` follows from the registers and is worked out again after a load."""

    pending: int = 0
    mask: int = 1 << MASKED
    in_service: int = 0
    lines: list[Line] = field(default_factory=lambda: [Line(priority=index) for index in range(LINES)])
    output: bool = wiring(False)

    def raise_line(self, line: int) -> None:
        bit = 1 << line
        if self.pending & bit:
            self.lines[line].lost = (self.lines[line].lost + 1) & 0xFFFF_FFFF
        self.pending |= bit
        self.update()

    def take(self) -> list[int]:
        """The lines to handle now, which are not pending any more; by priority."""
        ready = [line for line in range(LINES) if self.pending & ~self.mask & 1 << line]
        ready.sort(key=lambda line: (self.lines[line].priority, line))
        for line in ready:
            self.lines[line].handled = (self.lines[line].handled + 1) & MASK
            self.pending &= ~(1 << line)
        self.update()
        return ready

    def update(self) -> None:
        self.output = bool(self.pending & ~self.mask)


_LINE = VMState("demo-irq/line", fields=(u8("priority"), u64("handled"), u32("lost")))

IRQ = VMState(
    "demo-irq",
    fields=(
        bitmap("pending", bits=LINES),
        validate("only lines are pending", lambda controller, version: controller.pending < 1 << LINES),
        u16("mask"),
        u8("in_service"),
        validate("in_service is a line", lambda controller, version: controller.in_service < LINES),
        structs("lines", _LINE, count=LINES),
    ),
    post_load=lambda controller, version: controller.update(),
)
