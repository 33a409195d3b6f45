"""Parts of the Migration view without a migration: capabilities, lights, sections on their way, folded events."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QImage
from PySide6.QtWidgets import QApplication, QWidget

from snapmgr.machine.machine import Machine
from snapmgr.machine.options import MachineOptions
from snapmgr.migrate.handover import Side
from snapmgr.migrate.pages import Layout, PageState
from snapmgr.migrate.recorded_events import event_line, read_events
from snapmgr.migrate.recording import PAGE_WAITS, PAGES_PUT, Moment
from snapmgr.migrate.samples import usual
from snapmgr.migrate.together import RULES, broken
from snapmgr.savevm.status import MigrationStatus as Status
from snapmgr.trace.events import TraceEvent
from ui.migration.capabilities import CAPABILITIES, CapabilityList
from ui.migration.channel_view import Lane, Packet
from ui.migration.event_model import TEXT, TITLE, EventModel
from ui.migration.event_texts import is_milestone, said
from ui.migration.events_pane import EventsPane
from ui.migration.lower import Lower
from ui.migration.page_legend import PageLegend
from ui.migration.page_lights import FADE, LEVELS, PageLights, any_of
from ui.migration.page_map import PageMap
from ui.migration.page_marks import HERE, THERE
from ui.migration.plot import Curve
from ui.migration.section_lanes import COMMANDS, HEADER, SectionLanes
from ui.migration.told import ended, lives_on
from ui.migration.traffic import Traffic, where
from ui.migration.turns import LOOK_EVERY, ROUND, take_turn
from ui.theme import motion
from ui.widgets.folding_splitter import FoldingSplitter
from ui.widgets.guest_screen import GuestScreen


def moment(time: float, name: str, side: Side = Side.SOURCE, offset: int | None = None, **arguments: Any) -> Moment:
    return Moment(int(time * 1000), time, side, TraceEvent(name, tuple(arguments.items()), offset))


def test_what_does_not_go_together_cannot_be_ticked_together(qtbot: Any) -> None:
    shown = CapabilityList()
    qtbot.addWidget(shown)
    shown.have_disks(1)
    shown.box("multifd").click()
    assert shown.names() == {"multifd"}
    assert shown.reason("xbzrle") == "Multifd is not compatible with xbzrle (QEMU 10.0, 11.1)"
    assert not shown.box("xbzrle").isEnabled()
    assert shown.reason("postcopy-ram") == "Postcopy is not yet compatible with multifd (QEMU 10.0)"
    shown.box("multifd").click()
    shown.box("postcopy-ram").click()
    shown.box("postcopy-preempt").click()
    assert shown.names() == {"postcopy-ram", "postcopy-preempt"} and not shown.box("x-colo").isEnabled()
    shown.box("postcopy-ram").click()
    assert not shown.names(), "what needs it is of no use without it"
    shown.box("auto-converge").click()
    assert not shown.box("dirty-limit").isEnabled() and "auto-converge" in shown.reason("dirty-limit")
    assert shown.reason("switchover-ack") == "Capability 'switchover-ack' requires capability 'return-path'"
    shown.box("return-path").click()
    shown.box("switchover-ack").click()
    assert shown.names() == {"auto-converge", "return-path", "switchover-ack"}
    shown.have_disks(0)
    assert shown.reason("dirty-bitmaps") == "The machines have no disk"


def test_everything_that_can_be_ticked_goes_together(qtbot: Any) -> None:
    shown = CapabilityList()
    qtbot.addWidget(shown)
    shown.have_disks(1)
    for first in CAPABILITIES:
        shown.show_names(frozenset(), 1)
        for name in (first, *CAPABILITIES):
            if shown.box(name).isEnabled() and not shown.box(name).isChecked():
                shown.box(name).click()
        assert broken(shown.names()) is None and len(shown.names()) > 1
    assert {rule.name for rule in RULES} >= {"multifd", "postcopy-ram", "mapped-ram"}


def test_a_page_lights_up_and_fades() -> None:
    now = [10.0]
    lights, states = PageLights(lambda: now[0]), np.zeros(100, np.uint8)
    assert lights.changed(states) is None
    states[[5, 50]] = 1
    changed = lights.changed(states)
    assert changed is not None and np.flatnonzero(changed).tolist() == [5, 50] and lights.changed(states) is None
    lights.light(changed, 8, 13)
    assert np.flatnonzero(lights.levels()).tolist() == [0, 6] and lights.levels()[0] == LEVELS - 1
    now[0] += FADE / 2
    assert 0 < lights.levels()[0] < LEVELS - 1 and lights.burn(13) and not lights.burn(12)
    now[0] += FADE
    assert not lights.levels().any() and not lights.burn(13)


@pytest.mark.parametrize("per", [1, 2, 4, 8, 64])
def test_any_of_some_pages(per: int) -> None:
    flags = np.random.default_rng(per).random(1003) < 0.05
    expected = [bool(flags[at : at + per].any()) for at in range(0, len(flags), per)]
    assert any_of(flags, per).tolist() == expected


def test_only_what_changed_is_arranged_anew(qtbot: Any) -> None:
    """The same picture whether cells were looked up one by one or all at once."""
    shown, fresh = PageMap("a"), PageMap("b")
    pages = (1 << 14) - 5
    layout, chance = Layout((("ram", pages),)), np.random.default_rng(3)
    states = chance.integers(0, 5, pages).astype(np.uint8)
    for made in (shown, fresh):
        qtbot.addWidget(made)
        made.resize(160, 90)
        made.show_states(layout, states, live=True)
    assert shown.per_cell > 1 and pages % shown.per_cell
    for _ in range(3):
        states[chance.integers(0, pages, 40)] = states[-1] = PageState.REQUESTED
        shown.show_states(layout, states, live=True)
        assert shown.is_lit
    fresh._order = shown._order
    fresh._place_cells()
    assert (shown._cells == fresh._cells).all()


def test_sections_are_on_their_way_until_they_are_taken() -> None:
    lanes, there = SectionLanes(), Side.DESTINATION
    lanes.take(
        [
            moment(0.0, "savevm_state_header"),
            moment(0.1, "savevm_command_send", command=2, len=4),
            moment(0.2, "savevm_section_start", offset=64, id="ram", section_id=1),
            moment(0.3, "qemu_loadvm_state_section", there, section_type=8),
            moment(0.3, "loadvm_process_command", there, s="PING", len=4),
            moment(0.4, "savevm_section_end", id="ram", section_id=1),
            moment(0.5, "savevm_section_start", id="ram", section_id=1),
            moment(0.6, "qemu_loadvm_state_section", there, section_type=2),
            moment(0.6, "qemu_loadvm_state_section_partend", there, section_id=1),
        ]
    )
    assert list(lanes.lanes) == [HEADER, COMMANDS, "ram"]
    (header,), (ping,), (first, second) = (lane.pieces for lane in lanes.lanes.values())
    assert header.arrived == 0.3 and (ping.title, ping.end, ping.arrived) == ("PING", 0.1, 0.3)
    assert (first.begin, first.end, first.arrived) == (0.2, 0.4, 0.6) and second.arrived is second.end is None
    lanes.take([moment(0.8, "migrate_set_state", new_state="postcopy-paused")])
    assert (second.end, second.lost) == (0.8, 0.8) and first.lost is None


def test_what_happens_again_and_again_is_one_row(qtbot: Any) -> None:
    model = EventModel()
    model.add([moment(0.1 * n, "savevm_section_start", offset=n, id="ram", section_id=1) for n in range(5)])
    model.add([moment(0.6, "savevm_section_start", offset=9, id="ram", section_id=1)])
    assert model.rowCount() == 1 and model.index(0, TEXT).data() == "6 times, last section 1"
    model.add([moment(0.7, "migrate_set_state", new_state="colo")])
    for n in range(3):
        model.add([moment(1.0 + n, "savevm_section_start", offset=9, id="ram", section_id=1)])
        model.add([moment(1.1 + n, "colo_receive_message", msg="vmstate-loaded")])
    titles = [model.index(row, TITLE).data() for row in range(model.rowCount())]
    assert titles == ["ram", "colo", "checkpoint"] and model.index(2, TEXT).data().startswith("3 times, ")
    model.narrow("", milestones=False)
    assert model.rowCount() == 13
    model.narrow("", milestones=True)
    assert model.rowCount() == 3


def test_whoever_looks_at_a_guest_does_not_wait_for_its_pages() -> None:
    """The window's thread looks while pages are missing that may never come."""
    machine = Machine(MachineOptions(ram=16 << 20))
    memory = machine.board.memory
    memory.set("dirtied", 7)

    def wait(page: int) -> None:
        raise AssertionError("it waits")

    memory.ram.dirty.reading = wait  # type: ignore[method-assign,assignment]
    assert memory.peek("dirtied") == 7
    with pytest.raises(AssertionError, match="it waits"):
        memory.get("dirtied")
    machine.close()


