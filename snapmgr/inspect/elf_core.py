"""A guest's memory and registers as an ELF core, which gdb and crash open: what QEMU's dump-guest-memory writes.

ELF of 64 bits for x86_64: the header, program headers of 56 bytes, the notes, then what lies where (System V gABI;
dump/dump.c).  Addresses are the guest's physical ones, virtual and physical alike, as QEMU has them without paging.
Contents begin on whole pages of the file and zeros are holes in it.
"""

from __future__ import annotations

import functools
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from snapmgr.inspect.cpu_notes import cpu_registers, notes
from snapmgr.inspect.guest_memory import Placed, place
from snapmgr.inspect.guest_note import guest_note
from snapmgr.inspect.index import StreamIndex
from snapmgr.work import Progress, no_progress

_HEADER_SIZE, _PROGRAM_SIZE, _PAGE = 64, 56, 4096
_IDENT = b"\x7fELF\x02\x01\x01"
"""64 bits, little-endian, version 1."""

_ET_CORE, _EM_X86_64, _PT_LOAD, _PT_NOTE, _READ_WRITE_RUN = 4, 62, 1, 4, 7


@dataclass(frozen=True, slots=True)
class Core:
    """What a core is made of: ``cpus`` have registers in it, ``left_out`` are blocks whose address is not known."""

    placed: Sequence[Placed]
    cpus: int
    left_out: Sequence[str]
    notes: bytes

    @property
    def head(self) -> bytes:
        """Everything before the contents."""
        at = _HEADER_SIZE + _PROGRAM_SIZE * (1 + len(self.placed))
        programs = [_program(_PT_NOTE, 0, at, 0, len(self.notes))]
        for part, start in zip(self.placed, self.starts, strict=True):
            programs.append(_program(_PT_LOAD, _READ_WRITE_RUN, start, part.address, part.length))
        return _header(len(programs)) + b"".join(programs) + self.notes

    @property
    def starts(self) -> list[int]:
        """Where each placed part begins in the file."""
        at = _HEADER_SIZE + _PROGRAM_SIZE * (1 + len(self.placed)) + len(self.notes)
        found = []
        for part in self.placed:
            found.append(-(-at // _PAGE) * _PAGE)
            at = found[-1] + part.length
        return found


def plan_core(index: StreamIndex, main: str | None = None) -> Core:
    """The core of a stream, not written yet; ``main`` as in ``place``, which says what is raised."""
    placed = place(index, main)
    cpus = cpu_registers(index)
    known = {part.block for part in placed}
    left_out = [block.name for block in index.blocks if block.name not in known]
    return Core(placed, len(cpus), left_out, notes(cpus) + guest_note(index, placed))


def write_core(index: StreamIndex, core: Core, file: IO[bytes], progress: Progress = no_progress) -> None:
    """Write to a new file that can seek.  Raises what reading RAM raises: Unsupported, StreamError."""
    total, done = sum(part.length for part in core.placed), 0
    file.write(core.head)
    for part, start in zip(core.placed, core.starts, strict=True):
        step = functools.partial(_step, progress, done, total)
        index.ram.write_range(part.block, part.offset, part.length, file, start, step)
        done += part.length
    file.truncate(core.starts[-1] + core.placed[-1].length)


def _step(progress: Progress, before: int, total: int, done: int) -> None:
    progress(before + done, total)


def _header(programs: int) -> bytes:
    fields = (_IDENT, _ET_CORE, _EM_X86_64, 1, 0, _HEADER_SIZE, 0, 0, _HEADER_SIZE, _PROGRAM_SIZE, programs, 0, 0, 0)
    return struct.pack("<16sHHIQQQIHHHHHH", *fields)


def _program(kind: int, flags: int, offset: int, address: int, length: int) -> bytes:
    """Without an alignment, as QEMU has it: one with contents aligned to pages, crash takes for a netdump, and finds
    no kernel in it that was moved at random."""
    return struct.pack("<IIQQQQQQ", kind, flags, offset, address, address, length, length, 0)
