"""Registers of the x86 CPUs of a stream, as the notes of an ELF core have them.

Two notes a CPU, in QEMU's order: NT_PRSTATUS of owner CORE (Linux's elf_prstatus of x86_64, 336 bytes), and QEMU's own
of owner QEMU and type 0 (QEMUCPUState version 1, 440 bytes), which has segments and control registers too (facts of
both: target/i386/arch_dump.c).  QEMU writes 32-bit ones where the first CPU is not in long mode; here they are
always of 64 bits, so that one reader's choice of architecture does for all.
"""

from __future__ import annotations

import struct

from snapmgr.inspect.index import StreamIndex
from snapmgr.inspect.state import decoded, leaves, sections

_NT_PRSTATUS, _NT_QEMU = 1, 0
_CPU_STATE_VERSION, _CPU_STATE_SIZE = 1, 440
_AX, _CX, _DX, _BX, _SP, _BP, _SI, _DI = range(8)
_ES, _CS, _SS, _DS, _FS, _GS = range(6)
_BEFORE_PID, _BEFORE_REGISTERS, _BEHIND_REGISTERS = 32, 76, 8

_MASK = (1 << 64) - 1


class Registers:
    """One CPU's, by the names of the VMState ``cpu`` (target/i386/machine.c); what it does not tell reads as 0."""

    def __init__(self, fields: dict[str, bytes]) -> None:
        self._fields = fields

    @property
    def known(self) -> bool:
        """Whether these are an x86 CPU's at all."""
        return "env.eip" in self._fields and "env.regs[0]" in self._fields

    def get(self, name: str) -> int:
        return int.from_bytes(self._fields.get(f"env.{name}", b"")) & _MASK

    def general(self, *numbers: int) -> list[int]:
        return [self.get(f"regs[{number}]") for number in numbers]

    def selectors(self, *numbers: int) -> list[int]:
        return [self.get(f"segs[{number}].selector") for number in numbers]


def cpu_registers(index: StreamIndex) -> list[Registers]:
    """Of each x86 CPU whose section is described, in the order of their numbers."""
    found = (Registers(leaves(decoded(index, record))) for record in sections(index, "cpu"))
    return [registers for registers in found if registers.known]


def notes(cpus: list[Registers]) -> bytes:
    """All notes, one behind the other: first every CPU's status, then what QEMU adds."""
    status = [_note(b"CORE", _NT_PRSTATUS, _status(cpu, number)) for number, cpu in enumerate(cpus, 1)]
    return b"".join([*status, *(_note(b"QEMU", _NT_QEMU, _state(cpu)) for cpu in cpus)])


def _note(owner: bytes, kind: int, body: bytes) -> bytes:
    """``owner`` with its NUL, padded to words as the body is."""
    head = struct.pack("<III", len(owner) + 1, len(body), kind)
    return head + owner.ljust(-(-(len(owner) + 1) // 4) * 4, b"\0") + body.ljust(-(-len(body) // 4) * 4, b"\0")


def _status(cpu: Registers, pid: int) -> bytes:
    """``pid`` is the CPU's number from 1 on: what gdb calls a thread."""
    values = [
        *cpu.general(15, 14, 13, 12, _BP, _BX, 11, 10, 9, 8, _AX, _CX, _DX, _SI, _DI),
        0,  # orig_rax: no system call
        cpu.get("eip"),
        *cpu.selectors(_CS),
        cpu.get("eflags"),
        *cpu.general(_SP),
        *cpu.selectors(_SS),
        *(cpu.get(f"segs[{number}].base") for number in (_FS, _GS)),
        *cpu.selectors(_DS, _ES, _FS, _GS),
    ]
    return struct.pack(f"<{_BEFORE_PID}xI{_BEFORE_REGISTERS}x27Q{_BEHIND_REGISTERS}x", pid, *values)


def _state(cpu: Registers) -> bytes:
    general = cpu.general(_AX, _BX, _CX, _DX, _SI, _DI, _SP, _BP, *range(8, 16))
    tables = [*(f"segs[{number}]" for number in (_CS, _DS, _ES, _FS, _GS, _SS)), "ldt", "tr", "gdt", "idt"]
    head = struct.pack("<II18Q", _CPU_STATE_VERSION, _CPU_STATE_SIZE, *general, cpu.get("eip"), cpu.get("eflags"))
    control = struct.pack("<6Q", *(cpu.get(f"cr[{number}]") for number in range(5)), cpu.get("kernelgsbase"))
    return head + b"".join(_segment(cpu, name) for name in tables) + control


def _segment(cpu: Registers, name: str) -> bytes:
    selector, limit, flags, base = (cpu.get(f"{name}.{part}") for part in ("selector", "limit", "flags", "base"))
    return struct.pack("<III4xQ", selector & 0xFFFFFFFF, limit & 0xFFFFFFFF, flags & 0xFFFFFFFF, base)
