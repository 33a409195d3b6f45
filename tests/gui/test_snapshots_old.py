"""Delete old snapshots…: what is shown to go goes, the rest stays, by clicks and keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from snapmgr.snapshots import space
from tests.gui.changing import asked, click, rows, sound, state, strip
from tests.gui.desk import Desk
from tests.ui.snapshots.made import Entry, held, retabled
from ui.models.old_snapshots import FATE, NAME
from ui.shell import formats
from ui.snapshots.old_dialog import OldDialog
from ui.widgets.activity import ActivityState

DAY = 86400


@pytest.fixture
def path(desk: Desk) -> Path:
    now = int(desk.window.context.now())
    entries = [Entry(f"day-{age}", now - age * DAY - 60, 0, age % 3) for age in (9, 5, 3, 1)]
    return retabled("vm-hmp-72", desk.folder / "disk.qcow2", [*entries, Entry("undated", 0, 0, 1)])


def opened(desk: Desk, path: Path) -> OldDialog:
    desk.open(path)
    desk.window.context.actions["snapshot.delete_old"].trigger()
    desk.settle()
    return asked(desk, OldDialog)


def fates(dialog: OldDialog) -> dict[str, str]:
    model = dialog.preview
    return {model.index(row, NAME).data(): model.index(row, FATE).data() for row in range(model.rowCount())}


def test_the_last_ones_stay(desk: Desk, path: Path) -> None:
    dialog = opened(desk, path)
    assert dialog.by_count.isChecked() and not dialog.by_age.isChecked() and not dialog.age.isEnabled()
    assert not dialog.go.isEnabled() and dialog.go.toolTip() == "Nothing is that old."
    assert dialog.count.hasFocus()
    dialog.count.selectAll()
    QTest.keyClicks(dialog.count, "2")
    desk.settle()
    assert fates(dialog) == {
        "day-1": "stays", "day-3": "stays", "day-5": "goes", "day-9": "goes", "undated": "stays",
    }  # fmt: skip
    frees = space.measure([path]).freed_by([rows(path)["day-5"], rows(path)["day-9"]])
    assert frees is not None and dialog.facts.value("Frees") == formats.size(frees)
    assert (dialog.facts.value("Goes"), dialog.facts.value("Stays")) == ("2 snapshots", "3 snapshots")
    assert dialog.go.text() == "Delete 2 snapshots"
    click(desk, dialog.go)
    assert set(rows(path)) == {"day-1", "day-3", "undated"} and sound(path) and state(desk) is ActivityState.DONE
    assert strip(desk) == ("Deleted 2 snapshots", f"{formats.size(frees)} of the file are free now")


def test_by_age_and_by_both(desk: Desk, path: Path) -> None:
    dialog = opened(desk, path)
    click(desk, dialog.by_age)
    click(desk, dialog.by_count)
    dialog.age.setValue(3)
    assert [name for name, fate in fates(dialog).items() if fate == "goes"] == ["day-3", "day-5", "day-9"]
    dialog.unit.setCurrentIndex(dialog.unit.findData(7 * DAY))
    dialog.age.setValue(1)
    assert [name for name, fate in fates(dialog).items() if fate == "goes"] == ["day-9"]
    assert dialog.go.text() == "Delete 1 snapshot"
    click(desk, dialog.by_age)
    assert not dialog.go.isEnabled() and "goes" not in fates(dialog).values(), "nothing is asked for"
    click(desk, dialog.by_age)
    click(desk, dialog.by_count)
    dialog.count.setValue(4)
    assert not dialog.go.isEnabled(), "four stay, and there are four with a date"
    dialog.count.setValue(0)
    click(desk, dialog.go)
    assert "day-9" not in rows(path) and len(rows(path)) == 4
    again = opened(desk, path)
    assert (again.count.value(), again.age.value(), again.by_age.isChecked()) == (0, 1, True), "as the last time"
    again.reject()


def test_enter_keeps_all(desk: Desk, path: Path) -> None:
    before = path.read_bytes()
    dialog = opened(desk, path)
    dialog.count.setValue(1)
    desk.qtbot.keyClick(dialog.count, Qt.Key.Key_Return)
    desk.settle()
    assert QApplication.activeModalWidget() is None and path.read_bytes() == before


def test_it_is_off_where_a_disk_cannot_be_changed(desk: Desk, path: Path) -> None:
    with held(path, "qemu-system-x86"):
        desk.open(path)
        assert "is open in another process" in desk.window.context.actions.reason("snapshot.delete_old")
