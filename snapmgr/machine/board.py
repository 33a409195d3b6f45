"""What the machine is made of: its parts, wired together, without anything that saves or loads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from snapmgr.machine.clock import VirtualClock
from snapmgr.machine.devices import registers
from snapmgr.machine.devices.cpu import Cpu
from snapmgr.machine.devices.disk import DiskController
from snapmgr.machine.devices.display import Display
from snapmgr.machine.devices.iommu import Iommu
from snapmgr.machine.devices.irq import InterruptController
from snapmgr.machine.devices.legacy import Legacy
from snapmgr.machine.devices.nic import Nic
from snapmgr.machine.devices.stubborn import Stubborn
from snapmgr.machine.devices.timer import Timer
from snapmgr.machine.devices.uart import Uart
from snapmgr.machine.devices.unplug import Unpluggable
from snapmgr.machine.disks import Disk
from snapmgr.machine.memory import GuestMemory
from snapmgr.machine.output import GuestOutput

CPUS = 2


@dataclass
class Board:
    """Memory, disks, clock and devices.  ``stubborn`` and ``unplug`` are there where they were asked for."""

    memory: GuestMemory
    disks: list[Disk]
    clock: VirtualClock = field(default_factory=VirtualClock)
    cpus: list[Cpu] = field(default_factory=lambda: [Cpu(index) for index in range(CPUS)])
    irq: InterruptController = field(default_factory=InterruptController)
    timer: Timer = field(default_factory=Timer)
    uart: Uart = field(default_factory=Uart)
    display: Display = field(default_factory=Display)
    iommu: Iommu = field(default_factory=Iommu)
    controllers: list[DiskController] = field(default_factory=list)
    nic: Nic = field(default_factory=Nic)
    legacy: Legacy = field(default_factory=Legacy)
    stubborn: Stubborn | None = None
    unplug: Unpluggable | None = None
    output: GuestOutput = field(default_factory=GuestOutput)

    def __post_init__(self) -> None:
        if not self.controllers:
            self.controllers = [DiskController(index=index, iommu=self.iommu) for index in range(len(self.disks))]

    # -- the bus that devices see --

    @property
    def now(self) -> int:
        return self.clock.now

    def fold(self, value: int) -> None:
        self.cpus[0].fold(value)

    def raise_irq(self, line: int) -> None:
        self.irq.raise_line(line)

    def send(self, line: str, data: bytes) -> None:
        self.output.send(line, self.now, data)

    # -- all of them --

    def devices(self) -> Iterator[tuple[str, Any]]:
        """(name, object with registers) of every device, the CPUs' current once they are synchronised."""
        yield "clock", self.clock
        for cpu in self.cpus:
            yield f"cpu{cpu.index}", cpu.state
        yield "irq", self.irq
        yield "timer", self.timer
        yield "uart", self.uart
        yield "display", self.display
        yield "iommu", self.iommu
        for controller in self.controllers:
            yield f"disk{controller.index}", controller
        yield "nic", self.nic
        yield "legacy", self.legacy
        if self.stubborn is not None:
            yield "stubborn", self.stubborn
        if self.unplug is not None:
            yield "unplug", self.unplug

    def reset(self) -> None:
        """Every register as after power on.  RAM and disks keep what they hold; the guest's boot clears its RAM."""
        for cpu in self.cpus:
            cpu.reset()
        for _, device in self.devices():
            registers.reset(device)
        for controller in self.controllers:
            controller.resolved.clear()
        self.irq.update()

    def advance_devices(self) -> None:
        """Everything but CPU and disks moves on by one tick."""
        self.timer.advance(self)
        self.uart.advance(self)
        self.nic.advance(self)
        self.legacy.advance(self)
        if self.unplug is not None:
            self.unplug.advance(self)