def test_what_became_of_a_guest_that_had_moved_is_told_as_it_is() -> None:
    lost = {"status": "failed", "error": "it broke.", "agrees": False, "tick": 9, "missing": 1410}
    said, tone = ended(lost)
    assert said.startswith("Moved, but not whole: ") and said.endswith("The guest cannot go on.") and tone == "danger"
    bitmaps = {"status": "failed", "error": "bitmaps lost", "agrees": True, "tick": 9, "destination_digest": "d"}
    assert ended(bitmaps)[0].startswith("Moved, but: bitmaps lost. At tick 9 it is what")
    here = {"status": "failed", "error": "it broke.", "agrees": True, "tick": 9, "source_digest": "s"}
    assert ended(here)[0].startswith("Not moved: it broke. The guest went on on the source.")


def test_while_nothing_is_compared_it_is_said_where_the_guest_is() -> None:
    assert lives_on(Status.FAILED, Side.SOURCE).startswith("Not moved: the guest goes on on the source")
    assert lives_on(Status.COMPLETED, Side.DESTINATION).startswith("The guest lives on for a while.")


def test_less_motion_counts_what_is_on_its_way(qtbot: Any) -> None:
    lane = Lane("main", "sections")
    qtbot.addWidget(lane)
    lane.resize(240, 58)

    def seen(now: float) -> QImage:
        lane.move([Packet(0.1, "k_ram", ""), Packet(0.3, "k_ram", "")], now, connected=True)
        return lane.grab().toImage()

    assert seen(0.4) != seen(0.8), "it moves"
    motion.use("reduced")
    try:
        assert seen(0.4) == seen(0.8) and seen(0.4) != QImage()
        shown = PageMap("Pages")
        qtbot.addWidget(shown)
        layout, states = Layout((("ram", 16),), 4096), np.zeros(16, np.uint8)
        shown.show_states(layout, states, live=True)
        states[3] = PageState.ARRIVED
        shown.show_states(layout, states, live=True)
        assert not shown.is_lit
    finally:
        motion.use("system")


