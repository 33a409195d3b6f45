"""Jobs in the window: several at once, cancelled, failed, dismissed, remembered; by clicks and keys."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel

from snapmgr.jobs.history import JobHistory
from snapmgr.jobs.status import JobStatus, permitted
from snapmgr.snapshots.list import list_snapshots
from tests.gui.changing import plain
from tests.gui.desk import Desk
from tests.ui.snapshots.made import held
from ui.shell.question import Question
from ui.snapshots import change_request, presenter
from ui.snapshots.job_history import HistoryDialog
from ui.snapshots.save_dialog import SaveDialog
from ui.widgets.activity import Activity, ActivityState
from ui.widgets.job_row import JobRow

LEFT = Qt.MouseButton.LeftButton


class Gate:
    """Changes of an image stop at their first report until its gate is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached: dict[str, threading.Event] = {}
        self.opened: dict[str, threading.Event] = {}
        whole = change_request.make

        def make(request: Any, *, progress: Callable[[int, int], None], cancel: Any) -> Any:
            path = request.paths[0]

            def report(done: int, total: int) -> None:
                progress(done, total)
                self.reached[path].set()
                assert self.opened[path].wait(60)

            return whole(request, progress=report, cancel=cancel)

        monkeypatch.setattr(presenter, "make", make)

    def at(self, path: object) -> None:
        """There is one at this image."""
        self.reached[str(path)], self.opened[str(path)] = threading.Event(), threading.Event()


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    made = Gate(monkeypatch)
    yield made
    for event in made.opened.values():
        event.set()


def save(desk: Desk, name: str) -> None:
    """Begin to save the machine on show."""
    desk.qtbot.mouseClick(desk.page.header.save, LEFT)
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, SaveDialog)
    dialog.name.edit.setText(name)
    desk.qtbot.mouseClick(dialog.go, LEFT)


def names(*paths: object) -> list[str]:
    return [row.name for row in list_snapshots([str(path) for path in paths]).rows]


def states(desk: Desk) -> list[tuple[str, ActivityState]]:
    return [(one.job, one.state) for one in desk.page.jobs.activities]


def test_two_machines_are_saved_at_once_and_one_machine_is_not_twice(desk: Desk, gate: Gate) -> None:
    one, other = desk.image("vm-hmp-72", "one.qcow2"), desk.image("vm-v2", "two.qcow2")
    gate.at(one)
    gate.at(other)
    desk.open(one)
    save(desk, "first")
    desk.until(gate.reached[str(one)].is_set)
    assert "is not finished yet" in desk.window.context.actions.reason("snapshot.save")
    desk.window.context.open(other)
    desk.until(lambda: desk.page.on_show == (str(other),) and desk.page.found is not None)
    desk.until(lambda: not desk.window.context.actions.reason("snapshot.save"))
    save(desk, "second")
    desk.until(gate.reached[str(other)].is_set)
    desk.until(lambda: all(one.total > 0 for one in desk.page.jobs.activities))
    running = ActivityState.RUNNING
    assert states(desk) == [("save-2", running), ("save-1", running)]
    assert (
        desk.page.strip.title.full_text().endswith("“\u2068second\u2069”")
        or "second" in desk.page.strip.title.full_text()
    )
    assert desk.page.strip.all_jobs.text() == "1 more"
    gate.opened[str(one)].set()
    desk.until(lambda: states(desk)[1][1] is ActivityState.DONE)
    assert states(desk)[0][1] is running and "first" in names(one) and "second" not in names(other)
    assert "second" in desk.page.strip.title.full_text(), "what runs goes before what has ended"
    gate.opened[str(other)].set()
    desk.settle()
    assert "second" in names(other) and not desk.errors()
    kept = [(record.type, record.id, record.machine, record.error) for record in JobHistory().read()[-2:]]
    assert kept == [("snapshot-save", "save-1", "one.qcow2", None), ("snapshot-save", "save-2", "two.qcow2", None)]


