"""What is known beside the images, in the model of the list: lines, Current, notes, and what is said of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt

from snapmgr.snapshots.model import Beside, Snapshots
from tests.ui.snapshots.rows import NOON, machine, row
from ui.models.beside_texts import first_line
from ui.models.lanes import MOST_LANES
from ui.models.snapshot_rows import Column
from ui.models.snapshot_table import Roles, SnapshotTableModel

SPOKEN, TOOLTIP = Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole


@pytest.fixture
def model(qapp: Any) -> SnapshotTableModel:
    return SnapshotTableModel(lambda: NOON + 8040.0)


def family(count: int, parents: Mapping[int, int | None], **facts: Any) -> Snapshots:
    """``count`` snapshots, the first the oldest."""
    rows = [row(f"s{number}", str(number + 1), date=NOON + number) for number in range(count)]
    return replace(machine(*rows), beside=Beside(parents=parents, **facts))


def said(model: SnapshotTableModel, place: int, role: int) -> str:
    text = model.index(place, Column.NAME).data(role)
    return str(text).replace("\u2068", "").replace("\u2069", "")


def test_a_note_stands_under_the_name_with_its_first_line(model: SnapshotTableModel) -> None:
    model.show(family(3, {}, notes={1: "\n  works\non monday", 2: "a\u202eb"}))
    assert [said(model, place, Roles.SECOND) for place in range(3)] == ["a\\u202Eb", "works", "id 1"]
    assert "Note: works" in said(model, 1, TOOLTIP) and "Note: works" in said(model, 1, SPOKEN)
    assert first_line("") == first_line(" \n ") == ""


def test_what_came_from_what_is_spoken(model: SnapshotTableModel) -> None:
    model.show(family(3, {0: None, 1: 0}, current=1))
    assert "came from s0" in said(model, 1, SPOKEN) and "Current: last saved or loaded" in said(model, 1, SPOKEN)
    assert "came from no other snapshot" in said(model, 2, SPOKEN) and "came from" not in said(model, 0, SPOKEN)


def test_branches_that_share_a_lane_are_counted(model: SnapshotTableModel) -> None:
    count = MOST_LANES + 4
    model.show(family(count, {0: None, **dict.fromkeys(range(1, count), 0)}, current=count - 1))
    assert said(model, count - 2, Roles.SECOND) == "id 2, 4 branches"
    assert "4 branches" in said(model, count - 2, SPOKEN) and "branch" not in said(model, 2, SPOKEN)
    model.sort(Column.NAME, Qt.SortOrder.AscendingOrder)
    assert all("branch" not in said(model, place, SPOKEN) for place in range(count)), "lines are for the order of time"


def test_the_filter_keeps_the_lines_of_what_it_shows(model: SnapshotTableModel) -> None:
    model.show(family(12, {0: None, **{number: number - 1 for number in range(1, 12)}}, current=11))
    model.filter("s1")  # s11, s10, s1
    lanes = [model.index(place, Column.NAME).data(Roles.LANES) for place in range(3)]
    assert [lane[0] for lane in lanes] == [0, 0, 0] and [lane[3] for lane in lanes] == [True, True, None]
    assert [model.index(place, Column.NAME).data(Roles.CURRENT) for place in range(3)] == [True, False, False]


def test_something_else_beside_the_same_list_moves_nothing(model: SnapshotTableModel, qtbot: Any) -> None:
    found = family(3, {})
    model.show(found)
    with qtbot.waitSignal(model.dataChanged), qtbot.assertNotEmitted(model.modelReset):
        model.set_beside(replace(found, beside=Beside(parents={1: 0}, current=1, notes={2: "new"})))
    assert said(model, 0, Roles.SECOND) == "new" and model.index(1, Column.NAME).data(Roles.LANES)[3] is True
