"""The RAM part of the Inspector: the page map, the blocks, the passes.  The map and the passes are made when they are
first looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QTabBar, QVBoxLayout, QWidget

from ui.inspector.memory.sides import MAP, PASSES, SIDES
from ui.inspector.ram_view import RamView
from ui.shell.actions import ActionSet
from ui.widgets.controls import line
from ui.widgets.labels import ElidedLabel
from ui.words import tr

if TYPE_CHECKING:
    from ui.inspector.memory.map_pane import MapPane
    from ui.inspector.memory.passes_view import PassesView


class MemoryPart(QWidget):
    """``made(side)`` comes when a side was made, ``shown(side)`` when it is in front."""

    made = Signal(str)
    shown = Signal(str)

    def __init__(self, blocks: RamView, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self.blocks = blocks
        self._actions = actions
        self.map: MapPane | None = None
        self.passes: PassesView | None = None
        self.say: Callable[[int, int], str] = lambda first, count: ""
        """Puts pages into words: (first page, how many)."""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 8, 0)
        self.tabs = QTabBar(self)
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setAccessibleName(tr("What of RAM is shown"))
        for text in (tr("Page map"), tr("Blocks"), tr("Passes")):
            self.tabs.addTab(text)
        head.addWidget(self.tabs)
        head.addSpacing(8)
        self.about = ElidedLabel("", "secondary")
        head.addWidget(self.about, 1)
        column.addLayout(head)
        column.addWidget(line())
        self._stack = QStackedLayout()
        column.addLayout(self._stack, 1)  # before it is filled: it shows its first widget at once
        self._stack.addWidget(blocks)
        self.tabs.currentChanged.connect(lambda _: self._changed())

    def side(self) -> str:
        """map, blocks or passes."""
        return SIDES[self.tabs.currentIndex()]

    def show_side(self, side: str) -> None:
        if side == self.side():
            self._changed()
        else:
            self.tabs.setCurrentIndex(SIDES.index(side))

    def look_again(self) -> None:
        """The part is in front: make what is to be seen."""
        self._changed()

    def _changed(self) -> None:
        side = self.side()
        if self.isVisible():
            self._make(side)
        shown = {MAP: self.map, PASSES: self.passes}.get(side, self.blocks)
        if shown is not None:
            self._stack.setCurrentWidget(shown)
            self.shown.emit(side)

    def _make(self, side: str) -> None:
        if side == MAP and self.map is None:
            from ui.inspector.memory.map_pane import MapPane

            self.map = MapPane(self._actions, lambda first, count: self.say(first, count), self)
            self._stack.addWidget(self.map)
            self.made.emit(side)
        elif side == PASSES and self.passes is None:
            from ui.inspector.memory.passes_view import PassesView

            self.passes = PassesView(self)
            self._stack.addWidget(self.passes)
            self.made.emit(side)

    def panes(self) -> list[QWidget]:
        """What F6 goes through."""
        if self.side() == MAP and self.map is not None:
            return self.map.panes()
        return [self.passes if self.side() == PASSES and self.passes is not None else self.blocks.table]
