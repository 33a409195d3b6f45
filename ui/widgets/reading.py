"""What a screen reader is told of a widget that paints its items itself: that it is a list, and what each item says.

PySide keeps every interface that it gave to Qt for the life of the process.  So these hold nothing: an item is a
number, and its words are asked of the widget when somebody reads it.
"""

from __future__ import annotations

import functools
import weakref
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface, QWindow
from PySide6.QtWidgets import QAccessibleWidget, QWidget


class ReadAloud:
    """A widget whose items are read: to be inherited beside a QWidget, which calls ``be_read`` when it is made."""

    def items_read(self) -> int:
        """How many items there are."""
        raise NotImplementedError

    def items_are(self) -> object:
        """Something else whenever the numbers stand for other items than before."""
        raise NotImplementedError

    def item_text(self, number: int) -> str:
        """What an item says."""
        raise NotImplementedError

    def item_rect(self, number: int) -> QRect:
        """Where it is, in px of the widget; empty where it is not to be seen."""
        raise NotImplementedError

    def item_at(self, point: QPoint) -> int | None:
        """The item under a point of the widget."""
        raise NotImplementedError

    def item_at_cursor(self) -> int | None:
        """The item that the keyboard is at."""
        raise NotImplementedError


@functools.cache
def _have_qt_ask() -> None:
    QAccessible.installFactory(_interface)


def be_read(widget: QWidget) -> None:
    """Have Qt ask for the interface of a widget here.  Where a reader listens, Qt has made one of its own already,
    before it could know what the widget is: that one goes."""
    _have_qt_ask()
    if QAccessible.isActive():
        made = QAccessible.queryAccessibleInterface(widget)
        if not isinstance(made, ItemList):
            QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(made))


def tell_cursor(widget: QWidget) -> None:
    """The keyboard went to another item: a reader that listens says it."""
    assert isinstance(widget, ReadAloud)
    number = widget.item_at_cursor()
    if QAccessible.isActive() and number is not None and widget.hasFocus():
        event = QAccessibleEvent(widget, QAccessible.Event.Focus)
        event.setChild(number)
        QAccessible.updateAccessibility(event)


def _interface(key: str, asked: QObject | None) -> QAccessibleInterface | None:
    """Qt asks this for every widget; None leaves it to Qt."""
    return ItemList(asked) if isinstance(asked, QWidget) and isinstance(asked, ReadAloud) else None


class ItemList(QAccessibleWidget):
    """The widget as a list."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget, QAccessible.Role.List)
        self._widget = weakref.ref(widget)
        self._items: dict[int, Item] = {}
        self._items_are: object = None
        widget.destroyed.connect(self._let_go)

    def _let_go(self) -> None:
        """A reader that knows the items by name must not take others for them."""
        for item in self._items.values():
            QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(item))
        self._items.clear()

    def _alive(self) -> Any:
        return _alive(self._widget)

    def childCount(self) -> int:
        widget = self._alive()
        return widget.items_read() if widget is not None else 0

    def child(self, index: int) -> QAccessibleInterface | None:
        if not 0 <= index < self.childCount():
            return None
        if self._items_are != (are := self._alive().items_are()):
            self._let_go()
            self._items_are = are
        if index not in self._items:
            self._items[index] = Item(self._widget, index)
        return self._items[index]

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:
        widget = self._alive()
        number = None if widget is None else widget.item_at(widget.mapFromGlobal(QPoint(x, y)))
        return None if number is None else self.child(number)

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return child.number if isinstance(child, Item) and child.parent() is self else -1

    def focusChild(self) -> QAccessibleInterface | None:
        widget = self._alive()
        if widget is None or not widget.hasFocus() or widget.item_at_cursor() is None:
            return None
        return self.child(widget.item_at_cursor())


class Item(QAccessibleInterface):
    """One of them, by its number."""

    def __init__(self, widget: weakref.ref[QWidget], number: int) -> None:
        super().__init__()
        self._widget, self.number = widget, number

    def _alive(self) -> Any:
        """The widget, None where it or the item is gone."""
        widget = _alive(self._widget)
        return widget if widget is not None and self.number < widget.items_read() else None

    def isValid(self) -> bool:
        return self._alive() is not None

    def object(self) -> QObject | None:
        return None

    def window(self) -> QWindow | None:
        widget = self._alive()
        return widget.window().windowHandle() if widget is not None else None

    def parent(self) -> QAccessibleInterface | None:
        widget = _alive(self._widget)
        return QAccessible.queryAccessibleInterface(widget) if widget is not None else None

    def child(self, index: int) -> QAccessibleInterface | None:
        return None

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:
        return None

    def childCount(self) -> int:
        return 0

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def rect(self) -> QRect:
        widget = self._alive()
        return _on_screen(widget, self.number) if widget is not None else QRect()

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def state(self) -> QAccessible.State:
        state, widget = QAccessible.State(), self._alive()
        if widget is None:
            state.invalid = True
            return state
        here = widget.item_at_cursor() == self.number
        state.focusable = state.selectable = True
        state.selected, state.focused = here, here and widget.hasFocus()
        state.offscreen = widget.item_rect(self.number).isEmpty()
        return state

    def text(self, kind: QAccessible.Text) -> str:
        widget = self._alive()
        return widget.item_text(self.number) if widget is not None and kind == QAccessible.Text.Name else ""

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """Nothing here can be written."""


def _alive(widget: weakref.ref[QWidget]) -> Any:
    found = widget()
    return found if found is not None and shiboken6.isValid(found) else None


def _on_screen(widget: Any, number: int) -> QRect:
    rect = widget.item_rect(number)
    return rect.translated(widget.mapToGlobal(rect.topLeft()) - rect.topLeft()) if not rect.isEmpty() else QRect()
