"""Snapshots of the demo machine in qcow2 images: it goes on from them as if nothing had happened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from snapmgr.block.images import open_image
from snapmgr.block.qcow2.create import Qcow2Writer
from snapmgr.block.qcow2.shadow import Shadow
from snapmgr.errors import NotFound, SnapmgrError, UsageError
from snapmgr.machine.disks import open_disk
from snapmgr.machine.guest import BootOptions
from snapmgr.machine.machine import Machine
from snapmgr.machine.options import MachineOptions
from snapmgr.machine.runstate import RunState
from snapmgr.machine.written import disk_digest
from snapmgr.savevm.blockers import Blocked
from snapmgr.snapshots.change import create_snapshot
from snapmgr.snapshots.list import list_snapshots
from snapmgr.snapshots.machine import delete_snapshot, load_snapshot, save_snapshot

DISK = 1 << 20


def images(folder: Path, *names: str) -> list[Path]:
    paths = [folder / f"{name}.qcow2" for name in names]
    for path in paths:
        with path.open("w+b") as file:
            Qcow2Writer(file.fileno(), DISK).finish()
    return paths


def machine(paths: list[Path], workload: str = "random", **options: object) -> Machine:
    wanted = MachineOptions(ram=16 << 20, boot=BootOptions(workload, 1), **options)  # type: ignore[arg-type]
    return Machine(wanted, [open_disk(path) for path in paths])


@pytest.fixture
def disks(tmp_path: Path) -> list[Path]:
    return images(tmp_path, "a", "b")


@pytest.fixture
def running(disks: list[Path]) -> Iterator[Machine]:
    with machine(disks) as made:
        made.start()
        made.run(20)
        yield made


def names(*paths: Path) -> list[tuple[str, int, bool]]:
    """Name, on how many disks, and whether there is a VM state."""
    return [(row.name, len(row.entries), not row.disk_only) for row in list_snapshots(paths).rows]


def test_disks_in_another_order_are_refused_before_anything_changes(disks: list[Path], running: Machine) -> None:
    save_snapshot(running, "s")
    running.run(7)
    running.close()
    swapped = disks[::-1]
    with machine(swapped) as made:
        digests = [disk_digest(disk.device) for disk in made.board.disks]
        for only in (None, [str(disks[0])]):
            with pytest.raises(SnapmgrError) as refused:
                load_snapshot(made, "s", devices=only)
            assert refused.value.code == "disk-order" and "is disk" in refused.value.message
        assert [disk_digest(disk.device) for disk in made.board.disks] == digests
        assert made.run_state is RunState.PRELAUNCH
    with machine(swapped) as made, pytest.raises(SnapmgrError) as refused:
        load_snapshot(made, "s")
    assert refused.value.hint.endswith(f": {disks[0]}, {disks[1]}")  # type: ignore[union-attr]
    with machine(disks) as made:
        load_snapshot(made, "s")
        made.start()
        made.run(20)
        assert made.state().counters["mismatches"] == 0


def test_disks_that_the_guest_never_wrote_to_have_no_order(disks: list[Path]) -> None:
    with machine(disks) as made:
        save_snapshot(made, "s")
    with machine(disks[::-1]) as made:
        load_snapshot(made, "s")


@pytest.mark.parametrize("workload", ["idle", "sequential", "hotspot", "full"])
def test_ticks_after_a_load_equal_ticks_without(tmp_path: Path, workload: str) -> None:
    with machine(images(tmp_path, "c", "d"), workload) as straight:
        straight.advance(50)
        wanted = straight.digest()
    paths = images(tmp_path, "a", "b")
    with machine(paths, workload) as made:
        made.advance(30)
        saved = save_snapshot(made, "here")
        at_save = made.digest()
        made.advance(20)
        assert made.digest() == wanted
        load_snapshot(made, "here")
        assert made.digest() == at_save
        made.advance(20)
        assert made.digest() == wanted
    assert [(one.path, one.name) for one in saved.devices] == [(str(path), "here") for path in paths]
    with machine(paths, "idle") as other:
        load_snapshot(other, "here")
        other.advance(20)
        assert other.digest() == wanted
    assert names(*paths) == [("here", 2, True)]


def test_it_runs_again_if_it_ran(running: Machine) -> None:
    saved = save_snapshot(running, "here")
    assert running.run_state is RunState.RUNNING and saved.stood > 0 and saved.vm_state_size > 1 << 20
    running.run(5)
    load_snapshot(running, "here")
    assert running.run_state is RunState.RUNNING and running.tick == 20
    running.stop()
    load_snapshot(running, "here")
    assert running.run_state is not RunState.RUNNING
    row = list_snapshots([disk.name for disk in running.board.disks]).rows[0]
    assert row.vm_clock_nsec == running.board.clock.now


def test_the_vm_state_goes_where_it_is_said(running: Machine, disks: list[Path]) -> None:
    save_snapshot(running, "here", vmstate=str(disks[1]))
    assert list_snapshots(disks).rows[0].state_device == str(disks[1])
    tick = running.tick
    running.run(3)
    load_snapshot(running, "here")
    assert running.tick == tick
    with pytest.raises(UsageError) as refused:
        save_snapshot(running, "there", vmstate="x")
    assert refused.value.qemu == "vmstate block device 'x' does not exist"


def test_some_of_the_disks(running: Machine, disks: list[Path]) -> None:
    a, b = map(str, disks)
    save_snapshot(running, "on b", devices=[b])
    saved = save_snapshot(running, "on both", vmstate=b)
    assert [one.id for one in saved.devices] == ["2", "2"], "the same id on all of its disks"
    assert names(*disks) == [("on both", 2, True), ("on b", 1, True)]
    tick = running.tick
    running.run(30)
    running.stop()
    contents = [disk_digest(disk.device) for disk in running.board.disks]
    with pytest.raises(NotFound):
        load_snapshot(running, "on b")
    assert [one.path for one in load_snapshot(running, "on b", devices=[b])] == [b]
    assert running.tick == tick
    after = [disk_digest(disk.device) for disk in running.board.disks]
    assert after[0] == contents[0] and after[1] != contents[1], "what is not named stays what it is"
    with pytest.raises(UsageError) as refused:
        save_snapshot(running, "there", devices=[a], vmstate=b)
    assert refused.value.qemu == f"vmstate block device '{b}' does not exist"
    for change in (save_snapshot, load_snapshot, delete_snapshot):
        with pytest.raises(UsageError) as refused:
            change(running, "on both", devices=["x"])
        assert refused.value.qemu == "No block device node 'x'"
        with pytest.raises(UsageError) as refused:
            change(running, "on both", devices=[])
        assert refused.value.qemu == "At least one device is required for snapshot"
    delete_snapshot(running, "on both", devices=[a])
    assert names(*disks) == [("on b", 1, True), ("on both", 1, True)]


def test_names(running: Machine, disks: list[Path]) -> None:
    first = save_snapshot(running, now=lambda: 1_700_000_000_000_000_000)
    second = save_snapshot(running, now=lambda: 1_700_000_000_000_000_000)
    assert first.name.startswith("vm-2023111") and second.name == f"{first.name}-2"
    with pytest.raises(SnapmgrError) as taken:
        save_snapshot(running, first.name)
    assert taken.value.qemu == f"Snapshot '{first.name}' already exists in one or more devices"
    running.run(7)
    save_snapshot(running, first.name, overwrite=True)
    assert names(*disks) == [(second.name, 2, True), (first.name, 2, True)]
    tick = running.tick
    running.run(3)
    load_snapshot(running, first.name)
    assert running.tick == tick
    assert [one.name for one in delete_snapshot(running, second.name)] == [second.name] * 2
    assert names(*disks) == [(first.name, 2, True)]


def test_what_is_refused_leaves_everything(running: Machine, disks: list[Path], tmp_path: Path) -> None:
    with pytest.raises(NotFound) as absent:
        load_snapshot(running, "none")
    assert absent.value.qemu == "Snapshot 'none' does not exist in one or more devices"
    running.blockers.add("busy", status=running.migration.status, saving=False, only_migratable=False)
    with pytest.raises(Blocked, match="busy"):
        save_snapshot(running, "here")
    running.blockers.remove("busy")
    assert running.run_state is RunState.RUNNING and names(*disks) == []
    raw = tmp_path / "raw.img"
    raw.write_bytes(bytes(DISK))
    with machine([raw]) as other, pytest.raises(SnapmgrError) as none:
        save_snapshot(other, "here")
    assert none.value.qemu == f"Device '{raw}' is writable but does not support snapshots"


def test_the_disks_alone_are_not_loaded_while_it_runs(tmp_path: Path) -> None:
    paths = images(tmp_path, "a")
    create_snapshot(paths, "disk only")
    with machine(paths) as made, pytest.raises(SnapmgrError) as refused:
        load_snapshot(made, "disk only")
    assert refused.value.qemu == "This is a disk-only snapshot. Revert to it  offline using qemu-img"


def test_a_state_that_this_machine_cannot_load_touches_no_disk(disks: list[Path]) -> None:
    with machine(disks) as made:
        made.advance(20)
        save_snapshot(made, "newer")
    with machine(disks, machine="demo-1.0") as older:
        older.advance(10)
        before = older.digest()
        with pytest.raises(SnapmgrError):
            load_snapshot(older, "newer")
        assert older.digest() == before
        older.advance(1)


def test_a_save_that_fails_keeps_nothing_and_the_guest_runs(
    running: Machine, disks: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    save_snapshot(running, "before")
    digest = running.digest()
    commits: list[Path | None] = []
    commit = Shadow.commit

    def second_fails(shadow: Shadow) -> None:
        commits.append(shadow.image.path)
        if len(commits) == 2:
            raise SnapmgrError("cannot-write", "the second disk is gone")
        commit(shadow)

    monkeypatch.setattr(Shadow, "commit", second_fails)
    for change in (
        lambda: save_snapshot(running, "here"),
        lambda: save_snapshot(running, "before", overwrite=True),
        lambda: delete_snapshot(running, "before"),
    ):
        commits.clear()
        with pytest.raises(SnapmgrError, match="is gone"):
            change()
        assert running.run_state is RunState.RUNNING
        assert running.digest() == digest
        assert names(*disks) == [("before", 2, True)]
    monkeypatch.undo()
    running.run(2)
    save_snapshot(running, "here")
    assert names(*disks) == [("before", 2, True), ("here", 2, True)]
    for path in disks:
        image = open_image(path)
        assert image.snapshots
        image.close()
