"""The demo machine is one more machine of the Snapshots view: what images have works on it, while it has them open."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from snapmgr.errors import SnapmgrError
from snapmgr.machine import chain
from snapmgr.machine.runstate import RunState
from tests.gui.changing import CONTROL, asked, click, plain, sha, sound, state, strip
from tests.gui.demo_desk import DemoDesk, disks, on_disk
from tests.gui.test_demo_machine import garbage as garbage
from tests.gui.test_demo_snapshots import desk as desk
from tests.gui.test_demo_snapshots import fresh_disks as fresh_disks
from tests.gui.test_demo_snapshots import made as made
from tests.gui.test_demo_snapshots import names
from ui.compare.page import ComparePage
from ui.snapshots.delete_dialog import DeleteDialog
from ui.snapshots.demo_disks import demo_folder
from ui.snapshots.dialogs import ExportDialog
from ui.snapshots.load_dialog import LoadDialog
from ui.snapshots.old_dialog import OldDialog
from ui.snapshots.rename_card import rename_card
from ui.widgets.activity import ActivityState


def reason(desk: DemoDesk, id: str) -> str:
    desk.window.context.actions.refresh()
    return plain(desk.window.context.actions.reason(id))


def test_renamed_searched_deleted_in_bulk_and_brought_back(desk: DemoDesk) -> None:
    for name in ("one", "two", "three"):
        desk.save(name)
    desk.select("two")
    desk.keys(Qt.Key.Key_F2)
    card = rename_card(desk.page)
    assert card is not None
    desk.qtbot.keyClicks(card.name.edit, "zwei")
    desk.qtbot.keyClick(card.name.edit, Qt.Key.Key_Return)
    desk.settle()
    assert names(desk) == ["three", "zwei", "one"] and ("zwei", 2) in on_disk() and desk.page.snapshot.name() == "zwei"
    desk.page.header.filter.setText("zw")
    assert desk.names() == ["zwei"], "what is found is a snapshot"
    desk.page.header.filter.clear()
    desk.choose("one", "zwei")
    desk.keys(Qt.Key.Key_Delete)
    dialog = asked(desk, DeleteDialog)
    assert "This can be undone until something is written" in dialog.text.text()
    assert dialog.frees.value("Frees").endswith("MiB")
    click(desk, dialog.go)
    assert names(desk) == ["three"] and desk.page.strip.undo.isVisible()
    desk.keys(Qt.Key.Key_Z, CONTROL)
    assert names(desk) == ["three", "zwei", "one"] and state(desk) is ActivityState.DONE and all(map(sound, disks()))
    desk.window.context.actions.run("snapshot.delete_old")
    old = asked(desk, OldDialog)
    old.count.setValue(1)
    old.trim.setChecked(True)
    click(desk, old.go)
    assert names(desk) == ["three"] and "given back" in strip(desk)[1] and not desk.page.strip.undo.isVisible()
    desk.step(20)
    desk.load("three")
    assert state(desk) is ActivityState.DONE and all(map(sound, disks()))


def test_what_a_guest_that_runs_may_have_overwritten_is_not_brought_back(desk: DemoDesk) -> None:
    for name in ("one", "two"):
        desk.save(name)
    desk.run()
    desk.select("one")
    desk.keys(Qt.Key.Key_Delete)
    dialog = asked(desk, DeleteDialog)
    assert "this cannot be undone" in dialog.text.text()
    click(desk, dialog.go)
    assert names(desk) == ["two"] and not desk.page.strip.undo.isVisible()
    assert reason(desk, "snapshot.undo").startswith("The machine runs and writes to its disks")
    desk.drive(desk.machine.pause())
    desk.until(lambda: not desk.demo.runs)
    desk.settle()
    assert "was written to since" in reason(desk, "snapshot.undo")


def test_exported_compared_and_looked_into_while_it_runs(desk: DemoDesk) -> None:
    desk.save("one")
    desk.step(30)
    desk.save("two")
    desk.run()
    desk.select("one")
    desk.keys(Qt.Key.Key_E, CONTROL)
    dialog = asked(desk, ExportDialog)
    assert [dialog.when.itemData(row) for row in range(dialog.when.count())] == ["snapshot"]
    target = desk.folder / "out.raw"
    dialog.path.setText(str(target))
    click(desk, dialog.go)
    assert target.stat().st_size == 8 << 20
    desk.choose("one", "two")
    desk.keys(Qt.Key.Key_D, CONTROL)
    compared = desk.window.context.current
    assert isinstance(compared, ComparePage)
    desk.until(lambda: compared.found is not None)
    assert compared.found.streams is not None and not compared.found.errors and len(compared.found.disks) == 2
    desk.keys(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert desk.window.context.view == "snapshots"
    desk.page.list.view.clearSelection()
    desk.select("one")
    desk.until(lambda: desk.page.details.area.facts.value("Machine") == "demo-1.1")
    desk.keys(Qt.Key.Key_Return)
    inspector = desk.window.context.page("inspector")
    assert inspector.loaded is not None and inspector.loaded.index.configuration.machine == "demo-1.1"
    desk.window.show_view("snapshots")
    assert reason(desk, "snapshot.delete").startswith("The Inspector has a VM state of root.qcow2 open")
    assert not reason(desk, "snapshot.save") and not reason(desk, "snapshot.load")
    saving = desk.saving()
    saving.name.edit.setText("one")
    saving.replace.setChecked(True)
    assert saving.name.said.refused.startswith("The Inspector has a VM state of root.qcow2 open")
    assert not saving.go.isEnabled()
    saving.name.edit.setText("three")
    assert saving.go.isEnabled()
    saving.reject()
    desk.drive(desk.demo.end())
    assert sha(disks()[0], "one") == sha_of(target), "what was written is what was saved"


def sha_of(path: Path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_save_that_is_cancelled_leaves_all_as_it_was(desk: DemoDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    from snapmgr.machine.live import LiveSave

    desk.save("one")
    desk.run()
    put, go = LiveSave.put, threading.Event()

    def slow(self: LiveSave, drain: Any) -> int:
        assert go.wait(30)
        return put(self, drain)

    monkeypatch.setattr(LiveSave, "put", slow)
    dialog = desk.saving()
    desk.qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    desk.until(lambda: state(desk) is ActivityState.RUNNING)
    assert reason(desk, "snapshot.load").endswith("is not finished yet") and desk.demo.runs
    desk.keys_only(Qt.Key.Key_Period, CONTROL)
    go.set()
    desk.settle()
    assert state(desk) is ActivityState.CANCELLED
    assert strip(desk)[1] == "The machine and its disks are as they were." and names(desk) == ["one"]
    assert on_disk() == [("one", 2)] and desk.demo.runs
    desk.page.strip.dismiss()
    assert strip(desk)[0] == "Saved “one”", "the one before it"


@pytest.fixture
def three(made: DemoDesk) -> Iterator[DemoDesk]:
    made.machine._names = ("root.qcow2", "data.qcow2", "more.qcow2")
    made.begin()
    yield made
    (demo_folder() / "more.qcow2").unlink()


def test_two_of_three_disks(three: DemoDesk) -> None:
    dialog = three.saving()
    dialog.name.edit.setText("part")
    next(iter(dialog.disks.values())).setChecked(False)
    assert [dialog.guest.where.itemText(row) for row in range(dialog.guest.where.count())] == ["data", "more"]
    for box in list(dialog.disks.values())[1:]:
        box.setChecked(False)
    assert not dialog.go.isEnabled() and dialog.go.toolTip() == "Choose a disk."
    for box in list(dialog.disks.values())[1:]:
        box.setChecked(True)
    click(three, dialog.go)
    [row] = three.page.found.rows
    assert [Path(path).name for path in row.entries] == ["data.qcow2", "more.qcow2"] and len(row.missing) == 1
    assert "2 of 3" in three.page.list.model.data(three.page.list.model.index(1, 7))


def test_in_the_smallest_window_the_screen_is_folded_away_and_comes_by_a_click(desk: DemoDesk) -> None:
    page, band = desk.page, desk.demo.band
    desk.save("one")
    assert band.screen.isVisible() and band.screen.width() == 240
    desk.window.resize(800, 560)
    desk.settle()
    assert not band.screen.isVisible() and band.run.isVisible() and "Tick" in band.said.full_text()
    for part in (page.header.save, page.header.load, page.header.delete, band.run, band.fold):
        corner = part.mapTo(desk.window, QPoint(part.width(), part.height()))
        assert part.isVisible() and corner.x() <= 800 and corner.y() <= 560
    assert page.list.timeline.viewport().height() >= 54 * 4
    click(desk, band.fold)
    assert band.screen.isVisible() and band.screen.height() == 120
    assert page.list.timeline.viewport().height() >= 54 * 2
    click(desk, band.fold)
    desk.window.resize(1440, 900)
    desk.settle()
    assert not band.screen.isVisible(), "what somebody folded away stays so"


def test_its_menu_says_why_what_is_off_is_off(desk: DemoDesk) -> None:
    desk.save("one")
    desk.page.list.menu_wanted.emit(QPoint(10, 10))
    menu = next(one for one in desk.page.findChildren(QMenu) if one.isVisible())
    off = [action.text().replace("&", "") for action in menu.actions() if action.text() and not action.isEnabled()]
    menu.close()
    assert off == ["Compare", "Finish…"]
    desk.page.list.view.setCurrentIndex(desk.page.list.model.index(0, 0))
    desk.settle()
    assert desk.page.snapshot.row() is None and reason(desk, "snapshot.load") == "Select a snapshot first"
    assert reason(desk, "snapshot.export").startswith("The machine writes to its disks now")
    assert reason(desk, "snapshot.add_disk") and not reason(desk, "snapshot.reload")


def test_a_disk_that_refuses_a_write_is_said(desk: DemoDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> list[bytes]:
        raise SnapmgrError("cannot-write", "root.qcow2 cannot be written: No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(chain, "put", full)
        desk.drive(desk.machine.run_on())
        desk.until(lambda: bool(desk.errors()))
        assert desk.demo.state().text == "io-error" and not desk.demo.runs
    told = desk.window.context.notices.history
    assert any("No space left on device" in plain(one.detail) for one in told)
    desk.save("as it stands")
    desk.select("as it stands")
    click(desk, desk.page.header.load)
    dialog = asked(desk, LoadDialog)
    assert "It stays stopped as it is now (io-error)." in plain(dialog.text.text())
    dialog.first.setChecked(False)
    click(desk, dialog.go)
    assert desk.view.run_state is RunState.IO_ERROR and len(desk.errors()) == 1
    desk.run()
    assert desk.demo.runs
