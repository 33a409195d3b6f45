"""The machine types: what each of them calls its devices, and which versions of their state it speaks.

demo-1.0 is older: no description behind its streams, a serial port without a FIFO, no brightness, no paths of devices.
A demo-1.1 without configuration section loads what demo-1.0 saved; the other way round QEMU's rules refuse it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from snapmgr.errors import UsageError
from snapmgr.machine.clock import CLOCK
from snapmgr.machine.devices.cpu import CPU, CPU_COMMON
from snapmgr.machine.devices.disk import DISK
from snapmgr.machine.devices.display import DISPLAY
from snapmgr.machine.devices.iommu import IOMMU
from snapmgr.machine.devices.irq import IRQ
from snapmgr.machine.devices.nic import NIC
from snapmgr.machine.devices.stubborn import STUBBORN
from snapmgr.machine.devices.timer import TIMER
from snapmgr.machine.devices.uart import UART
from snapmgr.machine.devices.unplug import UNPLUG
from snapmgr.vmstate.state import VMState

IRQ_ID = 0x20
"""Instance id of the interrupt controller in demo-1.0: its port, as with a PC's i8259."""

DEFAULT = "demo-1.1"


@dataclass(frozen=True, slots=True)
class MachineType:
    """``states`` by device; ``paths`` are the places that go before a section's name (qdev paths)."""

    name: str
    states: Mapping[str, VMState]
    paths: Mapping[str, str] = field(default_factory=dict)
    irq_id: int = 0
    irq_alias: int | None = None
    legacy_version: int = 2
    suppress_vmdesc: bool = False
    uart_fifo: bool = True
    brightness: bool = True
    disk_errors: bool = True


_NEWEST: dict[str, VMState] = {
    "clock": CLOCK,
    "iommu": IOMMU,
    "cpu_common": CPU_COMMON,
    "cpu": CPU,
    "irq": IRQ,
    "timer": TIMER,
    "uart": UART,
    "display": DISPLAY,
    "disk": DISK,
    "nic": NIC,
    "stubborn": STUBBORN,
    "unplug": UNPLUG,
}


def as_of(state: VMState, version: int, *, without: tuple[VMState, ...] = ()) -> VMState:
    """What an older machine knew of ``state``: fields up to ``version``, and not the subsections of ``without``."""
    return replace(
        state,
        version=version,
        minimum=min(version, state.minimum_version),
        fields=tuple(item for item in state.fields if item.since <= version),
        subsections=tuple(sub for sub in state.subsections if sub not in without),
    )


def _older() -> dict[str, VMState]:
    uart = as_of(UART, 1)
    uart = replace(uart, fields=tuple(item for item in uart.fields if not item.must_exist))
    display = as_of(DISPLAY, 1, without=DISPLAY.subsections)
    return {**_NEWEST, "uart": uart, "display": display, "disk": as_of(DISK, 2)}


TYPES = {
    "demo-1.0": MachineType(
        "demo-1.0",
        _older(),
        irq_id=IRQ_ID,
        legacy_version=1,
        suppress_vmdesc=True,
        uart_fifo=False,
        brightness=False,
        disk_errors=False,
    ),
    "demo-1.1": MachineType(
        "demo-1.1",
        _NEWEST,
        paths={"uart": "demo/serial0", "nic": "demo/net0"},
        irq_alias=IRQ_ID,
    ),
}


def machine_type(name: str) -> MachineType:
    """Raises UsageError that names those there are."""
    try:
        return TYPES[name]
    except KeyError:
        known = ", ".join(TYPES)
        raise UsageError("no-such-machine", f"there is no machine type {name!r}", hint=f"There is {known}.") from None
