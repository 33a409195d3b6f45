"""What a side of a comparison may be instead: all of it, however much, without making more than is seen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from ui.compare.comparing import Compared
from ui.compare.offered import Offered
from ui.compare.side_menu import SideMenu
from ui.compare.side_picker import SidePicker
from ui.theme.appearance import Appearance

MANY = 10_000


def side(number: int) -> Compared:
    return Compared(f"snap-{number:05}", f"day {number}", f"disk.qcow2@{number}")


@pytest.fixture
def picker(qapp: QApplication) -> Iterator[SidePicker]:
    Appearance(qapp).choose("dark", 13)
    around = QWidget()
    made = SidePicker("A", around)
    around.show()
    yield made
    around.close()


def test_all_of_many_can_be_found_and_few_are_made(picker: SidePicker) -> None:
    made = list[int]()
    offered = Offered([side(number).name for number in range(MANY)], lambda place: (made.append(place), side(place))[1])
    picker.show_side(offered[42], offered)
    chosen = list[object]()
    picker.chosen.connect(chosen.append)
    picker.open_menu()
    menu = picker.findChild(SideMenu)
    assert menu is not None and menu.view.currentIndex().row() == 42
    QTest.keyClicks(menu.field, "9876")
    assert menu.model_of.rowCount() == 1
    QTest.keyClick(menu.field, Qt.Key.Key_Return)
    assert chosen == [side(9876)] and len(made) < 100


def test_arrows_walk_from_the_field_and_escape_closes(picker: SidePicker) -> None:
    picker.show_side(side(3), Offered.of(side(number) for number in range(20)))
    chosen = list[object]()
    picker.chosen.connect(chosen.append)
    for keys in ((Qt.Key.Key_Down, Qt.Key.Key_Return), (Qt.Key.Key_Escape,)):
        picker.open_menu()
        menu = picker.findChildren(SideMenu)[-1]
        for key in keys:
            QTest.keyClick(menu.field, key)
    assert chosen == [side(4)] and not menu.isVisible()


def test_another_thing_joins_those_offered() -> None:
    offered = Offered.of([side(1), side(2)])
    joined = offered.with_first(side(7))
    assert list(joined) == [side(7), side(1), side(2)] and joined.place_of(side(2)) == 2
    assert offered.place_of(side(7)) == offered.place_of(None) == -1
