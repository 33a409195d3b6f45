"""The stream that is open beside another: pickers, fields, pages and bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from snapmgr.cli import main
from tests import corpus
from tests.gui.desk import Desk
from tests.ui.snapshots.made import case_with
from ui.compare.choosing import snapshots_beside
from ui.compare.page import ComparePage
from ui.compare.row_menu import row_menu
from ui.compare.side_bytes import differing
from ui.models.difference_rows import Row
from ui.widgets.difference_map import DOT


def test_stretches_that_differ() -> None:
    assert differing(b"abcd", b"abcd") == []
    assert differing(b"abcd", b"aXcY") == [(1, 1), (3, 1)]
    assert differing(b"ab", b"abcd") == [(2, 2)] and differing(b"", b"\0") == [(0, 1)]


def row_with(page: ComparePage, wanted: Callable[[Row], bool]) -> Row:
    return next(row for row in page.fields.differences if wanted(row))


def stream(desk: Desk, name: str) -> Path:
    path = desk.folder / f"{name}.mig"
    path.write_bytes(corpus.stream_bytes(name))
    return path


def act(desk: Desk, id: str) -> None:
    reason = desk.window.context.actions.reason(id)
    assert not reason, f"{id} is off: {reason}"
    desk.window.context.actions.run(id)
    desk.settle()


def compared(desk: Desk, a: Path, b: Path, monkeypatch: pytest.MonkeyPatch) -> ComparePage:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (str(b), ""))
    desk.window.context.open(a)
    desk.settle()
    act(desk, "stream.compare")
    page = desk.window.context.current
    assert isinstance(page, ComparePage)
    return page


def offered(desk: Desk, page: ComparePage, row: Row) -> dict[str, QAction]:
    """The menu of a row."""
    assert page.pair is not None
    menu = row_menu(desk.window.context, page, page.pair, row)
    return {item.text().replace("&", ""): item for item in menu.actions()}


def test_a_stream_is_compared_with_one_that_is_chosen(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    a, b = stream(desk, "pc-live.v100"), stream(desk, "pc-halt.v100")
    page = compared(desk, a, b, monkeypatch)
    assert page.found is not None and len(page.found.indexes) == 2 and desk.window.rail.buttons()[1].isChecked()
    field = row_with(page, lambda row: row.name == "env.eip")
    page.fields.go(field)
    assert page.bytes.isVisible()
    lines = set()
    for view, index, at in zip(page.bytes.views, page.found.indexes, (field.at_a, field.at_b), strict=True):
        assert at is not None and at[1] == 8
        base = view.source.base
        assert view.selection == (at[0] - base, 0) and (at[0] - base) % 16 == 0, "a row begins where the field does"
        value = int.from_bytes(view.source.read(at[0] - base, at[1]))
        assert value == int.from_bytes(index.source.read(*at)) and f"0x{value:016x}" in (field.a, field.b)
        marks = view.source.marks(at[0] - base, at[1])
        assert marks and all(0 <= mark.offset - (at[0] - base) < 8 for mark in marks)
        lines.add(f"{at[0]:08X}")
        assert any(text[1].startswith(f"{at[0]:08X}") for text in view._visible.lines(view._grid.columns))
    assert len(lines) == 2
    other = row_with(page, lambda row: row.page is not None)
    page.fields.go(other)
    shown = [bytes(view.source.read(0, 4096)) for view in page.bytes.views]
    assert other.page is not None and shown[0] != shown[1]
    assert shown[0] == page.found.indexes[0].ram.read(other.block, other.page * 4096, 4096)
    states, dots = page.pages.map._states, page.pages.map
    place = int(np.flatnonzero(states)[-1])
    line, column = divmod(place // dots.per_dot, dots._dots.shape[1])
    QTest.mouseClick(dots, Qt.MouseButton.LeftButton, pos=QPoint(column * DOT + 1, line * DOT + 1))
    assert f"0x{place // dots.per_dot * dots.per_dot * 4096:X}"[:5] in page.bytes.heads[0].full_text()
    act(desk, "compare.swap")
    assert [picker.side.source for picker in page.pickers if picker.side is not None] == [str(b), str(a)]
    chosen = next(side for side in page.pickers[0]._offered if side.source == str(a))
    page.pickers[0].chosen.emit(chosen)
    desk.settle()
    assert page.found is not None and not page.fields.differences
    act(desk, "compare.back")
    assert desk.window.context.view == "inspector" and not page.reads()


def test_a_row_offers_what_can_be_done_with_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    page = compared(desk, stream(desk, "pc-live.v100"), stream(desk, "pc-halt.v100"), monkeypatch)
    field = row_with(page, lambda row: row.name == "env.eip")
    menu = offered(desk, page, field)
    menu["Copy row"].trigger()
    assert QGuiApplication.clipboard().text() == f"Devices/cpu (0)/env.eip: {field.a} → {field.b}"
    menu["Copy value in B"].trigger()
    assert QGuiApplication.clipboard().text() == field.b
    assert field.parent is not None
    of_device = offered(desk, page, field.parent)
    assert not of_device["Show bytes"].isEnabled() and not of_device["Show A in Inspector"].isEnabled()
    menu["Show A in Inspector"].trigger()
    desk.settle()
    inspector = desk.window.context.page("inspector")
    assert desk.window.context.view == "inspector" and field.at_a is not None
    assert (inspector.selection.current.offset, inspector.selection.current.length) == field.at_a
    act(desk, "view.compare")
    assert desk.window.context.current is page and page.found is not None
    act(desk, "compare.back")


def test_the_report_is_what_snapctl_says(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    a, b = stream(desk, "pc-live.v100"), stream(desk, "pc-halt.v100")
    compared(desk, a, b, monkeypatch)
    written = {}
    for suffix in ("json", "txt", "html"):
        target = tmp_path / f"report.{suffix}"
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, target=target, **__: (str(target), ""))
        act(desk, "compare.export")
        written[suffix] = target.read_text()
    capsysbinary.readouterr()
    assert main(["diff", str(a), str(b), "--json"]) == 1
    assert json.loads(written["json"]) == json.loads(capsysbinary.readouterr().out)
    assert "cpu (0)/env.eip: " in written["txt"] and "<td>cpu (0)/env.eip</td>" in written["html"]
    before = a.read_bytes()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(a), ""))
    act(desk, "compare.export")
    assert a.read_bytes() == before, "a stream that is compared is never written over"
    act(desk, "compare.back")


def test_other_vm_states_of_the_image_suggest_themselves(tmp_path: Path) -> None:
    image = case_with("vm-hmp-72", tmp_path / "disk.qcow2")
    beside = snapshots_beside(f"{image}@boot")
    assert {source.rpartition("@")[2] for source in beside} == {"boot", "work", "done"}
    assert snapshots_beside(str(image)) == [] and snapshots_beside("/nowhere@x") == []
