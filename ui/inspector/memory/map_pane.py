"""The page map with all of its block beside it, one page in detail, and what it is coloured by.  Layout only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from snapmgr.inspect.model import BlockSummary
from ui.inspector.memory.facts import Map
from ui.inspector.memory.looks import Look
from ui.inspector.memory.map_legend import MapLegend
from ui.inspector.memory.map_view import MapView
from ui.inspector.memory.page_detail import PageDetail
from ui.inspector.memory.whole_block import WholeBlock
from ui.models.texts import shown
from ui.shell import formats
from ui.shell.actions import ActionSet
from ui.theme import fonts
from ui.theme.tokens import INSET
from ui.widgets.controls import ComboBox, Segmented, button, icon_button, line
from ui.widgets.empty_state import EmptyState
from ui.widgets.labels import label
from ui.widgets.scrolling import Scrolling
from ui.words import plural, tr

MOST_PASSES = 200
"""That can be chosen one by one."""
ROOM_FOR_STRIP, ROOM_FOR_WORDS = 900, 1180


class MapPane(QWidget):
    """``block_wanted`` names a block, ``look_wanted`` says that look or pass were changed, ``cancel_wanted`` stops what
    is being read."""

    block_wanted = Signal(str)
    look_wanted = Signal()
    cancel_wanted = Signal()

    def __init__(self, actions: ActionSet, say: Callable[[int, int], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page_size = 4096
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._make_head())
        column.addWidget(line())
        self._stack = QStackedLayout()
        column.addLayout(self._stack, 1)  # before it is filled: it shows its first widget at once
        self._split = QSplitter(Qt.Orientation.Horizontal, self)
        self._split.setHandleWidth(1)
        self._split.setChildrenCollapsible(False)
        self._stack.addWidget(self._split)
        self._split.addWidget(self._make_whole())
        self._split.addWidget(self._make_middle(say))
        self.detail = PageDetail(actions["stream.page_bytes"], actions["stream.save_page"])
        place = Scrolling()
        place.setProperty("surface", "panel")
        place.hold(self.detail)
        place.setMinimumWidth(220)
        self._split.addWidget(place)
        self._split.setStretchFactor(1, 1)
        self._split.setSizes([200, 850, 300])
        self.waiting = self._make_waiting()
        self._stack.addWidget(self.waiting)
        self.map.moved.connect(self._moved)
        for id in ("stream.page_bytes", "stream.save_page", "stream.copy_page"):
            self.map.addAction(actions[id])
        self.map.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def _make_head(self) -> QVBoxLayout:
        head = QVBoxLayout()
        head.setContentsMargins(INSET, 6, INSET, 6)
        head.setSpacing(6)
        self._upper, self._lower = row, lower = QHBoxLayout(), QHBoxLayout()
        row.setSpacing(8)
        lower.addStretch(1)
        head.addLayout(row)
        head.addLayout(lower)
        self.block = ComboBox()
        self.block.setAccessibleName(tr("RAM block"))
        self.block.setMinimumWidth(fonts.px(120))
        self.block.activated.connect(lambda place: self.block_wanted.emit(self.block.itemData(place)))
        self.looks = Segmented([(look.value, look.title) for look in Look], tr("Colour pages by"))
        self.looks.chosen.connect(lambda _: self.look_wanted.emit())
        #: Before a choice of passes over RAM
        self._passes_label = label(tr("pages sent in"), "secondary")
        self.passes = ComboBox()
        self.passes.setAccessibleName(tr("Passes that are shown"))
        self.passes.activated.connect(lambda _: self.look_wanted.emit())
        self.smaller = icon_button("magnifying-glass-minus", tr("Smaller (−)"), lambda: self.map.zoom_by(-1))
        self.scale = QLabel()
        self.scale.setFont(fonts.ui(12, tabular=True))
        self.larger = icon_button("magnifying-glass-plus", tr("Larger (+)"), lambda: self.map.zoom_by(1))
        for part in (self.block, self.looks, self._passes_label, self.passes):
            row.addWidget(part)
        row.addStretch(1)
        for part in (self.smaller, self.scale, self.larger):
            row.addWidget(part)
        return head

    def _make_whole(self) -> QWidget:
        self._whole_side = side = QWidget()
        side.setProperty("surface", "panel")
        side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(side)
        column.setContentsMargins(16, 12, 12, 8)
        column.setSpacing(8)
        column.addWidget(label(tr("Whole block"), "group"))
        self.whole = WholeBlock()
        self.whole.wanted.connect(lambda page: self.map.scroll_to(page))
        column.addWidget(self.whole, 1)
        self.whole_scale = label("", "secondary", wrap=True)
        column.addWidget(self.whole_scale)
        side.setMinimumWidth(130)
        return side

    def _make_middle(self, say: Callable[[int, int], str]) -> QWidget:
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.map = MapView(say, middle)
        column.addWidget(self.map, 1)
        column.addWidget(line())
        foot = QHBoxLayout()
        foot.setContentsMargins(INSET, 0, INSET, 0)
        self.legend = MapLegend()
        foot.addWidget(self.legend, 1)
        foot.setSpacing(8)
        self.reading = QProgressBar()
        self.reading.setTextVisible(False)
        self.reading.setFixedWidth(fonts.px(96))
        self.reading.setAccessibleName(tr("Reading pages"))
        self.stop_reading = icon_button("x", tr("Cancel"), self.cancel_wanted.emit)
        for part in (self.reading, self.stop_reading):
            part.setVisible(False)
            foot.addWidget(part)
        column.addLayout(foot)
        return middle

    def _make_waiting(self) -> EmptyState:
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(280)
        self.progress.setAccessibleName(tr("Reading pages"))
        self.stop = button(tr("Cancel"), run=self.cancel_wanted.emit)
        return EmptyState("grid-four", tr("Reading pages"), body=self.progress, buttons=(self.stop,), parent=self)

    # --- what is chosen ---

    def look(self) -> Look:
        return Look(self.looks.current())

    def upto(self) -> int | None:
        """The last pass that counts, None for all."""
        value = self.passes.currentData()
        return value if isinstance(value, int) else None

    def set_choices(self, blocks: Sequence[BlockSummary], chosen: str, passes: int) -> None:
        """Blocks and passes of a stream."""
        self.block.clear()
        for block in blocks:
            pages = plural("{n} page", "{n} pages", block.pages)
            self.block.addItem(f"{shown(block.name)}, {formats.size(block.used_length)}, {pages}", block.name)
        self.choose_block(chosen)
        self.passes.clear()
        self.passes.addItem(plural("{n} iteration", "all {n} iterations", passes), None)
        for number in range(1, min(passes, MOST_PASSES) + 1):
            if number < passes:
                #: Pages as they were after this pass over RAM
                self.passes.addItem(tr("iterations 1 to {n}", n=number) if number > 1 else tr("iteration 1"), number)
        self._fold()

    def choose_block(self, name: str) -> None:
        self.block.setCurrentIndex(max(0, self.block.findData(name)))

    # --- what is shown ---

    def show_map(self, found: Map, page_size: int, *, reading: bool = False) -> None:
        """``reading``: more of it is to come."""
        for part in (self.reading, self.stop_reading):
            part.setVisible(reading)
        self._page_size = page_size
        self.map.show_levels(found.levels, found.look, found.top, page_size)
        self.whole.show_levels(found.levels, found.look, found.top)
        self.legend.show_map(found)
        self.passes.setEnabled(found.look is not Look.CONTENT)
        self._stack.setCurrentWidget(self._split)
        self._moved()

    def show_waiting(self, title: str, text: str = "", *, reading: bool = True) -> None:
        self.waiting.say(title, text)
        self.progress.setVisible(reading)
        self.stop.setVisible(reading)
        self.progress.setRange(0, 0)
        self._stack.setCurrentWidget(self.waiting)

    def read(self, done: int, total: int) -> None:
        for bar in (self.progress, self.reading) if total else ():
            bar.setRange(0, 1000)
            bar.setValue(1000 * done // total)

    def end_reading(self) -> None:
        """No more of the map comes: it stays as it is."""
        for part in (self.reading, self.stop_reading):
            part.setVisible(False)

    def waits(self) -> bool:
        return self._stack.currentWidget() is self.waiting

    def _moved(self) -> None:
        self.whole.mark(*self.map.seen())
        lie = self.map.lie
        #: How large a page is on the map: 16 px per page
        small = plural("1 page per dot", "{n} pages per dot", 1 << lie.level)
        self.scale.setText(small if lie.level else tr("{n} px per page", n=lie.cell))
        many = self.whole.per_dot()
        heat = self.map.pages and self.look().heat
        said = plural("One dot stands for one page.", "One dot stands for {n} pages and shows the rarest state among "
                      "them.", many)  # fmt: skip
        if heat and many > 1:
            said = plural(
                "One dot is {n} page.", "One dot stands for {n} pages and shows the highest among them.", many
            )
        if self.whole_scale.text() != said:
            self.whole_scale.setText(said)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        """What is left out where there is no room: words, then the strip.  Colours get a row of their own before a word
        of theirs is shortened."""
        beside = (self.smaller, self.scale, self.larger, self.looks)
        least = self.block.minimumWidth() + self.passes.minimumSizeHint().width() + 2 * INSET
        apart = least + sum(part.sizeHint().width() + 8 for part in beside) + 16 > self.width()
        wanted = self._lower if apart else self._upper
        if wanted.indexOf(self.looks) < 0:
            (self._upper if apart else self._lower).removeWidget(self.looks)
            wanted.insertWidget(0 if apart else 1, self.looks)
        self._passes_label.setVisible(self.width() >= fonts.px(ROOM_FOR_WORDS))
        self._whole_side.setVisible(self.width() >= fonts.px(ROOM_FOR_STRIP))
        self.block.setMaximumWidth(self.width() // (3 if apart else 4))
        self.passes.setMaximumWidth(self.width() // (4 if apart else 6))

    def panes(self) -> list[QWidget]:
        """What F6 goes through."""
        if self.waits():
            return [self.block]
        return [self.whole, self.map, self.detail.sendings, self.detail.hex]
