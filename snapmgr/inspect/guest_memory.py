"""Where RAM blocks of a PC lie for its guest, which no stream says outright.

RAM begins at 0; what does not fit below the hole for devices goes on at 4 GiB (facts: hw/i386/pc_piix.c, pc_q35.c and
microvm.c; the sizes at which that begins are those of ``info mtree`` of QEMU 7.2).  max-ram-below-4g moves the hole: so
what the machine wrote into its CMOS counts first (hw/i386/pc.c: 0x34 and 0x5b, in units of 64 KiB), where it can be
believed.  The firmware ends at 4 GiB.  ROMs of devices and video RAM go where the guest put them: they are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from snapmgr.errors import NotFound, Unsupported
from snapmgr.inspect.index import StreamIndex
from snapmgr.inspect.state import decoded, leaves, sections
from snapmgr.names import quoted

MAIN = ("pc.ram", "microvm.ram")
"""Blocks that are a machine's RAM, unless memory-backend names another: that one is known by its size, which the
machine wrote into its CMOS (0x30, in KiB above 1 MiB, where there is no more than 16 MiB)."""

FIRMWARE = "pc.bios"
_FOUR_GIB = 1 << 32
_UNIT = 1 << 16
_MIB = 1 << 20
_FIRST_16_MIB = 16 * _MIB
_UNALIGNED_UPTO = (1, 7)
"""The last version of pc whose RAM below 4 GiB need not end on a whole GiB."""

_ALWAYS_BELOW = 0x80000000
"""Bytes of RAM that no PC splits by default."""


@dataclass(frozen=True, slots=True)
class Placed:
    """``length`` bytes of a block from ``offset`` on, which the guest sees at ``address``."""

    block: str
    offset: int
    length: int
    address: int


def place(index: StreamIndex, main: str | None = None) -> list[Placed]:
    """What of the blocks the guest sees where, by address; ``main`` is the block that is the machine's RAM.

    Raises NotFound ``no-such-block`` where there is none of that name, ``not-in-the-stream`` without its contents;
    Unsupported ``machine-not-known`` for a machine of which nobody says how it is laid out.
    """
    lengths = {block.name: block.used_length for block in index.blocks}
    name = _main(index, list(lengths), main)
    index.require_contents(next(block for block in index.blocks if block.name == name))
    low = min(lengths[name], ram_below_4g(index, lengths[name]))
    placed = [Placed(name, 0, low, 0)]
    firmware = lengths.get(FIRMWARE, 0)
    if firmware and low <= _FOUR_GIB - firmware:
        placed.append(Placed(FIRMWARE, 0, firmware, _FOUR_GIB - firmware))
    if lengths[name] > low:
        placed.append(Placed(name, low, lengths[name] - low, _FOUR_GIB))
    return placed


def _main(index: StreamIndex, names: list[str], wanted: str | None) -> str:
    usual = next((name for name in MAIN if name in names), None)
    name = wanted or usual or _main_by_size(index) or MAIN[0]
    if name in names:
        return name
    hint = "The stream announces no RAM blocks."
    if names:
        hint = f"There is {', '.join(names)}; the machine's RAM is the one that memory-backend named."
    raise NotFound("no-such-block", f"there is no RAM block {quoted(name)}", path=index.source.path, hint=hint)


def _main_by_size(index: StreamIndex) -> str | None:
    """The only block that has the size of the machine's RAM; None where there is no such, or more than one."""
    size = sum(_told_by_cmos(index))
    found = [block.name for block in index.blocks if size and 0 <= block.used_length - size < _UNIT]
    return found[0] if len(found) == 1 else None


def _told_by_cmos(index: StreamIndex) -> tuple[int, int]:
    """Bytes of RAM below and above 4 GiB, as the machine wrote them; (0, 0) where there is no clock."""
    for record in sections(index, "mc146818rtc")[:1]:
        cmos = leaves(decoded(index, record)).get("cmos_data", b"").ljust(128, b"\0")
        above_16_mib = int.from_bytes(cmos[0x34:0x36], "little") * _UNIT
        low = _FIRST_16_MIB + above_16_mib if above_16_mib else _MIB + (int.from_bytes(cmos[0x30:0x32], "little") << 10)
        return low, int.from_bytes(cmos[0x5B:0x5E], "little") * _UNIT
    return 0, 0


def ram_below_4g(index: StreamIndex, length: int) -> int:
    """Bytes of RAM below 4 GiB in a machine that has ``length`` of them.  Raises Unsupported as ``place``."""
    machine = index.configuration.machine if index.configuration else ""
    known = re.search("i440fx|q35|microvm|isapc|^pc-", machine) is not None or (not machine and length < _ALWAYS_BELOW)
    if not known:
        message = f"it is not known where machine type {quoted(machine)} has its RAM"
        if not machine:
            message = "the stream does not say its machine type, so it is not known where its RAM lies"
        hint = "The blocks can be written one by one, without --format elf."
        raise Unsupported("machine-not-known", message, path=index.source.path, hint=hint)
    low, high = _told_by_cmos(index)
    is_told = high and low < _FOUR_GIB and 0 <= length - low - high < _UNIT  # else a guest has written there
    return low if is_told else split_of(machine, length)


def split_of(machine: str, length: int) -> int:
    """As the machine type has it without max-ram-below-4g."""
    version = re.search(r"-(\d+)\.(\d+)$", machine)
    aligned = machine != "isapc" and not (version and tuple(map(int, version.groups())) <= _UNALIGNED_UPTO)
    if "microvm" in machine:
        return min(length, 0xC0000000)
    if "q35" in machine:
        return length if length < 0xB0000000 else 0x80000000 if aligned else 0xB0000000
    return length if length < 0xE0000000 else 0xC0000000 if aligned else 0xE0000000
