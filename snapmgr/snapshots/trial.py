"""Whether a machine could load a VM state, found out before anything of it or its disks changes.

The state is loaded into a machine like it that nobody sees.  Of RAM only the page is kept in which the guest remembers
what each of its disks holds: that says which disk was which.  QEMU takes disks in the order in which they come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

import numpy as np
import numpy.typing as npt

from snapmgr.block.device import BlockDevice
from snapmgr.block.memory import MemoryDevice
from snapmgr.errors import SnapmgrError
from snapmgr.machine import chain, saving
from snapmgr.machine.disks import MemoryDisk
from snapmgr.machine.machine import Machine
from snapmgr.savevm.failures import LoadError, errno_of


def try_state(machine: Machine, chunks: Iterable[memoryview], then: Mapping[str, BlockDevice]) -> None:
    """``then`` are the disks that go back, by name, as they will be.

    Raises as ``saving.load``, and SnapmgrError ``disk-order`` where one of them was another disk of the machine.
    """
    machine.blockers.check(machine.registry)
    disks = [MemoryDisk(disk.name, MemoryDevice(bytes(512))) for disk in machine.board.disks]
    with Machine(machine.machine_options, disks) as trial:
        loader, memory = trial.ram_entry.loader, trial.board.memory
        loader.dry, loader.kept = True, {memory.ram.idstr: 0}
        try:
            saving.load(trial, chunks)
        except LoadError as error:
            said = f"Error {-errno_of(error)} while loading VM state"
            error.qemu = f"{error.qemu}\n{said}" if error.qemu else said
            raise
        _refuse_other_order([disk.name for disk in disks], then, memory.variables["writers"])


def _refuse_other_order(names: Sequence[str], then: Mapping[str, BlockDevice], writers: npt.NDArray[np.void]) -> None:
    """``writers`` is what RAM remembers of each disk, by its number (machine.memory)."""
    was = {name: _number(device, writers, names.index(name)) for name, device in then.items()}
    other = next((name for name, number in was.items() if number not in (None, names.index(name))), None)
    if other is None:
        return
    order = sorted((number, name) for name, number in was.items() if number is not None)
    here = names.index(other)
    raise SnapmgrError(
        "disk-order",
        f"{other} was disk {was[other]} of the machine when the snapshot was saved, and is disk {here} now",
        path=other,
        hint="Name the disks in the order that they had then: " + ", ".join(name for _, name in order),
    )


def _number(device: BlockDevice, writers: npt.NDArray[np.void], here: int) -> int | None:
    """Which disk of the machine this was, as far as the guest had written to it."""
    with suppress(SnapmgrError):
        numbers: list[int] = [here, *range(len(writers))]
        for number in numbers:
            stable: bytes = writers["stable"][number].tobytes()
            if stable != bytes(32) and chain.holds(device, int(writers["stable_slot"][number]), stable):
                return number
    return None
