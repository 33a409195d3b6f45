"""``snapctl snapshot undo``: what one process deleted comes back in another, until somebody writes."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from snapmgr.machine.disks import open_disk
from snapmgr.snapshots import deleted
from tests import corpus
from tests.cli.conftest import Snapctl


@pytest.fixture
def disks(tmp_path: Path) -> list[Path]:
    made = []
    for name in ("fmt-v3", "fmt-v2"):
        [path] = corpus.unpack_image(name, tmp_path).values()
        made.append(path)
    return made


def names(snapctl: Snapctl, path: Path) -> list[str]:
    return [row["name"] for row in snapctl("snapshot", "list", path, "--json").document["snapshots"]]


def test_what_was_deleted_comes_back(snapctl: Snapctl, disks: list[Path]) -> None:
    path, before = disks[0], disks[0].read_bytes()
    there = names(snapctl, path)
    assert snapctl("snapshot", "undo", path, "--json").error["code"] == "nothing-deleted"
    assert snapctl("snapshot", "delete", path, there[0], "--yes").code == 0 and names(snapctl, path) == there[1:]
    said = snapctl("snapshot", "undo", path)
    assert said.code == 0 and f"snapshot '{there[0]}' (id 1) is there again" in said.text
    assert path.read_bytes()[:65536] == before[:65536] and names(snapctl, path) == there
    assert snapctl("check", path).code == 0
    assert snapctl("snapshot", "undo", path, "--json").error["code"] == "nothing-deleted", "once"


def test_several_that_went_in_one_go_come_back_together(snapctl: Snapctl, disks: list[Path]) -> None:
    path, there = disks[0], names(snapctl, disks[0])
    assert snapctl("snapshot", "prune", path, "--keep-last", 1, "--yes").code == 0
    back = snapctl("snapshot", "undo", path, "--json").document["devices"]
    assert len(back) == len(there) - 1 and names(snapctl, path) == there


def test_on_all_disks_or_on_none(snapctl: Snapctl, disks: list[Path]) -> None:
    assert snapctl("snapshot", "create", *disks, "both").code == 0
    assert snapctl("snapshot", "delete", *disks, "both", "--yes").code == 0
    refused = snapctl("snapshot", "undo", disks[0], "--json")
    assert (refused.code, refused.error["code"]) == (2, "not-all-disks") and str(disks[1]) in refused.error["hint"]
    os.utime(disks[1])
    refused = snapctl("snapshot", "undo", *disks, "--json")
    assert (refused.code, refused.error["code"]) == (1, "written-since")
    assert all("both" not in names(snapctl, path) for path in disks)


@pytest.mark.parametrize("how", ["guest", "create", "copy", "trim"])
def test_a_clear_no_where_the_room_may_be_used_again(snapctl: Snapctl, disks: list[Path], how: str) -> None:
    path = disks[0]
    assert snapctl("snapshot", "delete", path, "id:1", "--yes", *(["--trim"] if how == "trim" else [])).code == 0
    if how == "guest":
        disk = open_disk(path)
        disk.device.pwrite(0, [memoryview(b"x" * 512)])
        disk.close()
    elif how == "create":
        assert snapctl("snapshot", "create", path, "new").code == 0
    elif how == "copy":
        copy = path.with_name("copy")
        subprocess.run(["cp", "-p", path, copy], check=True)
        copy.replace(path)
    before = path.read_bytes()
    refused = snapctl("snapshot", "undo", path, "--json")
    assert (refused.code, refused.error["code"]) == (1, "nothing-deleted" if how == "trim" else "written-since")
    assert path.read_bytes() == before


def test_what_is_remembered_is_bounded_and_not_believed(
    snapctl: Snapctl, disks: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deleted, "MOST", 1)
    for path in disks:
        assert snapctl("snapshot", "delete", path, "id:1", "--yes").code == 0
    folder = deleted._store().folder
    [left] = folder.iterdir()
    assert snapctl("snapshot", "undo", disks[0], "--json").error["code"] == "nothing-deleted"
    for nonsense in ("{}", '{"when": 1, "images": [{"path": 3}]}', ""):
        left.write_text(nonsense)
        assert snapctl("snapshot", "undo", disks[1], "--json").error["code"] == "nothing-deleted"
