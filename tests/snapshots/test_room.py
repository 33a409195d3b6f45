"""Too little room for a VM state is found before the guest is stopped for it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from snapmgr.block.memory import MemoryDevice
from snapmgr.errors import SnapmgrError
from snapmgr.machine.devices.disk import DEPTH, Request
from snapmgr.machine.disks import MemoryDisk
from snapmgr.machine.guest import BootOptions
from snapmgr.machine.machine import Machine
from snapmgr.machine.memory import MAX_DISKS
from snapmgr.machine.options import MachineOptions
from snapmgr.machine.runstate import RunState
from snapmgr.machine.saving import standing
from snapmgr.machine.writer import BUS_ADDRESS
from snapmgr.savevm.output import Output
from snapmgr.savevm.saver import Saver
from snapmgr.snapshots.machine import delete_snapshot, disks_of, save_snapshot
from snapmgr.snapshots.room import DEVICES, needed
from tests.snapshots.test_machine import images, machine, names


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """``bytes`` that a disk has free, as the system tells it."""
    told = SimpleNamespace(bytes=1 << 40)
    monkeypatch.setattr(os, "statvfs", lambda path: SimpleNamespace(f_bavail=told.bytes >> 12, f_frsize=4096))
    return told


def test_it_is_said_and_nothing_is_done(tmp_path: Path, free: SimpleNamespace) -> None:
    paths = images(tmp_path, "a", "b")
    with machine(paths, "full") as made:
        made.start()
        made.run(20)
        before = [path.read_bytes() for path in paths]
        free.bytes = 4 << 20
        stops = made.trace.subscribe()
        with pytest.raises(SnapmgrError) as refused:
            save_snapshot(made, "big")
        assert refused.value.code == "no-space" and refused.value.qemu == (
            "Error while writing VM state: No space left on device"
        )
        assert re.search(r"needs 1\d MiB, and \d MiB are free for ", refused.value.message)
        assert str(paths[0]) in refused.value.message
        assert not [event for event in stops.drain()[0] if event.name == "runstate_set"], "the guest was not stopped"
        assert made.run_state is RunState.RUNNING and [path.read_bytes() for path in paths] == before


def test_what_is_free_within_the_image_counts_too(tmp_path: Path, free: SimpleNamespace) -> None:
    paths = images(tmp_path, "a", "b")
    with machine(paths, "full") as made:
        made.advance(20)
        save_snapshot(made, "first")
        free.bytes = 1 << 20
        with pytest.raises(SnapmgrError, match="are free for"):
            save_snapshot(made, "second")
        delete_snapshot(made, "first")
        save_snapshot(made, "second")
        assert names(*paths) == [("second", 2, True)]


def test_pages_of_zeros_need_none(tmp_path: Path, free: SimpleNamespace) -> None:
    paths = images(tmp_path, "a")
    with machine(paths, "idle") as made:
        made.advance(3)
        free.bytes = 4 << 20
        save_snapshot(made, "small")
    assert names(*paths) == [("small", 1, True)]


def test_devices_and_tables_count_too(tmp_path: Path, free: SimpleNamespace) -> None:
    paths = images(tmp_path, "a")
    with machine(paths, "full") as made:
        made.advance(20)
        blocks = list(made.ram.migratable())
        pages = sum(int(block.by_page.any(axis=1).sum()) for block in blocks)
        [disk] = disks_of(made, None).values()
        free.bytes = pages * 4096 + (48 << 10)
        with pytest.raises(SnapmgrError, match="are free for"):
            save_snapshot(made, "big")
        most = free.bytes = -(-needed(disk.image, blocks, pages) // 4096) * 4096
        before = paths[0].stat().st_blocks
        save_snapshot(made, "big")
        grown = (paths[0].stat().st_blocks - before) * 512
        assert most - (1 << 20) < grown <= most, "no less than it takes, and not much more"


def test_no_machine_has_more_to_say_of_its_devices() -> None:
    memory = [MemoryDisk(f"disk {number}", MemoryDevice(bytes(1 << 20))) for number in range(MAX_DISKS)]
    options = MachineOptions(ram=16 << 20, boot=BootOptions("full", 1), devices=("unplug",), uuid=bytes(range(16)))
    with Machine(options, memory) as made:
        made.advance(20)
        for controller in made.board.controllers:
            for tag in range(len(controller.queue), DEPTH):
                controller.submit(Request(tag=tag, slot=1, address=BUS_ADDRESS, due=made.board.now + 1))
        with standing(made):
            assert DEVICES // 4 < len(Saver(made, Output()).devices_apart()) <= DEVICES
