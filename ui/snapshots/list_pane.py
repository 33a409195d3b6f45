"""Middle of the view: the snapshots of one machine as timeline or table, with one selection in both."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QAction, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QStackedLayout, QVBoxLayout, QWidget

from snapmgr.snapshots.model import SnapshotRow, Snapshots
from ui.models.snapshot_rows import Column, Key, key_of
from ui.models.snapshot_table import Now, SnapshotTableModel
from ui.snapshots.header import TIMELINE
from ui.snapshots.states import no_match, no_match_text, no_snapshots, say_no_snapshots
from ui.widgets.snapshot_grid import SnapshotGrid
from ui.widgets.timeline import TimelineView
from ui.widgets.timeline_legend import Legend

_NEWEST = (Column.WHEN, True)


class ListPane(QWidget):
    """``selected_changed`` follows every change of what is selected, by whatever way."""

    selected_changed = Signal()
    inspect_wanted = Signal()
    copy_wanted = Signal()
    menu_wanted = Signal(QPoint)
    """A context menu, at this place of the screen."""

    def __init__(self, now: Callable[[], float], save: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = SnapshotTableModel(now, self)
        self.timeline, self.grid = TimelineView(), SnapshotGrid()
        self.timeline.setModel(self.model)
        self.grid.setModel(self.model)
        self._selection = self.timeline.selectionModel()
        self.grid.setSelectionModel(self._selection)
        self._selection.currentRowChanged.connect(self._current_changed)
        self._selection.selectionChanged.connect(self._current_changed)
        self._kept: tuple[Key | None, int] = (None, 0)
        self._kept_too: list[Key] = []
        self._restoring = False
        self._order = _NEWEST
        self._mode = TIMELINE
        self._narrow = False
        self.model.modelAboutToBeReset.connect(self._keep)
        self.model.modelReset.connect(self._restore)
        self.grid.sort_wanted.connect(self._sort)
        for view in (self.timeline, self.grid):
            view.inspect_wanted.connect(self.inspect_wanted)
            view.copy_wanted.connect(self.copy_wanted)
            view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
            view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            view.customContextMenuRequested.connect(self._menu_asked)
            view.viewport().installEventFilter(self)
        self.empty, self.nothing = no_snapshots(save), no_match()
        self._layout()

    def _layout(self) -> None:
        timeline = QWidget()
        column = QVBoxLayout(timeline)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.timeline, 1)
        self.legend = Legend()
        column.addWidget(self.legend)
        self._timeline_page = timeline
        self._stack = QStackedLayout(self)
        for part in (timeline, self.grid, self.empty, self.nothing):
            self._stack.addWidget(part)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A click beside the rows takes the keyboard along, and leaves what is selected."""
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonPress:
            view = self.view
            if watched is view.viewport() and not view.indexAt(event.position().toPoint()).isValid():
                view.setFocus(Qt.FocusReason.MouseFocusReason)
                return True
        return False

    # --- what is shown ---

    def show_list(self, found: Snapshots, now: Now | None = None) -> None:
        """Show a machine's list, below ``now`` where it runs; the same snapshot stays selected where it is still
        there."""
        say_no_snapshots(self.empty, found)
        self.model.show(found, now)
        self._columns()
        self._choose_page()

    def show_mode(self, mode: str) -> None:
        """TIMELINE or TABLE; the keyboard stays in the list if it was there."""
        focus = any(view.hasFocus() for view in (self.timeline, self.grid))
        self._mode = mode
        column, descending = _NEWEST if mode == TIMELINE else self._order
        self._apply_order(column, descending)
        self._choose_page()
        if focus:
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        self._scroll()

    @property
    def mode(self) -> str:
        return self._mode

    @property
    def view(self) -> TimelineView | SnapshotGrid:
        return self.timeline if self._mode == TIMELINE else self.grid

    def set_narrow(self, narrow: bool) -> None:
        self._narrow = narrow
        self._columns()

    def _columns(self) -> None:
        devices = self.model.snapshots.devices
        several = len(devices) > 1
        self.timeline.set_columns(narrow=self._narrow, disks=several)
        self.grid.set_columns(disks=several)

    def _choose_page(self) -> None:
        if not self.model.total and not self.model.head:
            self._stack.setCurrentWidget(self.empty)
        elif not self.model.rowCount():
            self._stack.setCurrentWidget(self.nothing)
        else:
            self._stack.setCurrentWidget(self._timeline_page if self._mode == TIMELINE else self.grid)

    def filter(self, words: str) -> None:
        self.model.filter(words)
        self.nothing.say(*no_match_text(words, self.model.total))
        self._choose_page()

    # --- order ---

    @property
    def order(self) -> tuple[Column, bool]:
        """Column and direction of the table."""
        return self._order

    def _sort(self, section: int, descending: bool) -> None:
        self._order = (Column(section), descending)
        self._apply_order(*self._order)
        self._scroll()

    def set_order(self, column: Column, *, descending: bool) -> None:
        """The table's order, e.g. that of an earlier run."""
        self._order = (column, descending)
        if self._mode != TIMELINE:
            self._apply_order(column, descending)

    def _apply_order(self, column: Column, descending: bool) -> None:
        if self.model.sorted_by != (column, descending):
            order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
            self.model.sort(column, order)
        self.grid.show_order(*self._order[:1], descending=self._order[1])

    # --- selection ---

    def selected(self) -> SnapshotRow | None:
        """The one that the keyboard is at, None where nothing is selected."""
        index = self._selection.currentIndex()
        return self.model.snapshot(index.row()) if index.isValid() and self._selection.hasSelection() else None

    def selected_rows(self) -> list[SnapshotRow]:
        """All that are selected, from top to bottom."""
        places = sorted(index.row() for index in self._selection.selectedRows())
        return [row for place in places if (row := self.model.snapshot(place)) is not None]

    def neighbour(self, rows: Sequence[SnapshotRow]) -> Key | None:
        """The snapshot that is selected when these are gone: the next one below, else the one above."""
        gone = {key_of(row) for row in rows}
        shown = [self.model.snapshot(place) for place in range(self.model.rowCount())]
        keys = [key_of(row) for row in shown if row is not None]
        last = max((place for place, key in enumerate(keys) if key in gone), default=-1)
        order = [*keys[last + 1 :], *reversed(keys[: max(last, 0)])]
        return next((key for key in order if key not in gone), None)

    def _menu_asked(self, place: QPoint) -> None:
        """By the keyboard the menu stands at the selected row, by the mouse under the pointer."""
        view, index = self.view, self._selection.currentIndex()
        box = view.visualRect(index) if index.isValid() else QRect()
        if not view.viewport().underMouse() and view.viewport().rect().intersects(box):
            place = QPoint(max(box.left(), 0) + 24, box.bottom())
        self.menu_wanted.emit(view.viewport().mapToGlobal(place))

    def select(self, key: Key) -> bool:
        """Select a snapshot and bring it into view; False where it is not listed."""
        place = self.model.find(key)
        if place is not None:
            self._select_row(place)
        return place is not None

    def _select_row(self, place: int) -> None:
        index = self.model.index(place, Column.NAME)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self._selection.setCurrentIndex(index, flags)
        self._scroll()

    def _scroll(self) -> None:
        index = self._selection.currentIndex()
        if index.isValid() and index.row() == self.model.head:
            self.view.scrollToTop()  # the machine above it is seen whole
        elif index.isValid():
            self.view.scrollTo(index, QAbstractItemView.ScrollHint.EnsureVisible)

    def _keep(self) -> None:
        place = self._selection.currentIndex().row()
        key = self.model.key_at(place)
        self._kept = (key if key is not None else self._kept[0], max(place, 0))
        if key is not None:
            self._kept_too = [key_of(other) for other in self.selected_rows()]

    def forget_selection(self) -> None:
        """Another machine comes: nothing of this one is to be kept."""
        self._selection.clear()
        self._kept, self._kept_too = (None, 0), []

    def _restore(self) -> None:
        self._choose_page()
        key, row = self._kept
        place = self.model.find(key) if key is not None else 0
        if place is None:
            place = min(row, self.model.rowCount() - 1)
        if self.model.rowCount():
            self._restoring = True  # told once, when all of it is as it was
            self._select_row(max(place, 0))
            self._select_too()
            self._restoring = False
        self.selected_changed.emit()

    def _select_too(self) -> None:
        """The others that were selected, as far as they are still there."""
        if len(self._kept_too) < 2:
            return
        kept, last = set(self._kept_too), self.model.columnCount() - 1
        chosen = QItemSelection()
        for place in range(self.model.rowCount()):
            row = self.model.snapshot(place)
            if row is not None and key_of(row) in kept:
                chosen.select(self.model.index(place, 0), self.model.index(place, last))
        self._selection.select(chosen, QItemSelectionModel.SelectionFlag.Select)

    def _current_changed(self) -> None:
        if not self._restoring:
            self.selected_changed.emit()
