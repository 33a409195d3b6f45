"""Clicks and keys on the Snapshots view, over images that QEMU wrote."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QPushButton

from tests.gui.desk import NOON, Desk, truth
from tests.ui.snapshots.made import Entry, held, retabled
from ui.main_window import MainWindow
from ui.models.snapshot_rows import Column
from ui.models.snapshot_table import Roles
from ui.shell.documents import Document, DocumentKind
from ui.theme import fonts
from ui.widgets.focus_ring import FocusRing
from ui.widgets.timeline_row import NAME_LEFT, PADDING


def test_an_empty_view_says_what_it_is_for(desk: Desk) -> None:
    assert desk.page.empty.isVisible() and desk.page.document() is None
    assert "Open image…" in [
        button.text() for button in desk.page.empty.findChildren(type(desk.page.header.inspect).__base__)
    ]
    assert desk.window.context.actions.reason("snapshot.inspect") == "Select a snapshot first"


def test_an_image_is_listed_newest_first_and_the_first_is_selected(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    assert desk.names() == ["done", "work", "boot"]
    assert desk.page.snapshot.name() == "done"
    assert desk.page.header.name.full_text() == "vm-hmp-72.qcow2" and desk.page.header.chip.text() == "not in use"
    assert "1 disk, 16.0 MiB, qcow2" in desk.words()
    left, right = desk.page.status()
    assert "1 of 3 selected" in left and right == "3 snapshots, 3.71 MiB of VM state"
    assert not desk.errors()


def test_the_keyboard_is_in_the_list_at_once(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    desk.key(Qt.Key.Key_Down)
    assert desk.page.snapshot.name() == "work"


def test_f6_leads_to_what_shows_that_it_has_the_keyboard(desk: Desk) -> None:
    desk.key(Qt.Key.Key_F6)
    focused = desk.window.focusWidget()
    assert isinstance(focused, QPushButton) and desk.page.empty.isAncestorOf(focused)
    desk.open(desk.image("vm-hmp-72"))
    desk.page.list.view.setFocus()
    desk.key(Qt.Key.Key_F6)
    area = desk.page.details.area
    ring = area.findChild(FocusRing)
    assert area.hasFocus() and ring is not None and ring.isVisible() and ring.size() == area.size()
    desk.key(Qt.Key.Key_F6)
    assert not ring.isVisible()


def test_a_file_is_opened_wherever_it_is_dropped(desk: Desk) -> None:
    """A field does not take its path as text."""
    desk.open(desk.image("vm-hmp-72"))
    other = desk.image("vm-v2")
    data, handle = QMimeData(), desk.window.windowHandle()
    data.setUrls([QUrl.fromLocalFile(str(other))])
    data.setText(str(other))  # as file managers do
    facts = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    note, search = desk.page.beside.note.field, desk.page.header.filter
    for field in (note, search):
        place = field.mapTo(desk.window, field.rect().center())
        QApplication.sendEvent(handle, QDragEnterEvent(place, *facts))
        assert desk.window.drop.isVisible()
        QApplication.sendEvent(handle, QDropEvent(QPointF(place), *facts))
        desk.settle()
        assert desk.page.on_show == (str(other),)
        assert not note.toPlainText() and not search.text()


def test_details_follow_the_keyboard(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    desk.page.list.view.setFocus()
    desk.key(Qt.Key.Key_Down)
    assert desk.page.snapshot.name() == "work" and desk.page.details.area.name.full_text() == "work"
    facts = desk.page.details.area.facts
    assert facts.value("VM clock") == "00:00:00.054" and facts.value("ID") == "2"
    assert facts.value("icount") == "not recorded"
    desk.key(Qt.Key.Key_End)
    assert desk.page.snapshot.name() == "boot"


def test_the_machine_type_is_read_from_the_vm_state(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    desk.until(lambda: desk.page.details.area.facts.value("Machine") == "pc-i440fx-7.2")


def test_timeline_and_table_share_one_selection(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    desk.select("boot")
    desk.page.header.view_chosen.emit("table")
    grid = desk.page.list.grid
    assert grid.isVisible() and desk.page.snapshot.name() == "boot"
    grid.sort_wanted.emit(Column.NAME, False)
    assert desk.names() == ["boot", "done", "work"] and desk.page.snapshot.name() == "boot"
    assert grid.currentIndex().row() == 0
    desk.page.header.view_chosen.emit("timeline")
    assert desk.names() == ["done", "work", "boot"] and desk.page.list.timeline.currentIndex().row() == 2
    desk.page.header.view_chosen.emit("table")
    assert desk.names() == ["boot", "done", "work"], "the table keeps its order"


def test_the_filter_and_escape(desk: Desk) -> None:
    desk.open(desk.image("many-200"))
    desk.window.context.actions.run("view.filter")
    desk.qtbot.keyClicks(desk.page.header.filter, "1")
    narrowed = desk.names()
    assert 0 < len(narrowed) < 200 and f"{len(narrowed)} shown" in desk.page.status()[0]
    desk.qtbot.keyClicks(desk.page.header.filter, "no-such")
    assert "Nothing matches “1no-such”" in desk.words() and desk.page.snapshot.row() is None
    assert desk.page.escape()
    assert len(desk.names()) == 200 and desk.page.snapshot.row() is not None and not desk.page.escape()


def test_typing_goes_to_the_name(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    desk.page.list.view.setFocus()
    desk.qtbot.keyClicks(desk.page.list.view, "bo")
    assert desk.page.snapshot.name() == "boot"


def test_the_palette_finds_snapshots(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    entries = desk.page.palette_entries("#")
    assert {entry.text for entry in entries} == {"boot", "work", "done"} and desk.page.palette_entries("@") == []
    next(entry for entry in entries if entry.text == "work").run()
    assert desk.page.snapshot.name() == "work"


def test_several_images_are_one_machine(desk: Desk) -> None:
    now = NOON
    one = retabled("vm-hmp-72", desk.folder / "box-vda.qcow2", [Entry("both", now), Entry("one", now + 9, like=1)])
    two = retabled("vm-hmp-72", desk.folder / "box-vdb.qcow2", [Entry("both", now, state=False)])
    desk.open(one, two)
    assert desk.page.header.name.full_text() == "box" and desk.names() == ["one", "both"]
    assert "Cannot be loaded: vdb has no snapshot of this name" in desk.words()
    assert not desk.page.list.timeline.isColumnHidden(Column.DISKS)
    desk.select("both")
    assert "Cannot be loaded" not in desk.words()
    assert "id 1, holds VM state" in desk.words()


def test_machines_are_kept_side_by_side(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72", "one.qcow2"))
    desk.open(desk.image("vm-v2", "two.qcow2"))
    assert [entry.name for entry in desk.page.machines.model.entries] == ["one.qcow2", "two.qcow2"]
    listed = desk.page.sources_pane.list
    listed.setFocus()
    desk.key(Qt.Key.Key_Up)
    assert desk.page.header.name.full_text() == "one.qcow2"
    desk.key(Qt.Key.Key_Up)
    assert desk.page.header.name.full_text() == "one.qcow2", "the heading takes no focus"
    desk.window.context.actions.run("file.close")
    assert desk.page.header.name.full_text() == "two.qcow2"
    desk.window.context.actions.run("file.close")
    assert desk.page.empty.isVisible()


def test_opened_machines_come_back(desk: Desk, make_window: Callable[..., MainWindow]) -> None:
    desk.open(desk.image("vm-hmp-72", "one.qcow2"))
    desk.open(desk.image("vm-v2", "two.qcow2"))
    desk.page.show_mode("table")
    desk.window.close()
    again = make_window()
    later = Desk(again, desk.drive, desk.qtbot, desk.folder)
    later.settle()
    assert {entry.name for entry in later.page.machines.model.entries} == {"one.qcow2", "two.qcow2"}
    assert later.page.list.mode == "table" and later.page.list.model.total == 3


def test_enter_opens_the_vm_state_in_the_inspector(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    desk.select("work")
    desk.page.list.view.setFocus()
    desk.key(Qt.Key.Key_Return)
    assert desk.window.context.view == "inspector" and not desk.errors()
    assert desk.window.context.current.document() == Document(DocumentKind.STREAM, (f"{path}@work",))


def test_enter_in_the_filter_inspects_nothing(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    desk.page.focus_filter()
    desk.key(Qt.Key.Key_Return)
    assert desk.window.context.view == "snapshots"


def test_a_disk_only_snapshot_says_why_it_cannot_be_inspected(desk: Desk) -> None:
    desk.open(desk.image("fmt-v3"))
    assert "no VM state" in desk.window.context.actions.reason("snapshot.inspect")
    header = desk.page.header
    assert not header.inspect.isEnabled() and "no VM state" in header.inspect.toolTip()


@pytest.mark.parametrize(
    ("case", "used", "primary"),
    [
        ("vm-hmp-72", False, "save"),
        ("fmt-v3", False, "save"),
        ("vm-hmp-72", True, "inspect"),
        ("fmt-v3", True, "export"),
    ],
)
def test_one_button_is_primary(desk: Desk, case: str, used: bool, primary: str) -> None:
    """Saving; where another process has the image, what can be done nevertheless."""
    path, header = desk.image(case), desk.page.header
    with held(path) if used else nullcontext():
        desk.open(path)
        buttons = {"save": header.save, "inspect": header.inspect, "export": header.export}
        assert [name for name, made in buttons.items() if made.property("variant") == "primary"] == [primary]


def test_ten_thousand_snapshots_make_no_widgets(desk: Desk) -> None:
    entries = [Entry(f"auto-{n:05}", NOON - n * 300, n * 10**9, n % 3) for n in range(10_000)]
    desk.open(desk.image("vm-hmp-72", "few.qcow2"))
    few = len(desk.page.list.findChildren(object))
    desk.open(retabled("vm-hmp-72", desk.folder / "many.qcow2", entries))
    assert desk.page.list.model.rowCount() == 10_000
    desk.window.grab()
    assert len(desk.page.list.findChildren(object)) <= few + 4
    desk.page.header.filter.setText("09999")
    assert desk.names() == ["auto-09999"] and desk.page.snapshot.name() == "auto-09999"
    desk.page.header.filter.clear()
    assert desk.page.snapshot.name() == "auto-09999", "what was selected stays selected"


def test_a_narrow_window_folds(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    timeline, header = desk.page.list.timeline, desk.page.header
    assert not timeline.isColumnHidden(Column.CLOCK) and desk.page.sources_pane.isVisible()
    desk.window.resize(1024, 700)
    desk.settle()
    assert timeline.isColumnHidden(Column.CLOCK) and timeline.isColumnHidden(Column.STATE)
    assert header.machines.isVisible() and not desk.page.sources_pane.isVisible()
    desk.window.resize(800, 560)
    desk.settle()
    assert not desk.page.details.isVisible() and header.details.isVisible()
    desk.qtbot.mouseClick(header.details, Qt.MouseButton.LeftButton)
    desk.settle()
    assert desk.page.details.isVisible() and not desk.page.list.isVisible()
    desk.window.context.actions["snapshot.back"].trigger()
    assert desk.page.list.isVisible()


def test_the_combo_box_of_a_narrow_window_changes_the_machine(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72", "one.qcow2"))
    desk.open(desk.image("vm-v2", "two.qcow2"))
    machines = desk.page.header.machines
    assert [machines.itemText(place) for place in (0, 1)] == ["one.qcow2", "two.qcow2"] and machines.currentIndex() == 1
    machines.activated.emit(0)
    desk.settle()
    assert desk.page.header.name.full_text() == "one.qcow2"


def test_details_are_copied_as_text(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    desk.page.list.view.setFocus()
    desk.key(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    one = truth("vm-hmp-72")["snapshots"][2]
    text = QGuiApplication.clipboard().text()
    assert f"VM state: {one['vm_state_size']} bytes" in text and f"VM clock: {one['vm_clock_nsec']} ns" in text


def test_panes_and_names_for_those_who_do_not_see(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    panes = desk.page.panes()
    assert len(panes) == 3 and all(pane.accessibleName() for pane in panes)
    spoken = desk.page.list.model.index(0, Column.NAME).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("done, ") and "VM state 1.24 MiB" in spoken


def test_a_long_name_has_the_room_that_clock_and_disks_do_not_need(desk: Desk) -> None:
    """At 1440: no clock is cut off, however long, and columns take no more than their texts."""
    desk.window.resize(1440, 900)
    day = 86400 * 10**9
    long_name = "nightly-retention-policy-" * 8
    for days, called, room in ((4, "weeks", 300), (213_503, "ages", 250)):
        clock = days * day + 7_869_218_000_000
        for disk, state in (("vda", True), ("vdb", False)):
            entries = [Entry(long_name, NOON, clock, state=state), Entry("b", NOON - 9, like=1, state=state)]
            retabled("vm-hmp-72", desk.folder / f"{called}-{disk}.qcow2", entries)
        desk.open(*(desk.folder / f"{called}-{disk}.qcow2" for disk in ("vda", "vdb")))
        timeline, model = desk.page.list.timeline, desk.page.list.model
        body = fonts.ui(tabular=True)
        for column in (Column.CLOCK, Column.STATE, Column.DISKS):
            assert not timeline.isColumnHidden(column)
            said = max(fonts.text_width(body, model.index(row, column).data(Roles.FIRST)) for row in (0, 1))
            assert said <= timeline.columnWidth(column) - 2 * PADDING
        assert timeline.columnWidth(Column.NAME) - NAME_LEFT > room


def test_reading_again_has_one_name_in_every_view(desk: Desk) -> None:
    actions = desk.window.context.actions
    assert {actions[name].text().replace("&", "") for name in ("snapshot.reload", "stream.reload")} == {"Reload"}


def test_a_click_beside_the_rows_leaves_the_selection(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    desk.select("work")
    viewport = desk.page.list.view.viewport()
    desk.qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=viewport.rect().bottomLeft() + QPoint(40, -4))
    assert [row.name for row in desk.page.snapshot.rows()] == ["work"] and desk.page.list.view.hasFocus()
    desk.page.list.view.clearSelection()
    assert desk.page.snapshot.row() is None, "what is not marked is not meant"
