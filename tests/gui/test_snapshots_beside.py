"""Ancestry, Current, notes and screens in the window, as a person sees and writes them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from snapmgr.sidecar.store import sidecar_folder
from snapmgr.snapshots import change
from snapmgr.snapshots.list import list_snapshots
from snapmgr.snapshots.notes import read_note, write_note
from tests.gui.changing import asked, click
from tests.gui.desk import NOON, Desk
from tests.ui.snapshots.made import Entry, retabled
from ui.main_window import MainWindow
from ui.models.snapshot_rows import Column
from ui.models.snapshot_table import Roles
from ui.shots_beside import desktop, remember
from ui.snapshots.delete_dialog import DeleteDialog
from ui.snapshots.screen_tile import ScreenTile
from ui.theme import fonts
from ui.theme.palette import color
from ui.theme.tokens import ROW_SNAPSHOT
from ui.widgets.lane_painter import LANE_STEP
from ui.widgets.timeline_row import LANE

CONTROL = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton
DAY = 86400


@pytest.fixture
def desk(window: MainWindow, drive: Callable[..., Any], qtbot: Any, tmp_path: Path) -> Desk:
    window.resize(1440, 900)
    return Desk(window, drive, qtbot, tmp_path)


@pytest.fixture
def image(desk: Desk) -> Path:
    """boot, work, done as QEMU made them, of which nobody knows; then a line and a branch that were seen."""
    path = desk.image("vm-hmp-72", "disk.qcow2")
    moments = iter(range(NOON + DAY, NOON + 2 * DAY, 60))

    def now() -> int:
        return next(moments) * 10**9 + 1

    change.apply_snapshot([path], "work")
    change.create_snapshot([path], "one", now=now)
    change.create_snapshot([path], "two", now=now)
    change.apply_snapshot([path], "one")
    change.create_snapshot([path], "branch", now=now)
    return path


def noted(path: Path, name: str) -> str:
    return read_note(next(row for row in list_snapshots([path]).rows if row.name == name))[0]


def column(picture: QImage, x: int, top: int, bottom: int, ground: QColor) -> list[bool]:
    """Which dots of a vertical line are painted."""
    ratio = picture.devicePixelRatio()
    return [picture.pixelColor(round(x * ratio), round(y * ratio)) != ground for y in range(top, bottom)]


def test_solid_lines_lead_to_parents_and_dotted_ones_say_the_order(desk: Desk, image: Path) -> None:
    desk.open(image)
    assert desk.names() == ["branch", "two", "one", "done", "work", "boot"]
    model, timeline = desk.page.list.model, desk.page.list.timeline
    lanes = [model.index(row, Column.NAME).data(Roles.LANES) for row in range(6)]
    assert [lane[0] for lane in lanes] == [0, 1, 0, 1, 0, 0]
    assert [model.index(row, Column.NAME).data(Roles.CURRENT) for row in range(6)] == [True] + [False] * 5
    desk.page.list.forget_selection()
    picture = timeline.viewport().grab().toImage()
    height, ground = fonts.px(ROW_SNAPSHOT), color("panel")
    below = [(row * height + height // 2 + 8, (row + 1) * height) for row in range(5)]
    assert all(column(picture, LANE, *below[0], ground)) and all(column(picture, LANE + LANE_STEP, *below[1], ground))
    assert all(column(picture, LANE, *below[2], ground)), "one came from work"
    dotted = column(picture, LANE, *below[4], ground)
    assert any(dotted) and not all(dotted), "of work and boot only the order is known"
    assert not any(column(picture, LANE + LANE_STEP, 0, height, ground))
    assert picture.pixelColor(LANE, height // 2) == color("accent"), "Current is filled"
    spoken = model.index(0, Column.NAME).data(Qt.ItemDataRole.AccessibleTextRole).replace("\u2068", "")
    assert "Current: last saved or loaded" in spoken and "came from one" in spoken.replace("\u2069", "")


def test_the_details_say_where_it_came_from(desk: Desk, image: Path) -> None:
    desk.open(image)
    facts = desk.page.details.area.facts
    for name, came, current in (
        ("two", "one", "branch"),
        ("branch", "one", "this snapshot"),
        ("boot", "not known", "branch"),
    ):
        desk.select(name)
        said = [facts.value(key).strip("\u2068\u2069") for key in ("Came from", "Current")]
        assert said == [came, current]
    desk.open(desk.image("many-200"))
    assert (
        facts.value("Current") == "not known" and "no screen" in desk.page.details.area.screen.accessibleName().lower()
    )


def test_deleting_says_what_came_from_it_and_joins_them(desk: Desk, image: Path) -> None:
    desk.open(image)
    desk.select("one")
    desk.window.context.actions.run("snapshot.delete")
    dialog = asked(desk, DeleteDialog)
    labels = [part.text() for part in dialog.findChildren(type(dialog.text))]
    assert any("two" in text and "branch" in text for text in labels), labels
    click(desk, dialog.go)
    beside = desk.page.found.beside  # type: ignore[union-attr]
    names = [row.name for row in desk.page.found.rows]  # type: ignore[union-attr]
    assert {names[one]: names[parent] for one, parent in beside.parents.items() if parent is not None} == {
        "two": "work", "branch": "work",
    }  # fmt: skip


def test_a_note_is_saved_as_it_is_typed_and_undone(desk: Desk, image: Path) -> None:
    desk.open(image)
    desk.select("two")
    note = desk.page.details.area.note
    desk.page.details.area.ensureWidgetVisible(note.field)
    desk.qtbot.mouseClick(note.field.viewport(), LEFT)
    assert note.field.hasFocus()
    desk.qtbot.keyClicks(note.field, "works")
    desk.until(lambda: noted(image, "two") == "works")
    desk.settle()
    place = desk.names().index("two")
    assert desk.page.list.model.index(place, Column.NAME).data(Roles.SECOND) == "works"
    desk.qtbot.keyClicks(note.field, " well")
    desk.qtbot.keyClick(note.field, Qt.Key.Key_Z, CONTROL)
    assert note.text() != "works well"
    desk.qtbot.keyClick(note.field, Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert note.text() == "works well"
    desk.qtbot.keyClick(note.field, Qt.Key.Key_Tab)
    assert not note.field.hasFocus() and "\t" not in note.text()
    desk.settle()
    assert noted(image, "two") == "works well"
    note.field.setFocus()
    while note.field.document().isUndoAvailable():
        desk.qtbot.keyClick(note.field, Qt.Key.Key_Z, CONTROL)
    desk.until(lambda: noted(image, "two") == "")


def test_a_list_that_is_read_again_leaves_alone_what_is_being_written(desk: Desk, image: Path) -> None:
    desk.open(image)
    desk.select("two")
    note = desk.page.details.area.note
    note.field.setFocus()
    desk.qtbot.keyClicks(note.field, "half")
    desk.drive(desk.page.reload())
    desk.qtbot.keyClicks(note.field, " done")
    assert note.text() == "half done" and note.field.hasFocus() and note.field.document().isUndoAvailable()
    desk.select("one")
    assert note.text() == "" and noted(image, "two") == "half done" and noted(image, "one") == ""
    assert not note.field.document().isUndoAvailable(), "nothing of another snapshot's note can be brought in here"
    desk.select("two")
    assert note.text() == "half done"


def test_what_was_typed_last_is_there_after_the_window_closed(desk: Desk, image: Path) -> None:
    desk.open(image)
    desk.select("boot")
    note = desk.page.details.area.note
    note.field.setFocus()
    desk.qtbot.keyClicks(note.field, "the last words")
    desk.window.close()
    desk.drive(desk.window.end())
    assert noted(image, "boot") == "the last words"


def test_a_note_that_is_too_long_loses_its_end(desk: Desk, image: Path) -> None:
    desk.open(image)
    desk.select("two")
    note = desk.page.details.area.note
    note.field.setPlainText("🙂" * 3999)
    note.field.moveCursor(note.field.textCursor().MoveOperation.End)
    desk.qtbot.keyClicks(note.field, "ab")
    assert note.text() == "🙂" * 3999 + "a" and note.limit.isVisible()
    note.save()
    desk.settle()
    assert noted(image, "two") == "🙂" * 3999 + "a" and not desk.errors()


def test_where_a_note_cannot_be_saved_it_is_said(desk: Desk, image: Path) -> None:
    desk.open(image)
    desk.select("two")
    folder = sidecar_folder()
    shutil.rmtree(folder)
    folder.write_text("in its way")
    try:
        note = desk.page.details.area.note
        note.field.setFocus()
        desk.qtbot.keyClicks(note.field, "lost")
        note.save()
        desk.settle()
        desk.qtbot.keyClicks(note.field, " twice")
        note.save()
        desk.settle()
        [error] = desk.errors()
        assert note.text() == "lost twice" and error.startswith("The note is not saved")
        details = [one.detail for one in desk.window.context.notices.history if one.text == error]
        assert "nothing could be noted" in details[0].lower()
    finally:
        folder.unlink()


def test_the_screen_says_when_it_was_saved(desk: Desk, tmp_path: Path) -> None:
    path = retabled("vm-hmp-72", tmp_path / "disk.qcow2", [Entry("bare", NOON, 1, 0), Entry("shown", NOON + 60, 1, 1)])
    remember([path], {}, {}, screens=["shown"])
    desk.open(path)
    desk.select("shown")
    screen = desk.page.details.area.screen
    assert screen.text() == "as saved, 23 Nov 12:01" and screen.text() in screen.accessibleName()
    assert screen.image is not None and screen.image.size().toTuple() == (640, 480)
    desk.select("bare")
    assert screen.text() == "the screen is being drawn" and screen.image is None


def test_only_rows_in_sight_have_their_screens_loaded(desk: Desk, tmp_path: Path) -> None:
    entries = [Entry(f"s{number:03}", NOON + number, 1, 1) for number in range(200)]
    path = retabled("vm-hmp-72", tmp_path / "disk.qcow2", entries)
    remember([path], {}, {}, screens=[entry.name for entry in entries])  # type: ignore[misc]
    desk.open(path)
    screens, timeline = desk.page.beside.screens, desk.page.list.timeline
    in_sight = -(-timeline.viewport().height() // fonts.px(ROW_SNAPSHOT)) + 1
    keys = desk.page.found.beside.screens  # type: ignore[union-attr]

    def loaded() -> list[int]:
        return [place for place, key in keys.items() if screens.tile(key) is not None]

    desk.until(lambda: len(loaded()) >= in_sight - 2)
    desk.settle()
    assert min(loaded()) >= 200 - in_sight, "the newest are at the top"
    timeline.scrollToBottom()
    desk.until(lambda: 0 in loaded())
    desk.settle()
    assert len(loaded()) <= 2 * in_sight
    assert np.array_equal(desktop(0).shape, (480, 640, 3))


def test_a_damaged_file_is_said_once(desk: Desk, image: Path) -> None:
    write_note(list_snapshots([image]).rows[0], "text")
    [file] = sidecar_folder().glob("*.note")
    file.write_text("{")
    desk.open(image)
    desk.drive(desk.page.reload())
    said = [one.text for one in desk.window.context.notices.history if "damaged" in one.text]
    assert len(said) == 1 and file.name in said[0]


def test_a_damaged_screen_is_said_and_a_disk_stands_in_its_place(desk: Desk, tmp_path: Path) -> None:
    path = retabled("vm-hmp-72", tmp_path / "disk.qcow2", [Entry("shown", NOON + 60, 1, 1)])
    remember([path], {}, {}, screens=["shown"])
    [file] = sidecar_folder().glob("*.png")
    file.write_bytes(file.read_bytes()[:-20])
    desk.open(path)
    desk.select("shown")
    desk.until(lambda: bool(desk.window.context.notices.history))
    desk.settle()
    assert [file.name in one.text for one in desk.window.context.notices.history] == [True]
    assert desk.page.details.area.screen.image is None and (file.parent / "damaged" / file.name).exists()
    desk.drive(desk.page.reload())
    assert desk.page.details.area.screen.text() == "the screen is being drawn" and not desk.errors()


def test_the_note_is_reached_by_tab_from_the_list(desk: Desk, image: Path) -> None:
    desk.open(image)
    desk.select("two")
    desk.window.activateWindow()
    desk.page.list.view.setFocus()
    for _ in range(12):
        desk.key(Qt.Key.Key_Tab)
        if desk.page.details.area.note.field.hasFocus():
            break
    assert desk.page.details.area.note.field.hasFocus()
    assert desk.page.details.area.note.field.visibleRegion().contains(QPoint(5, 5))


def test_a_note_is_begun_from_the_menu_where_details_are_a_page_of_their_own(desk: Desk, image: Path) -> None:
    desk.window.resize(800, 560)
    desk.open(image)
    desk.select("two")
    field = desk.page.details.area.note.field
    assert not field.isVisible()
    desk.window.context.actions.run("snapshot.note")
    desk.settle()
    assert desk.page.on_details_page and field.isVisible() and field.hasFocus()
    desk.qtbot.keyClicks(field, "here")
    desk.key(Qt.Key.Key_Escape)
    desk.settle()
    assert noted(image, "two") == "here"
    desk.window.context.actions.run("snapshot.copy")
    copied = QApplication.clipboard().text().replace("\u2068", "").replace("\u2069", "")
    assert "Came from: one" in copied and copied.endswith("Note: here")


def test_the_question_before_deleting_shows_the_screen(desk: Desk, tmp_path: Path) -> None:
    path = retabled("vm-hmp-72", tmp_path / "disk.qcow2", [Entry("bare", NOON, 1, 0), Entry("shown", NOON + 60, 1, 1)])
    remember([path], {}, {}, screens=["shown"])
    desk.open(path)
    for name, tiles in (("shown", 1), ("bare", 0)):
        desk.select(name)
        desk.window.context.actions.run("snapshot.delete")
        dialog = asked(desk, DeleteDialog)
        assert len(dialog.findChildren(ScreenTile)) == tiles
        click(desk, dialog.stop)
