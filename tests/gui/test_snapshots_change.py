"""Snapshots are saved, loaded, deleted and renamed by clicks and keys, on copies of images that QEMU wrote."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from snapmgr.snapshots.export import export_disk
from snapmgr.snapshots.list import list_snapshots
from snapmgr.snapshots.model import SnapshotRow
from snapmgr.snapshots.notes import read_note
from snapmgr.work import CancelToken
from tests import corpus
from tests.gui.desk import NOON, Desk
from tests.ui.snapshots.made import Entry, held, retabled
from ui.models.snapshot_rows import Column, key_of
from ui.snapshots import change_request, presenter
from ui.snapshots.change_dialog import ChangeDialog
from ui.snapshots.delete_dialog import DeleteDialog
from ui.snapshots.load_dialog import LoadDialog
from ui.snapshots.rename_dialog import RenameDialog
from ui.snapshots.save_dialog import SaveDialog
from ui.widgets.activity import ActivityState

Asked = TypeVar("Asked", bound=ChangeDialog)
CONTROL = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton

needs_qemu_img = [
    pytest.mark.qemu,
    pytest.mark.skipif(
        shutil.which("qemu-img") is None and "SNAPMGR_CI" not in os.environ, reason="qemu-img is not installed"
    ),
]


def plain(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "")


def asked(desk: Desk, kind: type[Asked]) -> Asked:
    """The question that is open."""
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, kind), dialog
    return dialog


def click(desk: Desk, part: Any) -> None:
    desk.qtbot.mouseClick(part, LEFT)
    desk.settle()


def press(desk: Desk, key: Qt.Key) -> None:
    """A key where the keyboard is in the question that is open."""
    desk.qtbot.keyClick(_question(desk).focusWidget(), key)
    desk.settle()


def write(desk: Desk, text: str) -> None:
    """Letters, likewise."""
    desk.qtbot.keyClicks(_question(desk).focusWidget(), text)


def _question(desk: Desk) -> QWidget:
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    dialog.activateWindow()
    desk.until(dialog.isActiveWindow)
    return dialog


def in_list(desk: Desk) -> None:
    """The keyboard is in the list, without anybody's help but that of the system that brings a window up."""
    desk.window.activateWindow()
    desk.until(desk.window.isActiveWindow)
    assert desk.page.list.view.hasFocus()


def rows(*paths: Path) -> dict[str, SnapshotRow]:
    return {row.name: row for row in list_snapshots(paths).rows}


def sha(path: Path, tag: str | None) -> str:
    out = path.with_suffix(".out")
    export_disk(path, tag, out, overwrite=True)
    return hashlib.sha256(out.read_bytes()).hexdigest()


def sound(path: Path) -> bool:
    return not [one for one in list_snapshots([path]).devices[0].problems if one.code != "leaked-clusters"]


def strip(desk: Desk) -> tuple[str, str]:
    shown = desk.page.strip
    return plain(shown.title.full_text()), plain(shown.about.full_text())


def state(desk: Desk) -> ActivityState | None:
    return desk.page.strip.activity and desk.page.strip.activity.state


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
    click(desk, desk.page.header.load)
    dialog = asked(desk, LoadDialog)
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
    click(desk, asked(desk, DeleteDialog).go)
    assert desk.names() == ["done", "boot"] and desk.page.snapshot.name() == "boot"
    assert list(rows(path)) == ["boot", "done"] and sound(path) and strip(desk)[0] == "Deleted “work”"


