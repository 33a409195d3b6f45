"""The stream that is open beside another: pickers, fields, pages and bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from tests.ui.inspector.conftest import Live
from tests.ui.snapshots.made import case_with
from ui.compare.side_bytes import differing
from ui.inspector.comparing import CompareStreams, snapshots_beside
from ui.models.difference_rows import Row
from ui.widgets.difference_map import DOT

Stream = Callable[..., Path]


def test_stretches_that_differ() -> None:
    assert differing(b"abcd", b"abcd") == []
    assert differing(b"abcd", b"aXcY") == [(1, 1), (3, 1)]
    assert differing(b"ab", b"abcd") == [(2, 2)] and differing(b"", b"\0") == [(0, 1)]


def row_with(dialog: CompareStreams, wanted: Callable[[Row], bool]) -> Row:
    return next(row for row in dialog._differences if wanted(row))


def test_a_stream_is_compared_with_one_that_is_chosen(
    live: Live, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = stream("pc-live.v100"), stream("pc-halt.v100")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (str(b), ""))
    live.open(a)
    live.act("stream.compare")
    dialog = live.window.findChild(CompareStreams)
    assert dialog is not None and dialog.found is not None and len(dialog.found.indexes) == 2
    field = row_with(dialog, lambda row: row.name == "env.eip")
    dialog._go(field)
    assert dialog.bytes.isVisible()
    for view, index, at in zip(dialog.bytes.views, dialog.found.indexes, (field.at_a, field.at_b), strict=True):
        assert at is not None and at[1] == 8 and view.selection == (at[0], 0)
        value = int.from_bytes(index.source.read(*at))
        assert f"0x{value:016x}" in (field.a, field.b)
        marks = view.source.marks(at[0], at[1])
        assert marks and all(at[0] <= mark.offset < at[0] + 8 for mark in marks)
    page = row_with(dialog, lambda row: row.page is not None)
    dialog._go(page)
    shown = [bytes(view.source.read(0, 4096)) for view in dialog.bytes.views]
    assert page.page is not None and shown[0] != shown[1]
    assert shown[0] == dialog.found.indexes[0].ram.read(page.block, page.page * 4096, 4096)
    states = dialog.map._states
    place = int(np.flatnonzero(states)[-1])
    line, column = divmod(place // dialog.map.per_dot, dialog.map._dots.shape[1])
    QTest.mouseClick(dialog.map, Qt.MouseButton.LeftButton, pos=QPoint(column * DOT + 1, line * DOT + 1))
    assert f"0x{place // dialog.map.per_dot * dialog.map.per_dot * 4096:X}"[:5] in dialog.bytes.heads[0].full_text()
    dialog.exchange()
    live.settle()
    assert [picker.currentData() for picker in dialog.pickers] == [str(b), str(a)]
    dialog._picked(0, dialog.pickers[0].findData(str(a)))
    live.settle()
    assert dialog.found is not None and not dialog._differences
    dialog.close()


def test_other_vm_states_of_the_image_suggest_themselves(tmp_path: Path) -> None:
    image = case_with("vm-hmp-72", tmp_path / "disk.qcow2")
    beside = snapshots_beside(f"{image}@boot")
    assert {source.rpartition("@")[2] for source in beside} == {"boot", "work", "done"}
    assert snapshots_beside(str(image)) == [] and snapshots_beside("/nowhere@x") == []
