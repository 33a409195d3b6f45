"""The page map: each page has a cell, or the rarest of those that share one shows; words and keys say what is where."""

from __future__ import annotations

import itertools

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from snapmgr.migrate.pages import Layout, PageState, counts
from ui.migration.page_map import PageMap
from ui.migration.page_marks import LEAST_MARK
from ui.theme.palette import color

LAYOUT = Layout((("demo.ram", 4000), ("demo.rom", 96)), 4096)


def shown(states: np.ndarray, layout: Layout = LAYOUT, size: tuple[int, int] = (400, 200)) -> PageMap:
    made = PageMap("Pages")
    made.resize(*size)
    made.show_states(layout, states)
    return made


def test_all_pages_fit_and_each_has_its_cell(qapp: QApplication) -> None:
    states = np.full(4096, PageState.SENT, np.uint8)
    states[4095] = PageState.TO_SEND
    made = shown(states)
    assert made.per_cell == 1 and made.cell > 2
    last = made._place(4095).center()
    assert made.page_at(last) == 4095 and made.page_at(QPoint(399, 199)) is None
    assert made.words(4095) == "demo.rom 0x005F000, to send"
    assert made.counts()[PageState.TO_SEND] == 1


def test_small_cells_are_higher_than_wide_where_that_fills_the_room(qapp: QApplication) -> None:
    made = shown(np.full(8240, PageState.SENT, np.uint8), size=(364, 199))
    assert (made.per_cell, made.cell, made.high) == (1, 2, 4)
    assert made.page_at(QPoint(0, 180)) == 45 * 182 and made.page_at(QPoint(363, 190)) is None


def test_no_room_is_left_empty_where_rows_do_not_divide_it(qapp: QApplication) -> None:
    made = shown(np.full(16432, PageState.SENT, np.uint8), size=(364, 168))
    assert (made.per_cell, made.cell) == (2, 2) and made._cells.shape == (46, 182) and made.high == 168 / 46
    picture = made.grab().toImage()
    assert picture.pixelColor(5, 163) == color("p_sent"), "the last row that is full"
    assert made.page_at(QPoint(0, 167)) == 45 * 182 * 2
    places = [made._place(row * 182 * 2) for row in range(46)]
    assert all(above.bottom() + 1 == below.top() for above, below in itertools.pairwise(places))
    assert all(made.page_at(place.center()) == row * 182 * 2 for row, place in enumerate(places))


def test_where_pages_share_a_cell_the_rarest_shows(qapp: QApplication) -> None:
    pages = 1 << 20
    states = np.full(pages, PageState.ARRIVED, np.uint8)
    states[777_777] = PageState.REQUESTED
    made = shown(states, Layout((("demo.ram", pages),), 4096))
    assert made.per_cell > 1
    cells = made._cells
    assert np.count_nonzero(cells == PageState.REQUESTED) == 1
    first = 777_777 // made.per_cell * made.per_cell
    assert made.words(first).endswith(f"{made.per_cell - 1} arrived, 1 asked for")


def test_keys_zoom_and_go_through_the_pages(qapp: QApplication) -> None:
    made = shown(np.zeros(1 << 20, np.uint8), Layout((("demo.ram", 1 << 20),), 4096))
    per_cell, chosen = made.per_cell, []
    made.chosen.connect(chosen.append)
    QTest.keyClick(made, Qt.Key.Key_Plus)
    assert made.per_cell == per_cell // 2
    QTest.keyClick(made, Qt.Key.Key_End)
    assert chosen[-1] == (1 << 20) - 1 and made.page_at(QPoint(0, 0)) != 0, "it has scrolled to the end"
    QTest.keyClick(made, Qt.Key.Key_0)
    assert made.per_cell == per_cell


def test_large_cells_have_the_sign_of_their_state(qapp: QApplication) -> None:
    """Also those that are left in the last row, where there is no page."""
    made = shown(np.array([PageState.ARRIVED, PageState.TO_SEND] * 10 + [PageState.ZERO], np.uint8))
    assert made.cell > LEAST_MARK
    picture = made.grab().toImage()
    seen = [
        {
            picture.pixel(place * made.cell + x, made.cell // 2 + y)
            for x in range(made.cell)
            for y in range(-made.cell // 2, made.cell // 2)
        }
        for place in range(2)
    ]
    assert len(seen[0]) == 1 and len(seen[1]) > 1, "what has arrived has none"


def test_what_few_pages_became_is_counted_on(qapp: QApplication) -> None:
    states = np.full(4096, PageState.SENT, np.uint8)
    made = shown(states)
    made.show_states(LAYOUT, states, live=True)
    before = made.counts()
    for few in (7, 4000):
        states[:few] = PageState.TO_SEND
        made.show_states(LAYOUT, states, live=True)
        assert made.counts() == counts(states) != before


def test_cells_are_placed_for_the_size_that_is_painted(qapp: QApplication) -> None:
    made = shown(np.full(4096, PageState.SENT, np.uint8))
    cell = made.cell
    made.resize(200, 100)
    made.grab()
    assert made.cell < cell and made._cells.shape[1] == 200 // made.cell
