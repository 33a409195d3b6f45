"""What a screen reader is told of the bytes and of the overview, which paint themselves."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from snapmgr.inspect.model import NodeKind, Problem, Severity, Span
from tests.ui.inspector.conftest import Live
from tests.ui.inspector.test_hex_view import Patterned
from ui.widgets import reading
from ui.widgets.byte_bar import ByteBar
from ui.widgets.hex_view import HexView

SPANS = [
    Span(NodeKind.META, "Header", 0, 8, (0,)),
    Span(NodeKind.RAM, "RAM, setup", 8, 1000, (1,)),
    Span(NodeKind.DEVICE, "serial", 1008, 60, (2,)),
]
FAULT = Problem(Severity.ERROR, "x", 1060, "The footer is missing", length=2)


@pytest.fixture
def listened() -> Iterator[None]:
    """A reader listens."""
    QAccessible.setActive(True)
    yield
    QAccessible.setActive(False)


@pytest.fixture
def view(dressed: QApplication, qtbot: QtBot) -> HexView:
    made = HexView()
    made.resize(700, 400)
    qtbot.addWidget(made)
    made.set_source(Patterned(10_000))
    made.show()
    return made


@pytest.fixture
def bar(dressed: QApplication, qtbot: QtBot) -> ByteBar:
    made = ByteBar()
    made.resize(900, made.sizeHint().height())
    qtbot.addWidget(made)
    made.set_stream(SPANS, 1068, [FAULT])
    made.show()
    return made


def heard(widget: QWidget) -> QAccessibleInterface:
    """What Qt hands to a reader."""
    found = QAccessible.queryAccessibleInterface(widget)
    assert found is not None and found.isValid()
    return found


def said(interface: QAccessibleInterface | None) -> str:
    assert interface is not None
    return interface.text(QAccessible.Text.Name)


def test_the_overview_is_a_list_of_sections(bar: ByteBar) -> None:
    found = heard(bar)
    assert found.role() == QAccessible.Role.List and said(found) == "Overview of the stream"
    assert [said(found.child(number)) for number in range(found.childCount())] == [
        "Header, 00000000, 8 bytes",
        "RAM, setup, 00000008, 1000 bytes",
        "serial, 000003F0, 60 bytes. The footer is missing",
    ]
    assert found.child(3) is None and found.child(1).role() == QAccessible.Role.ListItem


def test_the_section_that_the_keyboard_is_at_is_the_focused_one(bar: ByteBar, qtbot: QtBot) -> None:
    bar.activateWindow()
    bar.setFocus()
    qtbot.waitUntil(bar.hasFocus)
    qtbot.keyClick(bar, Qt.Key.Key_End)
    window = heard(bar.window())
    assert said(window.focusChild()) == "serial, 000003F0, 60 bytes. The footer is missing"
    states = [heard(bar).child(number).state() for number in range(3)]
    assert [bool(state.selected) for state in states] == [False, False, True]


def test_what_is_under_the_pointer_is_named(bar: ByteBar) -> None:
    found = heard(bar)
    for number in range(3):
        place = found.child(number).rect().center()
        assert said(found.childAt(place.x(), place.y())) == said(found.child(number))
        assert bar.rect().contains(bar.mapFromGlobal(place))
    outside = bar.mapToGlobal(QPoint(-5, -5))
    assert found.childAt(outside.x(), outside.y()) is None


def test_bytes_are_read_with_their_offsets(view: HexView) -> None:
    found = heard(view)
    assert found.role() == QAccessible.Role.List and said(found) == "Bytes"
    assert said(found.child(3)) == "00000003: 15"
    view.show_range(9_990, 10)
    number = 9_990 - view.first_visible
    assert said(found.child(number)) == "00002706, 10 bytes: 2A 31 38 3F 46 4D 54 5B 62 69"
    assert said(found.child(number + 1)) == "00002707: 31"
    assert found.childCount() == 10_000 - view.first_visible


def test_the_selection_is_read_with_its_field(view: HexView, qtbot: QtBot) -> None:
    view.activateWindow()
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    view.show_range(0x20, 2)
    view.say_field("serial / lsr")
    window = heard(view.window())
    assert said(window.focusChild()) == "00000020, 2 bytes: E0 E7, in serial / lsr"
    assert view.accessibleDescription() == said(window.focusChild())
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert said(window.focusChild()) == "00000021, 1 byte: E7", "a field that was left is not named"
    view.show_range(0, 40)
    assert said(window.focusChild()).endswith("69 and more")
    view.set_source(None)
    assert heard(view).childCount() == 0 and view.accessibleDescription() == "No bytes"


def test_the_page_says_what_field_the_bytes_are(live: Live, stream: Callable[..., Path]) -> None:
    live.open(stream("tiny.v100"))
    content = live.page.content
    assert content is not None
    live.page.links.select_bytes(4, 4, "go to")
    assert content.bytes.hex.accessibleDescription() == "00000004, 4 bytes: 00 00 00 03, in Header / version"
    content.bytes.hex.selected.emit(0, 1)
    assert content.bytes.hex.accessibleDescription().endswith("in Header / magic")
    listed = heard(content.bar)
    assert live.page.loaded is not None and listed.childCount() == len(live.page.loaded.spans)
    assert "apic, " in [said(listed.child(number))[:6] for number in range(listed.childCount())]


class Spy:
    """Stands between the widgets and Qt, and notes what a reader would be told."""

    def __init__(self) -> None:
        self.told: list[tuple[QAccessible.Event, int]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(QAccessible, name)

    def isActive(self) -> bool:
        return True

    def updateAccessibility(self, event: QAccessibleEvent) -> None:
        self.told.append((event.type(), event.child()))


def test_a_reader_hears_where_the_keyboard_goes(
    view: HexView, bar: ByteBar, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    spy = Spy()
    with monkeypatch.context() as patch:
        patch.setattr(reading, "QAccessible", spy)
        for widget, expected in ((view, [0, 1, 17]), (bar, [0, 1])):
            qtbot.keyClick(widget, Qt.Key.Key_Home)
            assert spy.told == [], "nothing is said of what has not the keyboard"
            widget.activateWindow()
            widget.setFocus()
            qtbot.waitUntil(widget.hasFocus)
            for key in (Qt.Key.Key_Right, Qt.Key.Key_Down)[: len(expected) - 1]:
                qtbot.keyClick(widget, key)
            assert spy.told == [(QAccessible.Event.Focus, number) for number in expected]
            spy.told.clear()


def test_items_that_stand_for_others_now_are_forgotten(view: HexView, listened: None) -> None:
    found = heard(view)
    first = found.child(0)
    known = QAccessible.uniqueId(first)
    view.show_range(9_000, 1)
    again = found.child(0)
    assert said(again) == f"{view.first_visible:08X}: {view.first_visible * 7 & 0xFF:02X}"
    assert QAccessible.accessibleInterface(known) is None, "a reader that kept the old name must ask anew"


def test_an_interface_that_qt_made_too_early_is_replaced(
    bar: ByteBar, listened: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(heard(bar)))
    with monkeypatch.context() as patch:
        patch.setattr(reading, "ReadAloud", type("Nobody", (), {}))
        assert heard(bar).childCount() == 0
    reading.be_read(bar)
    assert heard(bar).childCount() == 3


def test_thousands_of_questions_and_many_windows(dressed: QApplication, listened: None) -> None:
    asked = 0
    for turn in range(30):
        window, view, bar = QWidget(), HexView(), ByteBar()
        column = QVBoxLayout(window)
        for part in (bar, view):
            column.addWidget(part)
        window.resize(700, 500)
        view.set_source(Patterned(10_000))
        bar.set_stream(SPANS, 1068, [FAULT])
        window.show()
        for place in range(0, 9_000, 900):
            view.show_range(place, 3)
            for widget in (view, bar):
                found = heard(widget)
                for number in range(0, found.childCount(), 17):
                    event = QAccessibleEvent(widget, QAccessible.Event.Focus)
                    event.setChild(number)
                    QAccessible.updateAccessibility(event)
                    child = event.accessibleInterface()  # asked by Qt, as a reader's bridge does
                    assert said(child) and child.parent() is found and child.isValid()
                    assert QAccessible.accessibleInterface(QAccessible.uniqueId(child)) is child
                    asked += 1
        if turn % 2:
            window.deleteLater()
        else:
            view.setParent(None)
            view.deleteLater()
            window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        del window, view, bar, column, found, child, event
    gc.collect()
    assert asked > 3000
    assert not [one for one in gc.get_objects() if isinstance(one, reading.Item)]
