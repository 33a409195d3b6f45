"""The fields, sections, pages and clusters that differ, as a tree with a filter and steps through it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from ui.compare.comparing import Comparison
from ui.models.difference_rows import Row, leaves, rows_of
from ui.models.difference_tree import NAME, DifferenceTree, Narrowed
from ui.shell import formats
from ui.theme import fonts
from ui.widgets.controls import SearchField, icon_button
from ui.widgets.difference_view import DifferenceView
from ui.widgets.labels import label
from ui.words import plural, tr

MOST_OPEN = 50
"""Devices that are opened by themselves, if few of their fields differ."""
FEW = 8


class FieldsPane(QWidget):
    """``moved`` carries the row that is current, None for none; ``menu_wanted`` a row and a place of the screen."""

    moved = Signal(object)
    menu_wanted = Signal(object, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.differences: list[Row] = []
        self._numbers: dict[Row, int] = {}
        """Of the differences, from 0."""
        self._filled = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        self.filter = SearchField(tr("Name or value"), tr("Filter the differences"))
        self.filter.setMinimumWidth(fonts.px(96))
        self.filter.textChanged.connect(lambda _: self.narrow())
        self.only = QCheckBox(tr("Differences only"))
        self.only.setChecked(True)
        self.only.toggled.connect(lambda _: self.narrow())
        back = icon_button("caret-up", tr("Previous difference (Shift+F7)"), lambda: self.step(-1))
        on = icon_button("caret-down", tr("Next difference (F7)"), lambda: self.step(1))
        self.place = label("", "secondary")
        row.addWidget(self.filter, 1)
        for part in (self.only, back, on, self.place):
            row.addWidget(part)
        column.addLayout(row)
        self.tree = DifferenceView()
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._menu)
        self.filter.down.connect(self.tree.setFocus)
        column.addWidget(self.tree, 1)

    def fill(self, found: Comparison, labels: Mapping[str, str]) -> None:
        root = rows_of(found, labels)
        self.differences = list(leaves(root))
        self._numbers = {row: number for number, row in enumerate(self.differences)}
        self._model, self._narrowed = DifferenceTree(root, self), Narrowed(self)
        self._narrowed.setSourceModel(self._model)
        self.tree.setModel(self._narrowed)
        self.tree.share_columns()
        self.tree.selectionModel().currentChanged.connect(self._moved)
        self._filled = True
        self.narrow()

    def forget(self) -> None:
        """What was compared is closed."""
        if self._filled:
            self._filled = False
            self.tree.setModel(None)
            self.differences, self._numbers = [], {}

    def narrow(self) -> None:
        if not self._filled:
            return
        current = self.current()
        self._narrowed.narrow(self.filter.text(), all_rows=not self.only.isChecked())
        if self.filter.text().strip():
            self.tree.expandAll()
        else:
            self._open_some()
        if current is not None:
            self.go(current)
        self._moved()

    def _open_some(self) -> None:
        """The heads, and devices with few differences."""
        self.tree.collapseAll()
        for place in range(self._narrowed.rowCount()):
            head = self._narrowed.index(place, NAME)
            self.tree.expand(head)
            for below in range(min(self._narrowed.rowCount(head), MOST_OPEN)):
                index = self._narrowed.index(below, NAME, head)
                if self._narrowed.rowCount(index) <= FEW:
                    self.tree.expand(index)

    def current(self) -> Row | None:
        index = self.tree.currentIndex()
        return self._row(index) if self._filled and index.isValid() else None

    def _row(self, index: QModelIndex) -> Row:
        return self._model.row_of(self._narrowed.mapToSource(index))

    def step(self, by: int) -> None:
        """To the next difference that the filter shows (1), or to the one before (-1); behind the last comes the
        first."""
        total, first = len(self.differences), self._next_number(self.current(), by)
        for number in range(first, first + by * total, by):
            row = self.differences[number % total]
            if self._index(row).isValid():
                self.go(row)
                return

    def _next_number(self, current: Row | None, by: int) -> int:
        """Of the difference behind or before this row, whether the filter shows it or not."""
        if current is None:
            return 0 if by > 0 else -1
        if current in self._numbers:
            return self._numbers[current] + by
        below = bisect_right(self.differences, _path(current), key=_path)
        return below if by > 0 else below - 1

    def _index(self, row: Row) -> QModelIndex:
        return self._narrowed.mapFromSource(self._model.index_of(row))

    def go(self, row: Row) -> None:
        index = self._index(row)
        if index.isValid():
            self.tree.setCurrentIndex(index)
            self.tree.scrollTo(index)

    def reveal(self) -> None:
        """Scroll to what is current, where there is less room than before."""
        self.tree.scrollTo(self.tree.currentIndex())

    def _moved(self) -> None:
        """Which of the differences it is."""
        current, total = self.current(), len(self.differences)
        if current is not None and current in self._numbers:
            number = formats.grouped(self._numbers[current] + 1)
            #: Which of the differences is selected: 3 of 143
            self.place.setText(tr("{n} of {total}", n=number, total=formats.grouped(total)))
        else:
            self.place.setText(plural("{n} difference", "{n} differences", total))
        self.moved.emit(current)

    def _menu(self, at: QPoint) -> None:
        index = self.tree.indexAt(at)
        if self._filled and index.isValid():
            self.menu_wanted.emit(self._row(index), self.tree.viewport().mapToGlobal(at))


def _path(row: Row) -> tuple[int, ...]:
    """Where it stands, from the top."""
    places = []
    one: Row | None = row
    while one is not None and one.parent is not None:
        places.append(one.place)
        one = one.parent
    return tuple(reversed(places))
