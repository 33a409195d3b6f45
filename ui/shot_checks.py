"""What every picture must hold to: nothing clipped, nothing over another, no pane empty, everything has a name."""

from __future__ import annotations

import asyncio
from itertools import combinations

import shiboken6
from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QAccessible, QFontMetrics, QImage, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QApplication,
    QHeaderView,
    QLabel,
    QMenuBar,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QScrollBar,
    QSplitter,
    QSplitterHandle,
    QToolButton,
    QWidget,
)

from ui.shell.drop import DropTarget
from ui.shell.palette import Palette
from ui.shell.toast import Toast
from ui.widgets.labels import ElidedLabel

OVERLAYS = (Palette, Toast, DropTarget, QSplitterHandle)
MOST_TABS = 400


async def check(window: QWidget) -> list[str]:
    """All checks on a window and on the dialog over it; what they found, each as a sentence."""
    top = QApplication.activeModalWidget() or window
    if any(palette.isVisible() for palette in window.findChildren(Palette)):
        return clipped(window)  # it covers the window and keeps the Tab key: that is its purpose
    found = [*clipped(top), *overlapping(top), *empty_panes(top), *nameless(top), *sideways(top), *lost_menus(top)]
    return found + await unreachable(top)


def named(widget: QWidget) -> str:
    """A widget in words, for a person who has to find it."""
    text = getattr(widget, "text", lambda: "")() if isinstance(widget, QLabel | QAbstractButton) else ""
    return f"{type(widget).__name__} {widget.objectName() or widget.accessibleName() or text!r}"


def _shown(top: QWidget) -> list[QWidget]:
    return [
        widget for widget in top.findChildren(QWidget) if widget.isVisible() and not widget.visibleRegion().isEmpty()
    ]


def clipped(top: QWidget) -> list[str]:
    """Labels and buttons whose text is larger than their box."""
    found = []
    for widget in _shown(top):
        if isinstance(widget, QLabel) and not isinstance(widget, ElidedLabel) and widget.text():
            found += _clipped_label(widget)
        elif isinstance(widget, QPushButton | QToolButton) and _shows_text(widget):
            wanted = QFontMetrics(widget.font()).horizontalAdvance(widget.text().replace("&", ""))
            if isinstance(widget, QPushButton):  # a tool button shortens its text, and all of them have tooltips
                wanted = max(wanted, widget.sizeHint().width() - 1)
            if wanted > widget.width():
                found.append(f"the text of {named(widget)} is wider than it ({wanted} > {widget.width()})")
    return found


def _shows_text(widget: QAbstractButton) -> bool:
    if isinstance(widget, QToolButton):
        return widget.toolButtonStyle() != Qt.ToolButtonStyle.ToolButtonIconOnly and not (
            not widget.icon().isNull() and widget.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly
        )
    return widget.objectName() != "paletteField"


def _clipped_label(widget: QLabel) -> list[str]:
    if widget.wordWrap():
        wanted = widget.heightForWidth(widget.width())
        if wanted > widget.height() + 1:
            return [f"{named(widget)} needs {wanted} px of height and has {widget.height()}"]
        return []
    wanted_width = widget.sizeHint().width()
    if wanted_width > widget.width() + 1 or widget.sizeHint().height() > widget.height() + 1:
        return [f"{named(widget)} needs {widget.sizeHint().toTuple()} and has {widget.size().toTuple()}"]
    return []


def sideways(top: QWidget) -> list[str]:
    """What has to be scrolled sideways, and what would have to be but cannot."""
    found = []
    for area in _shown(top):
        if not isinstance(area, QAbstractScrollArea):
            continue
        if area.horizontalScrollBar().maximum() > 0 and isinstance(area, QAbstractItemView | QScrollArea):
            found.append(f"{named(area)} has to be scrolled sideways by {area.horizontalScrollBar().maximum()} px")
        if isinstance(area, QScrollArea) and area.widget() and area.widget().width() > area.viewport().width():
            found.append(f"{named(area.widget())} is wider than its place in {named(area)}")
    return found


