"""A deletion is undone by the strip's button and by Ctrl+Z, while nobody has written to the disks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from snapmgr.snapshots import change
from snapmgr.snapshots.export import export_disk
from tests.gui.changing import CONTROL, asked, click, rows, sha, sound, state, strip
from tests.gui.desk import Desk
from ui.snapshots.delete_dialog import DeleteDialog
from ui.widgets.activity import ActivityState


def delete(desk: Desk, name: str, *, trim: bool = False) -> None:
    desk.select(name)
    click(desk, desk.page.header.delete)
    dialog = asked(desk, DeleteDialog)
    dialog.trim.setChecked(trim)
    click(desk, dialog.go)
    assert state(desk) is ActivityState.DONE, strip(desk)


def reason(desk: Desk) -> str:
    desk.window.context.actions.refresh()
    return desk.window.context.actions.reason("snapshot.undo").replace("\u2068", "").replace("\u2069", "")


def test_the_strip_brings_it_back(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    assert reason(desk) == "Nothing was deleted that could be brought back"
    before, content = rows(path), sha(path, "work")
    delete(desk, "work")
    assert desk.page.strip.undo.isVisible() and not reason(desk) and "work" not in rows(path)
    click(desk, desk.page.strip.undo)
    assert strip(desk) == ("Brought back “work”", "The disk is as it was.") and not desk.page.strip.undo.isVisible()
    assert rows(path) == before and sha(path, "work") == content and sound(path)
    assert desk.page.snapshot.name() == "work" and reason(desk) and not desk.errors()


def test_ctrl_z_brings_several_back_on_all_disks(desk: Desk) -> None:
    one, two = desk.image("vm-hmp-72", "box-vda.qcow2"), desk.image("vm-v2", "box-vdb.qcow2")
    desk.open(one, two)
    before = rows(one, two)
    desk.page.list.view.selectAll()
    desk.settle()
    click(desk, desk.page.header.delete)
    click(desk, asked(desk, DeleteDialog).go)
    assert not rows(one, two)
    desk.page.strip.dismiss()
    desk.window.activateWindow()
    desk.until(desk.window.isActiveWindow)
    desk.key(Qt.Key.Key_Z, CONTROL)
    assert rows(one, two) == before and sound(one) and sound(two)


def test_what_was_given_back_is_gone(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    delete(desk, "work", trim=True)
    assert not desk.page.strip.undo.isVisible() and reason(desk) == "Nothing was deleted that could be brought back"


def test_once_somebody_wrote_to_it_that_is_said(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    delete(desk, "work")
    change.create_snapshot([path], "from elsewhere")
    desk.window.context.actions.run("snapshot.reload")
    desk.settle()
    assert reason(desk) == "vm-hmp-72.qcow2 was written to since: what was deleted may be overwritten"
    assert desk.page.strip.undo.isVisible()
    click(desk, desk.page.strip.undo)
    assert "work" not in rows(path)
    assert "written to since" in desk.window.context.notices.history[-1].text


def test_a_write_that_the_list_does_not_know_of_is_found_at_the_last(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    delete(desk, "work")
    content = path.read_bytes()
    monkeypatch.setattr(desk.page, "_reload_quietly", lambda: None)
    desk.page.shown.watch.stop()
    os.utime(path)
    click(desk, desk.page.strip.undo)
    assert state(desk) is ActivityState.FAILED and path.read_bytes() == content
    title, about = strip(desk)
    assert title == "Not brought back: vm-hmp-72.qcow2" and "was written to since the snapshot was deleted" in about
    assert about.endswith("Nothing was changed.")


def test_another_machine_has_nothing_to_bring_back(desk: Desk) -> None:
    path, other = desk.image("vm-hmp-72"), desk.image("fmt-v3")
    desk.open(other)
    desk.open(path)
    delete(desk, "work")
    desk.page.choose((str(other),))
    desk.settle()
    assert reason(desk) == "What was deleted last belongs to another machine: vm-hmp-72.qcow2"
    change.delete_snapshot([other], "first")
    desk.window.context.actions.run("snapshot.reload")
    desk.settle()
    assert not reason(desk), "it has something of its own by now"
    click(desk, desk.page.strip.undo)
    assert "work" in rows(path) and "first" not in rows(other), "the strip means what it says"


def test_a_change_of_our_own_ends_it(desk: Desk, tmp_path: Path) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    delete(desk, "work")
    export_disk(path, "boot", tmp_path / "out.raw")
    assert not reason(desk), "reading is no writing"
    delete(desk, "done")
    click(desk, desk.page.strip.undo)
    assert set(rows(path)) == {"boot", "done"}


def test_what_another_process_deleted_comes_back_too(desk: Desk) -> None:
    """The window of the day before, or snapctl."""
    path = desk.image("vm-hmp-72")
    before = rows(path)
    change.delete_snapshot([path], "work")
    desk.open(path)
    assert not reason(desk) and "work" not in desk.names()
    desk.window.context.actions.run("snapshot.undo")
    desk.settle()
    assert strip(desk) == ("Brought back “work”", "The disk is as it was.") and rows(path) == before and sound(path)
    assert reason(desk) == "Nothing was deleted that could be brought back"
    change.delete_snapshot([path], {str(path): ["work", "boot"]})
    change.create_snapshot([path], "from elsewhere")
    desk.window.context.actions.run("snapshot.reload")
    desk.settle()
    assert reason(desk) == "vm-hmp-72.qcow2 was written to since: what was deleted may be overwritten"