def test_the_time_that_is_pointed_at_in_one_plot_is_told_by_all(qtbot: Any) -> None:
    lower = Lower(lambda id: QAction(id))
    qtbot.addWidget(lower)
    lower.resize(900, 500)
    lower.show()
    times = np.arange(0.0, 10.0, 0.1)
    for factor, plot in enumerate(lower.plots.values(), 1):
        plot.show_curve(Curve(times, times * factor, 10.0, last="newest"))
    throughput, writes = lower.plots["throughput"], lower.plots["writes"]
    area = throughput._area()
    qtbot.mouseMove(throughput, QPoint(int(area.left() + area.width() / 2), 40))
    assert throughput.said().startswith(("4.9 at ", "5.0 at ")) and writes.said().startswith(("9.8 at ", "10.0 at "))
    QApplication.sendEvent(throughput, QEvent(QEvent.Type.Leave))
    assert throughput.said() == writes.said() == "newest"
    assert all(plot.toolTip() for plot in lower.plots.values()), "what each shows is told"


def test_how_long_the_guest_waited_for_pages_is_in_the_log() -> None:
    long, short = (
        moment(0.1, PAGE_WAITS, Side.DESTINATION, count=count, longest=longest)
        for count, longest in ((2, 61_500), (1, 1000))
    )
    assert said(long).title == "slow page" and said(long).text == "2 waits, up to 61.5 ms" and is_milestone(long)
    assert said(short).title == "guest waited" and said(short).text == "1 wait, 1.0 ms"
    assert not is_milestone(short)
    assert next(iter(read_events(event_line(short).encode(), 0))).event == short.event


