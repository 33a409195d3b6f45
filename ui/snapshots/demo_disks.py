"""The disks of the demo machine in the window: qcow2 images in the data folder, made when they are first needed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import platformdirs

from snapmgr.block.qcow2.create import Qcow2Writer
from snapmgr.errors import SnapmgrError
from snapmgr.machine.disks import Disk, open_disk
from snapmgr.machine.machine import Machine
from snapmgr.machine.options import MachineOptions
from snapmgr.snapshots.journal import finish_cut_off

NAMES = ("root.qcow2", "data.qcow2")
SIZE = 8 << 20
"""Bytes of each disk."""


def demo_folder() -> Path:
    """Where they are."""
    return platformdirs.user_data_path("snapmgr", appauthor=False) / "demo"


def make_machine(
    options: MachineOptions, folder: Path, names: Sequence[str] = NAMES
) -> tuple[Machine, SnapmgrError | OSError | None]:
    """A machine with its disks; without any where they cannot be had, and why.  For its own thread."""
    disks: list[Disk] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / name for name in names]
        for path in paths:
            _make(path)
        finish_cut_off(paths)
        disks.extend(map(open_disk, paths))
        return Machine(options, disks), None
    except (SnapmgrError, OSError) as error:
        for disk in disks:
            disk.close()
        return Machine(options), error


def _make(path: Path) -> None:
    """An empty image; one that is there stays."""
    if path.exists():
        return
    temporary = path.with_suffix(".part")
    with temporary.open("w+b") as file:
        Qcow2Writer(file.fileno(), SIZE).finish()
    temporary.rename(path)
