"""Snapshots of the demo machine in the window: saved, loaded and deleted by clicks and keys; its screen goes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QPushButton

from snapmgr.block.lock import Use
from snapmgr.savevm.status import MigrationStatus
from snapmgr.snapshots.list import list_snapshots
from snapmgr.snapshots.notes import read_note
from tests.gui.changing import CONTROL, asked, click, plain, state, strip
from tests.gui.demo_desk import DemoDesk, disks, on_disk
from tests.gui.test_demo_machine import garbage as garbage
from ui.main_window import MainWindow
from ui.models.snapshot_table import Column, Roles
from ui.models.source_list import DEMO
from ui.snapshots.delete_dialog import DeleteDialog
from ui.snapshots.load_dialog import LoadDialog
from ui.theme.palette import color
from ui.widgets.activity import ActivityState
from ui.widgets.timeline_row import LANE


@pytest.fixture(autouse=True)
def fresh_disks() -> Iterator[None]:
    yield
    for disk in disks():
        disk.unlink(missing_ok=True)


@pytest.fixture
def made(window: MainWindow, drive: Any, qtbot: Any, tmp_path: Path) -> DemoDesk:
    window.resize(1440, 900)
    with qtbot.waitActive(window):
        window.activateWindow()
    return DemoDesk(window, drive, qtbot, tmp_path)


@pytest.fixture
def desk(made: DemoDesk) -> DemoDesk:
    made.begin()
    return made


def names(desk: DemoDesk) -> list[str]:
    """Below the machine itself, which comes first."""
    first, *rest = desk.names()
    assert first == "Now"
    return rest


def test_saved_loaded_and_deleted(desk: DemoDesk) -> None:
    assert names(desk) == [] and not desk.page.header.load.isEnabled() and "Nothing is saved yet" in desk.words()
    desk.save("first")
    tick, screen = desk.view.tick, desk.view.screen.copy()
    assert names(desk) == ["first"] and on_disk() == [("first", 2)] and desk.page.snapshot.name() == "first"
    assert strip(desk)[0] == "Saved “first”" and strip(desk)[1].startswith("VM state ")
    desk.step(25)
    dialog = desk.saving()
    offered = dialog.name.text()
    assert offered.startswith("vm-20")
    click(desk, dialog.go)
    assert names(desk) == [offered, "first"]
    desk.select("first")
    desk.keys(Qt.Key.Key_L, CONTROL)
    click(desk, asked(desk, LoadDialog).stop)
    assert desk.view.tick == tick + 25
    desk.load("first")
    desk.until(lambda: desk.view.tick == tick)
    assert np.array_equal(desk.view.screen, screen)
    assert strip(desk) == ("Loaded “first”", "The machine is what it was then")
    desk.keys(Qt.Key.Key_Delete)
    click(desk, asked(desk, DeleteDialog).go)
    assert "first" not in names(desk) and len(on_disk()) == 1


def test_on_one_disk_alone_and_with_the_state_on_the_other(desk: DemoDesk) -> None:
    for only, name in ((False, "both"), (True, "part")):
        dialog = desk.saving()
        dialog.name.edit.setText(name)
        assert [dialog.guest.where.itemText(row) for row in range(2)] == ["root", "data"]
        dialog.guest.where.setCurrentIndex(1)
        dialog.disks[str(disks()[0])].setChecked(not only)
        assert dialog.guest.vmstate() == str(disks()[1]), "what was chosen stays"
        click(desk, dialog.go)
    tick = desk.view.tick
    assert on_disk() == [("both", 2), ("part", 1)] and names(desk) == ["part", "both"]
    both, alone = list_snapshots(disks()).rows
    assert both.state_device == alone.state_device == str(disks()[1]) and not both.differs
    desk.step(7)
    desk.select("part")
    assert "root was not kept with it" in desk.words()
    desk.keys(Qt.Key.Key_L, CONTROL)
    dialog = asked(desk, LoadDialog)
    words = " ".join(plain(part.text()) for part in dialog.findChildren(type(dialog.text)))
    assert "so does what is on data." in words and "root stays as it is now." in words
    dialog.first.setChecked(False)
    click(desk, dialog.go)
    desk.until(lambda: desk.view.tick == tick)
    desk.window.context.actions.run("snapshot.finish")
    click(desk, desk.dialog().go)
    assert on_disk() == [("both", 2), ("part", 2)] and strip(desk)[1] == "One more disk has it now."
    desk.load("part")
    assert state(desk) is ActivityState.DONE and desk.view.tick == tick


def test_what_there_is_now_is_kept_first_where_that_is_ticked(desk: DemoDesk) -> None:
    desk.save("first")
    tick = desk.view.tick
    desk.step(9)
    desk.load("first", keep_first=True)
    desk.until(lambda: desk.view.tick == tick)
    kept = names(desk)[0]
    assert names(desk) == [kept, "first"] and kept.startswith("vm-20")
    assert [plain(one.title) for one in desk.page.jobs.activities][:2] == ["Loaded “first”", f"Saved “{kept}”"]
    desk.load(kept)
    desk.until(lambda: desk.view.tick == tick + 9)
    desk.select("first")
    desk.keys(Qt.Key.Key_Delete)
    click(desk, asked(desk, DeleteDialog).go)
    assert strip(desk)[0] == "Deleted “first”" and strip(desk)[1].endswith("of 2 files are free now")


def test_a_line_leads_from_now_to_what_was_saved_or_loaded_last(desk: DemoDesk) -> None:
    model = desk.page.list.model
    assert model.index(0, Column.NAME).data(Roles.LANES).leaving is None
    for name in ("first", "second"):
        desk.step(5)
        desk.save(name)
    assert names(desk) == ["second", "first"] and model.from_now == 1
    assert model.index(0, Column.NAME).data(Roles.SECOND).startswith("changes since ")
    assert is_green(colour(desk, 0, 0.9)) and is_green(colour(desk, 1, 0.1))
    assert colour(desk, 1, 0.5) == color("accent") and not is_green(colour(desk, 1, 0.9))
    desk.load("first")
    assert model.from_now == 2 and model.index(2, Column.NAME).data(Roles.CURRENT)
    assert "came from first" in plain(model.index(1, Column.NAME).data(Qt.ItemDataRole.ToolTipRole))
    assert [model.index(row, Column.NAME).data(Roles.LANES).node for row in (1, 2)] == [1, 0]
    assert is_green(colour(desk, 1, 0.1)), "the line from now passes a branch by"


def colour(desk: DemoDesk, row: int, height: float) -> QColor:
    """In the first lane of a row, so far down."""
    view = desk.page.list.timeline
    view.clearSelection()
    box = view.visualRect(view.model().index(row, Column.NAME))
    picture = view.viewport().grab().toImage()
    return picture.pixelColor(box.left() + LANE, box.top() + round(box.height() * height))


def is_green(tint: QColor) -> bool:
    """As the line from now, whose edges are blended with the ground."""
    return tint.green() > tint.red() + 40 and tint.green() > tint.blue() + 20


def test_what_is_loaded_shows_its_screen_at_once(desk: DemoDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    screen, machine = desk.demo.band.screen, desk.machine
    desk.save("first")
    saved = desk.drive(machine.order(lambda own: own.state())).screen.copy()
    desk.step(50)
    assert not np.array_equal(dots(screen.image), saved)
    seen: list[tuple[str, bool]] = []
    jobs = desk.drive(machine.jobs())
    load = jobs.load

    def looking(*words: Any, **more: Any) -> Any:
        """What stands there before anything is loaded."""
        seen.append((screen.text(), np.array_equal(dots(screen.image), saved)))
        return load(*words, **more)

    monkeypatch.setattr(jobs, "load", looking)
    desk.load("first")
    [(text, same)] = seen
    assert text.startswith("as saved, ") and same
    desk.until(lambda: np.array_equal(desk.view.screen, saved))
    assert screen.text() == "" and np.array_equal(dots(screen.image), saved)


def dots(image: QImage) -> np.ndarray[Any, Any]:
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3).copy()


def test_a_note_when_it_is_saved_and_later(desk: DemoDesk) -> None:
    dialog = desk.saving()
    dialog.name.edit.setText("first")
    dialog.note.setPlainText("before lunch")
    click(desk, dialog.go)
    [row] = list_snapshots(disks()).rows
    note = desk.page.details.area.note
    assert read_note(row)[0] == "before lunch" == note.text()
    desk.keys(Qt.Key.Key_Home)  # the keyboard is in the window again
    desk.select("first")
    note.field.setFocus()
    note.field.selectAll()
    desk.qtbot.keyClicks(note.field, "after lunch")
    desk.qtbot.keyClick(note.field, Qt.Key.Key_Tab)
    desk.settle()
    assert read_note(row)[0] == "after lunch"
    assert desk.page.list.model.index(1, Column.NAME).data(Roles.SECOND) == "after lunch"


def test_a_name_that_is_taken_is_said_and_what_fails_is_explained(desk: DemoDesk) -> None:
    desk.save("same")
    dialog = desk.saving()
    dialog.name.edit.setText("same")
    assert not dialog.go.isEnabled() and "already" in dialog.name.message.text()
    assert dialog.name.quote.text() == "Snapshot 'same' already exists in one or more devices"
    dialog.replace.setChecked(True)
    assert dialog.go.isEnabled()
    desk.step(3)
    click(desk, dialog.go)
    assert names(desk) == ["same"] and on_disk() == [("same", 2)]
    idle = {"status": MigrationStatus.NONE, "saving": False, "only_migratable": False}
    desk.drive(desk.machine.order(lambda own: own.blockers.add("a test stands in the way", **idle)))
    desk.run()
    desk.save("other")
    assert strip(desk)[0] == "Not saved" and "test stands in the way" in desk.page.strip.details.why.text()
    assert names(desk) == ["same"] and desk.demo.runs and state(desk) is ActivityState.FAILED


def test_the_guest_runs_on_or_stands_still_as_it_is_asked(desk: DemoDesk) -> None:
    jobs = desk.drive(desk.machine.jobs())
    assert not desk.saving().guest.how.isVisible(), "it stands anyway"
    desk.dialog().reject()
    desk.drive(desk.machine.choose_workload("full"))
    desk.run()
    for how, live in (("Paused", False), ("Live", True)):
        dialog = desk.saving()
        assert dialog.guest.how.currentText() == "Live" and "10 ms" in dialog.guest.meaning.text()
        assert "are needed for the VM state" in dialog.guest.room.text()
        dialog.guest.how.setCurrentText(how)
        assert ("stands still" in dialog.guest.meaning.text()) is not live
        dialog.name.edit.setText(how)
        asked_for, save = [], jobs.save

        def noting(*words: Any, asked_for: list[bool] = asked_for, save: Any = save, **more: Any) -> Any:
            asked_for.append(more["live"])
            return save(*words, **more)

        jobs.save = noting
        click(desk, dialog.go)
        jobs.save = save
        assert asked_for == [live] and "the guest stood still for " in strip(desk)[1] and desk.demo.runs
    assert names(desk) == ["Live", "Paused"] and on_disk() == [("Paused", 2), ("Live", 2)]


def test_disks_that_another_uses_are_left_alone(made: DemoDesk) -> None:
    from snapmgr.block.images import open_image
    from ui.snapshots.demo_disks import MachineOptions, demo_folder, make_machine

    machine, error = make_machine(MachineOptions(ram=16 << 20), demo_folder())
    machine.close()
    assert error is None
    held = open_image(disks()[1], use=Use.WRITE)
    try:
        made.qtbot.mouseClick(made.window.context.page("start").machine, Qt.MouseButton.LeftButton)
        made.until(lambda: made.page.machines.failure(DEMO) is not None and made.machine.view is not None)
        made.until(lambda: made.view.tick >= 3)
        made.settle()
        assert "in use" in made.words() and made.demo.band.run.isVisible() and not made.page.header.save.isVisible()
        assert made.window.context.actions.reason("snapshot.save")
        assert made.page.header.chip.text() == "running" and "no disks" in made.page.header.facts.text()
        assert "Its guest runs without them" in made.words() and "choose Start again" in made.words()
        assert "Remove from list" not in made.words()
    finally:
        held.close()
    again = next(one for one in made.page.findChildren(QPushButton) if one.text() == "Start again" and one.isVisible())
    made.qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    made.until(lambda: made.page.found is not None and made.page.header.chip.text() == "running")
    made.settle()
    made.save("now")
    assert on_disk() == [("now", 2)]


def test_what_is_saved_is_there_the_next_time(desk: DemoDesk) -> None:
    desk.save("kept")
    desk.drive(desk.demo.end())
    assert desk.page.on_show is None
    desk.page.show_demo()
    desk.until(lambda: desk.page.found is not None and desk.machine.view is not None)
    desk.settle()
    assert names(desk) == ["kept"] and disks()[0].is_file()
