"""Options of QEMU that would bring what a target lacks, as far as names tell them."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PCI = re.compile(r"(?:[0-9a-f]{4}:)?(?P<bus>[0-9a-f]{2}):(?P<slot>[0-9a-f]{2})\.(?P<function>[0-7])/(?P<name>.+)")
_TYPES = {
    "virtio-net": "virtio-net-pci",
    "virtio-blk": "virtio-blk-pci",
    "virtio-scsi": "virtio-scsi-pci",
    "virtio-rng": "virtio-rng-pci",
    "virtio-balloon": "virtio-balloon-pci",
    "virtio-gpu": "virtio-gpu-pci",
    "virtio-console": "virtio-serial-pci",
    "virtio-input": "virtio-tablet-pci",
    "vga": "VGA",
    "e1000": "e1000",
    "rtl8139": "rtl8139",
    "pcnet": "pcnet",
    "ehci": "usb-ehci",
    "uhci": "piix3-usb-uhci",
    "xhci": "qemu-xhci",
    "ich9_ahci": "ahci",
    "intel-hda": "intel-hda",
    "cirrus_vga": "cirrus-vga",
}
"""The -device of a section's name, where they differ or are common (hw/*: VMStateDescription.name)."""

_WITHOUT_DEVICE = {
    "hpet": "hpet=on behind its -M",
    "serial": "-serial null, or with its own -chardev … -device isa-serial,chardev=…",
}
"""What no -device alone brings."""

_PROCESSORS = ("cpu", "cpu_common", "apic", "kvm-tpr-opt")
_UNITS = ((1 << 30, "G"), (1 << 20, "M"), (1 << 10, "K"))
_MAIN_MEMORY = ("pc.ram", "microvm.ram", "ram")


def size_text(size: int) -> str:
    """As options take it: ``2G``, ``1537M``, ``12345B`` for what is no round number."""
    unit = next(((unit, letter) for unit, letter in _UNITS if size and size % unit == 0), None)
    return f"{size // unit[0]}{unit[1]}" if unit else f"{size}B"


def memory_option(name: str, size: int, sent: Mapping[str, int]) -> str:
    """What gives a RAM block this size in bytes; ``sent`` are all blocks of the stream."""
    if name in _MAIN_MEMORY:
        return f"Start the target with -m {size_text(size)}."
    if name.endswith("vga.vram"):
        return f"Give the display vgamem_mb={size >> 20} (-global VGA.vgamem_mb={size >> 20})."
    if name.endswith(".bios") or name.endswith(".rom"):
        return "Use the same firmware file on both sides (-bios, romfile)."
    return f"Give the memory behind {name} size={size_text(size)} (-object memory-backend-…)."


def block_option(name: str, size: int) -> str:
    """What brings a RAM block that a target lacks."""
    match = _PCI.fullmatch(name)
    if match is not None:
        return f"Give the target the device that has {match['name']} at addr={match['slot']}.{match['function']}."
    if "/" in name or "." in name:
        return f"Start the target with what brings {name}."
    return (
        f"Start the target with -object memory-backend-ram,id={name},size={size_text(size)}, as the memory that the "
        f"stream's machine had of it (-device pc-dimm,memdev={name}, or -M memory-backend={name})."
    )


def renamed_block(name: str, other: str, size: int) -> str:
    """How a block of the target, ``other``, gets the name that the stream has."""
    here, there = _PCI.fullmatch(name), _PCI.fullmatch(other)
    if here is not None and there is not None:
        return f"Put the target's device at {there['bus']}:{there['slot']} at addr={here['slot']}.{here['function']}."
    backend = f"-object memory-backend-ram,id={name},size={size_text(size)}"
    if here is None and other in _MAIN_MEMORY:
        return f"The target calls it {other}: start it with -M memory-backend={name} {backend}."
    if name in _MAIN_MEMORY:
        return f"The target calls it {other}: leave out its memory-backend, or give that the id {name}."
    return f"The target calls a block of this size {other}: give its memory the id {name}."


def device_option(idstr: str, *, leave_out: bool = False) -> str:
    """What brings a device; with ``leave_out``, what does not."""
    if idstr.rpartition("/")[2] in _PROCESSORS:
        return "Start both with the same -cpu, -smp and -accel."
    match = _PCI.fullmatch(idstr)
    name = match["name"].partition("/")[0] if match else idstr.rpartition("/")[2]
    kind = _TYPES.get(name)
    if name in _WITHOUT_DEVICE:
        return "" if leave_out else f"Start the target with {_WITHOUT_DEVICE[name]}."
    if leave_out:
        return f"Leave out -device {kind} to have the same machine." if kind else ""
    if kind is None:
        return "Start the target with the device that the stream's machine had."
    where = f",addr={match['slot']}.{match['function']}" if match else ""
    return f"Start the target with -device {kind}{where}."


def place_hint(idstr: str, other: str) -> str:
    """How a device that is somewhere else comes to the place that the stream names."""
    match, there = _PCI.fullmatch(idstr), _PCI.fullmatch(other)
    if match is not None and there is not None and _place(match) == _place(there):
        port = match["name"].partition("/")[0]
        if port[:1].isdigit():
            return f"Give the target's {other} port={port} of the same bus."
        return f"The target's {other} is of the same kind: give both the same place on the bus."
    if match is None:
        return f"The target's {other} is of the same kind: give both the same place and order."
    return f"Put the target's {other} at addr={match['slot']}.{match['function']} of the same bus."


def _place(match: re.Match[str]) -> tuple[str, ...]:
    return match["bus"], match["slot"], match["function"]
