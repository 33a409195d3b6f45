"""One selection in every pane."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.inspector.conftest import Live
from tests.ui.inspector.made import Stream
from ui.inspector.selection import Selection
from ui.models.field_tree import NODE_ROLE


def test_what_opens_without_a_fault_begins_at_its_beginning(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    node = live.page.content.tree.node()
    assert node is not None and node.name == "Header" and live.page.content.bytes.hex.selection == (0, 8)
    assert live.page.content.bar.lens[0] > 1000, "the lens stays with the devices"


def test_a_row_selects_its_bytes_and_a_byte_its_row(live: Live, stream: Stream, qtbot: QtBot) -> None:
    live.open(stream("tiny.v100"))
    page = live.page
    assert page.loaded is not None
    tree = page.loaded.index.tree
    for offset in range(40_000, 48_000, 617):
        page.content.bytes.hex.show_range(offset, 1)
        qtbot.mouseClick(
            page.content.bytes.hex.viewport(),
            Qt.MouseButton.LeftButton,
            pos=page.content.bytes.hex.byte_rect(offset).center(),
        )
        path = tree.path_at(offset)
        assert page.content.tree.tree.currentIndex().data(NODE_ROLE).path == path
        assert page.content.bytes.hex.selection == (offset, 1)
    view = page.content.tree.tree
    for _ in range(6):
        qtbot.keyClick(view, Qt.Key.Key_Down)
        node = page.content.tree.node()
        assert node is not None and page.content.bytes.hex.selection == (node.offset, node.length)
        assert page.content.problems.detail.name.full_text() == node.name
        assert page.selection.current == Selection(node.offset, node.length, node.path, None, "tree")


def test_overview_records_and_palette_select_the_same_thing(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    page = live.page
    assert page.loaded is not None
    index = page.loaded.index
    row = next(row for row, record in enumerate(index.records) if record.idstr == "apic")
    record = index.records[row]
    page.content.bar.selected.emit(record.offset + 40)
    current = page.content.tree.tree.currentIndex()
    assert current.data(NODE_ROLE).path[0] == index.tree.path_of_row(row)[0]
    assert page.content.records.currentIndex().row() == row
    page.content.records.chosen.emit(row, True)
    node = page.content.tree.node()
    assert node is not None and (node.offset, node.length) == (record.offset, record.length)
    entry = next(entry for entry in page.palette_entries("@") if entry.text == "cpu")
    entry.run()
    assert page.content.tree.node() is not None and page.content.tree.node().name == "cpu"  # type: ignore[union-attr]
    assert page.palette_entries("#") == []


def test_back_returns_to_what_was_selected(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    page = live.page
    page.links.select_bytes(0x20, 1, "go to")
    page.links.select_bytes(45_000, 1, "go to")
    live.act("stream.back")
    assert page.content.bytes.hex.selection == (0x20, 1)
    live.act("stream.forward")
    assert page.content.bytes.hex.selection == (45_000, 1)
    assert live.context.actions.reason("stream.forward") == "There is no later place"


def test_go_to_takes_an_offset(live: Live, stream: Stream, qtbot: QtBot) -> None:
    live.open(stream("tiny.v100"))
    page = live.page
    live.act("stream.go_to")
    page.content.bytes.offset.setText("B000")
    qtbot.keyClick(page.content.bytes.offset, Qt.Key.Key_Return)
    assert page.content.bytes.hex.selection == (0xB000, 1)
    page.content.bytes.offset.setText("no offset")
    qtbot.keyClick(page.content.bytes.offset, Qt.Key.Key_Return)
    assert page.content.bytes.hex.selection == (0xB000, 1)
    page.content.bytes.offset.setText("FFFFFFFFFF")
    qtbot.keyClick(page.content.bytes.offset, Qt.Key.Key_Return)
    assert page.content.bytes.hex.selection == (0xB000, 1)
    assert page.loaded is not None and f"{page.loaded.index.size:X}" in page.content.bytes.offset.toolTip()


def test_sections_are_stepped_through(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    page = live.page
    assert page.loaded is not None
    roots = list(page.loaded.index.tree.roots)

    def at() -> tuple[int, ...]:
        current = page.selection.current
        assert current is not None
        return tuple(current.path)

    page.links.select_node((0,), "test")
    for place in range(1, 6):
        page.links.step_section(1)
        assert at() == (place,)
    deep = next(node for node in roots if node.name.startswith("apic"))
    page.links.select_bytes(deep.offset + 40, 1, "test")
    assert len(at()) > 1
    page.links.step_section(-1)
    assert at() == deep.path
    page.links.step_section(-1)
    assert at() == (deep.path[0] - 1,)
    page.links.select_node((len(roots) - 1,), "test")
    page.links.step_section(1)
    assert at() == (len(roots) - 1,)
