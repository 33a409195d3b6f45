"""The log of a migration, with its filter."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QSizePolicy, QTableView, QVBoxLayout, QWidget

from snapmgr.migrate.recording import Moment
from ui.isolation import isolated
from ui.migration.event_model import TEXT, TIME, TITLE, EventModel
from ui.theme import fonts
from ui.theme.tokens import ROW_LOG
from ui.widgets.controls import SearchField, Segmented
from ui.widgets.labels import label
from ui.words import tr

MILESTONES, ALL = "milestones", "all"
TIME_WIDTH, TITLE_WIDTH = 56, 168


class EventsPane(QWidget):
    """``chosen`` carries the moment of a row that was chosen, ``opened`` one whose bytes are wanted."""

    chosen = Signal(object)
    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 0)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(label(tr("Events"), "group"))
        self.filter = SearchField(tr("Filter events"))
        head.addWidget(self.filter, 1)
        self.kinds = Segmented(((MILESTONES, tr("Milestones")), (ALL, tr("All"))), tr("Which events"))
        head.addWidget(self.kinds)
        column.addLayout(head)
        self.model = EventModel(self)
        self._moves = False
        """Whether the row changes because another time is looked at."""
        self.table = self._make_table()
        column.addWidget(self.table, 1)
        self.nothing = label("", "secondary", wrap=True)
        self.nothing.hide()
        column.addWidget(self.nothing)
        column.addStretch()
        self.filter.textChanged.connect(lambda text: self._narrow())
        self.filter.down.connect(lambda: self.table.setFocus(Qt.FocusReason.TabFocusReason))
        self.kinds.chosen.connect(lambda key: self._narrow())

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setAccessibleName(tr("Events"))
        table.setShowGrid(False)
        table.verticalHeader().hide()
        table.horizontalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(fonts.px(ROW_LOG))
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.horizontalHeader().setStretchLastSection(True)
        table.setColumnWidth(TIME, fonts.px(TIME_WIDTH))
        table.setColumnWidth(TITLE, fonts.px(TITLE_WIDTH))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setTabKeyNavigation(False)
        table.setWordWrap(False)
        table.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        table.setMinimumHeight(fonts.px(3 * ROW_LOG))
        table.setTextElideMode(Qt.TextElideMode.ElideRight)
        table.selectionModel().currentRowChanged.connect(self._row_changed)
        table.activated.connect(lambda index: self.opened.emit(self.model.moment(index.row())))
        return table

    def _be_at(self, row: int) -> None:
        """Where the keyboard begins when it comes: with nothing it would go to the first event, and show that."""
        if row >= 0 and not self.table.hasFocus():
            self._moves = True
            model = self.table.selectionModel()
            model.setCurrentIndex(self.model.index(row, TEXT), QItemSelectionModel.SelectionFlag.NoUpdate)
            self._moves = False

    def _row_changed(self, current: QModelIndex, before: QModelIndex) -> None:
        if current.isValid() and not self._moves:
            self.chosen.emit(self.model.moment(current.row()))

    def _narrow(self) -> None:
        self.model.narrow(self.filter.text(), milestones=self.kinds.current() == MILESTONES)
        self.table.scrollToBottom()
        self._tell_nothing()

    def _tell_nothing(self) -> None:
        """Where nothing matches, that; the table takes all of the room else."""
        words, empty = self.filter.text().strip(), not self.model.rowCount()
        told = bool(words) and empty
        if told:
            said = tr("Nothing matches “{words}”.", words=isolated(words))
            if self.kinds.current() == MILESTONES:
                said = tr("No milestone matches “{words}”. All looks at every event.", words=isolated(words))
            self.nothing.setText(said)
        self.nothing.setVisible(told)
        self.table.setVisible(not told)

    def clear(self) -> None:
        self.model.clear()

    def add(self, moments: list[Moment]) -> None:
        """More events; the newest stay in sight unless somebody has scrolled away from them."""
        bar = self.table.verticalScrollBar()
        follows = bar.value() >= bar.maximum() - 1
        self.model.add(moments)
        if self.nothing.isVisibleTo(self):
            self._tell_nothing()
        if follows:
            self._be_at(self.model.rowCount() - 1)
            self.table.scrollToBottom()

    def show_time(self, time: float) -> None:
        """Bring what happened then into sight."""
        row = self.model.row_at(time)
        if row >= 0:
            self.table.scrollTo(self.model.index(row, TEXT), QAbstractItemView.ScrollHint.PositionAtBottom)
            self._be_at(row)
