"""Two snapshots are compared by Ctrl+D: what is shown is what the engine found, and keys go through it."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt

from snapmgr.errors import Cancelled
from snapmgr.snapshots.diff_disks import compare_disk
from tests.gui.changing import CONTROL, click, plain, rows
from tests.gui.desk import Desk
from tests.ui.snapshots.made import held
from ui.compare.page import ComparePage
from ui.models.difference_tree import NAME, SAID, A, B
from ui.models.snapshot_rows import Column, key_of
from ui.snapshots import presenter

SHIFT = Qt.KeyboardModifier.ShiftModifier


def choose(desk: Desk, *names: str) -> None:
    model, view = desk.page.list.model, desk.page.list.view
    assert desk.page.found is not None
    flags = QItemSelectionModel.SelectionFlag
    view.selectionModel().clear()
    for row in desk.page.found.rows:
        if row.name in names:
            place = model.find(key_of(row))
            assert place is not None
            view.selectionModel().setCurrentIndex(model.index(place, Column.NAME), flags.Select | flags.Rows)
    desk.page.snapshot.look_into()
    desk.page.snapshot.measure()
    desk.settle()


def compared(desk: Desk, *names: str) -> ComparePage:
    choose(desk, *names)
    desk.window.activateWindow()
    desk.until(desk.window.isActiveWindow)
    desk.page.list.view.setFocus()
    desk.key(Qt.Key.Key_D, CONTROL)
    page = desk.window.context.current
    assert isinstance(page, ComparePage)
    desk.settle()
    return page


def shown(page: ComparePage) -> dict[str, tuple[str, str, str]]:
    """Every row that the filter leaves, by its path."""
    model, found = page.fields.tree.model(), {}

    def below(parent: QModelIndex, path: str) -> None:
        for row in range(model.rowCount(parent)):
            index = model.index(row, NAME, parent)
            name = f"{path}/{index.data()}" if path else str(index.data())
            a, b, said = (str(index.siblingAtColumn(column).data()) for column in (A, B, SAID))
            found[name] = (a, b, said)
            below(index, name)

    below(QModelIndex(), "")
    return found


def names(page: ComparePage) -> list[str]:
    return [plain(picker.side.name) for picker in page.pickers if picker.side is not None]


def leave(desk: Desk, page: ComparePage) -> None:
    """Back to the list of snapshots, and nothing of the image stays open."""
    desk.key(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    desk.settle()
    assert desk.window.context.view == "snapshots" and page.found is None and not page.reads()


def reason(desk: Desk) -> str:
    return plain(desk.window.context.actions.reason("snapshot.compare"))


def test_fields_pages_and_clusters(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    page = compared(desk, "boot", "done")
    assert page.found is not None and page.found.streams is not None and not page.found.errors
    assert names(page) == ["“boot”", "“done”"]
    found, streams = shown(page), page.found.streams
    for device in streams.devices.differing:
        for field in device.fields:
            a, b, said = found[f"Devices/{device.device}/{field.path}"]
            assert field.a is not None and field.b is not None and said == "changed"
            assert a.startswith(field.a.value) and b.startswith(field.b.value) and a != b
    count = sum(len(device.fields) for device in streams.devices.differing)
    assert found["RAM/pc.ram"][2] == f"{streams.page_count} pages differ"
    disk = compare_disk(path, "boot", "done")
    assert page.found.disks[0].ranges() == disk.ranges()
    assert found["Disks"][2] == ("1 cluster differs" if disk.changed == 1 else f"{disk.changed} clusters differ")
    chips = page.chips.chips
    assert chips[0].text() == f"{count} fields differ in {len(streams.devices.differing)} devices"
    assert "Devices/i8259 (0)" not in found and "Configuration" not in found, "they are the same"
    assert page.pages.map.isVisible() and page.pages.block.currentText() == "pc.ram"
    leave(desk, page)


def test_all_or_the_differences_alone(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    page = compared(desk, "boot", "done")
    few = shown(page)
    click(desk, page.fields.only)
    many = shown(page)
    assert set(few) < set(many) and many["Devices/i8259 (0)"] == ("", "", "the same")
    assert many["Configuration"] == ("pc-i440fx-7.2", "pc-i440fx-7.2", "the same")
    desk.qtbot.keyClicks(page.fields.filter, "i8259")
    assert set(shown(page)) == {"Devices", "Devices/i8259 (0)", "Devices/i8259 (1)"}
    click(desk, page.fields.only)
    assert shown(page) == {}, "none of them differs"
    page.fields.filter.clear()
    desk.qtbot.keyClicks(page.fields.filter, "cpu eip")
    assert not shown(page), "both words in one row"
    page.fields.filter.clear()
    desk.qtbot.keyClicks(page.fields.filter, "env.eip")
    assert list(shown(page)) == ["Devices", "Devices/cpu (0)", "Devices/cpu (0)/env.eip"]
    leave(desk, page)


def test_f7_goes_through_them_and_round(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    page = compared(desk, "boot", "done")
    total = len(page.fields.differences)
    assert plain(page.fields.place.text()) == f"{total} differences"
    seen = []
    for number in range(total + 1):
        desk.qtbot.keyClick(page.fields.tree, Qt.Key.Key_F7)
        assert page.fields.place.text() == f"{number % total + 1} of {total}"
        seen.append(page.fields.tree.currentIndex().data())
    assert seen[0] == seen[-1] and seen[:2] == ["cpu_ticks_offset", "cpu_clock_offset"]
    desk.qtbot.keyClick(page.fields.tree, Qt.Key.Key_F7, SHIFT)
    assert page.fields.place.text() == f"{total} of {total}"
    desk.qtbot.keyClicks(page.fields.filter, "serial")
    desk.qtbot.keyClick(page.fields.filter, Qt.Key.Key_F7)
    assert page.fields.tree.currentIndex().data() == "state.rbr"
    leave(desk, page)


def test_sides_are_swapped(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    page = compared(desk, "boot", "done")
    before = shown(page)
    click(desk, page.swap)
    after = shown(page)
    assert {name: (b, a, said) for name, (a, b, said) in after.items()} == before
    assert names(page) == ["“done”", "“boot”"]
    leave(desk, page)


def test_without_vm_states_the_disks_alone(desk: Desk) -> None:
    desk.open(desk.image("fmt-v3"))
    page = compared(desk, "first", "second")
    assert page.found is not None and page.found.streams is None
    assert {name.split("/")[0] for name in shown(page)} == {"Disks"} and not page.pages.isVisible()
    leave(desk, page)


def test_of_several_disks_each_is_named(desk: Desk) -> None:
    desk.open(desk.image("fmt-v3", "box-vda.qcow2"), desk.image("fmt-v3", "box-vdb.qcow2"))
    page = compared(desk, "first", "second")
    chips = page.chips.chips
    assert [plain(chip.text()).partition(":")[0] for chip in chips[:2]] == ["vda", "vdb"]
    leave(desk, page)


def test_closing_stops_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, ended = threading.Event(), threading.Event()

    def endless(*_: Any, progress: Any, cancel: Any) -> Any:
        begun.set()
        cancel._event.wait()
        ended.set()
        raise Cancelled

    desk.open(desk.image("vm-hmp-72"))
    choose(desk, "boot", "done")
    monkeypatch.setattr(presenter, "compare", endless)
    desk.window.context.actions.run("snapshot.compare")
    page = desk.window.context.current
    assert isinstance(page, ComparePage)
    desk.until(begun.is_set)
    assert desk.window.context.actions.reason("compare.swap") == "It is still being compared"
    desk.qtbot.mouseClick(page.waiting.cancel, Qt.MouseButton.LeftButton)
    desk.until(ended.is_set)
    desk.settle()
    assert desk.window.context.view == "snapshots" and not desk.errors()


def test_it_takes_two(desk: Desk) -> None:
    one, two = desk.image("vm-hmp-72", "box-vda.qcow2"), desk.image("fmt-v3", "box-vdb.qcow2")
    desk.open(one, two)
    assert reason(desk) == "Select two snapshots to compare"
    choose(desk, "boot", "first")
    assert reason(desk) == "These snapshots are on different disks, and one at least has no VM state"
    choose(desk, "boot", "work")
    assert not reason(desk)
    choose(desk, "boot", "work", "done")
    assert reason(desk) == "Select two snapshots to compare"


def test_while_another_process_has_it_it_is_compared_all_the_same(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    with held(path, "qemu-system-x86"):
        desk.open(path)
        page = compared(desk, "boot", "work")
        assert page.found is not None and page.found.streams is not None and not page.found.errors
        leave(desk, page)


def test_what_cannot_be_read_is_said(desk: Desk) -> None:
    path = desk.image("vmstate-bad-magic")
    raw = Path(path).read_bytes()
    beginnings = [found.start() for found in re.finditer(rb"(?s).{4}\0\0\0\x03\x07\0\0\0", raw)]
    (bad,) = [at for at in beginnings if raw[at : at + 4] != b"QEVM"]
    Path(path).write_bytes(raw[:bad] + b"not a stream" + raw[bad + 12 :])  # its magic alone would be read over
    desk.open(path)
    names = list(rows(Path(path)))
    page = compared(desk, *names[:2])
    assert page.found is not None and page.found.errors and page.found.disks
    box = page._notes.itemAt(0).widget()
    assert box is not None and box.isVisible()
    leave(desk, page)
