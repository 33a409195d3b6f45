"""Files that are watched: what counts as a change, with events of the system and without."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QFileSystemWatcher

from ui.shell import watch as module
from ui.shell.tasks import Tasks
from ui.shell.watch import Watch, stamp_of, stamps_of

Drive = Callable[..., Any]


class Watched:
    """A file, what watches it, and what was heard."""

    def __init__(self, path: Path, drive: Drive, tasks: Tasks, **options: Any) -> None:
        self.path, self.drive, self.tasks, self.heard = path, drive, tasks, list[str]()
        path.write_bytes(b"abc")
        self.watch = Watch(tasks, **options)
        self.watch.changed.connect(lambda: self.heard.append("file"))
        self.watch.holders_changed.connect(lambda: self.heard.append("holders"))
        self.watch.follow([str(path)], stamps_of([str(path)]))

    def until_heard(self) -> None:
        async def wait() -> None:
            while not self.heard:
                await asyncio.sleep(0.005)

        self.drive(wait())

    def look(self) -> None:
        self.watch.look()
        self.drive(self.tasks.idle())


@pytest.fixture
def tasks(drive: Drive) -> Iterator[Tasks]:
    failed: list[BaseException] = []
    made = Tasks(lambda error, _: failed.append(error))
    yield made
    drive(made.aclose())
    assert not failed


@pytest.fixture
def watched(tmp_path: Path, drive: Drive, tasks: Tasks) -> Iterator[Watched]:
    made = Watched(tmp_path / "file", drive, tasks)
    yield made
    made.watch.stop()


def test_a_file_that_is_written_to_is_told_by_an_event(watched: Watched) -> None:
    watched.watch.set_active(False)
    with watched.path.open("ab") as file:
        file.write(b"more")
    watched.until_heard()
    assert watched.heard == ["file"] and watched.watch.stamps == (stamp_of(watched.path),)


def test_a_file_that_is_replaced_is_told_and_the_new_one_watched(watched: Watched, tmp_path: Path) -> None:
    for content in (b"new", b"newer"):
        watched.heard.clear()
        (tmp_path / "other").write_bytes(content)
        (tmp_path / "other").replace(watched.path)
        watched.until_heard()
        assert watched.watch.stamps == (stamp_of(watched.path),)


def test_what_changes_nothing_of_a_file_is_no_change(watched: Watched) -> None:
    watched.path.chmod(0o600)
    (watched.path.parent / "neighbour").write_bytes(b"x")
    watched.look()
    assert watched.heard == []


def test_a_change_without_an_event_is_found_by_looking(
    tmp_path: Path, drive: Drive, tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileSystemWatcher, "addPaths", lambda self, paths: [])
    monkeypatch.setattr(module, "POLL_MS", 20)
    watched = Watched(tmp_path / "file", drive, tasks)
    watched.path.unlink()
    watched.until_heard()
    assert watched.watch.stamps == (None,)
    watched.watch.stop()


def test_one_change_is_told_once(watched: Watched) -> None:
    os.truncate(watched.path, 1)
    for _ in range(3):
        watched.look()
    assert watched.heard == ["file"]


def test_a_file_of_which_nobody_can_tell_is_as_it_was(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    before = watched.watch.stamps

    def silent(path: Path) -> os.stat_result:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "stat", silent)
    watched.look()
    monkeypatch.undo()
    assert watched.heard == [] and watched.watch.stamps == before


def test_who_has_a_file_open_is_asked_with_it(tmp_path: Path, drive: Drive, tasks: Tasks) -> None:
    users: list[str | None] = [None]
    watched = Watched(tmp_path / "file", drive, tasks, holders=lambda paths: tuple(users))
    watched.look()
    assert watched.heard == [], "the first answer is no change"
    users[0] = "qemu, 1"
    watched.look()
    watched.look()
    assert watched.heard == ["holders"]
    watched.watch.stop()


def test_nothing_is_heard_of_a_file_that_is_followed_no_more(watched: Watched) -> None:
    watched.watch.look()
    watched.path.unlink()
    watched.watch.stop()
    watched.drive(watched.tasks.idle())
    assert watched.heard == []
