"""Machines with qcow2 disks, what is compared of them before and after a job, and writes that can be caught."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from snapmgr.block import lock, vectored
from snapmgr.block.device import BlockDevice
from snapmgr.block.images import open_image
from snapmgr.block.qcow2.check import check_image
from snapmgr.block.qcow2.create import Qcow2Writer
from snapmgr.gathered import Places
from snapmgr.jobs.history import JobHistory
from snapmgr.jobs.snapshots import MachineJobs
from snapmgr.jobs.table import JobTable
from snapmgr.machine.disks import open_disk
from snapmgr.machine.guest import BootOptions
from snapmgr.machine.machine import Machine
from snapmgr.machine.options import MachineOptions

DISK = 1 << 20
RAM = 16 << 20


def images(folder: Path, *names: str) -> list[Path]:
    paths = [folder / f"{name}.qcow2" for name in names]
    for path in paths:
        with path.open("w+b") as file:
            Qcow2Writer(file.fileno(), DISK).finish()
    return paths


def machine(paths: list[Path]) -> Machine:
    options = MachineOptions(ram=RAM, boot=BootOptions("random", 1))
    return Machine(options, [open_disk(path) for path in paths])


@contextmanager
def jobs_of(made: Machine, history: JobHistory | None = None) -> Iterator[MachineJobs]:
    """Jobs with a worker of their own."""
    with ThreadPoolExecutor(1) as worker:
        yield MachineJobs(made, JobTable("demo", worker.submit, history=history))


Contents = list[tuple[list[tuple[str, str, int]], list[str]]]


def contents(paths: list[Path]) -> Contents:
    """List of each image, and the sha256 of its disk now and then and of its VM states.  It must be sound."""
    found: Contents = []
    for path in paths:
        image = open_image(path, use=lock.Use.SHARE)
        try:
            assert check_image(image).tally.sound, path
            sums = [_sum(_all_of(layer)) for layer in (image.active, *map(image.at, image.snapshots))]
            states = [image.vm_state(entry) for entry in image.snapshots]
            sums += [_sum(state.read(0, state.size)) for state in states]
            listed = [(entry.id_text, entry.name_text, entry.vm_state_size) for entry in image.snapshots]
            found.append((listed, sums))
        finally:
            image.close()
    return found


def _all_of(layer: BlockDevice) -> bytes:
    data = bytearray(layer.size)
    layer.pread_into(0, memoryview(data))
    return bytes(data)


def _sum(data: bytes | bytearray | memoryview) -> str:
    return hashlib.sha256(data).hexdigest()


def on_write(patch: pytest.MonkeyPatch, call: Callable[[int], None]) -> None:
    """``call(k)`` before the k-th write to a file."""
    real, real_places, count = os.pwrite, vectored.write_places, 0

    def pwrite(descriptor: int, data: bytes, offset: int, /) -> int:
        nonlocal count
        count += 1
        call(count)
        return real(descriptor, data, offset)

    def write_places(descriptor: int, places: Places, offset: int) -> int:
        nonlocal count
        count += 1
        call(count)
        return real_places(descriptor, places, offset)

    patch.setattr(os, "pwrite", pwrite)
    patch.setattr(vectored, "write_places", write_places)
