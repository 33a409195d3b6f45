"""Two streams or snapshots side by side: what differs in their VM states and on their disks."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLayout,
    QProgressBar,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from snapmgr.errors import Cancelled
from snapmgr.work import CancelToken
from ui.compare.chips import chips_of
from ui.compare.comparing import Compared, CompareRequest, Comparison, request_for
from ui.compare.side_bytes import SideBytes
from ui.models.difference_rows import Row, leaves, rows_of
from ui.models.difference_tree import NAME, DifferenceTree, Narrowed
from ui.shell import formats
from ui.shell.context import WindowContext
from ui.shell.failures import told
from ui.theme import fonts
from ui.widgets.controls import ComboBox, SearchField, button, icon_button, line
from ui.widgets.difference_map import COLOURS, DifferenceMap
from ui.widgets.difference_view import DifferenceView
from ui.widgets.labels import Chip, ElidedLabel, label
from ui.widgets.legend_dots import LegendDots
from ui.widgets.notice_box import NoticeBox
from ui.words import plural, tr

if TYPE_CHECKING:
    from snapmgr.inspect.diff_ram import BlockDifference

SIZE = (1120, 720)
LEAST_WITH_MAP = 820
"""Below this width there is no room for the map beside the fields."""


Run = Callable[[CompareRequest, Callable[[int, int], None], CancelToken], Awaitable[Comparison]]


class Compare(QDialog):
    """Compares at once with ``run``; ``found`` is what came of it.  Closing it stops that.  ``labels`` are names of the
    disks by their paths."""

    def __init__(
        self, context: WindowContext, run: Run, sides: tuple[Compared, Compared], labels: Mapping[str, str]
    ) -> None:
        super().__init__(context.window)
        self._context, self._run, self._sides, self._labels = context, run, sides, labels
        self._cancel = CancelToken()
        self._task: asyncio.Task[None] | None = None
        self._differences: list[Row] = []
        self._numbers: dict[Row, int] = {}
        """Of the differences, from 0."""
        self.found: Comparison | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Compare"))
        self._build()
        for keys, run in (("F7", self.next), ("Shift+F7", self.previous), ("Ctrl+F", self.filter.setFocus)):
            QShortcut(QKeySequence(keys), self, run)
        room = context.window.size()
        self.resize(min(fonts.px(SIZE[0]), room.width() - 48), min(fonts.px(SIZE[1]), room.height() - 48))
        self.begin()

    # --- layout ---

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)  # Qt takes what it likes for what it needs
        self.heading = ElidedLabel("", "dialog")
        column.addWidget(self.heading)
        top = QHBoxLayout()
        top.setSpacing(8)
        self.about = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight)
        self.swap = button(tr("Swap A and B"), run=self.exchange)
        top.addWidget(self.about, 1)
        self._add_choices(top)
        top.addWidget(self.swap)
        column.addLayout(top)
        self._chips = QHBoxLayout()
        self._chips.setSpacing(8)
        column.addLayout(self._chips)
        column.addWidget(line())
        self._stack = QStackedWidget()
        column.addWidget(self._stack, 1)
        self._stack.addWidget(self._make_waiting())
        self._stack.addWidget(self._make_result())
        end = QHBoxLayout()
        end.addStretch(1)
        self.stop = button(tr("Cancel"), run=self.close)
        end.addWidget(self.stop)
        column.addLayout(end)

    def _add_choices(self, row: QHBoxLayout) -> None:
        """For other ways to choose the sides."""

    def _make_waiting(self) -> QWidget:
        waiting = QWidget()
        column = QVBoxLayout(waiting)
        column.setContentsMargins(0, 0, 0, 0)
        column.addStretch(1)
        column.addWidget(label(tr("Reading and comparing…"), "body2"), 0, Qt.AlignmentFlag.AlignHCenter)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(fonts.px(320))
        self.progress.setAccessibleName(tr("Comparing"))
        column.addWidget(self.progress, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        return waiting

    def _make_result(self) -> QWidget:
        result = QWidget()
        column = QVBoxLayout(result)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self._notes = QVBoxLayout()
        self._notes.setSpacing(8)
        column.addLayout(self._notes)
        self._parts = QSplitter(Qt.Orientation.Horizontal)
        self._parts.setChildrenCollapsible(False)
        self._parts.addWidget(self._make_tree())
        self._parts.addWidget(self._make_map())
        self._parts.setStretchFactor(0, 3)
        self._parts.setStretchFactor(1, 2)
        down = QSplitter(Qt.Orientation.Vertical)
        down.setChildrenCollapsible(False)
        down.addWidget(self._parts)
        self.bytes = SideBytes()
        self.bytes.setVisible(False)
        down.addWidget(self.bytes)
        down.setStretchFactor(0, 3)
        down.setStretchFactor(1, 1)
        down.setSizes([360, 180])
        column.addWidget(down, 1)
        return result

    def _make_tree(self) -> QWidget:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.filter = SearchField(tr("Name or value"), tr("Filter the differences"))
        self.filter.textChanged.connect(lambda _: self._narrow())
        self.only = QCheckBox(tr("Differences only"))
        self.only.setChecked(True)
        self.only.toggled.connect(lambda _: self._narrow())
        back = icon_button("caret-up", tr("Previous difference (Shift+F7)"), self.previous)
        on = icon_button("caret-down", tr("Next difference (F7)"), self.next)
        self.place = label("", "secondary")
        row.addWidget(self.filter, 1)
        for part in (self.only, back, on, self.place):
            row.addWidget(part)
        column.addLayout(row)
        self.tree = DifferenceView()
        self.filter.down.connect(self.tree.setFocus)
        self.filter.escaped.connect(self.tree.setFocus)
        column.addWidget(self.tree, 1)
        return left

    def _make_map(self) -> QWidget:
        self._pages = right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(8, 0, 0, 0)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.block = ComboBox()
        self.block.setAccessibleName(tr("RAM block"))
        self.block.currentIndexChanged.connect(self._show_block)
        self.scale = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight)
        row.addWidget(self.block)
        row.addWidget(self.scale, 1)
        column.addLayout(row)
        self.map = DifferenceMap()
        self.map.chosen.connect(self._page_chosen)
        column.addWidget(self.map, 1)
        self.legend = LegendDots(COLOURS)
        column.addWidget(self.legend)
        return right

    def _page_chosen(self, page: int) -> None:
        """A dot of the map was clicked."""
        block = self._block()
        if block is not None and self.found is not None and len(self.found.indexes) == 2:
            self.bytes.show_page(block.name, page, self.found.indexes)
            self.bytes.setVisible(True)

    # --- comparing ---

    def begin(self) -> None:
        """Compare the two as they are named now."""
        self._cancel.cancel()
        self._let_go()
        self.found = None
        self.bytes.setVisible(False)
        self._say()
        self._stack.setCurrentIndex(0)
        self.swap.setEnabled(False)
        self._cancel = CancelToken()
        self._task = self._context.tasks.start(self._compare(self._cancel), tr("Compare"))

    async def _compare(self, cancel: CancelToken) -> None:
        try:
            found = await self._run(request_for(*self._sides), self._progressed, cancel)
        except Cancelled:
            return
        if cancel.cancelled:
            found.close()
            return
        self._show(found)

    def _progressed(self, done: int, total: int) -> None:
        if not self._cancel.cancelled:
            self.progress.setRange(0, max(total, 1))
            self.progress.setValue(done)

    def exchange(self) -> None:
        """What was A is B."""
        self._sides = (self._sides[1], self._sides[0])
        self.begin()

    def done(self, result: int) -> None:
        self._cancel.cancel()
        self._let_go()
        super().done(result)

    def _let_go(self) -> None:
        """Close what was compared."""
        if self.found is not None:
            self.bytes.clear()
            self.found.close()

    # --- showing ---

    def _say(self) -> None:
        a, b = self._sides
        self.heading.setText(tr("{a} and {b}", a=a.name, b=b.name))
        #: The two snapshots or streams that are compared, with their dates or folders
        said = tr("A is {a}, {a_date}. B is {b}, {b_date}.", a=a.name, a_date=a.about, b=b.name, b_date=b.about)
        self.about.setText(said)

    def _show(self, found: Comparison) -> None:
        self.found = found
        self.swap.setEnabled(True)
        self.stop.setText(tr("Close"))
        root = rows_of(found, self._labels)
        self._differences = list(leaves(root))
        self._numbers = {row: number for number, row in enumerate(self._differences)}
        self._model, self._narrowed = DifferenceTree(root, self), Narrowed(self)
        self._narrowed.setSourceModel(self._model)
        self.tree.setModel(self._narrowed)
        self.tree.share_columns()
        self.tree.selectionModel().currentChanged.connect(self._moved)
        self._narrow()
        self._show_chips(found)
        self._show_notes(found)
        blocks = found.streams.ram if found.streams is not None else ()
        self.block.clear()
        for block in blocks:
            self.block.addItem(block.name)
        worst = max(range(len(blocks)), key=lambda place: blocks[place].changed_pages, default=-1)
        self.block.setCurrentIndex(worst)
        self._show_block()
        self._choose_map()
        self._stack.setCurrentIndex(1)
        self.tree.setFocus()

    def _choose_map(self) -> None:
        """Beside the fields, where there is room and something to be seen."""
        self._pages.setVisible(self.block.count() > 0 and self.width() >= fonts.px(LEAST_WITH_MAP))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.found is not None:
            self._choose_map()

    def _show_chips(self, found: Comparison) -> None:
        _empty(self._chips)
        for text, tone in chips_of(found, self._sides, self._labels):
            self._chips.addWidget(Chip(text, tone, parent=self))
        self._chips.addStretch(1)

    def _show_notes(self, found: Comparison) -> None:
        _empty(self._notes)
        if found.streams is None and not found.errors:
            text = tr("Only disks are compared: one of the two at least has no VM state.")
            self._notes.addWidget(NoticeBox("info", tr("There are no VM states to compare"), text))
        for error in found.errors:
            self._notes.addWidget(NoticeBox("warn", tr("Something was not compared"), told(error)))

    def _show_block(self) -> None:
        block = self._block()
        if block is None:
            return
        from snapmgr.inspect.diff_ram import PageState

        self.map.show_states(block.name, block.states)
        self.scale.setText(plural("one dot is one page", "one dot is {n} pages, worst shown", self.map.per_dot))
        names = (
            (PageState.SAME, tr("same")),
            (PageState.CHANGED, tr("changed")),
            (PageState.ONLY_A, tr("only in A")),
            (PageState.ONLY_B, tr("only in B")),
        )
        self.legend.show_counts([f"{text} {formats.grouped(block.count(state))}" for state, text in names])

    def _block(self) -> BlockDifference | None:
        place = self.block.currentIndex()
        if self.found is None or self.found.streams is None or not 0 <= place < len(self.found.streams.ram):
            return None
        return self.found.streams.ram[place]

    # --- going through ---

    def _narrow(self) -> None:
        if self.found is None:
            return
        current = self._current()
        self._narrowed.narrow(self.filter.text(), all_rows=not self.only.isChecked())
        if self.filter.text().strip():
            self.tree.expandAll()
        else:
            self._open_some()
        if current is not None:
            self._go(current)
        self._moved()

    def _open_some(self) -> None:
        """The heads, and devices with few differences."""
        self.tree.collapseAll()
        for place in range(self._narrowed.rowCount()):
            head = self._narrowed.index(place, NAME)
            self.tree.expand(head)
            for below in range(min(self._narrowed.rowCount(head), 50)):
                index = self._narrowed.index(below, NAME, head)
                if self._narrowed.rowCount(index) <= 8:
                    self.tree.expand(index)

    def _current(self) -> Row | None:
        index = self.tree.currentIndex()
        return self._model.row_of(self._narrowed.mapToSource(index)) if index.isValid() else None

    def next(self) -> None:
        """To the next difference that the filter shows; behind the last comes the first."""
        self._step(1)

    def previous(self) -> None:
        """To the one before."""
        self._step(-1)

    def _step(self, by: int) -> None:
        if self.found is None:
            return
        total, first = len(self._differences), self._next_number(self._current(), by)
        for number in range(first, first + by * total, by):
            row = self._differences[number % total]
            if self._index(row).isValid():
                self._go(row)
                return

    def _next_number(self, current: Row | None, by: int) -> int:
        """Of the difference behind or before this row, whether the filter shows it or not."""
        if current is None:
            return 0 if by > 0 else -1
        if current in self._numbers:
            return self._numbers[current] + by
        below = bisect_right(self._differences, _path(current), key=_path)
        return below if by > 0 else below - 1

    def _index(self, row: Row) -> QModelIndex:
        return self._narrowed.mapFromSource(self._model.index_of(row))

    def _go(self, row: Row) -> None:
        index = self._index(row)
        if index.isValid():
            self.tree.setCurrentIndex(index)
            self.tree.scrollTo(index)

    def _moved(self) -> None:
        """Which of the differences it is, and the block of RAM that it belongs to."""
        current = self._current()
        total = len(self._differences)
        if current is not None and current in self._numbers:
            number = formats.grouped(self._numbers[current] + 1)
            #: Which of the differences is selected: 3 of 143
            self.place.setText(tr("{n} of {total}", n=number, total=formats.grouped(total)))
        else:
            self.place.setText(plural("{n} difference", "{n} differences", total))
        if self.found is not None:
            self.bytes.setVisible(current is not None and self.bytes.show_row(current, self.found.indexes))
        if current is not None and current.block and (place := self.block.findText(current.block)) >= 0:
            self.block.setCurrentIndex(place)


def _empty(layout: QLayout) -> None:
    """Take everything out of a layout, for good."""
    while (item := layout.takeAt(0)) is not None:
        if (old := item.widget()) is not None:
            old.hide()
            old.deleteLater()


def _path(row: Row) -> tuple[int, ...]:
    """Where it stands, from the top."""
    places = []
    one: Row | None = row
    while one is not None and one.parent is not None:
        places.append(one.place)
        one = one.parent
    return tuple(reversed(places))
