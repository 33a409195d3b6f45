"""A snapshot that one disk lacks is finished from the window, which says what that means first."""

from __future__ import annotations

from PySide6.QtCore import Qt

from snapmgr.snapshots.change import create_snapshot
from tests.gui.changing import asked, click, rows, sound, strip
from tests.gui.desk import Desk
from ui.snapshots.finish_dialog import FinishDialog


def test_finish(desk: Desk) -> None:
    one, two = desk.image("fmt-v3", "root.qcow2"), desk.image("fmt-v2", "data.qcow2")
    create_snapshot([one], "mine")
    desk.open(one, two)
    before = rows(one)
    desk.select("mine")
    assert "data has no snapshot of this name" in desk.words() and "Finish…" in desk.words()
    actions = desk.window.context.actions
    actions.refresh()
    assert not actions.reason("snapshot.finish") and actions.reason("snapshot.load")
    actions.run("snapshot.finish")
    dialog = asked(desk, FinishDialog)
    assert "holds what the disk holds now" in dialog.text.text()
    click(desk, dialog.stop)
    assert rows(one) == before and "mine" not in rows(two)
    actions.run("snapshot.finish")
    click(desk, asked(desk, FinishDialog).go)
    assert strip(desk) == ("Finished “mine”", "One more disk has it now.")
    assert "mine" in rows(two) and sound(two) and rows(one) == before
    assert desk.page.snapshot.name() == "mine" and "has no snapshot of this name" not in desk.words()
    actions.refresh()
    assert actions.reason("snapshot.finish") == "No disk lacks this snapshot" and not desk.errors()


def test_escape_finishes_nothing(desk: Desk) -> None:
    one, two = desk.image("fmt-v3", "root.qcow2"), desk.image("fmt-v2", "data.qcow2")
    create_snapshot([one], "mine")
    desk.open(one, two)
    desk.select("mine")
    desk.window.context.actions.run("snapshot.finish")
    dialog = asked(desk, FinishDialog)
    desk.qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    desk.settle()
    assert "mine" not in rows(two)
