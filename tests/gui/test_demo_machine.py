"""The demo machine in the window: started, paused, stepped, reset, looked into, ended; by clicks and keys."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QToolButton

from snapmgr.jobs.job import JobType
from snapmgr.machine.machine import MachineView
from snapmgr.machine.runstate import RunState
from ui.main_window import MainWindow
from ui.models.source_list import DEMO
from ui.shell.garbage import Garbage
from ui.shell.question import Question
from ui.snapshots.demo import Demo
from ui.snapshots.demo_actions import demo_of
from ui.snapshots.demo_disks import make_machine

Drive = Callable[..., Any]


@pytest.fixture(autouse=True)
def garbage(qapp: Any) -> Iterator[None]:
    """As in the application: the worker destroys no object of Qt."""
    gc.collect()
    garbage = Garbage()
    yield
    garbage.stop()
    gc.collect()


async def until(window: MainWindow, seen: Callable[[MachineView], bool]) -> MachineView:
    """The first view of the machine that is as wanted."""
    page = window.context.page("snapshots")
    view = page.demo.machine.view
    while view is None or not seen(view):
        arrived = asyncio.get_running_loop().create_future()
        connection = page.demo.machine.viewed.connect(
            lambda view, arrived=arrived: arrived.done() or arrived.set_result(view)
        )
        try:
            view = await asyncio.wait_for(arrived, 30)
        finally:
            page.demo.machine.viewed.disconnect(connection)
    return view


async def done(window: MainWindow) -> None:
    await window.context.tasks.idle()
    await asyncio.sleep(0)


@pytest.fixture
def started(window: MainWindow, drive: Drive, qtbot: Any) -> MainWindow:
    """The demo machine was started by the button of the start page, and runs."""
    qtbot.mouseClick(window.context.page("start").machine, Qt.MouseButton.LeftButton)
    drive(until(window, lambda view: view.tick >= 3))
    return window


def demo(window: MainWindow) -> Demo:
    return window.context.page("snapshots").demo


def press(qtbot: Any, window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier) -> None:
    qtbot.keyClick(window.context.page("snapshots").sources_pane.list, key, modifier)


def test_it_runs_and_is_shown(started: MainWindow) -> None:
    assert started.context.view == "snapshots"
    shown, view = demo(started), demo(started).machine.view
    assert view is not None and view.run_state is RunState.RUNNING
    assert shown.band.isVisible() and shown.band.screen.image.width() == 320
    assert started.context.page("snapshots").header.chip.text() == "running" and shown.band.run.text() == "Pause"
    model = started.context.page("snapshots").machines.model
    assert [model.index(row).data() for row in range(2)] == ["Built in", "Demo machine"]
    assert started.statusBar().isVisible() and "Demo machine: running" in started.status_left.text()


def test_pause_holds_it_and_a_step_is_one_tick(started: MainWindow, drive: Drive, qtbot: Any) -> None:
    qtbot.mouseClick(demo(started).band.run, Qt.MouseButton.LeftButton)
    view = drive(until(started, lambda view: view.run_state is RunState.PAUSED))
    press(qtbot, started, Qt.Key.Key_F9, Qt.KeyboardModifier.ShiftModifier)
    after = drive(until(started, lambda seen: seen.tick > view.tick))
    assert (after.tick, after.run_state) == (view.tick + 1, RunState.PAUSED)
    assert not (after.screen == view.screen).all()
    press(qtbot, started, Qt.Key.Key_F9, Qt.KeyboardModifier.NoModifier)
    drive(until(started, lambda seen: seen.run_state is RunState.RUNNING and seen.tick > after.tick))


def test_the_workload_and_its_rate_are_chosen(started: MainWindow, drive: Drive, qtbot: Any) -> None:
    pane = demo(started).band
    pane.workload.setFocus()
    pane.workload.setCurrentIndex(pane.workload.findText("sequential"))
    pane.workload.activated.emit(pane.workload.currentIndex())
    assert drive(until(started, lambda view: view.workload == "sequential")).rate == 64
    pane.rate.setValue(7)
    assert drive(until(started, lambda view: view.rate == 7)).workload == "sequential"
    assert pane.summary.text() == "one page behind the other, round and round"


def test_a_reset_asks_and_keeping_is_the_default(started: MainWindow, drive: Drive, qtbot: Any) -> None:
    def question() -> Question:
        return next(one for one in started.findChildren(Question) if one.isVisible())

    drive(demo(started).machine.pause())
    drive(demo(started).machine.choose_workload("full"))
    before = drive(demo(started).machine.order(lambda machine: machine.digest()))
    started.context.actions["demo.reset"].trigger()
    qtbot.keyClick(question(), Qt.Key.Key_Return)
    drive(done(started))
    assert drive(demo(started).machine.order(lambda machine: machine.digest())) == before
    started.context.actions["demo.reset"].trigger()
    qtbot.mouseClick(question().do, Qt.MouseButton.LeftButton)
    drive(done(started))
    assert drive(demo(started).machine.order(lambda machine: machine.digest())) != before


def test_its_stream_opens_in_the_inspector_with_one_click(started: MainWindow, drive: Drive, qtbot: Any) -> None:
    action = started.context.actions["demo.inspect"]
    click = next(one for one in demo(started).band.findChildren(QToolButton) if one.defaultAction() is action)
    qtbot.mouseClick(click, Qt.MouseButton.LeftButton)
    drive(done(started))
    assert started.context.view == "inspector"
    index = started.context.current.loaded.index
    assert index.configuration.machine == "demo-1.1" and list(index.problems) == []
    assert {"demo.ram", "demo.vram", "demo.rom"} <= {block.name for block in index.blocks}
    assert started.context.documents.recents() == []
    started.close()
    assert started.settings.state["open"] == []  # it is gone with the window


def test_it_ends_when_asked_and_is_gone(started: MainWindow, drive: Drive, qtbot: Any) -> None:
    started.context.actions["demo.end"].trigger()
    question = next(one for one in started.findChildren(Question) if one.isVisible())
    qtbot.mouseClick(question.do, Qt.MouseButton.LeftButton)
    drive(done(started))
    page = started.context.page("snapshots")
    assert page.on_show is None and page.empty.isVisible() and not page.demo.machine.exists
    assert demo_of(started.context) is None
    assert page.machines.model.row_of(DEMO) is None


def test_its_actions_say_why_they_are_off(window: MainWindow) -> None:
    window.show_view("snapshots")
    assert window.context.actions.reason("demo.run") == "The demo machine is not on show"


def test_closing_the_window_ends_it(started: MainWindow, drive: Drive) -> None:
    drive(started.end())
    assert not demo(started).machine.exists


def its_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("demo")]


def test_whoever_cancels_it_twice_leaves_no_thread_of_it(started: MainWindow, drive: Drive) -> None:
    machine = demo(started).machine

    go = threading.Event()

    async def end_at_once() -> None:
        (await machine.jobs()).table.start("s", JobType.SNAPSHOT_SAVE, lambda control: go.wait(60))
        endings = []
        for end in (machine.power_off, started.end):
            endings.append(asyncio.create_task(end()))
            for _ in range(20):  # as far as it can
                await asyncio.sleep(0)
        go.set()
        await asyncio.wait(endings)

    drive(end_at_once())
    assert not machine.exists and its_threads() == []


def test_one_that_is_ended_while_it_is_made_lets_its_disks_go(
    window: MainWindow, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go, closed = threading.Event(), threading.Event(), []

    def make(*given: Any) -> Any:
        begun.set()
        go.wait(60)
        machine, reason = make_machine(*given)
        monkeypatch.setattr(machine, "close", lambda close=machine.close: closed.append(close()))
        return machine, reason

    monkeypatch.setattr("ui.snapshots.demo_machine.make_machine", make)
    window.show_view("snapshots")
    machine = demo(window).machine

    async def end_at_once() -> None:
        machine.power_on()
        while not begun.is_set():
            await asyncio.sleep(0)
        asyncio.get_running_loop().call_later(0, go.set)
        await machine.power_off()

    drive(end_at_once())
    assert closed == [None] and its_threads() == []


def test_no_part_of_a_view_shows_as_a_window_of_its_own(window: MainWindow, qtbot: Any) -> None:
    for view in ("snapshots", "start"):
        window.show_view(view)
        QApplication.processEvents()
        mine = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
        assert mine == [window]
    assert window.childAt(QPoint(5, 5)) is not None
