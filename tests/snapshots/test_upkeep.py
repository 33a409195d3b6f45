"""What is done with snapshots while the machine has its disks open: QEMU agrees, and the guest goes on undisturbed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from snapmgr.block.qcow2.entry import LONGEST_NAME
from snapmgr.errors import SnapmgrError, UsageError
from snapmgr.machine.machine import Machine
from snapmgr.snapshots import upkeep
from snapmgr.snapshots.find import tags_of
from snapmgr.snapshots.list import list_snapshots
from snapmgr.snapshots.machine import delete_snapshot, list_of, load_snapshot, save_snapshot
from snapmgr.snapshots.space import measure
from tests.snapshots.test_change_corpus import checked
from tests.snapshots.test_machine import images, machine, names


@pytest.fixture
def disks(tmp_path: Path) -> list[Path]:
    return images(tmp_path, "a", "b", "c")


DIGESTS: dict[str, str] = {}
"""What the machine was when each was saved, RAM, registers and disks."""


@pytest.fixture
def made(disks: list[Path]) -> Iterator[Machine]:
    with machine(disks) as made:
        for name in ("first", "second", "third"):
            made.advance(10)
            keep(made, name)
        yield made


def keep(made: Machine, name: str, **how: Any) -> None:
    save_snapshot(made, name, **how)
    DIGESTS[name] = made.digest()


def tags(made: Machine, *wanted: str) -> dict[str, list[str]]:
    found = list_of(made)
    return tags_of([row for row in found.rows if row.name in wanted], found)


def goes_on(made: Machine, disks: list[Path], load: str, name: str | None = None) -> None:
    """The machine stands where it was saved last; it ticks on, and after a load all is what it was then."""
    assert made.digest() == DIGESTS["third"]
    made.advance(7)
    load_snapshot(made, load)
    assert made.digest() == DIGESTS[name or load]
    made.close()
    for disk in disks if shutil.which("qemu-img") else ():
        assert checked(disk) == (0, "")


def test_renamed_on_all_disks_while_it_has_them_open(made: Machine, disks: list[Path]) -> None:
    upkeep.rename_snapshot(made, tags(made, "second"), "zwei")
    assert [(row.name, len(row.entries)) for row in list_of(made).rows] == [("first", 3), ("zwei", 3), ("third", 3)]
    with pytest.raises(SnapmgrError, match="already"):
        upkeep.rename_snapshot(made, "zwei", "third")
    with pytest.raises(UsageError):
        upkeep.rename_snapshot(made, "zwei", "z" * (LONGEST_NAME + 1))
    goes_on(made, disks, "zwei", "second")


def test_several_deleted_in_one_go_and_room_given_back(made: Machine, disks: list[Path]) -> None:
    before = disks[0].stat().st_blocks
    changed = delete_snapshot(made, tags(made, "first", "second"), trim=True)
    assert len(changed) == 3 and sum(one.freed for one in changed) > 1 << 20
    assert disks[0].stat().st_blocks < before - 1000
    assert [row.name for row in list_of(made).rows] == ["third"]
    goes_on(made, disks, "third")


def test_a_deletion_is_undone_while_the_guest_has_written_nothing(made: Machine, disks: list[Path]) -> None:
    changes = [one.switched for one in delete_snapshot(made, tags(made, "second", "third")) if one.switched is not None]
    assert len(changes) == 3 and names(*disks) == [("first", 3, True)]
    upkeep.bring_back(made, changes)
    assert names(*disks) == [("first", 3, True), ("second", 3, True), ("third", 3, True)]
    goes_on(made, disks, "third")


def test_what_the_guest_wrote_since_keeps_it_from_being_undone(made: Machine, disks: list[Path]) -> None:
    changes = [one.switched for one in delete_snapshot(made, "second") if one.switched is not None]
    made.advance(50)
    with pytest.raises(SnapmgrError) as caught:
        upkeep.bring_back(made, changes)
    assert caught.value.code == "written-since"
    assert names(*disks) == [("first", 3, True), ("third", 3, True)]
    load_snapshot(made, "third")


def test_disks_that_lack_a_snapshot_are_kept_as_they_are(made: Machine, disks: list[Path]) -> None:
    keep(made, "part", devices=[str(disks[1])])
    assert ("part", 1, True) in names(*disks)
    changed = upkeep.finish_snapshot(made, tags(made, "part"))
    assert [one.path for one in changed] == [str(disks[0]), str(disks[2])] and ("part", 3, True) in names(*disks)
    [row] = [row for row in list_snapshots(disks).rows if row.name == "part"]
    assert not row.differs and row.state_device == str(disks[1])
    with pytest.raises(UsageError, match="nothing is missing"):
        upkeep.finish_snapshot(made, tags(made, "part"))
    goes_on(made, disks, "part")


def test_what_snapshots_take_up_is_what_the_images_say_once_it_is_off(made: Machine, disks: list[Path]) -> None:
    made.advance(20)
    found = list_of(made)
    assert found.owned and [(one.path, one.virtual_size) for one in found.devices] == [(str(d), 1 << 20) for d in disks]
    measured = upkeep.space_of_machine(made)
    made.close()
    after = measure(disks)
    assert [measured.of(row) for row in found.rows] == [after.of(row) for row in found.rows]
    assert measured.freed_by(found.rows) == after.freed_by(found.rows) > 0