def test_several_are_deleted_at_once_and_the_room_is_given_back(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    before = path.stat().st_blocks
    desk.page.list.view.selectAll()
    desk.settle()
    assert "3 of 3 selected" in desk.page.status()[0]
    assert desk.window.context.actions.reason("snapshot.load") == "Select one snapshot only"
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


def test_renaming_keeps_the_selection(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    desk.select("work")
    click(desk, desk.page.header.rename)
    dialog = asked(desk, RenameDialog)
    assert dialog.name.edit.selectedText() == "work" and not dialog.go.isEnabled()
    dialog.name.edit.setText("boot")
    assert not dialog.go.isEnabled() and "already" in dialog.name.message.text()
    dialog.name.edit.setText("löschbar")
    click(desk, dialog.go)
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
    write(desk, "named")
    press(desk, Qt.Key.Key_Return)
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


# --- what cannot be done ---


@pytest.mark.parametrize(
    ("case", "off", "why"),
    [
        ("fmt-luks", {"save", "load", "delete", "rename"}, "encrypted"),
        ("fmt-bitmaps", {"load"}, "dirty bitmaps"),
        ("bad-corrupt-bit", {"save", "load", "delete", "rename"}, "marked as corrupt"),
        ("bad-refcount-low", {"save", "load", "delete", "rename"}, "damaged"),
    ],
)
def test_what_would_be_refused_is_off_and_says_why(desk: Desk, case: str, off: set[str], why: str) -> None:
    desk.open(desk.image(case))
    header = desk.page.header
    for name in ("save", "load", "delete", "rename"):
        button, reason = getattr(header, name), desk.window.context.actions.reason(f"snapshot.{name}")
        if not desk.names() and name != "save":
            assert not button.isVisible()
        elif name in off:
            assert not button.isEnabled() and why in reason and reason in button.toolTip()
            assert not reason.endswith(".")
        else:
            assert button.isEnabled(), reason


def test_a_disk_with_a_data_file_cannot_have_snapshots(desk: Desk) -> None:
    paths = corpus.unpack_image("fmt-data-file", desk.folder)
    desk.open(next(path for name, path in paths.items() if name.endswith(".qcow2")))
    assert "keeps its data in another file" in desk.window.context.actions.reason("snapshot.save")
    assert not desk.page.header.save.isEnabled()


def test_an_image_in_use_names_its_holder(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    with held(path, "qemu-system-x86") as pid:
        desk.open(path)
        for name in ("save", "load", "delete", "rename"):
            reason = plain(desk.window.context.actions.reason(f"snapshot.{name}"))
            assert f"vm-hmp-72.qcow2 is open in another process (qemu-system-x86, {pid})" in reason


def test_a_raw_disk_is_left_out_of_a_new_snapshot(desk: Desk) -> None:
    path, raw = desk.image("vm-hmp-72", "box-vda.qcow2"), desk.folder / "box-vdb.raw"
    raw.write_bytes(bytes(1 << 20))
    desk.open(path, raw)
    click(desk, desk.page.header.save)
    dialog = asked(desk, SaveDialog)
    assert not dialog.disks[str(raw)].isEnabled() and not dialog.disks[str(raw)].isChecked()
    click(desk, dialog.go)
    assert len(rows(path)) == 4 and raw.read_bytes() == bytes(1 << 20)


def test_a_snapshot_that_a_disk_misses_is_not_loaded(desk: Desk) -> None:
    one = retabled("vm-hmp-72", desk.folder / "box-vda.qcow2", [Entry("one", NOON)])
    two = retabled("vm-hmp-72", desk.folder / "box-vdb.qcow2", [Entry("two", NOON)])
    desk.open(one, two)
    desk.select("one")
    reason = plain(desk.window.context.actions.reason("snapshot.load"))
    assert reason == "Cannot be loaded: vdb has no snapshot of this name"
    assert not desk.window.context.actions.reason("snapshot.delete")


def test_a_vm_state_in_the_inspector_stands_in_the_way(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    desk.window.context.actions.run("snapshot.inspect")
    desk.settle()
    desk.window.show_view("snapshots")
    desk.settle()
    reason = plain(desk.window.context.actions.reason("snapshot.save"))
    assert reason == "The Inspector has a VM state of vm-hmp-72.qcow2 open: close it there first"
    inspector = desk.window.context.page("inspector")
    assert inspector is not None
    inspector.close_document()
    desk.settle()
    click(desk, desk.page.header.save)
    click(desk, asked(desk, SaveDialog).go)
    assert len(rows(path)) == 4 and not desk.errors()


def test_who_takes_the_image_meanwhile_is_named_and_nothing_is_changed(desk: Desk) -> None:
    path, other = desk.image("vm-hmp-72", "box-vda.qcow2"), desk.image("vm-v2", "box-vdb.qcow2")
    desk.open(path, other)
    before = [path.read_bytes(), other.read_bytes()]
    click(desk, desk.page.header.save)
    dialog = asked(desk, SaveDialog)
    with held(other, "qemu-system-x86") as pid:
        click(desk, dialog.go)
        shown = desk.page.strip
        assert state(desk) is ActivityState.FAILED and strip(desk)[0] == "Not saved: box-vdb.qcow2"
        assert shown.details.isVisible()
        assert f"box-vdb.qcow2 is in use by qemu-system-x86, {pid}" in plain(shown.details.why.text())
        assert "The disks are as they were." in shown.details.why.text() and shown.details.hint.text()
        assert [path.read_bytes(), other.read_bytes()] == before
        click(desk, shown.more)
        assert not shown.details.isVisible()
        click(desk, shown.dismissal)
        assert shown.isHidden()


# --- while it runs ---


class HeldUp:
    """Changes stop at their first report until ``go_on`` is set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()
        whole = change_request.make

        def make(request: Any, *, progress: Callable[[int, int], None], cancel: CancelToken) -> Any:
            def report(done: int, total: int) -> None:
                progress(done, total)
                self.reached.set()
                assert self.go_on.wait(30)

            return whole(request, progress=report, cancel=cancel)

        monkeypatch.setattr(presenter, "make", make)


def begin_saving(desk: Desk) -> None:
    click(desk, desk.page.header.save)
    dialog = asked(desk, SaveDialog)
    desk.qtbot.mouseClick(dialog.go, LEFT)


def test_a_cancelled_change_leaves_everything_as_it_was(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    before, slow = path.read_bytes(), HeldUp(monkeypatch)
    begin_saving(desk)
    desk.until(slow.reached.is_set)
    shown = desk.page.strip
    desk.until(lambda: shown.activity is not None and shown.activity.total > 0)
    assert shown.isVisible() and shown.title.full_text().startswith("Saving") and shown.bar.isVisible()
    assert "is not finished yet" in desk.window.context.actions.reason("snapshot.delete")
    desk.qtbot.mouseClick(shown.cancel, LEFT)
    assert shown.number.text() == "Cancelling…" and not shown.cancel.isEnabled()
    slow.go_on.set()
    desk.settle()
    assert (
        strip(desk) == ("Not saved: cancelled, nothing left behind", "The disk is as it was.")
        and path.read_bytes() == before
    )
    assert not desk.window.context.actions.reason("snapshot.delete") and not desk.errors()


def test_what_is_too_late_to_cancel_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from snapmgr.snapshots import transaction

    path = desk.image("vm-hmp-72")
    desk.open(path)
    reached, go_on, whole = threading.Event(), threading.Event(), transaction.switch_all

    def switch(shadows: Any) -> None:
        reached.set()
        assert go_on.wait(30)
        whole(shadows)

    monkeypatch.setattr(transaction, "switch_all", switch)
    begin_saving(desk)
    desk.until(reached.is_set)
    desk.until(lambda: not desk.page.strip.cancel.isEnabled())
    assert "cannot be stopped any more" in desk.page.strip.cancel.toolTip()
    desk.page.job_strip.cancel()
    go_on.set()
    desk.settle()
    assert state(desk) is ActivityState.DONE and len(rows(path)) == 4


def test_our_own_writing_is_not_taken_for_a_strangers(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are looked at while they change and after: the list is read once, at the end, and nobody is told."""
    desk.open(desk.image("vm-hmp-72"))
    read, whole = [], desk.page.machines.read

    async def counted(paths: Any) -> None:
        read.append(paths)
        await whole(paths)

    monkeypatch.setattr(desk.page.machines, "read", counted)
    slow = HeldUp(monkeypatch)
    begin_saving(desk)
    desk.until(slow.reached.is_set)
    Path(desk.page.on_show[0]).touch()  # type: ignore[index]
    looked: list[bool] = []
    desk.page._watch.changed.connect(lambda: looked.append(True))
    desk.page._watch.look()
    desk.until(lambda: bool(looked))
    assert not read
    slow.go_on.set()
    desk.settle()
    assert len(read) == 1
    desk.page._watch.look()
    desk.settle()
    assert len(read) == 1 and not desk.window.context.notices.history


def test_a_change_that_ends_unseen_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.open(desk.image("vm-hmp-72"))
    slow = HeldUp(monkeypatch)
    begin_saving(desk)
    desk.until(slow.reached.is_set)
    desk.window.show_view("inspector")
    slow.go_on.set()
    desk.settle()
    assert desk.window.context.notices.history[-1].text.startswith("Saved “")


def test_what_is_selected_stays_when_somebody_else_changes_the_image(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    desk.select("done")
    model, flags = desk.page.list.model, QItemSelectionModel.SelectionFlag
    place = model.find(key_of(rows(path)["boot"]))
    assert place is not None
    desk.page.list.view.selectionModel().select(model.index(place, Column.NAME), flags.Select | flags.Rows)
    desk.drive(desk.page.reload())
    assert [row.name for row in desk.page.snapshot.rows()] == ["done", "boot"]


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
    asked(desk, RenameDialog).name.edit.setText("theirs")
    click(desk, asked(desk, RenameDialog).go)
    assert " theirs " in qemu_img("snapshot", "-l", path)
    desk.page.list.view.selectAll()
    desk.settle()
    run("snapshot.delete")
    asked(desk, DeleteDialog).trim.click()
    click(desk, asked(desk, DeleteDialog).go)
    assert not qemu_img("snapshot", "-l", path).strip() and "No errors" in qemu_img("check", path)
    qemu_img("convert", "-O", "raw", path, raw)
    assert hashlib.sha256(raw.read_bytes()).hexdigest() == sha(path, None) and not desk.errors()
