"""Too little room for a VM state is found before the guest is stopped for it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from snapmgr.errors import SnapmgrError
from snapmgr.machine.runstate import RunState
from snapmgr.snapshots.machine import delete_snapshot, save_snapshot
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
