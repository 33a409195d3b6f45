"""Left pane of the Inspector: the filter, and below it the structure of the stream."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHBoxLayout,
    QMenu,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from snapmgr.inspect.model import Node, Problem
from snapmgr.names import visible_text
from ui.inspector.structure_view import StructureView
from ui.isolation import isolated
from ui.models.field_tree import FieldTreeModel
from ui.shell import formats
from ui.shell.actions import shown_keys
from ui.shell.mnemonics import mark_letters
from ui.theme import fonts, icons
from ui.widgets.controls import ICON_BESIDE_TEXT, icon_button
from ui.widgets.empty_state import EmptyState
from ui.widgets.find_bar import FindBar
from ui.words import later, plural, tr

LEAST_FILTER = 150
"""Px that the filter has before the words beside it."""
REVEALED = 200
"""Matches whose parents are opened by themselves; the others are one click away."""

QUICK = (
    #: What the structure can be narrowed to
    (later("Faults"), "is:fault"),
    (later("Devices"), "kind:device"),
    (later("Subsections"), "kind:subsection"),
    (later("RAM"), "kind:ram"),
    (later("Commands"), "kind:command"),
)


class TreePane(QWidget):
    """``chosen(node, by_pointer)`` is what the user selected in the tree; ``filter_changed`` carries the words."""

    chosen = Signal(object, bool)
    activated = Signal(object)
    filter_changed = Signal(str)
    problems_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.model: FieldTreeModel | None = None
        self._quiet = False
        self._matches: list[tuple[int, ...]] = []
        self._at = -1
        self._revealed = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._make_head())
        self.tree = StructureView(self)
        self.tree.activated.connect(self._row_activated)
        self.nothing = EmptyState("magnifying-glass", tr("Nothing matches"), parent=self)
        self._stack = QStackedLayout()
        column.addLayout(self._stack, 1)  # before it is filled: it shows its first widget at once
        self._stack.addWidget(self.tree)
        self._stack.addWidget(self.nothing)

    def _make_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(8)
        self.find = FindBar(tr("Name, value or offset: lsr, =0x60, @53A1C2"), tr("Filter the structure"), self)
        #: type:, kind: and is: with what follows are typed as they are
        hint = tr(
            "Words match names; =0x60 or =96 a value; @53A1C2 an offset;\n"
            "type:uint8, kind:device and is:fault narrow further."
        )
        self.find.setToolTip(f"{hint}  {shown_keys('Ctrl+F')}")
        self.find.textChanged.connect(lambda text: self.filter_changed.emit(text.strip()))
        self.find.accepted.connect(lambda: self._next_match(1))
        self.find.accepted_back.connect(lambda: self._next_match(-1))
        self.find.down.connect(lambda: self.tree.setFocus(Qt.FocusReason.TabFocusReason))
        self.problems = QToolButton()
        self.problems.setIcon(icons.icon("warning-circle"))
        self.problems.setIconSize(ICON_BESIDE_TEXT)
        self.problems.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.problems.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._problems_shown = True
        self._count = 0
        self.problems.clicked.connect(lambda *_: self.problems_wanted.emit(not self._problems_shown))
        self.quick = icon_button("funnel", tr("Filter by kind"))
        self.quick.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.quick)
        for text, words in QUICK:
            menu.addAction(tr(text)).triggered.connect(lambda *_, words=words: self.find.setText(words))
        mark_letters(menu)
        self.quick.setMenu(menu)
        for part, stretch in ((self.find, 1), (self.problems, 0), (self.quick, 0)):
            row.addWidget(part, stretch)
        self.set_problem_count(0)
        return row

    def set_problem_count(self, count: int) -> None:
        self._count = count
        self.say_problems_shown(self._problems_shown)
        self._fold()

    def _problems_text(self) -> str:
        #: {number} of them are listed
        many = tr("Problems {number}", number=formats.grouped(self._count))
        return many if self._count else tr("No problems")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        """Where the filter needs the room, the number of problems stands alone."""
        self.problems.setText(self._problems_text())
        taken = self.problems.sizeHint().width() + self.quick.sizeHint().width() + 36
        if self.width() - taken < fonts.px(LEAST_FILTER):
            self.problems.setText(formats.grouped(self._count))

    def say_problems_shown(self, shown: bool) -> None:
        self._problems_shown = shown
        what = tr("Hide the problems") if shown else tr("Show the problems")
        self.problems.setToolTip(what)
        self.problems.setAccessibleName(f"{self._problems_text()}: {what.lower()}")

    # --- the model ---

    def set_model(self, model: FieldTreeModel | None) -> None:
        """Show another stream; nothing is selected."""
        self._clear_matches()
        self.model = model
        old = self.tree.selectionModel()
        self.tree.setModel(model)
        if old is not None:
            old.deleteLater()
        if model is not None:
            self.tree.selectionModel().currentRowChanged.connect(self._current_changed)
            self.tree.share_columns()
        self._stack.setCurrentWidget(self.tree)

    def set_problems(self, problems: Sequence[Problem]) -> None:
        self.tree.set_severities(tuple(problem.severity.value for problem in problems))
        self.set_problem_count(len(problems))

    def show_path(self, path: Sequence[int]) -> None:
        """Select a node (or the nearest ancestor that is shown) without telling anybody; () selects nothing."""
        if self.model is None:
            return
        index = self.model.index_of(path) if path else QModelIndex()
        self._quiet = True
        if index.isValid():
            self._open_above(index)
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.tree.selectionModel().setCurrentIndex(index, flags)
            seen = self.tree.viewport().rect().contains(self.tree.visualRect(index).center())
            hint = QAbstractItemView.ScrollHint
            self.tree.scrollTo(index, hint.EnsureVisible if seen else hint.PositionAtCenter)
        else:
            self.tree.clearSelection()
        self._quiet = False

    def _open_above(self, index: QModelIndex) -> None:
        above = []
        parent = index.parent()
        while parent.isValid():
            above.append(parent)
            parent = parent.parent()
        for parent in reversed(above):
            self.tree.expand(parent)

    def node(self) -> Node | None:
        """The selected node."""
        if self.model is None or not self.tree.selectionModel().hasSelection():
            return None
        return self.model.node(self.tree.currentIndex())

    def _current_changed(self, current: QModelIndex) -> None:
        if not self._quiet and self.model is not None and (node := self.model.node(current)) is not None:
            by_pointer = QApplication.mouseButtons() != Qt.MouseButton.NoButton
            self.chosen.emit(node, by_pointer)

    def _row_activated(self, index: QModelIndex) -> None:
        if self.model is not None and (node := self.model.node(index)) is not None:
            self.activated.emit(node)

    # --- the filter ---

    def begin_matches(self) -> None:
        """A new search runs: show only what it will find."""
        self._clear_matches()
        if self.model is not None:
            self.model.begin_filter()
        self.find.say(tr("searching…"))
        self._stack.setCurrentWidget(self.tree)

    def add_matches(self, paths: Sequence[tuple[int, ...]]) -> None:
        if self.model is None:
            return
        self.model.add_matches(paths)
        self._matches.extend(paths)
        for path in paths[: max(0, REVEALED - self._revealed)]:
            index = self.model.index_of(path)
            if index.isValid():
                self._open_above(index)
        self._revealed += len(paths)
        self.find.say(plural("{n} match…", "{n} matches…", len(self._matches)))

    def end_matches(self, words: str, *, more: bool = False) -> None:
        """The search came to its end; ``more`` if it stopped at its limit."""
        count = len(self._matches)
        first = plural("first {n} match", "first {n} matches", count)
        self.find.say(first if more else plural("{n} match", "{n} matches", count))
        if not count:
            self._say_nothing(words, "")
            self._stack.setCurrentWidget(self.nothing)

    def suggest(self, words: str, name: str, count: int) -> None:
        """Nothing matches, but so many fields have a name that is much like it."""
        shown = isolated(formats.shortened(visible_text(name)))
        text = plural("{n} field is called {name}.", "{n} fields are called {name}.", count, name=shown)
        self._say_nothing(words, text)

    def _say_nothing(self, words: str, instead: str) -> None:
        way_out = tr("{key} shows everything again.", key=shown_keys("Esc"))
        title = tr("Nothing matches “{words}”.", words=isolated(formats.shortened(words)))
        self.nothing.say(title, " ".join(filter(None, (instead, way_out))))

    def fail_matches(self, title: str, reason: str) -> None:
        """The search came to nothing."""
        self.find.say("")
        self.nothing.say(title, reason)
        self._stack.setCurrentWidget(self.nothing)

    def end_filter(self) -> None:
        """Show everything again, where the user was."""
        node = self.node()
        self._clear_matches()
        self.find.say("")
        if self.model is not None:
            self.model.clear_filter()
        self._stack.setCurrentWidget(self.tree)
        if node is not None:
            self.show_path(node.path)

    def _clear_matches(self) -> None:
        self._matches, self._at, self._revealed = [], -1, 0

    def _next_match(self, step: int) -> None:
        if not self._matches or self.model is None:
            return
        self._at = (self._at + step) % len(self._matches)
        path = self._matches[self._at]
        self.show_path(path)
        node = self.model.node(self.tree.currentIndex())
        if node is not None and node.path == path:
            self.chosen.emit(node, True)