def lost_menus(top: QWidget) -> list[str]:
    """Menus that the menu bar neither shows nor offers behind its button for more."""
    found = []
    for bar in top.findChildren(QMenuBar):
        more = [button for button in bar.findChildren(QToolButton) if button.isVisible()]
        for action in bar.actions():
            shown = bar.rect().contains(bar.actionGeometry(action)) and not bar.actionGeometry(action).isEmpty()
            if action.isVisible() and not shown and not more:
                found.append(f"the menu {action.text()} cannot be reached")
    return found


def overlapping(top: QWidget) -> list[str]:
    """Siblings that lie over each other."""
    found = []
    for parent in [top, *_shown(top)]:
        if isinstance(parent, QAbstractScrollArea | QMenuBar | QHeaderView | QScrollBar):
            continue
        children = [
            child
            for child in parent.children()
            if isinstance(child, QWidget)
            and child.isVisible()
            and not child.isWindow()
            and not isinstance(child, OVERLAYS)
            and not child.property("overlay")
        ]
        for one, other in combinations(children, 2):
            common: QRect = one.geometry().intersected(other.geometry()).intersected(parent.rect())
            if common.width() > 1 and common.height() > 1:
                found.append(f"{named(one)} and {named(other)} lie over each other by {common.size().toTuple()}")
    return found


def empty_panes(top: QWidget) -> list[str]:
    """Panes of a splitter, and scroll areas, in which nothing is painted."""
    found = []
    for widget in _shown(top):
        is_pane = isinstance(widget.parentWidget(), QSplitter) and not isinstance(widget, QSplitterHandle)
        if is_pane and min(widget.width(), widget.height()) > 40 and blank(widget.grab().toImage()):
            found.append(f"the pane {named(widget)} is empty")
    return found


def blank(image: QImage) -> bool:
    """Whether a picture is of one colour."""
    small = image.convertToFormat(QImage.Format.Format_RGB32)
    data = small.constBits()
    first = bytes(data[:4])
    row = first * small.width()
    stride = small.bytesPerLine()
    return all(bytes(data[y * stride : y * stride + len(row)]) == row for y in range(small.height()))


def _takes_tab(widget: QWidget) -> bool:
    if isinstance(widget, QRadioButton) and not widget.isChecked():
        return False  # one stop for the group; the arrows go on from there
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.isEnabled() and widget.focusProxy() is None


def nameless(top: QWidget) -> list[str]:
    """Widgets that take the keyboard and have no accessible name."""
    found = []
    for widget in top.findChildren(QWidget):
        if widget.isVisible() and _takes_tab(widget):
            interface = QAccessible.queryAccessibleInterface(widget)
            if interface is None or not interface.text(QAccessible.Text.Name).strip():
                found.append(f"{named(widget)} of {named(widget.parentWidget())} has no accessible name")
    return found


async def unreachable(top: QWidget) -> list[str]:
    """Widgets that the Tab key does not reach, and those that keep it for themselves."""
    wanted = {
        widget
        for widget in top.findChildren(QWidget)
        if widget.isVisible() and _takes_tab(widget) and not isinstance(widget, QScrollArea)
    }
    if not wanted or isinstance(QApplication.focusWidget(), type(None)):
        top.setFocus()
    reached: list[QWidget] = []
    focus = top.focusWidget() or top
    for _ in range(min(MOST_TABS, 3 * len(wanted) + 20)):
        QApplication.sendEvent(focus, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier))
        await asyncio.sleep(0)
        after = top.focusWidget()
        if after is focus and after is not None and len(wanted) > 1:
            return [f"{named(after)} keeps the Tab key"]
        if after is None or (reached and after is reached[0]):
            break
        reached.append(after)
        focus = after
    there = filter(shiboken6.isValid, wanted - set(reached))  # a field may go when it is left
    left = {widget for widget in there if widget.isVisible()}
    missed = [widget for widget in left if not isinstance(widget.parentWidget(), QAbstractItemView)]
    return sorted(f"Tab does not reach {named(widget)}" for widget in missed)
