"""A processor.  Its registers live in ``live`` while it runs; saving and loading see the copy ``state``.

As with an accelerator's virtual CPU (accel/kvm/kvm-all.c: kvm_cpu_synchronize_state), the copy is fetched by
``synchronize`` and is the truth from then on until the CPU runs again.  Who saves without synchronising saves what
was true some time ago.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from snapmgr.machine.devices.registers import registers
from snapmgr.machine.random import MASK
from snapmgr.vmstate.fields import array, float64, i32, pointer, struct, u16, u32, u64
from snapmgr.vmstate.state import VMState

RESET_VECTOR = 0
ENTRY = 0x1000
_ODD = 0x5851_F42D_4C95_7F2D
NO_EXCEPTION = -1
BREAKPOINT = 3


@dataclass
class Fpu:
    """Floating point unit: eight registers that the guest turns around, and a control word."""

    values: list[float] = field(default_factory=lambda: [index / 8 for index in range(8)])
    control: int = 0x37F


@dataclass
class Interrupts:
    """How often this CPU was interrupted, and by what at last."""

    taken: int = 0
    last: int = 0


@dataclass
class Registers:
    """All that a CPU holds.  ``accumulator`` takes in what the machine forgets."""

    pc: int = RESET_VECTOR
    flags: int = 2
    accumulator: int = 0
    general: list[int] = field(default_factory=lambda: [0] * 16)
    fpu: Fpu = field(default_factory=Fpu)
    interrupts: Interrupts = field(default_factory=Interrupts)
    halted: int = 0
    exception: int = NO_EXCEPTION

    def assign(self, other: Registers) -> None:
        """Become equal to ``other`` without sharing anything with it."""
        for item in registers(self):
            setattr(self, item.name, _copied(getattr(other, item.name)))


def _copied(value: object) -> object:
    if isinstance(value, list):
        return list(value)
    if isinstance(value, Fpu):
        return Fpu(list(value.values), value.control)
    if isinstance(value, Interrupts):
        return Interrupts(value.taken, value.last)
    return value


class Cpu:
    """``state`` is what VMState describes; it is current while ``synchronized``."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.state = Registers()
        self.synchronized = True
        self._live = Registers()

    @property
    def live(self) -> Registers:
        """The registers that run; a copy that is the truth is put back first."""
        if self.synchronized:
            self._live.assign(self.state)
            self.synchronized = False
        return self._live

    def synchronize(self) -> None:
        """Fetch the registers (cpu_synchronize_state)."""
        if not self.synchronized:
            self.state.assign(self._live)
            self.synchronized = True

    def pre_loadvm(self) -> None:
        """What is loaded next is the truth (cpu_synchronize_pre_loadvm)."""
        self.synchronized = True

    def post_init(self) -> None:
        """Run with what was loaded (cpu_synchronize_post_init)."""
        self._live.assign(self.state)
        self.synchronized = False

    def reset(self) -> None:
        self.state.assign(Registers())
        self.synchronized = True

    def fold(self, value: int) -> None:
        live = self.live
        live.accumulator = (live.accumulator * _ODD + value + 1) & MASK

    def interrupt(self, line: int) -> None:
        """Take one interrupt."""
        self.fold(self.live.interrupts.last)
        self.live.interrupts.last = line
        self.live.interrupts.taken = (self.live.interrupts.taken + 1) & MASK

    def execute(self, work: int) -> None:
        """One tick of instructions: every register moves on, and none is forgotten."""
        live = self.live
        live.pc = (live.pc + 16) & MASK or ENTRY
        live.general.insert(0, (live.general.pop() * _ODD + work + self.index) & MASK)
        live.fpu.values.insert(0, live.fpu.values.pop())


_FPU = VMState("cpu/fpu", fields=(array(float64("values"), 8), u16("control")))
_INTERRUPTS = VMState("cpu/interrupts", fields=(u64("taken"), u32("last")))

CPU = VMState(
    "cpu",
    version=3,
    fields=(
        u64("pc"),
        u32("flags"),
        array(u64("general"), 16),
        pointer("fpu", _FPU),
        u64("accumulator"),
    ),
)

CPU_COMMON = VMState(
    "cpu_common",
    fields=(u32("halted"), struct("interrupts", _INTERRUPTS)),
    subsections=(
        VMState(
            "cpu_common/exception_index",
            needed=lambda cpu: cpu.exception != NO_EXCEPTION,
            fields=(i32("exception"),),
        ),
    ),
)
"""The same registers in a second section, as with real CPUs (cpu.c: vmstate_cpu_common)."""
