"""Migrations in the window, as a person makes them: started, steered, broken, looked at again."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog

from snapmgr.machine.options import MIB
from snapmgr.migrate.both import Both
from snapmgr.migrate.handover import Side
from snapmgr.migrate.samples import COLUMNS
from snapmgr.migrate.wanted import Wanted
from snapmgr.savevm.status import MigrationStatus as Status
from snapmgr.wire.constants import Command
from ui.inspector.page import InspectorPage
from ui.main_window import MainWindow
from ui.migration.page import MigrationPage
from ui.migration.turns import ROUND
from ui.shell.palette_entry import PaletteEntry
from ui.theme.palette import color

Drive = Callable[..., Any]
QUICK = replace(Wanted(), ram=16 * MIB, before=20, after=10, bandwidth=64 * MIB)


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.005)


@pytest.fixture
def page(migration: MigrationPage) -> MigrationPage:
    migration.panes_shown.settings.show_wanted(QUICK)
    return migration


def start(page: MigrationPage, qtbot: Any) -> None:
    qtbot.mouseClick(page.panes_shown.header.start, Qt.MouseButton.LeftButton)
    assert page.is_running and not page.panes_shown.header.start.isVisible()


def over(page: MigrationPage) -> bool:
    return page.run is not None and page.run.is_over


def test_start_moves_the_guest_and_proves_it(
    page: MigrationPage, qtbot: Any, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced: list[str] = []
    monkeypatch.setattr("ui.migration.saying.announce", lambda widget, text: announced.append(text))
    start(page, qtbot)
    drive(until(lambda: over(page)))
    outcome, panes = page.recording.outcome, page.panes_shown
    assert announced[-1] == f"completed. {panes.notice.text()}" and len(set(announced)) == len(announced)
    assert outcome["status"] == "completed" and outcome["agrees"]
    assert outcome["source_digest"] == outcome["destination_digest"] == outcome["reference_digest"]
    assert panes.header.chip.text() == "completed" and "their digests agree" in panes.notice.text()
    assert panes.destination.chip.text() == "has the guest" and panes.destination.facts()[2] == "0 pages"
    assert panes.destination.screen.image.width() == 320
    assert panes.header.start.isVisible() and page.running() == []
    assert any(panes.destination.map.counts().values()) and not panes.idle.isVisible()
    page.context.actions.run("migration.scenarios")
    assert panes.idle.isVisible() and page.has_recording
    panes.source.show_idle(True)
    assert panes.source.idle.isHidden(), "the guest does not start here any more"
    start(page, qtbot)
    assert not any(panes.destination.map.counts().values()), "nothing of the one before"
    assert not panes.idle.isVisible() and page.window().focusWidget() is panes.lower.transport.phases
    assert page.run is not None
    drive(page.run.end())


def test_keys_alone_start_it_hold_it_and_come_back_from_its_bytes(
    page: MigrationPage, qtbot: Any, drive: Drive, window: MainWindow
) -> None:
    def ring() -> bool:
        picture = shown.grab().toImage()
        return picture.pixelColor(picture.width() // 2, 0) == color("accent")

    panes, shown = page.panes_shown, page.panes_shown.channel.bytes
    panes.settings.scenario.setFocus()
    qtbot.keyClick(panes.settings.scenario, Qt.Key.Key_F9)
    assert page.is_running and window.focusWidget() is panes.lower.transport.phases, "not on a slider"
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Space)
    while not shown.isEnabled():
        drive(until(lambda: page.run is not None and page.run.waiting is not None))
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Period)
        drive(until(lambda: shown.isEnabled() or (page.run is not None and page.run.waiting is not None)))
    assert not ring()
    shown.setFocus(Qt.FocusReason.TabFocusReason)
    assert ring(), "focus is seen"
    qtbot.keyClick(shown, Qt.Key.Key_Space)
    drive(until(lambda: window.context.view == "inspector"))
    qtbot.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert window.context.view == "migration" and page.run is not None
    drive(page.run.end())


def test_a_pause_before_the_switchover_waits_for_continue(page: MigrationPage, qtbot: Any, drive: Drive) -> None:
    panes = page.panes_shown
    panes.settings.show_wanted(replace(QUICK, capabilities=frozenset({"pause-before-switchover"})))
    start(page, qtbot)
    assert not panes.header.go_over.isVisible() and page.context.actions.reason("migration.continue")
    drive(until(lambda: panes.header.go_over.isVisible() and panes.header.chip.text() == "pre-switchover"))
    assert page.run is not None and page.run.owner is Side.SOURCE
    qtbot.mouseClick(panes.header.go_over, Qt.MouseButton.LeftButton)
    drive(until(lambda: over(page)))
    assert page.recording.outcome["status"] == "completed" and page.recording.outcome["agrees"]
    assert not panes.header.go_over.isVisible()


def test_what_is_wanted_while_the_machines_are_made_counts(
    page: MigrationPage, qtbot: Any, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, go_on = threading.Event(), threading.Event()
    prepare = Both.prepare

    def slow(both: Both, *arguments: Any, **named: Any) -> Any:
        outgoing = prepare(both, *arguments, **named)
        made.set()
        assert go_on.wait(30)
        return outgoing

    monkeypatch.setattr(Both, "prepare", slow)
    start(page, qtbot)
    drive(until(made.is_set))
    page.panes_shown.settings.show_wanted(replace(QUICK, workload="hotspot", writes=10, downtime_limit=2000))
    page._settings_changed()
    go_on.set()
    drive(until(lambda: over(page)))
    assert page.recording.outcome["status"] == "completed" and page.recording.outcome["agrees"]
    assert page.run is not None and page.run.both is not None
    both = page.run.both
    assert both.outgoing.parameters.downtime_limit == 2000
    assert [(one.workload, one.rate) for one in both.chosen] == [("hotspot", 10)]


def test_a_cut_link_leaves_the_guest_where_it_is(page: MigrationPage, qtbot: Any, drive: Drive) -> None:
    page.panes_shown.settings.show_wanted(replace(QUICK, bandwidth=2 * MIB))
    start(page, qtbot)
    drive(until(lambda: page.run is not None and page.run.status is Status.ACTIVE))
    qtbot.mouseClick(page.panes_shown.settings.cut, Qt.MouseButton.LeftButton)
    drive(until(lambda: over(page)))
    assert page.recording.outcome["status"] == "failed" and page.recording.outcome["agrees"]
    assert page.panes_shown.notice.text().startswith("Not moved: ")
    assert page.panes_shown.source.chip.text() == "has the guest"


def test_steps_stop_before_each_section_and_the_past_can_be_seen(page: MigrationPage, qtbot: Any, drive: Drive) -> None:
    run_action = page.context.actions.run
    start(page, qtbot)
    run_action("migration.step")
    names = []
    for _ in range(3):
        drive(until(lambda: page.run is not None and page.run.waiting is not None))
        assert page.run is not None and page.run.waiting is not None
        names.append(page.run.waiting.name)
        waiting = page.run.waiting
        run_action("migration.step")
        drive(until(lambda waiting=waiting: page.run is not None and page.run.waiting is not waiting))
    assert names == ["savevm_state_header", "savevm_command_send", "savevm_command_send"]
    drive(until(lambda: page.panes_shown.channel.record.full_text() == "put before it: PING"))
    assert page.place == 0x1A and page.placing.sent > 0x1A and not page.context.actions.reason("migration.bytes")
    page.context.actions.run("migration.present")
    assert page.panes_shown.channel.record.full_text() == "put before it: PING", "until the next step"
    page.context.actions.run("migration.present")
    run_action("migration.play")
    drive(until(lambda: over(page)))
    assert page.recording.outcome["agrees"]
    stopped = page.showing.story.stopped
    assert stopped is not None
    page.look_at(stopped - 0.01)
    assert page.panes_shown.source.chip.text() == "has the guest"
    assert page.panes_shown.channel.chip.text() == "connected"
    page.look_at(None)
    assert page.panes_shown.channel.chip.text() == "closed"
    assert page.panes_shown.channel.wire_title.text() == "Last on the wire"
    assert page.panes_shown.destination.chip.text() == "has the guest"
    page.panes_shown.lower.transport.phases.moved.emit(stopped - 0.01)
    run_action("view.inspector")
    drive(until(lambda: not page.isVisible()))
    for _ in range(ROUND + 1):
        page._turn()
    run_action("view.migration")  # what nobody saw of the playhead's moment is shown now
    drive(until(lambda: page.panes_shown.source.chip.text() == "has the guest"))


def test_the_window_closes_while_it_runs(page: MigrationPage, qtbot: Any, drive: Drive, window: MainWindow) -> None:
    page.panes_shown.settings.show_wanted(replace(QUICK, bandwidth=MIB))
    start(page, qtbot)
    drive(until(lambda: page.run is not None and page.run.status is Status.ACTIVE))
    assert page.running() == ["Migrate the demo machine, of which nothing stays but a saved recording"]
    drive(window.end())
    assert over(page)


BESIDE = {"disks": 1, "capabilities": frozenset({"multifd", "dirty-bitmaps"})}
REPLICATED = {"capabilities": frozenset({"x-colo"}), "writes": 10, "checkpoint_delay": 50, "lost_after": 2}


@pytest.mark.parametrize("more", [{}, BESIDE, REPLICATED], ids=["plain", "multifd", "colo"])
def test_a_recording_is_saved_and_opened_again(
    page: MigrationPage, qtbot: Any, drive: Drive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: dict[str, Any]
) -> None:
    page.panes_shown.settings.show_wanted(replace(QUICK, **more))
    start(page, qtbot)
    drive(until(lambda: over(page)))
    before, said = page.recording, page.panes_shown.notice.text()
    target = tmp_path / "it.snapmgr-run"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(target), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (str(target), ""))
    page.context.actions.run("migration.save")
    drive(until(target.exists))
    drive(page.context.tasks.idle())
    page.panes_shown.settings.choose("postcopy-breaks")
    page.context.actions.run("migration.open")
    drive(page.context.tasks.idle())
    asked = page.panes_shown.settings.wanted()
    assert asked == replace(QUICK, **more, before=asked.before, after=asked.after), "what this one was asked for"
    assert page.recording is not before and page.run is None
    assert page.context.documents.recents()[0] == page.document()
    if (focused := page.window().focusWidget()) is not None:
        focused.clearFocus()
    page.context.open(target)
    drive(page.context.tasks.idle())
    assert page.window().focusWidget() is page.panes_shown.lower.transport.phases, "Space plays it"
    assert page.recording.outcome == before.outcome and page.panes_shown.notice.text() == said
    assert before.outcome["status"] == "completed" and before.outcome["agrees"]
    assert page.panes_shown.destination.chip.text() == "has the guest"
    middle = page.showing.story.status.since("active")
    assert middle is not None
    for side, changes in before.pages.items():
        assert (changes.at(middle) == page.recording.pages[side].at(middle)).all()
    assert (before.samples.rows == page.recording.samples.rows).all()
    page.panes_shown.lower.transport.show_mode("sections")
    page.look_at(middle)
    assert page.panes_shown.caption.isVisible() and not page.panes_shown.notice.isVisible(), "what was then"
    assert page.panes_shown.caption.text() and "ram" in page.showing.sections.lanes
    streams = {path.name: path.read_bytes() for path in before.streams.iterdir()}
    assert streams == {path.name: path.read_bytes() for path in page.recording.streams.iterdir()}
    if "multifd" in page.recording.facts["capabilities"]:
        assert [lane.isHidden() for lane in page.panes_shown.channel.beside] == [False, False]
        samples = page.recording.samples
        page.look_at(float(samples.column("time")[samples.column("destination_disks") == 0][-1]))
        assert page.panes_shown.destination.facts()[5] == "not in use" and len(streams) > 2
        page.look_at(None)
        facts = page.panes_shown.destination.facts()
        assert facts[5] == "in use" and facts[6].endswith(" dirty"), "as it was when the machines were closed"
    if "x-colo" in page.recording.facts["capabilities"]:
        assert len(page.showing.story.checkpoints) >= 2


def test_postcopy_breaks_and_goes_on(page: MigrationPage, qtbot: Any, drive: Drive, window: MainWindow) -> None:
    settings = page.panes_shown.settings
    settings.choose("postcopy-breaks")
    settings.show_wanted(replace(settings.wanted(), ram=16 * MIB, before=20, after=5))
    start(page, qtbot)
    drive(until(lambda: page.is_in("postcopy-paused") and page.panes_shown.header.recover.isVisible()))
    panes = page.panes_shown
    assert panes.notice.text().startswith("The channel is broken.")
    drive(until(lambda: panes.source.screen.text() == "stands still" and panes.channel.main._dashed))
    assert panes.destination.screen.text() == "waits for pages" and panes.channel.chip.text() == "broken"
    assert page.context.actions.reason("migration.cancel").startswith("The guest runs on the destination")
    qtbot.mouseClick(panes.header.recover, Qt.MouseButton.LeftButton)
    drive(until(lambda: over(page)))
    outcome = page.recording.outcome
    assert outcome["status"] == "completed" and outcome["agrees"] and outcome["pauses"] == 1
    assert outcome["requests"] and page.recording.stream.is_dir()
    commands = [one for one in page.recording.moments if one.event.name == "savevm_command_send"]
    resume = next(one for one in commands if one.event["command"] == Command.POSTCOPY_RESUME)
    page._event_chosen(resume)
    assert not page.context.actions.reason("migration.bytes") and page.place == resume.event.offset
    streams = b"".join(path.read_bytes() for path in sorted(page.recording.streams.glob("*.fwd.bin")))
    assert streams[page.place : page.place + 3] == bytes([8, 0, Command.POSTCOPY_RESUME]), "on the new channel"
    page.context.actions.run("migration.bytes")
    drive(until(lambda: window.context.view == "inspector"))
    drive(page.context.tasks.idle())
    inspector = window.context.page("inspector")
    assert isinstance(inspector, InspectorPage)
    selected = inspector.links.selection.current
    assert selected is not None and selected.offset == resume.event.offset


def test_the_window_closes_while_a_guest_waits_for_pages_that_never_come(
    page: MigrationPage, qtbot: Any, drive: Drive, window: MainWindow
) -> None:
    settings = page.panes_shown.settings
    settings.choose("postcopy-breaks")
    settings.show_wanted(replace(settings.wanted(), ram=16 * MIB, before=20, after=5))
    start(page, qtbot)
    drive(until(lambda: page.is_in("postcopy-paused")))
    drive(window.end())
    assert over(page)


def replicate(page: MigrationPage, qtbot: Any, drive: Drive) -> None:
    """Until there are two checkpoints."""
    settings = page.panes_shown.settings
    settings.choose("colo")
    settings.show_wanted(replace(settings.wanted(), ram=16 * MIB, before=20, after=5, checkpoint_delay=100))
    start(page, qtbot)
    assert page.panes_shown.source.failover.isVisible() and not page.panes_shown.source.failover.isEnabled()
    drive(until(lambda: len(page.showing.story.checkpoints) >= 2 and page.panes_shown.source.chip.text() == "primary"))


@pytest.mark.parametrize("side", ["source", "destination"])
def test_failover_lets_one_machine_go_on_alone(page: MigrationPage, qtbot: Any, drive: Drive, side: str) -> None:
    panes = page.panes_shown
    replicate(page, qtbot, drive)
    assert panes.destination.chip.text() == "secondary" and panes.destination.facts()[-1] == "thrown away"
    assert page.context.actions.reason("migration.cancel").startswith("Both machines run the guest.")
    drive(until(lambda: len(panes.lower.transport.phases.bar.checkpoints) >= 2))
    assert "checkpoints, the last took" in panes.lower.transport.phases.accessibleDescription()
    cards = {"source": panes.source, "destination": panes.destination}
    drive(until(cards[side].failover.isEnabled))
    qtbot.mouseClick(cards.pop(side).failover, Qt.MouseButton.LeftButton)
    drive(until(lambda: over(page)))
    (other,) = cards.values()
    outcome, survivor = page.recording.outcome, getattr(panes, side)
    assert outcome["survivor"] == side.upper() and outcome["agrees"] and outcome["checkpoints"] >= 2
    assert f"the {side} went on alone" in panes.notice.text() and not survivor.failover.isVisible()
    assert survivor.chip.text() == "has the guest" and survivor.facts()[-1] == "seen at once"
    assert other.chip.text() == "taken for lost" and other.facts()[-1] == "none"
    assert sum(moment.event.name == "COLO_EXIT" for moment in page.recording.moments) == 2
    began = page.showing.story.status.since("colo")
    assert all(moment.event.offset is None for moment in page.recording.moments if moment.time > began)


def test_the_window_closes_while_both_machines_run_the_guest(
    page: MigrationPage, qtbot: Any, drive: Drive, window: MainWindow
) -> None:
    replicate(page, qtbot, drive)
    drive(window.end())
    assert over(page)


def test_for_an_audience_text_is_large_in_this_view_alone(page: MigrationPage, window: MainWindow) -> None:
    def size() -> int:
        return QApplication.font().pixelSize()

    usual, panes = size(), page.panes_shown
    said = panes.settings.bandwidth._said
    small = said.font().pixelSize()
    page.context.actions.run("migration.present")
    assert size() > usual and panes.split.is_folded(0) and panes.lower.events.isHidden()
    assert said.font().pixelSize() > small, "a slider's value, too"
    window.resize(800, 560)
    window.resize(1440, 900)
    assert panes.split.is_folded(0), "neither where there was little room for a while"
    window.show_view("start")
    assert size() == usual
    page.present(False)
    window.show_view("migration")
    assert size() == usual and not panes.split.is_folded(0) and not panes.lower.events.isHidden()


def test_what_cannot_change_while_it_runs_is_off_and_says_why(page: MigrationPage, qtbot: Any, drive: Drive) -> None:
    settings = page.panes_shown.settings
    settings.show_wanted(replace(QUICK, **BESIDE, bandwidth=MIB))
    assert settings.channels.isVisibleTo(settings) and settings.throttle_most.isHidden()
    start(page, qtbot)
    for widget in (settings.channels.slider, settings.compression, settings.disks, settings.capabilities.box("xbzrle")):
        assert not widget.isEnabled() and "Fixed while running" in widget.toolTip()
    drive(until(lambda: page.run is not None and page.run.both is not None))
    assert settings.max_bandwidth.slider.isEnabled()
    settings.max_bandwidth.slider.setValue(0)
    settings.jitter.slider.setValue(3)
    assert page.run is not None and page.run.both is not None
    assert page.run.both.outgoing.parameters.max_bandwidth == MIB
    assert all(link.forward.jitter == 0.004 for link in page.run.both.links)
    settings.max_bandwidth.slider.setValue(settings.max_bandwidth.slider.maximum())
    assert page.run.both.outgoing.parameters.max_bandwidth == 0, "any"
    page.cancel()
    drive(until(lambda: over(page)))
    assert settings.channels.slider.isEnabled()


def test_what_a_limited_guest_may_write_is_set_while_it_runs(page: MigrationPage, qtbot: Any, drive: Drive) -> None:
    settings = page.panes_shown.settings
    settings.show_wanted(replace(QUICK, bandwidth=16 * MIB, writes=400, downtime_limit=10))
    assert settings.dirty_limit.isHidden()
    settings.capabilities.box("dirty-limit").click()
    assert settings.dirty_limit.isVisibleTo(settings)
    start(page, qtbot)
    drive(until(lambda: page.run is not None and page.run.both is not None))
    assert page.run is not None and page.run.both is not None
    outgoing = page.run.both.outgoing
    drive(until(lambda: outgoing.statistics.cpu_throttle_percentage > 0))
    settings.dirty_limit.slider.setValue(settings.dirty_limit.slider.maximum())
    assert outgoing.parameters.vcpu_dirty_limit == 512
    drive(until(lambda: outgoing.statistics.cpu_throttle_percentage == 0))
    page.cancel()
    drive(until(lambda: over(page)))


def test_the_palette_that_is_open_follows_what_can_be_done(page: MigrationPage, window: MainWindow) -> None:
    def chosen() -> PaletteEntry:
        entry = view.list.currentIndex().data(Qt.ItemDataRole.UserRole).entry
        assert isinstance(entry, PaletteEntry)
        return entry

    window.context.actions.run("tools.palette")
    view = window.palette_view
    view.field.setText("step back")
    assert chosen().key == "migration.back" and chosen().reason == "Nothing was recorded yet"
    page.recording.samples.add(**dict.fromkeys(COLUMNS, 0.0))
    window.context.changed.emit()
    assert chosen().key == "migration.back" and not chosen().reason
