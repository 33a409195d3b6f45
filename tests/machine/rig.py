"""Machines for the tests, and fingerprints of them that the tests take themselves."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from typing import Any

from snapmgr.block.memory import MemoryDevice
from snapmgr.machine.disks import MemoryDisk
from snapmgr.machine.guest import BootOptions
from snapmgr.machine.machine import Machine
from snapmgr.machine.options import MachineOptions
from snapmgr.machine.saving import load, save

RAM = 16 << 20
DISK = 256 << 10


def machine(
    workload: str = "random", *, seed: int = 1, rate: int | None = None, disks: Any = (DISK,), **options: Any
) -> Machine:
    """``disks`` are sizes, or contents."""
    devices = [MemoryDevice(bytes(disk) if isinstance(disk, int) else disk) for disk in disks]
    wanted = MachineOptions(ram=RAM, boot=BootOptions(workload, seed, rate), **options)
    return Machine(wanted, [MemoryDisk(f"disk{number}", device) for number, device in enumerate(devices)])


def contents(source: Machine) -> list[bytes]:
    """What is on its disks."""
    return [disk.device.content for disk in source.board.disks]


def stream(source: Machine) -> bytes:
    parts: list[bytes] = []
    save(source, lambda buffers: parts.extend(bytes(buffer) for buffer in buffers))
    return b"".join(parts)


def twin(source: Machine, data: bytes | None = None, **options: Any) -> Machine:
    """Another machine, which loaded the stream of ``source`` and has copies of its disks."""
    data = stream(source) if data is None else data
    wanted = dataclasses.replace(source.machine_options, boot=BootOptions("idle", 99), **options)
    disks = [MemoryDisk(disk.name, MemoryDevice(disk.device.content)) for disk in source.board.disks]
    target = Machine(wanted, disks)
    load(target, [data])
    return target


def fingerprint(source: Machine) -> str:
    """SHA-256 over raw RAM, every register by name, and the disks."""
    source.cpu_synchronize_all_states()
    total = hashlib.sha256()
    for block in source.ram:
        total.update(block.idstr.encode())
        total.update(block.memory.data)
    for path, value in registers(source):
        total.update(f"{path}={value!r}\n".encode())
    for content in contents(source):
        total.update(content)
    return total.hexdigest()


def registers(source: Machine) -> list[tuple[str, Any]]:
    """Every register of every device, with its path."""
    source.cpu_synchronize_all_states()
    return [pair for name, device in source.board.devices() for pair in _leaves(name, device)]


NO_REGISTERS = {
    "output",
    "iommu",
    "resolved",
    "index",
    "counts_errors",
    "has_fifo",
    "has_brightness",
    "announces",
    "version",
    "iommu.count",
}
"""What says how the parts are wired, and what follows from other registers."""


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if dataclasses.is_dataclass(value):
        for item in dataclasses.fields(value):
            if not NO_REGISTERS & {item.name, f"{path}.{item.name}"}:
                yield from _leaves(f"{path}.{item.name}", getattr(value, item.name))
    elif isinstance(value, list):
        yield f"{path}.length", len(value)
        for number, element in enumerate(value):
            yield from _leaves(f"{path}[{number}]", element)
    else:
        yield path, bytes(value) if isinstance(value, bytearray) else value