def test_what_is_on_its_way_is_told_where_it_is_pointed_at(qtbot: Any) -> None:
    traffic = Traffic()
    traffic.take(
        [
            moment(0.1, "savevm_section_start", id="ram", section_id=1, offset=35),
            moment(0.5, PAGES_PUT, rbname="demo.ram", first=16, pages=204, zero=12),
            moment(0.6, "migrate_handle_rp_req_pages", rbname="demo.ram", start=0, len=4096),
        ]
    )
    lane = Lane("main", "sections and pages")
    qtbot.addWidget(lane)
    lane.resize(240, 58)
    lane.move(traffic.packets(0.7), 0.7, connected=True)
    newest = int(lane._place(lane.packets[-1])) + 7
    assert lane.words(newest) == "section 1, ram, demo.ram 0x0010000, 204 pages" and not lane.words(newest + 25)
    assert where(traffic.at(0.7)) == "12 zero, begins at 00000023"
    assert traffic.answers(0.7)[0].words == "page request: the guest waits for it"


def test_a_screen_whose_guest_has_gone_is_dim_and_says_so(qtbot: Any) -> None:
    screen = GuestScreen()
    qtbot.addWidget(screen)
    screen.resize(160, 120)
    screen.set_still("stands still")
    assert not screen.text(), "there is no picture yet"
    screen.show_picture(np.full((120, 160, 3), 255, np.uint8))
    dim = screen.grab().toImage().pixelColor(80, 30).lightness()
    assert screen.text() == "stands still"
    screen.set_still("")
    assert not screen.text() and screen.grab().toImage().pixelColor(80, 30).lightness() > dim


def test_a_legend_takes_as_many_lines_as_its_entries_need(qtbot: Any) -> None:
    here, there = PageLegend(HERE), PageLegend(THERE)
    here.be_as_high_as(there)
    for legend in (here, there):
        qtbot.addWidget(legend)
        legend.resize(1000, 20)
        legend.show_scale("a cell is 1 page")
        legend.show()
    one = here.sizeHint().height()
    assert {place[2] for place in there._places()} == {0}
    there.resize(260, 40)
    assert there.sizeHint().height() == here.sizeHint().height() == 2 * one, "a page is at the same place in both maps"
    assert len(there._places()) == len(THERE) + 1, "nothing is left out"
    assert len(there.toolTip().splitlines()) == len(THERE) + 2 and "came again: a duplicate" in there.toolTip()
    picture = there.grab().toImage()
    lower = {picture.pixel(x, y) for x in range(picture.width()) for y in range(one, 2 * one)}
    assert len(lower) > 2, "the second line is painted"


