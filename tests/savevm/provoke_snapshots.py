"""The texts of save_snapshot and load_snapshot, by a demo machine whose disk is a qcow2 image in memory."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from snapmgr.block.memory import MemoryDevice
from snapmgr.block.qcow2 import change
from snapmgr.block.qcow2.disk import Qcow2Disk
from snapmgr.block.qcow2.entry import NewEntry
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.shadow import Shadow
from snapmgr.block.qcow2.state_writer import StateWriter
from snapmgr.errors import SnapmgrError
from snapmgr.machine.disks import MemoryDisk
from snapmgr.machine.machine import Machine
from snapmgr.machine.options import MachineOptions
from snapmgr.snapshots.machine import load_snapshot, save_snapshot
from tests.block.tiny import tiny
from tests.savevm.spec import Text


def _refused(act: Callable[[Machine, Qcow2Disk], object], **options: Any) -> list[str]:
    disk = Qcow2Disk(Qcow2Image(MemoryDevice(tiny({}))))
    with Machine(MachineOptions(ram=16 << 20, **options), [MemoryDisk("disk0", disk)]) as machine:
        try:
            act(machine, disk)
        except SnapmgrError as error:
            return (error.qemu or "").splitlines()
    raise AssertionError("nothing was refused")


def _save_twice(machine: Machine, disk: Qcow2Disk) -> None:
    save_snapshot(machine, "once")
    save_snapshot(machine, "once")


def _keep(disk: Qcow2Disk, state: bytes) -> None:
    """A snapshot ``kept`` whose VM state is ``state``."""
    shadow = Shadow(disk.image)
    with StateWriter(shadow) as writer:
        writer.write(state)
        tables = writer.tables()
    change.create(shadow, NewEntry(b"1", b"kept", 0, 0, disk.size, vm_state_size=len(state)), tables)
    shadow.prepare()
    shadow.commit()
    disk.reload()


def _load(machine: Machine, disk: Qcow2Disk, state: bytes) -> None:
    _keep(disk, state)
    load_snapshot(machine, "kept")


def _record(machine: Machine, disk: Qcow2Disk) -> None:
    save_snapshot(machine, "never")


def _load_none(machine: Machine, disk: Qcow2Disk) -> None:
    load_snapshot(machine, "none")


SNAPSHOT_TEXTS: dict[Text, tuple[str, Callable[[], list[str]]]] = {
    Text("save_snapshot", "Record/replay does not allow making snapshot right now. Try once more later."): (
        "Record/replay does not allow making snapshot right now. Try once more later.",
        partial(_refused, _record, record_replay=True),
    ),
    Text("save_snapshot", "Snapshot '%s' already exists in one or more devices"): (
        "Snapshot 'once' already exists in one or more devices",
        partial(_refused, _save_twice),
    ),
    Text("load_snapshot", "Snapshot '%s' does not exist in one or more devices"): (
        "Snapshot 'none' does not exist in one or more devices",
        partial(_refused, _load_none),
    ),
    Text("load_snapshot", "This is a disk-only snapshot. Revert to it  offline using qemu-img"): (
        "This is a disk-only snapshot. Revert to it  offline using qemu-img",
        partial(_refused, partial(_load, state=b"")),
    ),
    Text("load_snapshot", "Error %d while loading VM state"): (
        "Error -22 while loading VM state",
        partial(_refused, partial(_load, state=b"QEVN" + bytes(100))),
    ),
}
