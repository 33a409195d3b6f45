"""What holds in small windows and with large text: nothing clipped, nothing out of reach, panes that fold away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QMainWindow,
    QMenuBar,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from snapmgr.migrate.scenarios import SCENARIOS
from tests import corpus
from tests.ui.snapshots.made import Entry, retabled
from ui.inspector.page import InspectorPage
from ui.inspector.places import BYTES, TREE
from ui.inspector.structure_view import NODE_ROLE
from ui.main_window import MainWindow
from ui.migration.page import MigrationPage
from ui.models.field_columns import NAME, VALUE
from ui.models.snapshot_rows import Column
from ui.shell.palette_sources import PaletteSources
from ui.shot_checks import clipped, lost_menus, overlapping, sideways
from ui.snapshots.page import SnapshotsPage
from ui.snapshots.places import DETAILS, SOURCES
from ui.theme import fonts
from ui.widgets.shared_columns import SharedTable

Drive = Callable[..., Any]
SMALLEST, NARROW, WIDE = (800, 560), (1024, 700), (1440, 900)
LARGE = 20
LONG = "auto-2026-11-17T03:00:00-retention-policy-seven-days"


async def settle(window: MainWindow) -> None:
    for _ in range(8):
        await asyncio.sleep(0)
    await window.context.tasks.idle()
    for _ in range(8):
        await asyncio.sleep(0)


@pytest.fixture
def shaped(window: MainWindow, drive: Drive, qtbot: Any) -> Callable[..., MainWindow]:
    """``shaped(size, text)``: the window, active, of this size."""

    def shape(size: tuple[int, int], text: int = 13) -> MainWindow:
        window.settings.set("appearance.font_size", text)
        window.resize(*size)
        with qtbot.waitActive(window):
            window.activateWindow()
        drive(settle(window))
        return window

    return shape


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """An image with a long name among its snapshots."""
    names = ["before", LONG, "disk-only"]
    entries = [Entry(name, 1_795_000_000 + row, 10**9 * 3600 * 100, row, row == 2) for row, name in enumerate(names)]
    return retabled("vm-hmp-72", tmp_path / "a machine with a long name.qcow2", entries)


@pytest.fixture
def stream(tmp_path: Path) -> Path:
    path = tmp_path / "a-stream-with-a-long-name-from-devbox-to-host2.mig"
    path.write_bytes(corpus.stream_bytes("tiny.v100"))
    return path


def snapshots(window: MainWindow) -> SnapshotsPage:
    page = window.context.page("snapshots")
    assert isinstance(page, SnapshotsPage)
    return page


def inspector(window: MainWindow) -> InspectorPage:
    page = window.context.page("inspector")
    assert isinstance(page, InspectorPage)
    return page


def opened(window: MainWindow, drive: Drive, path: Path) -> MainWindow:
    window.context.open(path)
    drive(settle(window))
    return window


def act(window: MainWindow, drive: Drive, id: str) -> None:
    assert not window.context.actions.reason(id)
    window.context.actions.run(id)
    drive(settle(window))


def faults(window: QWidget) -> list[str]:
    return [*clipped(window), *overlapping(window), *sideways(window), *lost_menus(window)]


# --- every view, at every size ---


SIZES = {13: (SMALLEST, NARROW, WIDE), LARGE: (WIDE, NARROW, SMALLEST)}
"""By text: one window widens, the other shrinks, and each is built at its first size."""


@pytest.fixture(params=SIZES)
def every_size(request: pytest.FixtureRequest, shaped: Callable[..., MainWindow]) -> Callable[[], Iterator[MainWindow]]:
    """The window at one size after the other."""
    return lambda: (shaped(size, request.param) for size in SIZES[request.param])


@pytest.mark.parametrize("view", ["start", "snapshots", "inspector", "migration"])
def test_a_view_fits_into_its_window(every_size: Callable[[], Iterator[MainWindow]], view: str) -> None:
    for window in every_size():
        window.show_view(view)
        QApplication.processEvents()
        assert faults(window) == [], window.size()


@pytest.mark.parametrize("mode", ["timeline", "table"])
def test_snapshots_fit_into_their_window(
    every_size: Callable[[], Iterator[MainWindow]], drive: Drive, image: Path, mode: str
) -> None:
    for number, window in enumerate(every_size()):
        if number == 0:
            opened(window, drive, image)
            snapshots(window).show_mode(mode)
            drive(settle(window))
        assert faults(window) == [], window.size()


@pytest.mark.parametrize("part", ["structure", "records", "ram"])
def test_a_stream_fits_into_its_window(
    every_size: Callable[[], Iterator[MainWindow]], drive: Drive, stream: Path, part: str
) -> None:
    for number, window in enumerate(every_size()):
        if number == 0:
            opened(window, drive, stream)
            act(window, drive, f"stream.{part}")
        assert faults(window) == [], window.size()
        content = inspector(window).content
        assert content is not None and content.bytes.hex.horizontalScrollBar().maximum() == 0, window.size()
        views = content.header.views
        looks = [content.memory.map.looks] if part == "ram" else []
        for switch in (views, *looks):
            assert switch.width() >= switch.sizeHint().width(), f"a word of a switch is shortened at {window.size()}"
        name = content.header.name
        assert name.width() >= min(name.sizeHint().width(), fonts.px(100)), window.size()


@pytest.mark.parametrize("size", [SMALLEST, NARROW])
def test_the_palette_fits_into_its_window(shaped: Callable[..., MainWindow], drive: Drive, size: Any) -> None:
    window = shaped(size, LARGE)
    act(window, drive, "tools.palette")
    palette = window.palette_view
    assert clipped(palette) == [] and palette.rect().contains(palette.frame.geometry())
    for word in palette.frame.findChildren(QLabel):
        if word.isVisible():
            place = word.mapTo(palette.frame, word.rect().bottomRight())
            assert palette.frame.rect().contains(place), word.text()


def test_the_checks_find_what_is_clipped(qtbot: Any) -> None:
    top = QMainWindow()
    qtbot.addWidget(top)
    area, wide = QScrollArea(), QWidget()
    wide.setFixedSize(900, 50)
    area.setWidget(wide)
    column = QWidget()
    QVBoxLayout(column).addWidget(area)
    top.setCentralWidget(column)
    bar = QMenuBar(top)
    top.setMenuBar(bar)
    bar.addMenu("A menu with a long title")
    hidden = bar.addMenu("Help").menuAction()
    top.resize(300, 200)
    top.show()
    assert len(sideways(top)) == 2
    assert lost_menus(top) == []
    bar.setFixedWidth(bar.actionGeometry(bar.actions()[0]).right() + 2)
    QApplication.processEvents()
    for more in bar.findChildren(QWidget):
        more.hide()
    assert lost_menus(top) == [f"the menu {hidden.text()} cannot be reached"]


# --- tables ---


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_the_table_of_snapshots_shows_names_whole_and_says_what_it_left_out(
    shaped: Callable[..., MainWindow], drive: Drive, image: Path, size: Any
) -> None:
    window = opened(shaped(size), drive, image)
    page = snapshots(window)
    page.show_mode("table")
    drive(settle(window))
    grid = page.list.grid
    assert grid.horizontalScrollBar().maximum() == 0
    needed = QFontMetrics(fonts.role("strong")).horizontalAdvance(LONG)
    assert grid.columnWidth(Column.NAME) >= min(needed, grid.viewport().width() * 3 // 10)
    left_out = grid.columns.left_out()
    assert Column.ICOUNT in left_out and Column.WHEN not in left_out
    menu = grid.columns.menu()
    texts = {action.text(): action for action in menu.actions()}
    assert not texts["icount (no room)"].isChecked() and texts["When"].isChecked()
    texts["icount (no room)"].trigger()
    assert not grid.isColumnHidden(Column.ICOUNT) and grid.horizontalScrollBar().maximum() == 0
    texts["When"].trigger()
    assert grid.isColumnHidden(Column.WHEN) and Column.WHEN not in grid.columns.left_out()
    menu.deleteLater()
    for column in Column:
        assert page.list.model.index(1, column).data(Qt.ItemDataRole.ToolTipRole) or column == Column.DISKS


def test_chosen_columns_come_back(
    make_window: Callable[..., MainWindow], drive: Drive, image: Path, tmp_path: Path
) -> None:
    first = opened(make_window(tmp_path / "kept"), drive, image)
    snapshots(first).list.grid.columns.ask_for(Column.CLOCK, shown=False)
    first.close()
    again = make_window(tmp_path / "kept")
    again.show_view("snapshots")
    assert snapshots(again).list.grid.columns.asked == {Column.CLOCK: False}


def test_tables_of_a_stream_keep_within_the_smallest_window(
    shaped: Callable[..., MainWindow], drive: Drive, stream: Path
) -> None:
    window = opened(shaped(SMALLEST), drive, stream)
    content = inspector(window).content
    assert content is not None
    for part, table in (("records", content.records), ("ram_blocks", content.ram.table)):
        act(window, drive, f"stream.{part}")
        assert isinstance(table, SharedTable) and table.columns is not None
        assert table.horizontalScrollBar().maximum() == 0 and not table.isColumnHidden(table.columns._order[0])
        used = sum(table.columnWidth(column) for column in range(table.model().columnCount()))
        assert used == table.viewport().width(), "a selected row goes to the edge"


def test_names_of_the_tree_come_before_the_air_beside_values(
    shaped: Callable[..., MainWindow], drive: Drive, stream: Path
) -> None:
    window = opened(shaped(NARROW), drive, stream)
    content = inspector(window).content
    assert content is not None
    tree = content.tree.tree
    metrics = QFontMetrics(fonts.ui(13))
    index, widest = tree.model().index(0, NAME), 0
    while index.isValid():
        node = index.data(NODE_ROLE)
        widest = max(widest, metrics.horizontalAdvance(node.name) + tree.visualRect(index).left())
        index = tree.indexBelow(index)
    assert tree.columnWidth(NAME) > widest
    assert sum(tree.columnWidth(column) for column in range(5)) == tree.viewport().width()
    before = tree.columnWidth(VALUE)
    window.resize(WIDE[0], WIDE[1])
    drive(settle(window))
    assert tree.columnWidth(VALUE) > before


# --- panes ---


def drag_to(splitter: Any, place: int, position: int) -> None:
    """What the handle of a pane does."""
    splitter.moveSplitter(position, place)


def test_panes_of_snapshots_fold_away_and_the_keyboard_stays_in_sight(
    shaped: Callable[..., MainWindow], drive: Drive, image: Path
) -> None:
    window = opened(shaped(WIDE), drive, image)
    page = snapshots(window)
    panes = page.panes_shown
    panes.sources.list.setFocus()
    width = panes.sources.width()
    act(window, drive, "snapshot.pane_machines")
    assert panes.is_folded(SOURCES) and panes.sizes()[SOURCES] == 0
    assert window.focusWidget() is page.list.view
    assert not window.context.actions["snapshot.pane_machines"].isChecked()
    for _ in range(6):
        act(window, drive, "view.next_pane")
        assert window.focusWidget() is not None and not panes.sources.isAncestorOf(window.focusWidget())
    act(window, drive, "snapshot.pane_machines")
    assert panes.sources.width() == width and panes.sources.isEnabled()
    act(window, drive, "snapshot.pane_details")
    assert panes.is_folded(DETAILS) and not panes.is_folded(SOURCES)
    assert panes.sizes()[DETAILS] == 0


def test_the_handle_folds_a_pane_and_pulls_it_out_again(
    shaped: Callable[..., MainWindow], drive: Drive, image: Path
) -> None:
    window = opened(shaped(WIDE), drive, image)
    panes = snapshots(window).panes_shown
    panes.sources.list.setFocus()
    drag_to(panes, 1, 10)
    drive(settle(window))
    assert panes.is_folded(SOURCES) and not panes.sources.isAncestorOf(window.focusWidget())
    assert not window.context.actions["snapshot.pane_machines"].isChecked()
    drag_to(panes, 1, 260)
    drive(settle(window))
    assert not panes.is_folded(SOURCES) and panes.sources.isEnabled() and panes.sources.width() == 260
    assert window.context.actions["snapshot.pane_machines"].isChecked()


def test_folded_panes_are_found_folded_again(
    make_window: Callable[..., MainWindow], drive: Drive, image: Path, tmp_path: Path
) -> None:
    first = make_window(tmp_path / "kept")
    first.resize(*WIDE)
    opened(first, drive, image)
    panes = snapshots(first).panes_shown
    drag_to(panes, 1, 300)
    act(first, drive, "snapshot.pane_machines")
    first.close()
    again = make_window(tmp_path / "kept")
    again.resize(*WIDE)
    opened(again, drive, image)
    panes = snapshots(again).panes_shown
    assert panes.is_folded(SOURCES) and panes.sizes()[SOURCES] == 0 and not panes.is_folded(DETAILS)
    act(again, drive, "snapshot.pane_machines")
    assert panes.sizes()[SOURCES] == 300


def test_a_folded_pane_survives_a_narrow_window_and_its_page_of_details(
    shaped: Callable[..., MainWindow], drive: Drive, image: Path
) -> None:
    window = opened(shaped(WIDE), drive, image)
    panes = snapshots(window).panes_shown
    act(window, drive, "snapshot.pane_details")
    window.resize(*SMALLEST)
    drive(settle(window))
    act(window, drive, "snapshot.pane_details")
    assert panes.details_alone and panes.details.width() > 600
    assert panes.details.isAncestorOf(window.focusWidget()) or panes.details.area is window.focusWidget()
    act(window, drive, "snapshot.pane_details")
    assert window.context.actions.reason("snapshot.pane_machines")
    window.resize(*WIDE)
    drive(settle(window))
    assert panes.is_folded(DETAILS) and panes.sizes()[DETAILS] == 0
    assert not panes.is_folded(SOURCES) and panes.sizes()[SOURCES] == 240


def test_panes_of_the_inspector_fold_away_and_come_when_they_are_needed(
    shaped: Callable[..., MainWindow], drive: Drive, stream: Path
) -> None:
    window = opened(shaped(WIDE), drive, stream)
    content = inspector(window).content
    assert content is not None
    content.tree.tree.setFocus()
    act(window, drive, "stream.pane_structure")
    assert content.is_folded(TREE) and window.focusWidget() is content.bytes.hex
    act(window, drive, "view.filter")
    assert not content.is_folded(TREE) and window.focusWidget() is content.tree.find
    act(window, drive, "stream.pane_bytes")
    assert content.is_folded(BYTES) and content.tree.width() >= content.width() - 1
    act(window, drive, "stream.pane_structure")
    assert content.is_folded(TREE) and not content.is_folded(BYTES), "one of the two is always there"
    act(window, drive, "stream.pane_bytes")
    act(window, drive, "stream.go_to")
    assert not content.is_folded(BYTES) and window.focusWidget() is content.bytes.offset
    content.problems.list.setFocus()
    act(window, drive, "stream.problems")
    assert not inspector(window).problems_shown() and not content.problems.isEnabled()
    assert window.focusWidget() is not None and not content.problems.isAncestorOf(window.focusWidget())


def test_a_low_window_keeps_problems_folded_until_they_are_asked_for(
    shaped: Callable[..., MainWindow], drive: Drive, stream: Path
) -> None:
    window = opened(shaped(WIDE), drive, stream)
    page = inspector(window)
    assert page.problems_shown()
    shaped(SMALLEST, LARGE)
    assert not page.problems_shown() and page.save_state()["problems_shown"] is True
    act(window, drive, "stream.problems")
    assert page.problems_shown()
    shaped(WIDE, 13)
    assert page.problems_shown()
    act(window, drive, "stream.problems")
    shaped(SMALLEST, LARGE)
    assert page.problems_shown(), "what was opened in a low window is open in the next one"
    shaped(WIDE, 13)
    assert not page.problems_shown()


def test_panes_are_in_the_palette(shaped: Callable[..., MainWindow], drive: Drive, stream: Path) -> None:
    window = opened(shaped(WIDE), drive, stream)
    rows = PaletteSources(window.context, lambda id: None).rows("> structure")
    assert any(row.entry is not None and row.entry.keys == "Ctrl B" for row in rows)


# --- fields that take the place of others ---


def test_the_field_for_an_offset_takes_the_place_of_the_tabs_while_it_is_used(
    shaped: Callable[..., MainWindow], drive: Drive, stream: Path, qtbot: Any
) -> None:
    window = opened(shaped(SMALLEST, LARGE), drive, stream)
    content = inspector(window).content
    assert content is not None
    pane = content.bytes
    assert pane.tabs.isVisible() and pane.go.isVisible() and not pane.offset.isVisible()
    pane.hex.setFocus()
    qtbot.mouseClick(pane.go, Qt.MouseButton.LeftButton)
    assert pane.offset.isVisible() and pane.offset.hasFocus() and not pane.tabs.isVisible()
    qtbot.keyClick(pane.offset, Qt.Key.Key_Escape)
    assert pane.tabs.isVisible() and not pane.offset.isVisible() and pane.hex.hasFocus()
    act(window, drive, "stream.go_to")
    qtbot.keyClicks(pane.offset, "zz")
    qtbot.keyClick(pane.offset, Qt.Key.Key_Return)
    assert pane.offset.isVisible() and pane.offset.toolTip(), "a fault stays to be mended"
    pane.offset.setText("10")
    qtbot.keyClick(pane.offset, Qt.Key.Key_Return)
    drive(settle(window))
    assert pane.tabs.isVisible() and pane.hex.hasFocus() and inspector(window).selection.current.offset == 0x10


def test_cards_of_the_start_page_stand_below_each_other_where_they_have_no_room(
    shaped: Callable[..., MainWindow], drive: Drive
) -> None:
    window = shaped(SMALLEST, LARGE)
    page = window.context.page("start")
    places = [card.mapTo(page._body, card.rect().topLeft()) for card in page._cards]
    assert len({place.x() for place in places}) == 1 and len({place.y() for place in places}) == 3
    shaped(WIDE, 13)
    places = [card.mapTo(page._body, card.rect().topLeft()) for card in page._cards]
    assert len({place.x() for place in places}) == 3 and len({place.y() for place in places}) == 1


@pytest.fixture
def longer_words(qapp: QApplication) -> Iterator[None]:
    """Every text is 60 % longer, as in a wordy language."""
    from ui.pseudo import Pseudo

    translator = Pseudo()
    qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)


@pytest.mark.usefixtures("longer_words")
def test_menus_without_room_are_behind_a_button(shaped: Callable[..., MainWindow]) -> None:
    window = shaped(SMALLEST, 22)
    bar = window.top_row.bar
    last = bar.actions()[-1]
    assert not bar.rect().contains(bar.actionGeometry(last))
    (more,) = [part for part in bar.findChildren(QToolButton) if part.isVisible()]
    assert bar.rect().contains(more.geometry()) and more.menu() is not None
    assert last in more.menu().actions() and not more.icon().isNull()
    shaped(WIDE, 13)
    assert bar.rect().contains(bar.actionGeometry(last)) and not more.isVisible()


@pytest.mark.usefixtures("longer_words")
@pytest.mark.parametrize("view", ["start", "snapshots", "inspector"])
def test_longer_words_fit_into_the_smallest_window_too(
    shaped: Callable[..., MainWindow], drive: Drive, image: Path, stream: Path, view: str
) -> None:
    window = shaped(SMALLEST, LARGE)
    if view != "start":
        opened(window, drive, image if view == "snapshots" else stream)
    assert faults(window) == []
    if view == "snapshots":
        add = snapshots(window).header.add
        assert add.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly and add.toolTip()


def test_all_scenarios_are_seen_in_the_smallest_window(shaped: Callable[..., MainWindow], drive: Drive) -> None:
    window = shaped(SMALLEST)
    window.context.actions.run("view.migration")
    drive(settle(window))
    page = window.context.page("migration")
    assert isinstance(page, MigrationPage)
    idle, area = page.panes_shown.idle, page.panes_shown.findChildren(QScrollArea)
    buttons = [made for made in idle.findChildren(QToolButton) if made.isVisible()]
    assert len(buttons) == len(SCENARIOS)
    for made in buttons:
        assert made.visibleRegion().boundingRect() == made.rect(), made.accessibleName()
    assert area and all(not one.verticalScrollBar().maximum() for one in area if one.isAncestorOf(idle))
