"""What is known beside the images follows them: ancestry, Current, notes and screens, by whomever they are changed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from snapmgr.block.qcow2.create import Qcow2Writer
from snapmgr.machine.disks import open_disk
from snapmgr.machine.guest import BootOptions
from snapmgr.machine.machine import Machine
from snapmgr.machine.options import MachineOptions
from snapmgr.sidecar.png import check_png
from snapmgr.sidecar.store import sidecar_folder
from snapmgr.snapshots import change
from snapmgr.snapshots.beside import with_beside
from snapmgr.snapshots.list import list_snapshots
from snapmgr.snapshots.machine import delete_snapshot, list_of, load_snapshot, save_snapshot
from snapmgr.snapshots.model import Snapshots
from snapmgr.snapshots.notes import read_note, write_note
from snapmgr.snapshots.screens import screen_of

needs_qemu_img = pytest.mark.skipif(
    not shutil.which("qemu-img") and "SNAPMGR_CI" not in os.environ, reason="no qemu-img on this machine"
)
SIZE = 4 << 20


def image(path: Path, size: int = SIZE) -> Path:
    with path.open("w+b") as file:
        Qcow2Writer(file.fileno(), size).finish()
    return path


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    return image(tmp_path / "disk.qcow2")


def look(*paths: Path) -> Snapshots:
    return with_beside(list_snapshots(paths))


def family(found: Snapshots) -> dict[str, str | None]:
    """Names of parents, "" for none, nothing where it is not known; "Now" came from Current."""
    names = [row.name for row in found.rows]
    said = {names[one]: "" if parent is None else names[parent] for one, parent in found.beside.parents.items()}
    current = found.beside.current
    return said | {"Now": None if current is None else names[current]}


def write(path: Path, offset: int, pattern: int) -> None:
    run("qemu-io", "-f", "qcow2", "-c", f"write -P {pattern} {offset} 64k", str(path))


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def test_a_line_and_a_branch(disk: Path) -> None:
    for name in ("one", "two", "three"):
        change.create_snapshot([disk], name)
    change.apply_snapshot([disk], "one")
    change.create_snapshot([disk], "other")
    assert family(look(disk)) == {"one": "", "two": "one", "three": "two", "other": "one", "Now": "other"}
    change.rename_snapshot([disk], "two", "zwei")
    assert family(look(disk)) == {"one": "", "zwei": "one", "three": "zwei", "other": "one", "Now": "other"}
    change.delete_snapshot([disk], "zwei")
    change.delete_snapshot([disk], "other")
    assert family(look(disk)) == {"one": "", "three": "one", "Now": "one"}
    change.delete_snapshot([disk], "one")
    assert family(look(disk)) == {"three": "", "Now": None}


@needs_qemu_img
@pytest.mark.parametrize("gone", ["one", "two"])
def test_a_deletion_that_is_undone_leaves_everything_known(disk: Path, gone: str) -> None:
    change.create_snapshot([disk], "one")
    write(disk, 0, 1)
    change.create_snapshot([disk], "two")
    write(disk, 0, 2)
    write_note(next(row for row in look(disk).rows if row.name == gone), "noted")
    before, known, notes = disk.read_bytes(), family(look(disk)), look(disk).beside.notes
    change.delete_snapshot([disk], gone)
    assert family(look(disk))["Now"] == ("one" if gone == "two" else "two")
    disk.write_bytes(before)
    assert family(look(disk)) == known == {"one": "", "two": "one", "Now": "two"} and look(disk).beside.notes == notes


def test_saving_before_loading_makes_a_branch(disk: Path) -> None:
    change.create_snapshot([disk], "one")
    change.create_snapshot([disk], "two")
    change.apply_after_saving([disk], "one", "kept")
    assert family(look(disk)) == {"one": "", "two": "one", "kept": "two", "Now": "one"}


def test_it_follows_an_image_that_is_moved_copied_and_renamed(disk: Path, tmp_path: Path) -> None:
    change.create_snapshot([disk], "one")
    change.create_snapshot([disk], "two")
    [first, _] = look(disk).rows
    write_note(first, "a note")
    moved = tmp_path / "elsewhere" / "renamed.img"
    moved.parent.mkdir()
    disk.rename(moved)
    copy = tmp_path / "copy.qcow2"
    shutil.copy(moved, copy)
    for path in (moved, copy):
        found = look(path)
        assert family(found) == {"one": "", "two": "one", "Now": "two"} and found.beside.notes == {0: "a note"}
    change.delete_snapshot([copy], "one")
    change.apply_snapshot([moved], "one")
    assert family(look(copy)) == {"two": "", "Now": "two"} and look(moved).beside.notes == {0: "a note"}
    assert family(look(moved)) == {"one": "", "two": "one", "Now": "one"}


@needs_qemu_img
def test_one_that_another_program_made_anew_is_another(disk: Path) -> None:
    change.create_snapshot([disk], "one")
    change.create_snapshot([disk], "two")
    write_note(look(disk).rows[1], "ours")
    run("qemu-img", "snapshot", "-d", "two", str(disk))
    run("qemu-img", "snapshot", "-c", "two", str(disk))
    found = look(disk)
    assert [row.id for row in found.rows] == ["1", "2"] and found.beside.notes == {}
    assert family(found) == {"one": "", "Now": None}
    change.create_snapshot([disk], "three")
    assert family(look(disk)) == {"one": "", "Now": "three"}


@needs_qemu_img
def test_deleted_by_another_program_its_children_are_its_parents(disk: Path) -> None:
    for name in ("one", "two", "three"):
        change.create_snapshot([disk], name)
        write(disk, 0, len(name))
    run("qemu-img", "snapshot", "-d", "two", str(disk))
    assert family(look(disk)) == {"one": "", "three": "one", "Now": None}


@needs_qemu_img
@pytest.mark.parametrize("more", [[], [(128 << 10, 7)]], ids=["as loaded", "written to since"])
def test_a_load_by_another_program_is_noticed(disk: Path, more: list[tuple[int, int]]) -> None:
    write(disk, 0, 1)
    change.create_snapshot([disk], "one")
    write(disk, 0, 2)
    change.create_snapshot([disk], "two")
    write(disk, 1 << 20, 3)
    assert family(look(disk))["Now"] == "two"
    run("qemu-img", "snapshot", "-a", "one", str(disk))
    for offset, pattern in more:
        write(disk, offset, pattern)
    assert family(look(disk))["Now"] is None
    change.create_snapshot([disk], "three")
    assert family(look(disk)) == {"one": "", "two": "one", "Now": "three"}


def test_an_image_that_nobody_saw_says_nothing(tmp_path: Path) -> None:
    from tests.ui.snapshots.made import case_with

    found = look(case_with("vm-hmp-72", tmp_path / "disk.qcow2"))
    assert len(found.rows) == 3 and found.beside.current is None
    assert not (found.beside.notes or found.beside.parents or found.beside.screens)
    assert not sidecar_folder().exists()


def test_disks_of_one_machine(tmp_path: Path) -> None:
    disks = [image(tmp_path / name) for name in ("a.qcow2", "b.qcow2")]
    change.create_snapshot(disks, "one")
    change.create_snapshot(disks[:1], "only a")
    change.create_snapshot(disks, "two")
    write_note(look(*disks).rows[0], "first")
    assert family(look(*disks)) == {"one": "", "only a": "one", "Now": "two"}, "the disks do not agree about two"
    assert look(disks[1]).beside.notes == look(disks[0]).beside.notes == {0: "first"}
    write_note(look(disks[1]).rows[0], "newer")
    assert look(*disks).beside.notes == {0: "newer"}
    change.apply_snapshot(disks[1:], "one")
    assert look(*disks).beside.current is None


def test_a_note_is_taken_away(disk: Path) -> None:
    change.create_snapshot([disk], "one")
    [row] = look(disk).rows
    assert read_note(row) == ("", ())
    write_note(row, "text")
    assert read_note(row) == ("text", ())
    write_note(row, "")
    assert look(disk).beside.notes == {}


def test_a_snapshot_without_a_date_keeps_to_its_image(tmp_path: Path) -> None:
    from tests.ui.snapshots.made import Entry, retabled

    one = retabled("vm-hmp-72", tmp_path / "one.qcow2", [Entry("undated", 0, 0, 0)])
    other = retabled("vm-hmp-72", tmp_path / "other.qcow2", [Entry("undated", 0, 0, 1)])
    write_note(look(one).rows[0], "of one")
    assert look(one).beside.notes == {0: "of one"} and look(other).beside.notes == {}


def test_a_change_is_made_where_nothing_can_be_noted(disk: Path) -> None:
    folder = sidecar_folder()
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("in its way")
    try:
        change.create_snapshot([disk], "one")
        assert [row.name for row in look(disk).rows] == ["one"] and family(look(disk)) == {"Now": None}
    finally:
        folder.unlink()


def test_what_is_damaged_is_said_by_who_can_say_it(disk: Path) -> None:
    change.create_snapshot([disk], "one")
    [origin] = sidecar_folder().glob("*.origin")
    origin.write_text("{")
    change.create_snapshot([disk], "two")
    change.delete_snapshot([disk], "two")
    found = look(disk)
    assert found.beside.damaged == (origin.name,) and not origin.exists() and look(disk).beside.damaged == ()


def test_the_demo_machine_keeps_its_screen_and_its_line(tmp_path: Path) -> None:
    disks = [image(tmp_path / name, 1 << 20) for name in ("a.qcow2", "b.qcow2")]
    options = MachineOptions(ram=16 << 20, boot=BootOptions("random", 1))
    with Machine(options, [open_disk(path) for path in disks]) as machine:
        machine.advance(20)
        save_snapshot(machine, "one")
        machine.advance(20)
        save_snapshot(machine, "two", vmstate=str(disks[1]))
        machine.advance(20)
        load_snapshot(machine, "one")
        machine.advance(33)
        save_snapshot(machine, "branch")
        found = list_of(machine)
        assert family(found) == {"one": "", "two": "one", "branch": "one", "Now": "branch"}
        pictures = [screen_of(found.beside.screens[place]) for place in range(3)]
        assert [check_png(png) for png in pictures if png] == [(320, 240)] * 3 and len(set(pictures)) == 3
        delete_snapshot(machine, "branch")
        assert family(list_of(machine)) == {"one": "", "two": "one", "Now": "one"}
    assert family(look(*disks)) == {"one": "", "two": "one", "Now": "one"}
    with Machine(options, [open_disk(path) for path in disks]) as machine:
        machine.advance(5)
        assert family(list_of(machine))["Now"] == "one"
