"""The page map: what lies where, keys, zoom, and its links with the rest of the page."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from snapmgr.inspect import page_classes
from snapmgr.inspect.page_classes import NOT_READ
from snapmgr.ram.words import PageKind
from tests.ui.inspector.conftest import Live
from ui.inspector.header import RAM, STRUCTURE
from ui.inspector.memory.facts import Map
from ui.inspector.memory.looks import Look
from ui.inspector.memory.map_view import MapView
from ui.inspector.memory.zooming import LARGEST, Lie, fitting
from ui.inspector.selection import Selection
from ui.models.page_levels import NOTHING, highest, rarest

Stream = Callable[..., Path]


def test_of_the_pages_under_a_dot_the_rarest_shows() -> None:
    states = np.array([1] * 60 + [2] * 30 + [3] * 2 + [1] * 7, np.uint8)
    levels = rarest(states, 6)
    for level, values in enumerate(levels.values):
        for dot, value in enumerate(values.tolist()):
            under = states[dot << level : (dot + 1) << level].tolist()
            assert value == max(under, key=lambda state: (-states.tolist().count(state), state))
    assert levels.window(0, 98, 4).tolist() == [1, NOTHING, NOTHING, NOTHING]
    assert highest(np.array([0, 3, 1], np.uint8)).values[-1].tolist() == [3]


@pytest.mark.parametrize("pages", [1, 3, 4096, 1 << 24])
def test_all_of_a_block_fits_at_the_smallest_zoom(pages: int) -> None:
    zoom = fitting(pages, 700, 600)
    lie = Lie.at(zoom, 700)
    assert lie.columns * lie.cell <= 700 and lie.columns & (lie.columns - 1) == 0
    assert lie.rows(pages) * lie.cell <= 600 and zoom <= LARGEST
    if zoom < LARGEST:
        larger = Lie.at(zoom + 1, 700)
        assert larger.rows(pages) * larger.cell > 600


@pytest.fixture
def view(dressed: QApplication) -> MapView:
    made = MapView(lambda first, count: f"{first} {count}")
    made.resize(800, 600)
    return made


def test_keys_and_pointer_on_a_map_of_ten_million_pages(view: MapView) -> None:
    chosen: list[tuple[int, bool]] = []
    view.chosen.connect(lambda page, joined: chosen.append((page, joined)))
    view.show_levels(highest(np.ones(10_000_000, np.uint8)), Look.TIMES, 1, 4096)
    view.show()
    assert view.seen() == (0, 10_000_000)
    corner = view._cell_of(view.page_at(QPoint(400, 300)) or 0)
    assert corner.contains(QPoint(400, 300))
    anchor = view.page_at(QPoint(400, 300))
    assert anchor is not None
    view.set_zoom(view.zoom + 6, QPoint(400, 300))
    under = view.page_at(QPoint(400, 300))
    assert under is not None and abs(under - anchor) <= 2 * view.lie.per_row
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(400, 300))
    assert chosen[-1] == (under, False)
    for key, step in ((Qt.Key.Key_Right, 1 << view.lie.level), (Qt.Key.Key_Down, view.lie.per_row)):
        before = view.page
        QTest.keyClick(view, key)
        assert view.page == before + step and chosen[-1] == (view.page, True)
    QTest.keyClick(view, Qt.Key.Key_End)
    assert view.page == 9_999_999 and view.seen()[1] == 10_000_000
    for _ in range(40):
        QTest.keyClick(view, Qt.Key.Key_Plus)
    first, end = view.seen()
    assert view.zoom == LARGEST and first <= 9_999_999 < end and view.accessibleDescription() == "9999999 1"
    QTest.keyClick(view, Qt.Key.Key_0)
    assert view.seen() == (0, 10_000_000)
    view.hide()


def test_a_page_is_one_selection_in_map_bytes_and_details(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    live.act("stream.ram_map")
    page, pane = live.page, live.page.memory.pane
    assert pane is not None and page.loaded is not None and page.part() == RAM and not page.content.bar.isVisible()
    assert pane.map.pages == 512 and sum(pane.map._levels.values[0] == 1) > 0  # type: ignore[union-attr]
    runs = page.loaded.index.ram.block("pc.ram").runs
    row = int(np.flatnonzero(runs.kind == PageKind.NORMAL)[0])
    number = int(runs.first[row])
    pane.map.chosen.emit(number, False)
    live.settle()
    facts = pane.detail.facts
    assert facts is not None and facts.page == number and pane.map.page == number
    assert facts.content == bytes(page.loaded.index.source.read(int(runs.data[row]), 4096))
    selection = page.selection.current
    assert selection is not None and selection.origin == "ram" and selection.end == int(runs.data[row]) + 4096
    assert pane.detail.sendings.model_of.rowCount() == 1 and facts.address == number * 4096
    live.act("stream.page_bytes")
    assert page.part() == STRUCTURE and page.content.bar.isVisible()
    assert page.content.bytes.hex.selection == (selection.offset, selection.length)
    zero = int(runs.data[np.flatnonzero(runs.kind == PageKind.ZERO)[0]])
    page.selection.select(Selection(zero, 1, (), None, "bytes"))
    live.settle()
    assert pane.detail.facts is not None and pane.detail.facts.sendings[-1].kind is PageKind.ZERO


def rested(view: MapView) -> None:
    """Until the map says where the pointer is now."""
    seen = QSignalSpy(view.pointed)
    assert view._rests.isActive() and seen.wait(5000)


def test_the_page_under_the_pointer_is_shown_until_it_leaves(live: Live, stream: Stream) -> None:
    live.open(stream("pc-live.v100"))
    live.act("stream.ram_map")
    pane = live.page.memory.pane
    assert pane is not None and pane.detail.facts is not None
    pane.map.show_page(3)
    pane.map.chosen.emit(3, False)
    live.settle()
    selection, rows = live.page.selection.current, pane.detail.sendings.model_of
    assert "page 3 of 4" in live.page.status()[1]
    of_the_third = rows.parts(0)
    under = 0x200  # the guest writes there all the time
    spot = pane.map._cell_of(under).center()
    QTest.mouseMove(pane.map.viewport(), spot)
    rested(pane.map)
    live.settle()
    assert pane.detail.title.text() == f"Page {pane.map._under}, under the pointer"
    assert rows.rowCount() > 1 and rows.parts(0)[2] != of_the_third[2]
    assert pane.detail.facts.page == 3 and live.page.selection.current == selection
    pane.map.leaveEvent(QEvent(QEvent.Type.Leave))
    rested(pane.map)
    assert pane.detail.title.text() == "Page 3" and rows.parts(0) == of_the_third


def test_looks_passes_and_blocks(live: Live, stream: Stream) -> None:
    live.open(stream("pc-live.v100"))
    live.act("stream.ram_map")
    pane = live.page.memory.pane
    assert pane is not None
    maps: list[Map] = []
    shown, pane.show_map = (
        pane.show_map,
        lambda found, size, **said: (maps.append(found), shown(found, size, **said))[1],
    )  # type: ignore[method-assign]
    for look in (Look.TIMES, Look.LAST, Look.CONTENT, Look.STATE):
        pane.looks.set_chosen(look.value)
        pane.look_wanted.emit()
        live.settle()
        assert pane.legend.texts() and "page 0" in pane.map.accessibleDescription()
    pane.passes.setCurrentIndex(1)
    pane.look_wanted.emit()
    live.settle()
    # contents come in pieces where reading them takes a while; the two states are of all passes and of the first
    assert [look for look, _ in groupby(found.look for found in maps)] == [
        Look.TIMES,
        Look.LAST,
        Look.CONTENT,
        Look.STATE,
    ]
    assert maps[0].top > 1 and maps[1].top == live.page.loaded.index.iterations  # type: ignore[union-attr]
    assert maps[-1].upto == 1 and maps[-1].counts != maps[-2].counts
    pane.block.setCurrentIndex(1)
    pane.block.activated.emit(1)
    live.settle()
    assert maps[-1].block == live.page.content.ram.selected() != "pc.ram"
    live.act("stream.ram_passes")
    passes = live.page.content.memory.passes
    assert passes is not None and passes.passes.rowCount() == live.page.loaded.index.iterations  # type: ignore[union-attr]
    live.page.close_document()
    assert pane.map.pages == 0 and pane.detail.facts is None


def test_contents_are_seen_while_they_are_being_read(
    live: Live, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_classes, "_GROWTH", -1.0)
    monkeypatch.setattr(page_classes, "_FIRST", -1.0)
    live.open(stream("pc-live.v100"))
    live.act("stream.ram_map")
    pane = live.page.memory.pane
    assert pane is not None
    shown, counts = pane.show_map, list[tuple[int, bool, bool]]()

    def show(found: Map, size: int, *, reading: bool = False) -> None:
        shown(found, size, reading=reading)
        said = any("not read yet" in text for text in pane.legend.texts())
        counts.append((found.counts[NOT_READ], said, pane.stop_reading.isVisible()))

    monkeypatch.setattr(pane, "show_map", show)
    pane.looks.set_chosen(Look.CONTENT.value)
    pane.look_wanted.emit()
    live.settle()
    left = [count for count, _, _ in counts]
    assert len(left) > 2 and left == sorted(left, reverse=True) and left[0] > left[-1] == 0
    assert [said for _, said, _ in counts] == [count > 0 for count in left]
    assert counts[0][2] and not counts[-1][2]


def test_a_page_is_saved_and_copied(
    live: Live, stream: Stream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.open(stream("tiny.v100"))
    assert "page map" in live.context.actions.reason("stream.save_page")
    live.act("stream.ram_map")
    facts = live.page.memory.pane.detail.facts  # type: ignore[union-attr]
    target = tmp_path / "page.bin"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(target), ""))
    live.act("stream.save_page")
    assert facts is not None and target.read_bytes() == facts.content
    live.act("stream.copy_page")
    assert bytes.fromhex(QApplication.clipboard().text()) == facts.content
