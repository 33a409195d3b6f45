"""``python -m tests.snapshots.killed KIND K IMAGE…``: change images, and be killed with the k-th write half done.

KIND ``save`` saves the demo machine with the images as its disks.
Prints how many writes there were, unless it dies.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from collections.abc import Callable

from snapmgr.block.checking import Repair, check_file
from snapmgr.machine.disks import open_disk
from snapmgr.machine.guest import BootOptions
from snapmgr.machine.machine import Machine
from snapmgr.machine.options import MachineOptions
from snapmgr.snapshots.change import apply_snapshot, create_snapshot, delete_snapshot, rename_snapshot
from snapmgr.snapshots.machine import save_snapshot
from snapmgr.snapshots.undo import bring_back

_real = os.pwrite


def main(kind: str, last: int, images: list[str]) -> None:
    count = itertools.count(1)

    def pwrite(descriptor: int, data: bytes, offset: int, /) -> int:
        if next(count) < last:
            return _real(descriptor, data, offset)
        _real(descriptor, memoryview(data)[: len(data) // 2] if offset else data, offset)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("still here")

    change = {"save": save, "undo": undo}[kind](images) if kind in ("save", "undo") else changes(images)[kind]
    os.pwrite = pwrite
    change()
    print(next(count) - 1)


def changes(images: list[str]) -> dict[str, Callable[[], object]]:
    return {
        "create": lambda: create_snapshot(images, "new"),
        "delete": lambda: delete_snapshot(images, "id:1"),
        "apply": lambda: apply_snapshot(images, "id:1"),
        "rename": lambda: rename_snapshot(images, "id:1", "renamed"),
        "repair": lambda: check_file(images[0], repair=Repair.ALL),
    }


def undo(images: list[str]) -> Callable[[], object]:
    """Of a deletion that has just taken place."""
    gone = [one.switched for one in delete_snapshot(images, "first")]
    return lambda: bring_back([one for one in gone if one is not None])


def save(images: list[str]) -> Callable[[], object]:
    """Of a machine that has written to its disks, and stands."""
    machine = Machine(MachineOptions(ram=16 << 20, boot=BootOptions("random", 1)), [open_disk(path) for path in images])
    machine.start()
    machine.run(5)
    machine.stop()
    return lambda: save_snapshot(machine, "new")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
