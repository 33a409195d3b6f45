"""What a new snapshot came from is known also where its making was killed, and somebody else made up for the rest."""

from __future__ import annotations

import shutil
from pathlib import Path

from snapmgr.snapshots.beside import with_beside
from snapmgr.snapshots.change import create_snapshot
from snapmgr.snapshots.list import list_snapshots
from tests.jobs.machines import images
from tests.snapshots.killed import killed


def test_killed_around_the_switch_of_the_headers(tmp_path: Path) -> None:
    paths = images(tmp_path, "a", "b")
    create_snapshot(paths, "one")
    for path in paths:
        shutil.copyfile(path, path.with_suffix(".copy"))
    writes, found = killed("create", 1 << 30, *paths), []
    for last in range(writes - 2, writes + 1):
        for path in paths:
            shutil.copyfile(path.with_suffix(".copy"), path)
        assert killed("create", last, *paths) == 0
        after = with_beside(list_snapshots(paths))
        assert not any(row.missing for row in after.rows)
        found.append(([row.name for row in after.rows], dict(after.beside.parents), after.beside.current))
    made = (["one", "new"], {0: None, 1: 0}, 1)
    assert found == [(["one"], {0: None}, 0), made, made]