@pytest.mark.parametrize("told", ["reduced", "none", "older"])
def test_the_desktops_wish_for_less_motion_is_asked_where_qt_tells_it(
    monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    wishes = SimpleNamespace(ReducedMotion=1, NoPreference=0)
    tells = SimpleNamespace(motionPreference=lambda: int(told == "reduced"))  # as PySide6 6.12 does
    hints = SimpleNamespace(accessibility=lambda: SimpleNamespace() if told == "older" else tells)
    monkeypatch.setattr(motion, "Qt", SimpleNamespace(MotionPreference=wishes))
    monkeypatch.setattr(motion, "QStyleHints", SimpleNamespace(accessibility=None))
    monkeypatch.setattr(motion, "QGuiApplication", SimpleNamespace(styleHints=lambda: hints))
    assert motion.reduced() is (told == "reduced")


def test_an_expectation_from_hardly_any_bytes_leaves_room_for_the_others() -> None:
    values = np.array([0.0, 0.0, 900.0, 1e8, 800.0, 700.0])
    assert Curve(np.arange(6.0), values, 6.0, 300.0, most=usual(values)).top == 8000.0
    assert Curve(np.arange(6.0), values, 6.0, 300.0).top == 1e8
    assert usual(np.zeros(3)) is None


def test_the_log_that_gets_the_keyboard_stays_at_the_time_that_is_looked_at(qtbot: Any) -> None:
    pane = EventsPane()
    qtbot.addWidget(pane)
    pane.show()
    chosen: list[float] = []
    pane.chosen.connect(lambda one: chosen.append(one.time))
    pane.add([moment(float(n), "migrate_set_state", new_state="active") for n in range(40)])
    pane.show_time(20.5)
    pane.table.setFocus(Qt.FocusReason.TabFocusReason)
    assert not chosen and pane.table.currentIndex().row() == 20
    qtbot.keyClick(pane.table, Qt.Key.Key_Down)
    assert chosen == [21.0]


def test_a_filter_without_a_match_says_so(qtbot: Any) -> None:
    pane = EventsPane()
    qtbot.addWidget(pane)
    pane.add([moment(1.0, "savevm_section_start", offset=9, id="ram", section_id=1)])
    pane.filter.setText("zzz")
    assert not pane.nothing.isHidden() and "zzz" in pane.nothing.text() and pane.table.isHidden()
    pane.filter.clear()
    assert pane.nothing.isHidden() and not pane.table.isHidden()


def test_a_packet_that_moves_has_its_track_painted_and_no_words(qtbot: Any) -> None:
    lane, painted = Lane("main", "sections"), []
    qtbot.addWidget(lane)
    lane.resize(240, 58)
    lane._paint_words = lambda painter: painted.append(True)  # type: ignore[method-assign]
    lane.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    lane.show()
    QApplication.processEvents()
    assert painted
    painted.clear()
    lane.move([Packet(0.1, "k_ram", "")], 0.4, connected=True)
    QApplication.processEvents()
    assert not painted
    lane.say("4 MiB/s")
    QApplication.processEvents()
    assert painted


def test_no_turn_has_two_parts_that_take_long() -> None:
    class Seen:
        def __getattr__(self, name: str) -> Any:
            return lambda *words, **more: done.append(name)

    class Now:
        time, end, at, flows, runs = 1.0, 1.0, None, True, True

    turns: list[list[str]] = []
    for turn in range(2 * ROUND):
        done: list[str] = []
        take_turn(Seen(), Now(), turn)  # type: ignore[arg-type]
        turns.append(done)
    long = {"bar", "plots", "card", "heads"}
    assert all(len(long & set(done)) <= 1 and done.count("machine") <= 1 for done in turns)
    assert not any({*long, "machine"} & set(done) for done in turns[::LOOK_EVERY]), "the engine is looked at then"
    counts = Counter(name for done in turns[:ROUND] for name in done)
    looks = ROUND // LOOK_EVERY
    assert counts == {"machine": 2 * looks, "fade": 2 * looks, "move": ROUND,
                      "bar": 2, "plots": 8, "lanes": 2, "card": 2, "heads": 1}  # fmt: skip


def test_a_pane_that_was_squeezed_comes_back_as_it_was(qtbot: Any) -> None:
    split = FoldingSplitter(Qt.Orientation.Horizontal)
    qtbot.addWidget(split)
    for _ in range(2):
        split.addWidget(QWidget())
    split.let_fold({0: 280})
    split.resize(1000, 100)
    split.show()
    split.setSizes([220, 780])
    split.fold(0, squeezed=True)
    split.fold(0, False)
    assert split.sizes()[0] == 280
    split.setSizes([300, 700])
    split.fold(0)
    split.fold(0, False)
    assert split.sizes()[0] == 300
