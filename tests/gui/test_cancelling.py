"""One press of Ctrl+. at any moment of a job: it is cancelled, or the window says that it is too late."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from PySide6.QtCore import Qt

from snapmgr.machine.machine import Machine
from snapmgr.snapshots import machine, transaction
from tests.gui.changing import CONTROL, LEFT, asked, click, plain, rows, sound, state, strip
from tests.gui.demo_desk import DemoDesk, disks, on_disk
from tests.gui.desk import Desk
from tests.gui.test_demo_machine import garbage as garbage
from tests.gui.test_demo_snapshots import fresh_disks as fresh_disks
from tests.gui.test_demo_snapshots import made as made
from tests.gui.test_demo_snapshots import names
from ui.snapshots.delete_dialog import DeleteDialog
from ui.snapshots.load_dialog import LoadDialog
from ui.snapshots.save_dialog import SaveDialog
from ui.widgets.activity import ActivityState


class Gate:
    """Whoever calls ``name`` of ``place`` waits until ``open``."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, place: Any, name: str) -> None:
        self.reached, self._opened, whole = threading.Event(), threading.Event(), getattr(place, name)

        def held(*arguments: Any, **keywords: Any) -> Any:
            self.reached.set()
            assert self._opened.wait(60)
            return whole(*arguments, **keywords)

        monkeypatch.setattr(place, name, held)

    def open(self) -> None:
        self._opened.set()


def press(desk: Desk) -> None:
    desk.qtbot.keyClick(desk.window.focusWidget() or desk.window, Qt.Key.Key_Period, CONTROL)


def told(desk: Desk) -> list[str]:
    return [plain(one.text) for one in desk.window.context.notices.history]


def test_before_the_job_has_begun_at_its_end_and_after_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    before = path.read_bytes()
    click(desk, desk.page.header.save)
    with monkeypatch.context() as held:
        others = held_for_others(held, desk)
        desk.qtbot.mouseClick(asked(desk, SaveDialog).go, LEFT)
        assert state(desk) is ActivityState.RUNNING and desk.page.strip.cancel.isEnabled()
        press(desk)
        assert state(desk) is ActivityState.CANCELLING and not desk.page.strip.cancel.isEnabled()
        others.set()
        desk.settle()
    assert strip(desk) == ("Not saved: cancelled, nothing left behind", "The disk is as it was.")
    assert path.read_bytes() == before and not desk.errors() and not told(desk)

    gate = Gate(monkeypatch, transaction, "switch_all")
    click(desk, desk.page.header.save)
    dialog = asked(desk, SaveDialog)
    dialog.name.edit.setText("late")
    desk.qtbot.mouseClick(dialog.go, LEFT)
    desk.until(gate.reached.is_set)
    desk.until(lambda: not desk.page.strip.cancel.isEnabled())
    press(desk)
    assert told(desk) == ["Cancel what runs: It is being finished and cannot be stopped any more"]
    assert desk.window.toast.isVisible()
    desk.page.job_strip.cancel()  # as a click that was under way when the button went off
    assert told(desk)[1:] == ["Too late to cancel: Saving “late” is being finished"]
    gate.open()
    desk.settle()
    assert state(desk) is ActivityState.DONE and "late" in rows(path)
    press(desk)
    assert told(desk)[2:] == ["Cancel what runs: Nothing is being done"]


def held_for_others(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> asyncio.Event:
    """Somebody else of the window has the image to itself until the event is set."""
    changes, go_on = desk.page.changes, asyncio.Event()
    doing = changes._doing

    async def waits(request: Any) -> Any:
        await go_on.wait()
        return await doing(request)

    monkeypatch.setattr(changes, "_doing", waits)
    return go_on


def test_loading_and_deleting_leave_all_as_it_was(made: DemoDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = made
    desk.begin()
    desk.save("one")
    desk.step(5)
    before = desk.drive(desk.machine.order(Machine.digest))

    def as_it_was() -> bool:
        """RAM, registers and disks."""
        return all(map(sound, disks())) and desk.drive(desk.machine.order(Machine.digest)) == before

    with monkeypatch.context() as held:
        gate = Gate(held, machine, "try_state")  # the load's own part, after “Now” was saved
        begin_loading(desk, "one")
        desk.until(gate.reached.is_set)
        assert strip(desk)[0] == "Loading “one”"
        press(desk)
        gate.open()
        desk.settle()
    assert strip(desk) == ("Not loaded: cancelled, nothing left behind", "The machine and its disks are as they were.")
    [kept, one] = names(desk)
    assert one == "one" and as_it_was() and on_disk() == [("one", 2), (kept, 2)]

    with monkeypatch.context() as held:
        gate = Gate(held, transaction, "Watching")  # all is prepared, nothing switched
        desk.choose("one", kept)
        desk.keys(Qt.Key.Key_Delete)
        desk.qtbot.mouseClick(asked(desk, DeleteDialog).go, LEFT)
        desk.until(gate.reached.is_set)
        press(desk)
        assert state(desk) is ActivityState.CANCELLING
        gate.open()
        desk.settle()
    assert strip(desk)[0] == "Not deleted: cancelled, nothing left behind"
    assert as_it_was() and on_disk() == [("one", 2), (kept, 2)]

    with monkeypatch.context() as held:
        gate = Gate(held, transaction, "switch_all")  # too late for “Now”, but not for what follows
        begin_loading(desk, "one")
        desk.until(gate.reached.is_set)
        desk.until(lambda: not desk.page.strip.hold.isEnabled())
        assert strip(desk)[0].startswith("Saving ")
        press(desk)
        assert state(desk) is ActivityState.CANCELLING
        gate.open()
        desk.settle()
    title, about = strip(desk)
    assert title == "Not loaded: cancelled, nothing left behind" and about.startswith("Saved “")
    assert as_it_was() and len(on_disk()) == 3 and not told(desk)


def begin_loading(desk: DemoDesk, name: str) -> None:
    desk.select(name)
    click(desk, desk.page.header.load)
    dialog = asked(desk, LoadDialog)
    assert dialog.first.isChecked()
    desk.qtbot.mouseClick(dialog.go, LEFT)
