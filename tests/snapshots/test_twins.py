"""Snapshots of one image with the same name and the same id: each can be had alone, and so they are put right."""

from __future__ import annotations

from pathlib import Path

from snapmgr.block.images import open_image
from snapmgr.snapshots.change import create_snapshot, delete_snapshot, rename_snapshot
from snapmgr.snapshots.find import tags_of
from snapmgr.snapshots.list import list_snapshots
from tests.jobs.machines import images


def test_one_is_renamed_and_the_other_deleted(tmp_path: Path) -> None:
    [path] = images(tmp_path, "a")
    for name in ("same", "this", "last"):
        create_snapshot([path], name)
    image = open_image(path)
    second = image.snapshots[1]
    image.close()
    with path.open("r+b") as file:
        file.seek(second.offset)
        entry = file.read(second.length)
        file.seek(second.offset + entry.index(b"2this"))
        file.write(b"1same")
    found = list_snapshots([path])
    assert [problem.code for problem in found.devices[0].problems] == ["snapshot-twins"]
    dates = [row.date_nsec for row in found.rows]
    assert tags_of(found.rows, found) == {str(path): ["nth:1:same", "nth:2:same", "last"]}
    rename_snapshot([path], "nth:2:same", "new")
    delete_snapshot([path], "name:same")
    left = list_snapshots([path])
    assert [(row.name, row.date_nsec) for row in left.rows] == [("new", dates[1]), ("last", dates[2])]
    assert left.devices[0].problems == ()
