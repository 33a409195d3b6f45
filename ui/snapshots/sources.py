"""Left pane: the opened machines, a filter over them, and the way to open another."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from ui.isolation import isolated
from ui.models.source_list import Paths, SourceListModel, SourceRoles
from ui.theme import fonts, icons
from ui.widgets.controls import SearchField, icon_button, line
from ui.widgets.labels import label
from ui.widgets.source_view import SourceView
from ui.words import tr


class SourcesPane(QWidget):
    """``chosen`` carries the disks of a machine that somebody selected here."""

    chosen = Signal(tuple)
    open_wanted = Signal()

    def __init__(self, model: SourceListModel, close: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(200)
        self._model, self._quiet = model, False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(12, 8, 8, 4)
        head.setSpacing(8)
        self.filter = SearchField(tr("Filter machines"))
        self.filter.textChanged.connect(self._filter)
        self.filter.down.connect(lambda: self.list.setFocus(Qt.FocusReason.TabFocusReason))
        head.addWidget(self.filter, 1)
        head.addWidget(icon_button("plus", tr("Open image…"), run=self.open_wanted.emit))
        column.addLayout(head)
        self.list = SourceView()
        self.list.setModel(model)
        self.list.addAction(close)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.list.selectionModel().currentChanged.connect(self._current_changed)
        self.nothing = label("", "secondary", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.nothing.setContentsMargins(12, 12, 12, 12)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.list)
        self._stack.addWidget(self.nothing)
        column.addWidget(self._stack, 1)
        column.addWidget(line())
        column.addWidget(self._make_open())

    def _make_open(self) -> QWidget:
        foot = QWidget()
        row = QHBoxLayout(foot)
        row.setContentsMargins(8, 8, 8, 8)
        self.open = QToolButton()
        self.open.setText(tr("Open image…"))
        self.open.setIcon(icons.icon("plus"))
        self.open.setIconSize(QSize(20, 16))
        self.open.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.open.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.open.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.open.setAccessibleName(self.open.text())
        self.open.setToolTip(tr("Several images opened together are the disks of one machine"))
        self.open.clicked.connect(lambda *_: self.open_wanted.emit())
        row.addWidget(self.open)
        row.addStretch(1)
        foot.setMinimumHeight(fonts.px(46))
        return foot

    def _filter(self, text: str) -> None:
        current = self._current()
        self._quiet = True
        self._model.filter(text)
        self._quiet = False
        if current is not None:
            self.show_current(current)
        found = self._model.rowCount() > 0
        self.nothing.setText(tr("No machine is called “{name}”.", name=isolated(text.strip())))
        self._stack.setCurrentWidget(self.list if found else self.nothing)

    def _current(self) -> Paths | None:
        entry = self.list.currentIndex().data(SourceRoles.SOURCE)
        return entry.paths if entry is not None else None

    def show_current(self, paths: Paths) -> None:
        """Mark a machine as the one on show, without answering as if somebody had chosen it."""
        row = self._model.row_of(paths)
        self._quiet = True
        if row is None:
            self.list.clearSelection()
        else:
            self.list.selectionModel().setCurrentIndex(
                self._model.index(row), QItemSelectionModel.SelectionFlag.ClearAndSelect
            )
        self._quiet = False

    def _current_changed(self) -> None:
        paths = self._current()
        if paths is not None and not self._quiet:
            self.chosen.emit(paths)
