"""Disks are written out of the Snapshots view."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt

from snapmgr.work import CancelToken
from tests import corpus
from tests.gui.desk import Desk, dialog_of, truth
from ui.shell.notices import Tone
from ui.snapshots import presenter
from ui.snapshots.export_many import ExportManyDialog


@pytest.mark.parametrize("case", ["vm-hmp-72", "fmt-resized", "vm-two-disks-72"])
def test_an_exported_disk_is_what_the_guest_would_see(desk: Desk, case: str) -> None:
    desk.open(desk.image(case))
    for one in truth(case)["snapshots"]:
        desk.select(one["name"])
        dialog = dialog_of(desk)
        target = desk.folder / f"{one['id']}.raw"
        dialog.path.setText(str(target))
        assert dialog.go.isEnabled() and dialog.go.text() == "Export"
        desk.qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
        desk.settle()
        disk = one["disk after -a"] if one["disk after -a"] != "same" else one["disk"]
        wanted = corpus.per_version(disk) if "7.2" in disk else disk
        assert target.stat().st_size == wanted["bytes"]
        assert hashlib.sha256(target.read_bytes()).hexdigest() == wanted["sha256"]
    history = desk.window.context.notices.history
    assert history[-1].tone is Tone.DONE and str(target) in history[-1].text and not desk.errors()


def test_the_disk_as_it_is_now_can_be_exported(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    dialog = dialog_of(desk)
    dialog.when.setCurrentIndex(1)
    target = desk.folder / "now.raw"
    dialog.path.setText(str(target))
    dialog.begin()
    desk.settle()
    wanted = corpus.per_version(truth("vm-hmp-72")["disk"])
    assert hashlib.sha256(target.read_bytes()).hexdigest() == wanted["sha256"]


def test_an_existing_file_is_named_before_it_is_replaced(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    dialog = dialog_of(desk)
    target = desk.folder / "old.raw"
    target.write_bytes(b"precious")
    dialog.path.setText(str(target))
    assert dialog.go.text() == "Replace file" and "will be replaced" in dialog.message.text()
    dialog.path.setText(str(path))
    assert not dialog.go.isEnabled() and "itself" in dialog.message.text()
    dialog.reject()
    assert target.read_bytes() == b"precious"


def test_a_cancelled_export_leaves_nothing_behind(desk: Desk, monkeypatch: Any) -> None:
    """The real export, stopped after its first piece."""
    desk.open(desk.image("vm-hmp-72"))
    before = set(desk.folder.iterdir())
    dialog = dialog_of(desk)
    dialog.path.setText(str(desk.folder / "new.raw"))
    written, go_on = threading.Event(), threading.Event()
    whole = presenter.write_disk

    def held_up(*arguments: Any, progress: Callable[[int, int], None], cancel: CancelToken) -> Any:
        def report(done: int, total: int) -> None:
            progress(done, total)
            written.set()
            assert go_on.wait(30)

        return whole(*arguments, progress=report, cancel=cancel)

    monkeypatch.setattr(presenter, "write_disk", held_up)
    dialog.begin()
    desk.until(written.is_set)
    desk.until(dialog.progress.isVisible)
    assert not dialog.go.isEnabled() and set(desk.folder.iterdir()) > before, "a part of it is there"
    desk.qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible() and dialog.state.text() == "Cancelling…"
    go_on.set()
    desk.settle()
    assert dialog.message.text() == "Cancelled, nothing left behind." and dialog.stop.text() == "Close"
    assert set(desk.folder.iterdir()) == before and not desk.errors()
    dialog.reject()


def test_a_failed_export_says_why_and_stays(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    dialog = dialog_of(desk)
    dialog.path.setText(str(desk.folder / "new.raw"))
    path.unlink()
    dialog.begin()
    desk.settle()
    assert dialog.isVisible() and "Not exported" in dialog.message.text()
    assert "Nothing was left behind." in dialog.message.text() and not (desk.folder / "new.raw").exists()
    dialog.reject()


def test_several_are_exported_into_a_folder(desk: Desk, monkeypatch: Any) -> None:
    desk.open(desk.image("vm-two-disks-72"))
    desk.page.list.view.selectAll()
    desk.settle()
    snapshots = truth("vm-two-disks-72")["snapshots"]
    folder = desk.folder / "out"
    folder.mkdir()
    dialog = many(desk)
    dialog.path.setText("nowhere")
    assert not dialog.go.isEnabled() and dialog.message.text() == "Give the whole path."
    dialog.path.setText(str(folder))
    names = [request.target.name for request in dialog.requests()]
    assert dialog.go.isEnabled() and len(set(names)) == len(names) == len(snapshots)
    (folder / names[0]).write_bytes(b"precious")
    precious, names[0] = names[0], names[0].replace(".raw", "-2.raw")
    desk.qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    desk.settle()
    assert sorted(path.name for path in folder.iterdir()) == sorted([*names, precious])
    sums = {hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    disks = [one["disk after -a"] if one["disk after -a"] != "same" else one["disk"] for one in snapshots]
    assert sums == {(corpus.per_version(disk) if "7.2" in disk else disk)["sha256"] for disk in disks}
    assert desk.window.context.notices.history[-1].tone is Tone.DONE and not desk.errors()
    whole = presenter.write_disk
    dialog = many(desk)
    dialog.path.setText(str(folder))

    def stopped(request: Any, *arguments: Any, **more: Any) -> Any:
        if request.target.exists() or dialog._cancel.cancelled or any(folder.glob("*-3.raw")):
            dialog._cancel.cancel()
        return whole(request, *arguments, **more)

    monkeypatch.setattr(presenter, "write_disk", stopped)
    before = len(list(folder.iterdir()))
    dialog.begin()
    desk.settle()
    assert "1 of " in dialog.message.text() and len(list(folder.iterdir())) == before + 1
    dialog.reject()


def many(desk: Desk) -> ExportManyDialog:
    desk.window.context.actions.run("snapshot.export")
    return next(one for one in desk.window.findChildren(ExportManyDialog) if one.isVisible())
