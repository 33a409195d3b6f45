"""Snapshots are saved, loaded, deleted and renamed by clicks and keys, on copies of images that QEMU wrote."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QApplication, QMenu

from snapmgr.snapshots.list import list_snapshots
from snapmgr.snapshots.notes import read_note
from tests.gui.changing import CONTROL, LEFT, asked, click, in_list, plain, press, rows, sha, sound, state, strip, write
from tests.gui.desk import NOON, Desk
from tests.ui.snapshots.made import Entry, retabled
from ui.models.snapshot_rows import Column
from ui.models.snapshot_texts import long_date
from ui.snapshots.delete_dialog import DeleteDialog
from ui.snapshots.dialogs import ExportDialog
from ui.snapshots.load_dialog import LoadDialog
from ui.snapshots.rename_card import RenameCard, rename_card
from ui.snapshots.save_dialog import SaveDialog
from ui.widgets.activity import ActivityState

needs_qemu_img = [
    pytest.mark.qemu,
    pytest.mark.skipif(
        shutil.which("qemu-img") is None and "SNAPMGR_CI" not in os.environ, reason="qemu-img is not installed"
    ),
]


# --- save ---


def test_a_snapshot_is_saved_and_selected(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    now = sha(path, None)
    click(desk, desk.page.header.save)
    dialog = asked(desk, SaveDialog)
    assert dialog.name.text().startswith("vm-20261123") and dialog.name.edit.selectedText() == dialog.name.text()
    assert "disk only" in dialog.text.text()
    desk.qtbot.keyClicks(dialog.name.edit, "before-update")
    click(desk, dialog.go)
    assert desk.names() == ["done", "work", "boot", "before-update"] or desk.names()[0] == "before-update"
    assert desk.page.snapshot.name() == "before-update" and len(desk.page.snapshot.rows()) == 1
    assert state(desk) is ActivityState.DONE and strip(desk) == ("Saved “before-update”", "On one disk, disk only")
    row = rows(path)["before-update"]
    assert row.disk_only and row.date_sec == int(desk.window.context.now())
    assert sha(path, "before-update") == now and sound(path) and not desk.errors()


def test_a_note_is_saved_with_it(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    click(desk, desk.page.header.save)
    dialog = asked(desk, SaveDialog)
    dialog.note.setPlainText("x" * 4001)
    assert not dialog.go.isEnabled() and "4000" in dialog.go.toolTip()
    dialog.note.clear()
    desk.qtbot.keyClicks(dialog.note, "the last good one")
    click(desk, dialog.go)
    name = desk.page.snapshot.name()
    assert desk.page.details.area.note.text() == "the last good one" and not desk.errors()
    assert read_note(rows(path)[name]) == ("the last good one", ())


def test_a_name_is_checked_while_it_is_typed(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    click(desk, desk.page.header.save)
    dialog = asked(desk, SaveDialog)
    said = {
        "": "Give it a name.",
        "   ": "Give it a name.",
        "work": "There is a snapshot of this name already. Choose another name.",
        "ü" * 128: "The name has 256 bytes; 255 are the most.",
        "2": "This is the id of “work”, and QEMU looks for ids first: it would load that one.",
        "ü" * 127: "",
    }
    for name, message in said.items():
        dialog.name.edit.setText(name)
        assert plain(dialog.name.message.text()) == message
        assert dialog.go.isEnabled() is (name in ("2", "ü" * 127))
    dialog.reject()
    desk.settle()
    assert len(desk.names()) == 3 and desk.page.strip.isHidden()


def test_disks_can_be_left_out(desk: Desk) -> None:
    one, two = desk.image("vm-hmp-72", "box-vda.qcow2"), desk.image("vm-v2", "box-vdb.qcow2")
    desk.open(one, two)
    click(desk, desk.page.header.save)
    dialog = asked(desk, SaveDialog)
    dialog.name.edit.setText("work")
    assert "on vda already" in plain(dialog.name.message.text())
    dialog.disks[str(one)].click()
    assert dialog.go.isEnabled(), "it is free on the other disk"
    dialog.disks[str(two)].click()
    assert not dialog.go.isEnabled() and dialog.go.toolTip() == "Choose a disk."
    dialog.disks[str(two)].click()
    dialog.name.edit.setText("half")
    click(desk, dialog.go)
    assert "half" not in rows(one) and "half" in rows(two)


def test_the_first_snapshot_comes_from_the_empty_list(desk: Desk) -> None:
    path = retabled("fmt-v3", desk.folder / "new.qcow2", [])
    desk.open(path)
    assert desk.page.list.empty.isVisible()
    desk.window.context.actions["snapshot.save"].trigger()
    desk.settle()
    click(desk, asked(desk, SaveDialog).go)
    assert len(desk.names()) == 1 and desk.page.snapshot.row() is not None and sound(path)


# --- load ---


def test_loading_saves_what_is_there_now_first(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    before, then = sha(path, None), sha(path, "boot")
    assert before != then
    desk.select("boot")
    click(desk, desk.page.header.load)
    dialog = asked(desk, LoadDialog)
    assert dialog.first.isChecked() and dialog.go.property("variant") == "primary"
    assert "becomes what it was when it was saved." in plain(dialog.text.text()), "its date is ahead of the clock"
    assert "disk becomes" not in plain(dialog.text.text()) and "becomes what it was" in plain(dialog.text.text())
    dialog.name.edit.setText("kept")
    click(desk, dialog.go)
    assert sha(path, None) == then and sha(path, "kept") == before and sound(path)
    assert "is kept as “kept”" in strip(desk)[1] and desk.page.snapshot.name() == "boot"
    assert set(desk.names()) == {"boot", "work", "done", "kept"}


def test_loading_without_saving_says_that_it_is_lost(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    desk.select("work")
    desk.window.context.now = lambda: rows(path)["work"].date_sec + 20 * 3600.0
    click(desk, desk.page.header.load)
    dialog = asked(desk, LoadDialog)
    assert "becomes what it was 20 h ago (2" in plain(dialog.text.text()), "no capital letter within a sentence"
    assert not dialog.lost.isVisible()
    dialog.first.click()
    assert dialog.lost.isVisible() and "cannot be undone" in dialog.lost.text() and not dialog.name.isVisible()
    assert dialog.stop.isDefault() and dialog.go.property("variant") == "danger"
    click(desk, dialog.go)
    assert len(rows(path)) == 3 and sha(path, None) == sha(path, "work")


def test_loading_says_which_sizes_change(desk: Desk) -> None:
    path = desk.image("fmt-resized")
    desk.open(path)
    now = list_snapshots([path]).devices[0].virtual_size
    row = next(row for row in rows(path).values() if row.disk_size != now)
    desk.select(row.name)
    click(desk, desk.page.header.load)
    dialog = asked(desk, LoadDialog)
    size = desk.window.context.size
    words = "\n".join(plain(part.text()) for part in dialog.findChildren(type(dialog.text)))
    assert f"{size(now)} now, {size(row.disk_size)} then." in words
    click(desk, dialog.go)
    assert list_snapshots([path]).devices[0].virtual_size == row.disk_size


# --- delete ---


def test_deleting_keeps_by_default_and_selects_the_neighbour(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    desk.select("work")
    click(desk, desk.page.header.delete)
    dialog = asked(desk, DeleteDialog)
    assert plain(dialog.heading.text()) == "Delete the snapshot “work”?" and "can be undone until" in dialog.text.text()
    dialog.trim.setChecked(True)
    assert "This cannot be undone." in dialog.text.text()
    dialog.trim.setChecked(False)
    assert dialog.stop.isDefault() and dialog.focusWidget() is dialog.stop
    desk.qtbot.keyClick(dialog, Qt.Key.Key_Return)
    desk.settle()
    assert "work" in rows(path), "Enter keeps it"
    click(desk, desk.page.header.delete)
    dialog = asked(desk, DeleteDialog)
    desk.qtbot.keyClick(dialog.stop, Qt.Key.Key_Tab)
    assert dialog.focusWidget() is dialog.go
    desk.qtbot.keyClick(dialog.go, Qt.Key.Key_Return)  # the button that has the keyboard is the one that is pressed
    desk.settle()
    assert desk.names() == ["done", "boot"] and desk.page.snapshot.name() == "boot"
    assert list(rows(path)) == ["boot", "done"] and sound(path) and strip(desk)[0] == "Deleted “work”"


def test_a_copy_is_exported_before_a_deletion_which_asks_again(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    desk.select("work")
    click(desk, desk.page.header.delete)
    click(desk, asked(desk, DeleteDialog).copy)
    export = asked(desk, ExportDialog)
    export.path.setText(str(desk.folder / "kept.raw"))
    click(desk, export.go)
    dialog = asked(desk, DeleteDialog)
    was = sha(path, "work")
    assert "“work”" in plain(dialog.heading.text()) and "work" in rows(path)
    click(desk, dialog.go)
    assert "work" not in rows(path)
    assert hashlib.sha256((desk.folder / "kept.raw").read_bytes()).hexdigest() == was


def test_several_are_deleted_at_once_and_the_room_is_given_back(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    before = path.stat().st_blocks
    desk.page.list.view.selectAll()
    desk.settle()
    assert "3 of 3 selected" in desk.page.status()[0]
    for one in ("load", "rename", "inspect"):
        assert desk.window.context.actions.reason(f"snapshot.{one}") == "Select one snapshot only"
    click(desk, desk.page.header.delete)
    dialog = asked(desk, DeleteDialog)
    assert dialog.go.text() == "Delete 3 snapshots" and dialog.stop.text() == "Keep snapshots"
    now = sha(path, None)
    dialog.trim.click()
    click(desk, dialog.go)
    assert not rows(path) and path.stat().st_blocks < before and sha(path, None) == now and sound(path)
    assert desk.page.list.empty.isVisible() and strip(desk)[0] == "Deleted 3 snapshots"


def test_some_of_many_leave_the_next_one_selected(desk: Desk) -> None:
    desk.open(desk.image("many-200"))
    pane, names = desk.page.list, desk.names()
    model, flags = pane.model, QItemSelectionModel.SelectionFlag
    pane.view.setCurrentIndex(model.index(10, Column.NAME))
    for place in (11, 14):
        pane.view.selectionModel().select(model.index(place, Column.NAME), flags.Select | flags.Rows)
    desk.settle()
    desk.window.context.actions["snapshot.delete"].trigger()
    desk.settle()
    click(desk, asked(desk, DeleteDialog).go)
    assert desk.names() == [name for place, name in enumerate(names) if place not in (10, 11, 14)]
    assert desk.page.snapshot.name() == names[15]


def test_one_name_on_two_disks_with_two_ids_is_deleted_on_both(desk: Desk) -> None:
    one = retabled("vm-hmp-72", desk.folder / "box-vda.qcow2", [Entry("a", NOON, id="7"), Entry("7", NOON + 9, id="1")])
    two = retabled("vm-hmp-72", desk.folder / "box-vdb.qcow2", [Entry("a", NOON, state=False, id="3")])
    desk.open(one, two)
    desk.select("a")
    click(desk, desk.page.header.delete)
    click(desk, asked(desk, DeleteDialog).go)
    assert list(rows(one)) == ["7"] and not rows(two)


# --- rename ---


def renaming(desk: Desk) -> RenameCard:
    card = rename_card(desk.page)
    assert card is not None
    return card


def test_renaming_keeps_the_selection(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    desk.select("work")
    click(desk, desk.page.header.rename)
    card = renaming(desk)
    assert card.name.edit.selectedText() == "work" and card.name.edit.hasFocus()
    place = desk.page.list.timeline.visualRect(desk.page.list.timeline.currentIndex())
    assert (
        card.mapToGlobal(card.rect().topLeft()).y()
        == desk.page.list.timeline.viewport().mapToGlobal(place.topLeft()).y()
    )
    card.name.edit.setText("boot")
    desk.qtbot.keyClick(card.name.edit, Qt.Key.Key_Return)
    assert card.isVisible() and "already" in card.name.message.text()
    desk.qtbot.keyClick(card.name.edit, Qt.Key.Key_Escape)
    assert card.isHidden() and desk.page.list.view.hasFocus() and "work" in rows(path)
    click(desk, desk.page.header.rename)
    renaming(desk).name.edit.setText("löschbar")
    desk.qtbot.mouseClick(desk.page.header.filter, LEFT)
    desk.settle()
    assert desk.page.header.filter.hasFocus() and rename_card(desk.page) is None
    assert desk.page.snapshot.name() == "löschbar" and rows(path)["löschbar"].id == "2"
    assert strip(desk)[0] == "Renamed “work” to “löschbar”"


# --- the keyboard alone ---


def test_everything_by_the_keyboard(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    desk.page.list.view.setFocus()
    in_list(desk)
    desk.key(Qt.Key.Key_S, CONTROL)
    write(desk, "typed")
    press(desk, Qt.Key.Key_Return)
    assert desk.page.snapshot.name() == "typed"
    in_list(desk)
    desk.key(Qt.Key.Key_F2)
    desk.qtbot.keyClicks(renaming(desk).name.edit, "named")
    desk.qtbot.keyClick(renaming(desk).name.edit, Qt.Key.Key_Return)
    desk.settle()
    assert desk.page.snapshot.name() == "named" and "typed" not in rows(path)
    in_list(desk)
    desk.key(Qt.Key.Key_L, CONTROL)
    press(desk, Qt.Key.Key_Return)
    assert len(rows(path)) == 5 and strip(desk)[0] == "Loaded “named”"
    in_list(desk)
    desk.key(Qt.Key.Key_Delete)
    press(desk, Qt.Key.Key_Tab)
    press(desk, Qt.Key.Key_Space)
    assert "named" not in rows(path) and not desk.errors()
    in_list(desk)


def test_delete_in_the_filter_deletes_a_letter(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    desk.page.focus_filter()
    desk.qtbot.keyClicks(desk.page.header.filter, "ob")
    desk.qtbot.keyClick(desk.page.header.filter, Qt.Key.Key_Home)
    desk.qtbot.keyClick(desk.page.header.filter, Qt.Key.Key_Delete)
    assert desk.page.header.filter.text() == "b" and QApplication.activeModalWidget() is None


def test_the_context_menu_has_the_same_actions(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    view = desk.page.list.view
    view.customContextMenuRequested.emit(view.visualRect(view.currentIndex()).center())
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    ids = [action.objectName() for action in menu.actions() if not action.isSeparator()]
    assert {"snapshot.save", "snapshot.load", "snapshot.rename", "snapshot.delete"} < set(ids)
    menu.close()
    desk.settle()


# --- QEMU agrees ---


def qemu_img(*words: object) -> str:
    done = subprocess.run(["qemu-img", *map(str, words)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("case", [pytest.param(case, marks=needs_qemu_img) for case in ("vm-hmp-72", "vm-v2")])
def test_qemu_img_finds_every_change_sound(desk: Desk, case: str) -> None:
    path = desk.image(case)
    desk.open(path)
    run = desk.window.context.actions.run
    run("snapshot.save")
    desk.qtbot.keyClicks(asked(desk, SaveDialog).name.edit, "ours")
    click(desk, asked(desk, SaveDialog).go)
    assert " ours " in qemu_img("snapshot", "-l", path) and "No errors" in qemu_img("check", path)
    first = next(iter(rows(path)))
    desk.select(first)
    run("snapshot.load")
    click(desk, asked(desk, LoadDialog).go)
    assert "No errors" in qemu_img("check", path)
    raw = desk.folder / "now.raw"
    qemu_img("convert", "-O", "raw", path, raw)
    assert hashlib.sha256(raw.read_bytes()).hexdigest() == sha(path, first)
    run("snapshot.rename")
    renaming(desk).name.edit.setText("theirs")
    renaming(desk).take()
    desk.settle()
    assert " theirs " in qemu_img("snapshot", "-l", path)
    desk.page.list.view.selectAll()
    desk.settle()
    run("snapshot.delete")
    asked(desk, DeleteDialog).trim.click()
    click(desk, asked(desk, DeleteDialog).go)
    assert not qemu_img("snapshot", "-l", path).strip() and "No errors" in qemu_img("check", path)
    qemu_img("convert", "-O", "raw", path, raw)
    assert hashlib.sha256(raw.read_bytes()).hexdigest() == sha(path, None) and not desk.errors()


def test_one_of_the_same_name_is_replaced_where_that_is_ticked(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    before, now = rows(path)["work"], sha(path, None)
    click(desk, desk.page.header.save)
    dialog = asked(desk, SaveDialog)
    assert dialog.replace.isHidden()
    dialog.name.edit.setText("work")
    assert not dialog.replace.isHidden() and not dialog.go.isEnabled()
    taken = next(row for row in dialog._found.rows if row.name == "work")
    assert dialog.replace.text() == f"Replace the one from {long_date(taken)}"
    dialog.replace.setChecked(True)
    assert dialog.go.isEnabled() and "is lost" in dialog.name.message.text()
    click(desk, dialog.go)
    assert state(desk) is ActivityState.DONE, strip(desk)
    after = rows(path)["work"]
    assert after.id != before.id and after.disk_only and sha(path, "work") == now and sound(path)
    assert len(rows(path)) == 3 and not desk.errors()
