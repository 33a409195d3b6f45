"""The list of opened machines."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt

from tests.ui.snapshots.rows import device, machine, row
from ui.models.source_list import SourceEntry, SourceListModel, SourceRoles, SourceState, described

ONE, TWO = ("/a/devbox-vda.qcow2", "/a/devbox-vdb.qcow2"), ("/b/router.qcow2",)


@pytest.fixture
def model(qapp: Any) -> SourceListModel:
    made = SourceListModel()
    made.put(SourceEntry(ONE, SourceState.LOADING, "being read"))
    made.put(SourceEntry(TWO, SourceState.FREE, "not in use", 3))
    return made


def test_it_is_a_sound_model(model: SourceListModel, qtmodeltester: Any) -> None:
    qtmodeltester.check(model, force_py=True)
    model.filter("router")  # the tester goes on listening
    model.put(SourceEntry(TWO, SourceState.FREE, "not in use", 4))
    model.remove(TWO)
    assert model.rowCount() == 0


def test_headings_take_no_focus(model: SourceListModel) -> None:
    assert [model.index(place).data() for place in range(3)] == ["Disk images", "devbox", "router.qcow2"]
    assert not model.index(0).flags() & (Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled)
    assert model.index(1).flags() & Qt.ItemFlag.ItemIsSelectable
    assert model.index(0).data(SourceRoles.SOURCE) is None


def test_what_is_learned_of_a_machine_replaces_what_was_known(model: SourceListModel) -> None:
    changed: list[int] = []
    model.dataChanged.connect(lambda first, last: changed.append(first.row()))
    model.put(SourceEntry(ONE, SourceState.IN_USE, "open in another process", 7))
    assert changed == [1] and len(model.entries) == 2
    assert "7 snapshots" in model.index(1).data(Qt.ItemDataRole.AccessibleTextRole)
    model.mark(TWO, SourceState.ERROR, "gone")
    assert model.entry(TWO).state is SourceState.ERROR  # type: ignore[union-attr]


def test_the_filter_looks_at_names_and_paths(model: SourceListModel) -> None:
    model.filter("/b/")
    assert model.row_of(ONE) is None and model.row_of(TWO) == 1
    model.filter("DEVBOX vdb")
    assert model.row_of(ONE) == 1
    model.filter("nothing")
    assert model.rowCount() == 0 and len(model.entries) == 2


def test_a_machine_is_described_by_its_use_and_size() -> None:
    free = described(ONE, machine(row("a"), devices=(device(ONE[0]), device(ONE[1]))), "binary")
    assert (free.state, free.about, free.count) == (SourceState.FREE, "not in use, 32.0 MiB", 1)
    used = described(ONE, machine(row("a"), devices=(device(ONE[0]), device(ONE[1], in_use="qemu, 4711"))), "binary")
    assert (used.state, used.about) == (SourceState.IN_USE, "open in another process")
    assert described(TWO, machine(), "binary").about == "no snapshots yet"