def test_the_panel_shows_all_and_cancels_and_dismisses(desk: Desk, gate: Gate) -> None:
    path, busy = desk.image("vm-hmp-72", "one.qcow2"), desk.image("vm-v2", "two.qcow2")
    desk.open(busy)
    with held(busy, "qemu-system-x86"):
        save(desk, "never")
        desk.settle()
    desk.open(path)
    gate.at(path)
    save(desk, "slow")
    desk.until(gate.reached[str(path)].is_set)
    assert desk.window.context.actions.reason("jobs.panel") != "There are no jobs"
    desk.qtbot.mouseClick(desk.page.strip.all_jobs, LEFT)
    panel = desk.page.job_strip.panel
    assert panel.isVisible() and not desk.page.strip.isVisible()
    assert panel.summary.full_text() == "1 running, 1 failed"
    slow, failed = (panel.rows[number] for number in sorted(panel.rows, reverse=True))
    desk.until(lambda: slow.activity.total > 0)
    assert [(step.name, step.mark) for step in slow.stepper.steps][:3] == [
        ("created", "done"), ("running", "now"), ("waiting", "later"),
    ]  # fmt: skip
    assert [(step.name, step.mark) for step in failed.stepper.steps][2:] == [
        ("aborting", "failed"),
        ("concluded", "done"),
    ]
    assert failed.cancel.isHidden() and slow.dismissal.isHidden()
    assert panel.height() <= desk.page.height() * 0.4
    desk.qtbot.mouseClick(slow.cancel, LEFT)
    assert slow.note.full_text() == "Cancelling…" and not slow.cancel.isEnabled()
    gate.opened[str(path)].set()
    desk.settle()
    assert slow.title.full_text() == "Not saved: cancelled, nothing left behind" and "slow" not in names(path)
    assert panel.summary.full_text() == "1 failed, 1 finished"
    desk.qtbot.mouseClick(slow.dismissal, LEFT)
    assert list(panel.rows.values()) == [failed] and desk.window.focusWidget() is panel.fold
    desk.qtbot.mouseClick(panel.fold, LEFT)
    assert not panel.isVisible() and desk.page.strip.title.full_text().startswith("Not saved")
    desk.window.context.actions.run("jobs.panel")
    desk.settle()
    assert panel.isVisible()
    desk.qtbot.mouseClick(panel.dismiss_finished, LEFT)
    assert not panel.isVisible() and not desk.page.strip.isVisible() and not desk.page.jobs.activities
    assert desk.window.context.actions.reason("jobs.panel") == "There are no jobs"


