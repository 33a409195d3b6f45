"""A snapshot that some disks lack is made whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from snapmgr.block.checking import check_file
from snapmgr.block.images import open_image
from snapmgr.block.lock import Use
from snapmgr.errors import InUse, NotFound, SnapmgrError, UsageError
from snapmgr.snapshots.change import create_snapshot
from snapmgr.snapshots.finish import finish_snapshot
from snapmgr.snapshots.list import list_snapshots
from snapmgr.snapshots.machine import load_snapshot, save_snapshot
from snapmgr.snapshots.model import SnapshotRow
from tests.snapshots.test_machine import images, machine


def row(paths: list[Path], name: str) -> SnapshotRow:
    return next(one for one in list_snapshots(paths).rows if one.name == name)


def test_the_machine_loads_from_it_afterwards(tmp_path: Path) -> None:
    paths = images(tmp_path, "a", "b", "c")
    with machine(paths[:2]) as made:
        made.advance(10)
        saved = save_snapshot(made, "here")
        digest = made.digest()
    with machine(paths) as made, pytest.raises(NotFound):
        load_snapshot(made, "here")
    assert row(paths, "here").missing == (str(paths[2]),)
    done = finish_snapshot(paths, "here")
    assert [one.path for one in done] == [str(paths[2])]
    whole = row(paths, "here")
    assert whole.missing == () and whole.differs == () and whole.state_device == str(paths[0])
    assert whole.date_sec * 10**9 + whole.date_nsec == saved.now
    with machine(paths[:2]) as made:
        load_snapshot(made, "here")
        assert made.digest() == digest
    with machine(paths) as made:
        load_snapshot(made, "here")
        assert made.tick == 10, "the disk that the state knows nothing of is as after power on"


def test_an_id_that_is_taken_is_not_taken_again(tmp_path: Path) -> None:
    paths = images(tmp_path, "a", "b")
    create_snapshot(paths[:1], "one")
    create_snapshot(paths[1:], "two")
    assert [one.id for one in finish_snapshot(paths, "one")] == ["2"]
    assert {entry.id for entry in row(paths, "one").entries.values()} == {"1", "2"}
    assert all(check_file(path).checked.tally.sound for path in paths)


def test_what_cannot_be_finished_changes_nothing(tmp_path: Path) -> None:
    paths = images(tmp_path, "a", "b", "c")
    create_snapshot(paths, "whole")
    create_snapshot(paths[:1], "torn", now=lambda: 1)
    create_snapshot(paths[1:2], "torn", now=lambda: 2)
    before = [path.read_bytes() for path in paths]
    with pytest.raises(UsageError, match="every disk has the snapshot"):
        finish_snapshot(paths, "whole")
    with pytest.raises(NotFound):
        finish_snapshot(paths, "none")
    with pytest.raises(SnapmgrError, match="different snapshots"):
        finish_snapshot(paths, "torn")
    held = open_image(paths[2], use=Use.WRITE)
    with pytest.raises(InUse):
        finish_snapshot(paths, {str(paths[0]): ["whole"]})
    held.close()
    assert [path.read_bytes() for path in paths] == before
