"""The model of the snapshots: texts, order, filter, selection, 10 000 rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt

from snapmgr.snapshots.model import SnapshotRow
from tests.ui.snapshots.rows import MIB, NOON, device, machine, many, row
from ui.models.snapshot_rows import SnapshotRows, key_of
from ui.models.snapshot_table import Column, Roles, SnapshotTableModel

VDA, VDB = "/vm/box-vda.qcow2", "/vm/box-vdb.qcow2"


@pytest.fixture
def model(qapp: Any) -> SnapshotTableModel:
    return SnapshotTableModel(lambda: NOON + 8040.0)


def names(model: SnapshotTableModel) -> list[str]:
    return [model.index(place, Column.NAME).data() for place in range(model.rowCount())]


def cell(model: SnapshotTableModel, place: int, column: Column, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
    return model.index(place, column).data(role)


def test_it_is_a_sound_model(model: SnapshotTableModel, qtmodeltester: Any) -> None:
    model.show(machine(row("a"), row("b", "2", date=NOON + 5), row("", "3")))
    qtmodeltester.check(model, force_py=True)
    model.sort(Column.NAME, Qt.SortOrder.AscendingOrder)  # the tester goes on listening
    model.filter("a")
    model.tick()
    model.show(machine())


def test_the_newest_comes_first(model: SnapshotTableModel) -> None:
    model.show(machine(row("old", date=NOON), row("new", date=NOON + 1, nsec=0), row("newest", date=NOON + 1, nsec=5)))
    assert names(model) == ["newest", "new", "old"]


def test_a_cell_says_when_in_two_lines(model: SnapshotTableModel) -> None:
    model.show(machine(row("a")))
    assert cell(model, 0, Column.WHEN, Roles.FIRST) == "2 h 14 min ago"
    assert cell(model, 0, Column.WHEN, Roles.SECOND).startswith("Today ")
    assert ".000000000" in cell(model, 0, Column.WHEN, Qt.ItemDataRole.ToolTipRole)


def test_what_is_not_recorded_is_said_so(model: SnapshotTableModel) -> None:
    model.show(machine(row("disk", state=0, clock=0, icount=None)))
    assert cell(model, 0, Column.CLOCK) == "not recorded"
    assert cell(model, 0, Column.ICOUNT) == "not recorded"
    assert cell(model, 0, Column.STATE) == "disk only"
    assert all(cell(model, 0, column, Roles.QUIET) for column in (Column.CLOCK, Column.ICOUNT, Column.STATE))
    model.show(machine(row("live", state=0, clock=61 * 10**9, icount=12345678)))
    assert cell(model, 0, Column.CLOCK) == "00:01:01.000"
    assert cell(model, 0, Column.ICOUNT) == "12\u202f345\u202f678"


def test_a_date_of_zero_is_none(model: SnapshotTableModel) -> None:
    model.show(machine(row("never", date=0), row("once")))
    assert [cell(model, place, Column.NAME) for place in (0, 1)] == ["once", "never"]
    assert cell(model, 1, Column.WHEN) == cell(model, 1, Column.WHEN, Roles.FIRST) == "not recorded"
    assert cell(model, 1, Column.WHEN, Roles.SECOND) == "" and cell(model, 1, Column.WHEN, Roles.QUIET)
    assert "1970" not in cell(model, 1, Column.WHEN, Qt.ItemDataRole.ToolTipRole)
    assert "date not recorded" in cell(model, 1, Column.NAME, Qt.ItemDataRole.AccessibleTextRole).lower()


def test_sizes_of_disks_are_said_one_by_one(model: SnapshotTableModel) -> None:
    two = replace(row("two", on=(VDA, VDB)), disk_size_differs="they differ")
    two = replace(two, entries={**two.entries, VDB: replace(two.entries[VDB], disk_size=MIB)})
    model.show(machine(two, devices=(device(VDA), device(VDB))))
    assert cell(model, 0, Column.DISK_SIZE) == "16.0 MiB, 1.00 MiB"
    assert cell(model, 0, Column.DISK_SIZE, Qt.ItemDataRole.ToolTipRole).splitlines()[1].startswith("vdb: 1")


def test_a_short_clock_keeps_its_milliseconds(model: SnapshotTableModel) -> None:
    model.show(machine(row("a", clock=46_102_647)))
    assert cell(model, 0, Column.CLOCK) == "00:00:00.046"
    assert "46\u202f102\u202f647 ns" in cell(model, 0, Column.CLOCK, Qt.ItemDataRole.ToolTipRole)


def test_a_disk_that_misses_a_snapshot_is_named(model: SnapshotTableModel) -> None:
    disks = (device(VDA), device(VDB))
    model.show(
        machine(
            row("both", on=(VDA, VDB), date=NOON + 2),
            row("one", on=(VDA,), missing=(VDB,), date=NOON + 1),
            row("other", on=(VDA, VDB), differs=("the dates differ",)),
            devices=disks,
        )
    )
    assert [cell(model, place, Column.DISKS) for place in range(3)] == [
        "all 2",
        "1 of 2, not on vdb",
        "all 2, differs between disks",
    ]
    assert [cell(model, place, Column.DISKS, Roles.TROUBLE) for place in range(3)] == [False, True, True]
    tip = cell(model, 1, Column.DISKS, Qt.ItemDataRole.ToolTipRole)
    assert "id 1, holds VM state" in tip and "not on this disk" in tip
    assert "the dates differ" in cell(model, 2, Column.DISKS, Qt.ItemDataRole.ToolTipRole)
    assert "not on" in model.index(1, Column.NAME).data(Qt.ItemDataRole.AccessibleTextRole)


def test_a_disk_that_had_another_size_is_said(model: SnapshotTableModel) -> None:
    model.show(machine(row("small", disk=8 * MIB)))
    assert cell(model, 0, Column.NAME, Roles.SECOND) == "id 1, disk was 8.00 MiB then"


def test_sizes_follow_the_units(model: SnapshotTableModel) -> None:
    model.show(machine(row("a")))
    assert cell(model, 0, Column.STATE) == "1.00 MiB"
    model.set_units("decimal")
    assert cell(model, 0, Column.STATE) == "1.05 MB"
    assert "1\u202f048\u202f576 bytes" in cell(model, 0, Column.STATE, Qt.ItemDataRole.ToolTipRole)


@pytest.mark.parametrize("column", list(Column))
@pytest.mark.parametrize("order", list(Qt.SortOrder))
def test_every_column_sorts_by_its_value(model: SnapshotTableModel, column: Column, order: Qt.SortOrder) -> None:
    model.show(
        machine(
            row("b", "10", date=NOON, clock=5, state=3 * MIB, icount=7, disk=MIB),
            row("a", "9", date=NOON + 9, clock=4, state=0, icount=None, disk=2 * MIB),
            row("C", "x", date=NOON + 5, clock=0, state=0, icount=3, disk=4 * MIB, missing=(VDB,)),
        )
    )
    expected = {
        Column.ID: ["a", "b", "C"],
        Column.NAME: ["a", "b", "C"],
        Column.WHEN: ["b", "C", "a"],
        Column.CLOCK: ["a", "b", "C"],
        Column.ICOUNT: ["C", "b", "a"],
        Column.STATE: ["b", "a", "C"],
        Column.DISK_SIZE: ["b", "a", "C"],
        Column.DISKS: ["C", "b", "a"],
    }[column]
    descending = {
        Column.CLOCK: ["b", "a", "C"],  # what is not recorded stays last
        Column.ICOUNT: ["b", "C", "a"],
        Column.STATE: ["b", "a", "C"],
        Column.DISKS: ["b", "a", "C"],  # alike: in the order of the list
    }
    model.sort(column, order)
    down = order == Qt.SortOrder.DescendingOrder
    assert names(model) == (descending.get(column, expected[::-1]) if down else expected)


def test_sorting_keeps_what_is_selected(model: SnapshotTableModel) -> None:
    model.show(machine(row("a"), row("b", "2", date=NOON + 1), row("c", "3", date=NOON + 2)))
    selection = QItemSelectionModel(model)
    selection.setCurrentIndex(model.index(0, 0), QItemSelectionModel.SelectionFlag.ClearAndSelect)
    kept = QPersistentModelIndex(model.index(2, Column.NAME))
    model.sort(Column.NAME, Qt.SortOrder.AscendingOrder)
    assert selection.currentIndex().row() == 2 and kept.row() == 0
    assert model.snapshot(selection.currentIndex().row()).name == "c"  # type: ignore[union-attr]


def test_the_filter_wants_every_word_in_any_case(model: SnapshotTableModel) -> None:
    model.show(machine(row("Nightly build 17", "4"), row("nightly run", "5", state=0), row("release", "17")))
    model.filter("NIGHT")
    assert model.rowCount() == 2 and model.total == 3
    model.filter("build night")
    assert names(model) == ["Nightly build 17"]
    model.filter("id:17")
    assert names(model) == ["release"]
    model.filter("disk only")
    assert names(model) == ["nightly run"]
    model.filter("no such")
    assert model.rowCount() == 0
    model.filter("")
    assert model.rowCount() == 3


def test_the_filter_and_the_order_outlive_a_new_list(model: SnapshotTableModel) -> None:
    model.show(machine(row("ax"), row("bx")))
    model.sort(Column.NAME, Qt.SortOrder.AscendingOrder)
    model.filter("x")
    model.show(machine(row("cx"), row("ax"), row("b")))
    assert names(model) == ["ax", "cx"]


def test_type_ahead_goes_round(model: SnapshotTableModel) -> None:
    model.show(machine(row("beta", date=NOON + 3), row("alpha", date=NOON + 2), row("Bravo", date=NOON + 1)))
    found = model.match(model.index(0, Column.WHEN), Qt.ItemDataRole.DisplayRole, "br")
    assert [index.row() for index in found] == [2] and found[0].column() == Column.WHEN
    assert [index.row() for index in model.match(model.index(2, 0), Qt.ItemDataRole.DisplayRole, "be")] == [0]
    assert model.match(model.index(0, 0), Qt.ItemDataRole.DisplayRole, "zz") == []


def test_ten_thousand_rows_are_shown_without_touching_each(model: SnapshotTableModel, monkeypatch: Any) -> None:
    found = many(10_000)
    calls = 0
    whole = SnapshotTableModel.data

    def counted(self: SnapshotTableModel, index: Any, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        nonlocal calls
        calls += 1
        return whole(self, index, role)

    monkeypatch.setattr(SnapshotTableModel, "data", counted)
    model.show(found)
    for column in Column:
        model.sort(column, Qt.SortOrder.AscendingOrder)
    model.filter("0042")
    assert model.rowCount() == 11 and calls == 0
    model.filter("")
    assert model.rowCount() == 10_000
    assert model.find(key_of(found.rows[9_999])) is not None


def test_the_filter_looks_through_notes() -> None:
    rows = SnapshotRows(many(50).rows, {7: "The last GOOD one"})
    rows.filter("good last")
    assert rows.positions() == [7]


def test_an_order_is_computed_once() -> None:
    class Counting(list[SnapshotRow]):
        walks = 0

        def __iter__(self) -> Any:
            type(self).walks += 1
            return super().__iter__()

    rows = SnapshotRows(Counting(many(50).rows))
    rows.sort(Column.NAME, descending=False)
    before = Counting.walks
    for word in ("a", "au", "aut", ""):
        rows.filter(word)
    rows.sort(Column.WHEN, descending=True)
    rows.sort(Column.NAME, descending=False)
    assert Counting.walks <= before + 1, "only the texts of the filter"


def test_a_table_has_no_children(model: SnapshotTableModel) -> None:
    model.show(machine(row("a")))
    assert model.rowCount(model.index(0, 0)) == 0 and model.columnCount(model.index(0, 0)) == 0
    assert model.data(QModelIndex()) is None
