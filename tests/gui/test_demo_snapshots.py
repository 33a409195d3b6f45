"""Snapshots of the demo machine in the window: saved, loaded and deleted by clicks and keys; its screen goes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from snapmgr.block.lock import Use
from snapmgr.snapshots.list import list_snapshots
from snapmgr.snapshots.notes import read_note
from tests.gui.test_demo_machine import Drive, demo, done, until
from tests.gui.test_demo_machine import garbage as garbage
from ui.main_window import MainWindow
from ui.shell.question import Question
from ui.snapshots.demo_disks import NAMES, demo_folder
from ui.snapshots.demo_timeline import LANE, LANES, SECOND
from ui.theme.palette import color


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


def answer(drive: Drive, window: MainWindow, qtbot: Any, *, yes: bool, keep_first: bool = False) -> None:
    asked = question()
    asked.tick.setChecked(keep_first)
    qtbot.mouseClick(asked.do if yes else asked.keep, Qt.MouseButton.LeftButton)
    drive(done(window))


def names(window: MainWindow) -> list[str]:
    listed = demo(window).pane.snapshots.list
    assert listed.item(0).text() == "Now"
    return [listed.item(row).text().partition(", at ")[0] for row in range(1, listed.count())]


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
    part.list.setCurrentRow(2)
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


def test_on_one_disk_alone_and_with_the_state_on_the_other(started: MainWindow, drive: Drive, qtbot: Any) -> None:
    part = demo(started).pane.snapshots
    drive(demo(started).machine.pause())
    where = [part.where.itemText(row) for row in range(part.where.count())]
    assert where == ["All disks, VM state on root", "All disks, VM state on data", "root alone", "data alone"]
    for row, name in ((1, "both"), (3, "data")):
        part.where.setCurrentIndex(row)
        part.name.setText(name)
        qtbot.mouseClick(part.save, Qt.MouseButton.LeftButton)
        drive(done(started))
    tick = demo(started).machine.view.tick
    assert on_disk() == [("both", 2), ("data", 1)] and names(started) == ["data", "both"]
    both, alone = list_snapshots([demo_folder() / name for name in NAMES]).rows
    assert both.state_device == alone.state_device == str(demo_folder() / NAMES[1]) and not both.differs
    drive(demo(started).machine.step(7))
    part.list.setCurrentRow(1)
    qtbot.mouseClick(part.load, Qt.MouseButton.LeftButton)
    said = question().said.text().replace("\u2068", "").replace("\u2069", "")
    assert said.endswith("root was not kept with it, and stays what it is now.")
    answer(drive, started, qtbot, yes=True)
    drive(until(started, lambda view: view.tick == tick))
    qtbot.keyClick(part.list, Qt.Key.Key_Delete)
    answer(drive, started, qtbot, yes=True)
    assert on_disk() == [("both", 2)]


def test_what_there_is_now_is_kept_first_where_that_is_ticked(started: MainWindow, drive: Drive, qtbot: Any) -> None:
    part, machine = demo(started).pane.snapshots, demo(started).machine
    drive(machine.pause())
    part.name.setText("first")
    qtbot.mouseClick(part.save, Qt.MouseButton.LeftButton)
    drive(done(started))
    tick = machine.view.tick
    drive(machine.step(9))
    part.list.setCurrentRow(1)
    qtbot.mouseClick(part.load, Qt.MouseButton.LeftButton)
    assert question().tick.isChecked() and "Now" in question().tick.text()
    answer(drive, started, qtbot, yes=True, keep_first=True)
    drive(until(started, lambda view: view.tick == tick))
    assert len(names(started)) == 2 and names(started)[0].startswith("vm-20") and names(started)[1] == "first"
    part.list.setCurrentRow(1)
    qtbot.mouseClick(part.load, Qt.MouseButton.LeftButton)
    answer(drive, started, qtbot, yes=True)
    drive(until(started, lambda view: view.tick == tick + 9))
    part.list.setCurrentRow(2)
    qtbot.keyClick(part.list, Qt.Key.Key_Delete)
    assert not question().tick.isVisible()
    answer(drive, started, qtbot, yes=True)
    strip = started.context.page("snapshots").strip
    assert strip.title.full_text() == "Deleted “first”" and strip.about.full_text().endswith("of 2 files are free now")


def question() -> Question:
    return next(one for one in QApplication.topLevelWidgets() if isinstance(one, Question) and one.isVisible())


def test_a_line_leads_from_now_to_what_was_saved_or_loaded_last(started: MainWindow, drive: Drive, qtbot: Any) -> None:
    part = demo(started).pane.snapshots
    drive(demo(started).machine.pause())
    assert part.list.item(0).data(LANES).leaving is None
    for name in ("first", "second"):
        drive(demo(started).machine.step(5))
        part.name.setText(name)
        qtbot.mouseClick(part.save, Qt.MouseButton.LeftButton)
        drive(done(started))
    assert names(started) == ["second", "first"] and part.list.current == 0
    assert is_green(colour(part.list, 0, 0.9)) and is_green(colour(part.list, 1, 0.1))
    assert colour(part.list, 1, 0.5) == color("accent") and not is_green(colour(part.list, 1, 0.9))
    part.list.setCurrentRow(2)
    qtbot.mouseClick(part.load, Qt.MouseButton.LeftButton)
    answer(drive, started, qtbot, yes=True)
    assert part.list.current == 1 and "Current" in part.list.item(2).toolTip()
    assert "came from first" in part.list.item(1).toolTip().replace("\u2068", "").replace("\u2069", "")
    assert [part.list.item(row).data(LANES).node for row in (1, 2)] == [1, 0]
    assert is_green(colour(part.list, 1, 0.1)), "the line from now passes a branch by"


def colour(listed: Any, row: int, height: float) -> QColor:
    """In the first lane of a row, so far down."""
    listed.setCurrentRow(-1)
    box = listed.visualItemRect(listed.item(row))
    picture = listed.viewport().grab().toImage()
    return picture.pixelColor(box.left() + LANE, box.top() + round(box.height() * height))


def is_green(tint: QColor) -> bool:
    """As the line from now, whose edges are blended with the ground."""
    return tint.green() > tint.red() + 40 and tint.green() > tint.blue() + 20


def test_what_is_loaded_shows_its_screen_at_once(
    started: MainWindow, drive: Drive, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane, machine = demo(started).pane, demo(started).machine
    drive(machine.pause())
    pane.snapshots.name.setText("first")
    qtbot.mouseClick(pane.snapshots.save, Qt.MouseButton.LeftButton)
    drive(done(started))
    saved = drive(machine.order(lambda own: own.state())).screen.copy()
    drive(machine.step(50))
    drive(until(started, lambda view: not np.array_equal(view.screen, saved)))
    seen: list[tuple[str, bool]] = []
    jobs = machine.jobs

    async def looking() -> Any:
        """What stands there before anything is loaded, whatever the machine shows meanwhile."""
        await machine.step()
        await until(started, lambda view: True)
        seen.append((pane.screen.text(), np.array_equal(dots(pane.screen.image), saved)))
        return await jobs()

    monkeypatch.setattr(machine, "jobs", looking)
    pane.snapshots.list.setCurrentRow(1)
    qtbot.mouseClick(pane.snapshots.load, Qt.MouseButton.LeftButton)
    answer(drive, started, qtbot, yes=True)
    [(text, same)] = seen
    assert text.startswith("as saved, ") and same
    drive(until(started, lambda view: np.array_equal(view.screen, saved)))
    drive(done(started))
    assert pane.screen.text() == "" and np.array_equal(dots(pane.screen.image), saved)


def dots(image: QImage) -> np.ndarray[Any, Any]:
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3).copy()


def test_a_note_on_a_snapshot_of_the_demo_machine(started: MainWindow, drive: Drive, qtbot: Any) -> None:
    part = demo(started).pane.snapshots
    part.name.setText("first")
    qtbot.mouseClick(part.save, Qt.MouseButton.LeftButton)
    drive(done(started))
    assert not part.note.isVisible()
    part.list.setCurrentRow(1)
    assert part.note.isVisible()
    part.note.field.setFocus()
    qtbot.keyClicks(part.note.field, "before lunch")
    qtbot.keyClick(part.note.field, Qt.Key.Key_Tab)
    drive(done(started))
    [row] = list_snapshots([demo_folder() / name for name in NAMES]).rows
    assert read_note(row)[0] == "before lunch" and part.list.item(1).data(SECOND) == "before lunch"
    assert part.row() is not None and part.note.text() == "before lunch"


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