def test_what_failed_stays_and_what_went_well_goes(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    with held(path, "qemu-system-x86"):
        save(desk, "never")
        desk.settle()
    assert not desk.page.strip._timer.isActive()
    desk.drive(desk.page.reload())
    save(desk, "fine")
    desk.settle()
    assert desk.page.strip._timer.isActive() and "fine" in desk.page.strip.title.full_text()
    desk.page.strip._timer.timeout.emit()
    assert desk.page.strip.isVisible() and desk.page.strip.title.full_text().startswith("Not saved")
    assert desk.page.strip.details.isVisible()


def test_what_failed_can_be_tried_again(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    with held(path, "qemu-system-x86"):
        save(desk, "late")
        desk.settle()
    desk.window.context.actions.run("jobs.panel")
    desk.settle()
    [failed] = desk.page.job_strip.panel.rows.values()
    assert failed.again.isVisible() and "late" not in names(path)
    desk.drive(desk.page.reload())
    desk.window.context.actions.run("snapshot.inspect")
    desk.settle()
    desk.window.show_view("snapshots")
    desk.qtbot.mouseClick(failed.again, LEFT)
    desk.settle()
    said = plain(desk.window.context.notices.history[-1].text)
    assert said == "Not saved: The Inspector has a VM state of vm-hmp-72.qcow2 open: close it there first"
    assert list(desk.page.job_strip.panel.rows.values()) == [failed] and "late" not in names(path)
    inspector = desk.window.context.page("inspector")
    assert inspector is not None
    inspector.close_document()
    desk.qtbot.mouseClick(failed.again, LEFT)
    desk.settle()
    [row] = desk.page.job_strip.panel.rows.values()
    assert row is not failed and row.activity.state is ActivityState.DONE and not row.again.isVisible()
    assert "late" in names(path) and desk.page.snapshot.name() == "late"


def test_what_fails_before_ones_eyes_has_room_for_its_error(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    save(desk, "early")
    desk.settle()
    desk.window.context.actions.run("jobs.panel")
    with held(path, "qemu-system-x86"):
        save(desk, "late")
        desk.settle()
    failed = next(row for row in desk.page.job_strip.panel.rows.values() if row.again.isVisible())
    desk.qtbot.waitUntil(lambda: failed.again.visibleRegion().boundingRect() == failed.again.rect())


def test_a_window_that_closes_cancels_what_runs(desk: Desk, gate: Gate) -> None:
    path = desk.image("vm-hmp-72")
    gate.at(path)
    desk.open(path)
    before = path.read_bytes()
    save(desk, "never")
    desk.until(gate.reached[str(path)].is_set)

    async def end() -> None:
        import asyncio

        ending = asyncio.ensure_future(desk.window.end())
        while not desk.page.jobs._jobs[1].control.cancel.cancelled:
            await asyncio.sleep(0.005)
        gate.opened[str(path)].set()
        await ending

    desk.drive(end())
    assert path.read_bytes() == before and JobHistory().read()[-1].error == "Operation canceled"


def test_closing_asks_while_something_runs(desk: Desk, gate: Gate) -> None:
    path = desk.image("vm-hmp-72")
    gate.at(path)
    desk.open(path)
    save(desk, "kept")
    desk.until(gate.reached[str(path)].is_set)

    def question() -> Question:
        return next(one for one in desk.window.findChildren(Question) if one.isVisible())

    desk.window.close()
    assert desk.window.isVisible() and not desk.window.closed.is_set()
    assert "kept" in "".join(part.text() for part in question().findChildren(QLabel))
    desk.qtbot.keyClick(question(), Qt.Key.Key_Return)
    assert desk.window.isVisible() and desk.page.jobs.running() is not None, "staying is the default"
    desk.window.close()
    desk.qtbot.mouseClick(question().do, LEFT)
    assert not desk.window.isVisible() and desk.window.closed.is_set()
    gate.opened[str(path)].set()


def test_closing_asks_nothing_once_all_has_ended(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    save(desk, "kept")
    desk.settle()
    desk.window.close()
    assert not desk.window.isVisible() and desk.window.closed.is_set()


def test_the_history_is_there_after_a_restart(desk: Desk) -> None:
    path = desk.image("vm-hmp-72", "kept.qcow2")
    desk.open(path)
    save(desk, "remembered")
    desk.settle()
    desk.window.context.actions.run("jobs.history")
    desk.settle()
    dialog = desk.window.findChild(HistoryDialog)
    assert dialog is not None and dialog.table.topLevelItemCount() == len(JobHistory().read())
    newest = dialog.table.topLevelItem(0)
    assert newest is not None and [plain(newest.text(column)) for column in (0, 1, 2, 5)] == [
        "snapshot-save",
        "“remembered”",
        "kept.qcow2",
        "done",
    ]
    desk.qtbot.mouseClick(dialog.close_button, LEFT)


def test_a_long_job_is_told_to_the_desktop_where_the_window_is_behind(desk: Desk) -> None:
    told: list[tuple[str, str, float]] = []
    tell = desk.page.job_strip.desktop.tell
    desk.page.job_strip.desktop.tell = lambda *what: told.append(what) or tell(*what)  # type: ignore[method-assign, func-returns-value]
    desk.open(desk.image("vm-hmp-72"))
    save(desk, "told")
    desk.settle()
    [(title, about, seconds)] = told
    assert "told" in title and about == "On one disk, disk only" and 0 <= seconds < 60


def test_a_job_stands_still_and_goes_on(desk: Desk, gate: Gate) -> None:
    path = desk.image("vm-hmp-72")
    gate.at(path)
    desk.open(path)
    save(desk, "held")
    desk.until(gate.reached[str(path)].is_set)
    strip = desk.page.strip
    assert strip.hold.isVisible() and strip.hold.accessibleName() == "Pause"
    desk.qtbot.mouseClick(strip.hold, LEFT)
    gate.opened[str(path)].set()
    desk.until(lambda: desk.page.jobs.activities[0].steps[-1] == "paused")
    assert strip.hold.accessibleName() == "Resume" and "paused" in strip.about.full_text()
    assert strip.bar.maximum() > 0, "no bar that moves where nothing does"
    assert "held" not in names(path)
    desk.window.context.actions.run("jobs.panel")
    [row] = desk.page.job_strip.panel.rows.values()
    assert row.hold.isVisible() and "paused" in [step.name for step in row.stepper.steps]
    desk.qtbot.mouseClick(row.hold, LEFT)
    desk.settle()
    assert desk.page.jobs.activities[0].state is ActivityState.DONE and "held" in names(path)
    assert not row.hold.isVisible()


def test_what_is_prepared_waits_to_be_finalized_where_that_is_wished(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    actions = desk.window.context.actions
    assert actions.reason("snapshot.finalize") == "No job waits to be finalized"
    desk.window.context.settings.set("jobs.finalize", True)
    save(desk, "first")
    strip = desk.page.strip
    desk.until(lambda: strip.verb.isVisible())
    assert strip.verb.text() == "Finalize" and strip.hold.isHidden() and strip.cancel.isEnabled()
    jobs = desk.window.status_jobs
    assert jobs.isVisible() and jobs.text() == "1 job" and desk.page.header.save.property("variant") == "primary"
    assert "no disk is changed yet" in strip.about.full_text() and "first" not in names(path)
    desk.qtbot.mouseClick(strip.verb, LEFT)
    desk.settle()
    assert "first" in names(path) and strip.verb.isHidden()
    save(desk, "second")
    desk.until(lambda: not actions.reason("snapshot.finalize"))
    actions.run("jobs.panel")
    row = desk.page.job_strip.panel.rows[2]
    assert row.verb.isVisible() and [step.mark for step in row.stepper.steps][2:4] == ["done", "now"]
    row.verb.setFocus()
    desk.qtbot.mouseClick(row.cancel, LEFT)
    desk.settle()
    assert desk.page.jobs.activities[0].state is ActivityState.CANCELLED and "second" not in names(path)
    panel = desk.page.job_strip.panel
    assert panel.isAncestorOf(desk.window.focusWidget() or desk.window), "the keyboard stays there"
    save(desk, "third")
    desk.until(lambda: not actions.reason("snapshot.finalize"))
    actions.run("snapshot.finalize")
    desk.settle()
    assert "third" in names(path) and jobs.isHidden()
    actions.run("jobs.dismiss")
    assert not desk.page.jobs.activities and actions.reason("jobs.dismiss") == "No job has ended"


def test_what_stands_still_can_be_cancelled(desk: Desk, gate: Gate) -> None:
    path = desk.image("vm-hmp-72")
    gate.at(path)
    desk.open(path)
    before = path.read_bytes()
    save(desk, "never")
    desk.until(gate.reached[str(path)].is_set)
    desk.window.context.actions.run("snapshot.hold")
    gate.opened[str(path)].set()
    desk.until(lambda: desk.page.jobs.activities[0].steps[-1] == "paused")
    desk.window.context.actions.run("snapshot.cancel")
    desk.settle()
    assert desk.page.jobs.activities[0].state is ActivityState.CANCELLED and path.read_bytes() == before


def test_a_job_that_is_ready_is_completed_by_its_button(desk: Desk) -> None:
    """None of ours gets ready; the button follows the table of verbs all the same."""
    row = JobRow(Activity("Mirroring", "devbox", "camera", verbs=permitted(JobStatus.READY)), desk.page)
    asked: list[bool] = []
    row.verb_wanted.connect(lambda: asked.append(True))
    row.resize(740, row.sizeHint().height())  # the panel of the smallest window
    row.show()
    desk.settle()
    assert row.verb.visibleRegion().boundingRect() == row.verb.rect(), "all of it is seen"
    assert row.verb.text() == "Complete" and row.hold.isVisible() and row.cancel.isEnabled()
    desk.qtbot.mouseClick(row.verb, LEFT)
    row.show_activity(Activity("Mirroring", "devbox", "camera", verbs=permitted(JobStatus.RUNNING)))
    assert asked == [True] and row.verb.isHidden()
