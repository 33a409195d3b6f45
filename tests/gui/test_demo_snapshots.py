"""Snapshots of the demo machine in the window: saved, loaded and deleted by clicks and keys; its screen goes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from snapmgr.block.lock import Use
from snapmgr.snapshots.list import list_snapshots
from tests.gui.test_demo_machine import Drive, demo, done, until
from tests.gui.test_demo_machine import garbage as garbage
from ui.main_window import MainWindow
from ui.shell.question import Question
from ui.snapshots.demo_disks import NAMES, demo_folder


@pytest.fixture(autouse=True)
def fresh_disks() -> Iterator[None]:
    yield
    for name in NAMES:
        (demo_folder() / name).unlink(missing_ok=True)


@pytest.fixture
def started(window: MainWindow, drive: Drive, qtbot: Any) -> MainWindow:
    qtbot.mouseClick(window.context.page("start").machine, Qt.MouseButton.LeftButton)
    drive(until(window, lambda view: view.tick >= 3))
    drive(done(window))
    return window


def answer(drive: Drive, window: MainWindow, qtbot: Any, *, yes: bool) -> None:
    question = next(one for one in QApplication.topLevelWidgets() if isinstance(one, Question) and one.isVisible())
    qtbot.mouseClick(question.do if yes else question.keep, Qt.MouseButton.LeftButton)
    drive(done(window))


def names(window: MainWindow) -> list[str]:
    listed = demo(window).pane.snapshots.list
    return [listed.item(row).text().partition(", at ")[0] for row in range(listed.count())]


def on_disk() -> list[tuple[str, int]]:
    rows = list_snapshots([demo_folder() / name for name in NAMES]).rows
    return [(row.name, len(row.entries)) for row in rows]


def test_saved_loaded_and_deleted(started: MainWindow, drive: Drive, qtbot: Any) -> None:
    part = demo(started).pane.snapshots
    drive(demo(started).machine.pause())
    assert part.how.currentText() == "Live" and "10 ms" in part.meaning.text()
    assert not part.load.isEnabled() and names(started) == []
    qtbot.keyClicks(part.name, "first")
    qtbot.keyClick(part.name, Qt.Key.Key_Return)
    drive(done(started))
    view = drive(until(started, lambda view: True))
    tick, screen = view.tick, view.screen.copy()
    assert names(started) == ["first"] and on_disk() == [("first", 2)]
    strip = started.context.page("snapshots").strip
    assert (
        strip.isVisible() and strip.title.full_text().startswith("Saved ") and "stood still" in strip.about.full_text()
    )
    drive(demo(started).machine.step(25))
    drive(until(started, lambda view: view.tick == tick + 25))
    qtbot.mouseClick(part.save, Qt.MouseButton.LeftButton)
    drive(done(started))
    assert len(names(started)) == 2 and names(started)[0].startswith("vm-20") and names(started)[1] == "first"
    part.list.setCurrentRow(1)
    qtbot.mouseClick(part.load, Qt.MouseButton.LeftButton)
    answer(drive, started, qtbot, yes=False)
    assert demo(started).machine.view.tick == tick + 25
    qtbot.keyClick(part.list, Qt.Key.Key_Return)
    answer(drive, started, qtbot, yes=True)
    view = drive(until(started, lambda view: view.tick == tick))
    assert np.array_equal(view.screen, screen)
    qtbot.keyClick(part.list, Qt.Key.Key_Delete)
    answer(drive, started, qtbot, yes=True)
    assert "first" not in names(started) and len(on_disk()) == 1


def test_a_name_that_is_taken_is_said(started: MainWindow, drive: Drive, qtbot: Any) -> None:
    part = demo(started).pane.snapshots
    for _ in range(2):
        part.name.setText("same")
        qtbot.mouseClick(part.save, Qt.MouseButton.LeftButton)
        drive(done(started))
    assert names(started) == ["same"] and part.save.isEnabled()
    strip = started.context.page("snapshots").strip
    assert strip.title.full_text().startswith("Not saved") and "snapshot 'same' already" in strip.details.why.text()
    assert demo(started).machine.is_running


def test_the_guest_runs_on_or_stands_still_as_it_is_asked(started: MainWindow, drive: Drive, qtbot: Any) -> None:
    part, machine = demo(started).pane.snapshots, demo(started).machine
    drive(machine.choose_workload("full"))
    jobs = drive(machine.jobs())
    for how, live in (("Paused", False), ("Live", True)):
        part.how.setCurrentText(how)
        assert ("stands still" in part.meaning.text()) is not live
        part.name.setText(how)
        asked, save = [], jobs.save

        def noting(*words: Any, asked: list[bool] = asked, save: Any = save, **more: Any) -> Any:
            asked.append(more["live"])
            return save(*words, **more)

        jobs.save = noting
        qtbot.mouseClick(part.save, Qt.MouseButton.LeftButton)
        drive(done(started))
        jobs.save = save
        strip = started.context.page("snapshots").strip
        assert asked == [live] and "the guest stood still for " in strip.about.full_text()
    assert names(started) == ["Live", "Paused"] and on_disk() == [("Paused", 2), ("Live", 2)]


def test_disks_that_another_uses_are_left_alone(window: MainWindow, drive: Drive, qtbot: Any) -> None:
    from snapmgr.block.images import open_image
    from ui.snapshots.demo_disks import MachineOptions, make_machine

    machine, error = make_machine(MachineOptions(ram=16 << 20), demo_folder())
    machine.close()
    assert error is None
    held = open_image(demo_folder() / NAMES[1], use=Use.WRITE)
    try:
        qtbot.mouseClick(window.context.page("start").machine, Qt.MouseButton.LeftButton)
        drive(until(window, lambda view: view.tick >= 3))
        drive(done(window))
        part = demo(window).pane.snapshots
        assert not part.save.isEnabled() and "in use" in part.said.text()
    finally:
        held.close()


def test_what_is_saved_is_there_the_next_time(started: MainWindow, drive: Drive, qtbot: Any) -> None:
    part = demo(started).pane.snapshots
    part.name.setText("kept")
    qtbot.mouseClick(part.save, Qt.MouseButton.LeftButton)
    drive(done(started))
    drive(demo(started).end())
    window = started
    window.context.page("snapshots").show_demo()
    drive(until(window, lambda view: view.tick >= 1))
    drive(done(window))
    assert names(window) == ["kept"]
    assert Path(demo_folder() / NAMES[0]).is_file()
