"""A disk whose file is moved away, or another file in its place: nothing is written to what nobody would find again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from snapmgr.block.qcow2.shadow import DELETED_HINT
from snapmgr.errors import SnapmgrError
from snapmgr.machine.runstate import RunState
from snapmgr.snapshots.machine import delete_snapshot, load_snapshot, save_snapshot
from tests.jobs.machines import contents, images, machine


@pytest.mark.parametrize("replaced", [True, False])
def test_a_disk_that_was_moved_away_is_said_and_is_used_again_once_it_is_back(tmp_path: Path, replaced: bool) -> None:
    paths = images(tmp_path, "a", "b")
    away = tmp_path / "away.qcow2"

    def move(done: int = 0, total: int = 0) -> None:
        if not away.exists():
            paths[1].rename(away)
            if replaced:
                shutil.copy(away, paths[1])

    def back() -> None:
        away.replace(paths[1])

    with machine(paths) as made:
        made.start()
        made.run(20)
        save_snapshot(made, "old")
        made.run(20)
        for disk in made.board.disks:
            disk.device.flush()
        before, digest = contents(paths), made.digest()
        changes: list[Callable[[], object]] = [
            lambda: save_snapshot(made, "new"),
            lambda: load_snapshot(made, "old"),
            lambda: delete_snapshot(made, "old"),
        ]
        for change in changes:
            move()
            with pytest.raises(SnapmgrError) as refused:
                change()
            assert refused.value.code == "image-lost" and refused.value.path == str(paths[1])
            assert ("another file" in refused.value.message) is replaced
            back()
        with pytest.raises(SnapmgrError) as refused:
            save_snapshot(made, "new", progress=move)
        assert refused.value.code == "image-lost" and away.exists()
        back()
        assert contents(paths) == before and made.digest() == digest and made.run_state is RunState.RUNNING
        save_snapshot(made, "new")
        assert [[name for _, name, _ in listed] for listed, _ in contents(paths)] == [["old", "new"]] * 2


def test_what_was_deleted_is_not_to_be_moved_back(tmp_path: Path) -> None:
    [path] = images(tmp_path, "a")
    with machine([path]) as made:
        path.unlink()
        with pytest.raises(SnapmgrError, match="is gone") as refused:
            save_snapshot(made, "new")
    assert refused.value.hint == DELETED_HINT
