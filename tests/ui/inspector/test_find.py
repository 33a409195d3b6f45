"""Finding text, bytes, names and values: the hits, and where they lead."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from snapmgr.work import CancelToken
from tests.ui.inspector.conftest import Live
from ui.inspector.find import searching
from ui.inspector.find.hit_menu import found_text
from ui.inspector.find.searching import Where
from ui.inspector.header import RAM, STRUCTURE

Stream = Callable[..., Path]


def ask(live: Live, text: str, where: Where, form: str = "text") -> None:
    live.act("stream.find")
    pane = live.page.finding().pane
    pane.where.setCurrentIndex(pane.where.findData(where))
    pane.form.set_chosen(form)
    pane.field.setText(text)
    QTest.keyClick(pane.field, Qt.Key.Key_Return)
    live.settle()


def test_bytes_in_ram_lead_to_their_page(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    loaded = live.page.loaded
    assert loaded is not None
    ram = loaded.index.ram.read("pc.ram", 0, 2 << 20)
    at = next(offset for offset in range(5000, len(ram)) if any(ram[offset : offset + 6]))
    wanted = ram[at : at + 6]
    ask(live, wanted.hex(" "), Where.RAM, "hex")
    pane = live.page.finding().pane
    hits = [pane.hits.hits.hit(row) for row in range(pane.hits.hits.rowCount())]
    assert any((hit.block, hit.offset) == ("pc.ram", at) for hit in hits)
    first = hits[0]
    assert first.around[first.before :][:6] == wanted and "hit" in pane.said.full_text()
    assert live.page.part() == RAM
    assert live.page.memory.pane.map.page == first.offset // 4096  # type: ignore[union-attr]
    detail = live.page.memory.pane.detail  # type: ignore[union-attr]
    assert detail.facts is not None and detail.facts.page == first.offset // 4096
    assert detail.hex.selection == (first.offset % 4096, min(6, 4096 - first.offset % 4096))
    live.act("stream.next_hit")
    live.act("stream.previous_hit")
    assert pane.hits.currentIndex().row() == 0


def test_fields_and_bytes_of_the_stream(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    ask(live, "env.eip", Where.FIELDS)
    pane = live.page.finding().pane
    node = live.page.content.tree.node()
    assert live.page.part() == STRUCTURE and node is not None and node.name == "env.eip"
    assert pane.hits.hits.hit(0).name.startswith("cpu/") and not pane.form.isVisible()
    ask(live, "pc.ram", Where.STREAM)
    loaded, selection = live.page.loaded, live.page.selection.current
    assert loaded is not None and selection is not None
    assert bytes(loaded.index.source.read(selection.offset, 6)) == b"pc.ram" and selection.length == 6
    live.act("stream.find_selected")
    assert pane.field.text() == b"pc.ram".hex(" ").upper()


def test_what_begins_with_0x_are_bytes(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    live.act("stream.find")
    pane = live.page.finding().pane
    QTest.keyClicks(pane.field, "q0x")
    assert not pane.hexadecimal()
    pane.field.clear()
    QTest.keyClicks(pane.field, "0x70632e72616d")
    assert pane.hexadecimal()


def test_a_hit_offers_what_can_be_done_with_it(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    ask(live, "pc.ram", Where.STREAM)
    finding, loaded = live.page.finding(), live.page.loaded
    assert loaded is not None
    hit = finding.pane.hits.hits.hit(0)
    live.page.selection.clear()
    finding.pane.hits.menu_wanted.emit(hit, QPoint(0, 0))
    menu = finding.pane.findChild(QMenu)
    assert menu is not None
    offered = {item.text().replace("&", ""): item for item in menu.actions()}
    offered["Copy bytes"].trigger()
    assert bytes.fromhex(QGuiApplication.clipboard().text()) == hit.around
    offered["Copy offset"].trigger()
    assert QGuiApplication.clipboard().text() == f"0x{hit.offset:08X}"
    offered["Show bytes"].trigger()
    selection = live.page.selection.current
    assert selection is not None and (selection.offset, selection.length) == (hit.offset, 6)
    menu.close()
    ask(live, "env.eip", Where.FIELDS)
    field = finding.pane.hits.hits.hit(0)
    assert found_text(field) == f"{field.name} = {field.value}"


def test_what_cannot_be_looked_for_says_so_and_nothing_stays(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    pane = live.page.finding().pane
    for text, form, said in (("", "text", "Type what"), ("0g", "hex", "hexadecimal"), ("00 00", "hex", "zeros")):
        ask(live, text, Where.RAM, form)
        assert said in pane.said.full_text() and pane.field.property("fault")
    ask(live, "no such words in here", Where.RAM)
    assert pane.said.full_text() == "nothing found" and "found" in live.context.actions.reason("stream.next_hit")
    ask(live, "ram", Where.STREAM)
    assert pane.hits.hits.rowCount() > 1
    live.open(stream("tiny.v72"))
    assert pane.hits.hits.rowCount() == 0
    QTest.keyClick(pane.field, Qt.Key.Key_Escape)
    QTest.keyClick(pane.field, Qt.Key.Key_Escape)
    assert not pane.isVisible()


@pytest.mark.parametrize("step", [7, 64])
def test_hits_over_the_borders_of_pieces_are_found_once(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    class Index:
        data = b"ababab" * 20 + b"xyz" + b"ab" * 11
        size = len(data)
        source = property(lambda self: self)

        def read(self, offset: int, length: int) -> bytes:
            return self.data[offset : offset + length]

    monkeypatch.setattr(searching, "STEP", step)
    for pattern in (b"ab", b"aba", b"xyz", b"b"):
        wanted = [at for at in range(Index.size) if Index.data.startswith(pattern, at)]
        found = searching._in_stream(Index(), pattern, lambda *_: None, CancelToken())  # type: ignore[arg-type]
        assert [hit.offset for hit in found] == wanted
