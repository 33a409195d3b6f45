"""While a change of snapshots runs: cancelled, too late to cancel, and what others do meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QItemSelectionModel

from snapmgr.work import CancelToken
from tests.gui.changing import LEFT, asked, click, rows, state, strip
from tests.gui.desk import Desk
from ui.models.snapshot_rows import Column, key_of
from ui.snapshots import change_request, presenter
from ui.snapshots.save_dialog import SaveDialog
from ui.widgets.activity import ActivityState


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
    assert shown.number.full_text() == "Cancelling…" and not shown.cancel.isEnabled()
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

    def switch(shadows: Any, *, disks: bool) -> None:
        reached.set()
        assert go_on.wait(30)
        whole(shadows, disks=disks)

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
    desk.page.shown.watch.changed.connect(lambda: looked.append(True))
    desk.page.shown.watch.look()
    desk.until(lambda: bool(looked))
    assert not read
    slow.go_on.set()
    desk.settle()
    assert len(read) == 1
    desk.page.shown.watch.look()
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
