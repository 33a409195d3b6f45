"""Two streams or snapshots side by side: what differs in their VM states and on their disks."""

from __future__ import annotations

import asyncio
import time

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from snapmgr.errors import Cancelled
from snapmgr.work import CancelToken
from ui.compare.chips import ChipRow, chips_of
from ui.compare.choosing import choose_file
from ui.compare.comparing import Compared, Comparison, request_for
from ui.compare.fields_pane import FieldsPane
from ui.compare.pages_pane import PagesPane
from ui.compare.pair import Pair, document_of, stream_side
from ui.compare.row_menu import row_menu
from ui.compare.side_bytes import SideBytes
from ui.compare.side_picker import SidePicker
from ui.compare.waiting import Waiting
from ui.models.difference_rows import Row
from ui.shell import formats
from ui.shell.context import WindowContext
from ui.shell.documents import Document
from ui.shell.failures import told
from ui.shell.page import Page
from ui.theme import fonts
from ui.theme.tokens import INSET, NARROW
from ui.widgets.controls import Segmented, action_button, fit_buttons, line
from ui.widgets.empty_state import EmptyState
from ui.widgets.notice_box import NoticeBox
from ui.words import plural, tr

FIELDS, PAGES = "fields", "pages"
LEAST_WITH_MAP = 820
"""Below this width either the fields are seen or the map."""


class ComparePage(Page):
    """Compares what ``compare`` is given, at once; ``found`` is what came of it, until it is closed or gone back
    from."""

    def __init__(self, context: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.pair: Pair | None = None
        self.found: Comparison | None = None
        self._cancel = CancelToken()
        self._took = 0.0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._top = QWidget()
        top = QVBoxLayout(self._top)
        top.setContentsMargins(INSET, 8, INSET, 8)
        top.setSpacing(8)
        top.addLayout(self._make_sides())
        self.chips = ChipRow()
        top.addWidget(self.chips)
        column.addWidget(self._top)
        column.addWidget(line())
        self._stack = QStackedWidget()
        column.addWidget(self._stack, 1)
        said = tr("Select two snapshots, or open a stream, and press Ctrl+D.")
        self.empty = EmptyState("git-diff", tr("Nothing is being compared"), said, parent=self)
        self.waiting = Waiting(self.close_document)
        self._result = self._make_result()
        for part in (self.empty, self.waiting, self._result):
            self._stack.addWidget(part)
        self._top.setVisible(False)

    def _make_sides(self) -> QLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        actions = self.context.actions
        self.back = action_button(actions["compare.back"], "small", icon_only=True)
        row.addWidget(self.back)
        #: The two sides of a comparison, before what each is
        self.pickers = [SidePicker(tr("A"), self), SidePicker(tr("B"), self)]
        for place, picker in enumerate(self.pickers):
            picker.chosen.connect(lambda side, place=place: self.choose(place, side))
        self.swap = action_button(actions["compare.swap"], "small", icon_only=True)
        row.addWidget(self.pickers[0], 4)
        row.addWidget(self.swap)
        row.addWidget(self.pickers[1], 4)
        row.addStretch(1)
        self.views = Segmented(((FIELDS, tr("Fields")), (PAGES, tr("Pages"))), tr("What is seen of the comparison"))
        self.views.chosen.connect(lambda _: self._arrange())
        self.export = action_button(actions["compare.export"])
        row.addWidget(self.views)
        row.addWidget(self.export)
        return row

    def _make_result(self) -> QWidget:
        result = QWidget()
        column = QVBoxLayout(result)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._note_box = QWidget()
        self._notes = QVBoxLayout(self._note_box)
        self._notes.setContentsMargins(INSET, 8, INSET, 8)
        self._notes.setSpacing(8)
        column.addWidget(self._note_box)
        self.fields, self.pages, self.bytes = FieldsPane(), PagesPane(), SideBytes()
        self.fields.moved.connect(self._moved)
        self.fields.menu_wanted.connect(self._show_menu)
        self.fields.filter.escaped.connect(self.fields.tree.setFocus)
        self.pages.chosen.connect(self._page_chosen)
        self._across = QSplitter(Qt.Orientation.Horizontal)
        self._right = QSplitter(Qt.Orientation.Vertical)
        self._down = QSplitter(Qt.Orientation.Vertical)
        for part in (self._across, self._right, self._down):
            part.setChildrenCollapsible(False)
        self._across.addWidget(self.fields)
        self._across.addWidget(self._right)
        self._across.setStretchFactor(0, 1)
        self._across.setStretchFactor(1, 1)
        self._right.addWidget(self.pages)
        self._right.addWidget(self.bytes)
        self._down.addWidget(self._across)
        self._down.setStretchFactor(0, 3)
        self.bytes.setVisible(False)
        column.addWidget(self._down, 1)
        return result

    # --- comparing ---

    def compare(self, pair: Pair) -> None:
        """Compare two sides, and forget those before."""
        self._end()
        self.pair = pair
        for picker, side in zip(self.pickers, pair.sides, strict=True):
            picker.show_side(side, pair.offered)
        self._top.setVisible(True)
        self.chips.setVisible(False)
        self.waiting.begin()
        self._stack.setCurrentWidget(self.waiting)
        self._cancel = CancelToken()
        self._arrange()
        self.context.tasks.start(self._compare(pair, self._cancel), tr("Compare"))
        self.context.touch()

    async def _compare(self, pair: Pair, cancel: CancelToken) -> None:
        begun = time.monotonic()
        try:
            found = await pair.run(request_for(*pair.sides), self._progressed, cancel)
        except Cancelled:
            return
        except asyncio.CancelledError:
            cancel.cancel()
            raise
        if cancel.cancelled:
            found.close()
            return
        self._took = time.monotonic() - begun
        self._show(found, pair)

    def _progressed(self, done: int, total: int) -> None:
        if not self._cancel.cancelled:
            self.waiting.set_progress(done, total)

    def exchange(self) -> None:
        """What was A is B."""
        if self.pair is not None:
            self.compare(self.pair.swapped())

    def choose(self, place: int, side: Compared | None) -> None:
        """Another thing as A (0) or B (1); None: ask for a file."""
        if self.pair is None:
            return
        if side is None:
            name = choose_file(self.context)
            side = stream_side(name) if name is not None else None
        if side is not None and side != self.pair.sides[place]:
            self.compare(self.pair.with_side(place, side))

    def _end(self) -> None:
        """Stop comparing, and close what was compared."""
        self._cancel.cancel()
        self.bytes.clear()
        self.bytes.setVisible(False)
        self.fields.forget()
        if self.found is not None:
            self.found.close()
            self.found = None

    def close_document(self) -> None:
        """Compare no longer, and go back to where that was asked for."""
        view = self.pair.view if self.pair is not None else "inspector"
        self.let_go()
        if self.context.view == "compare":
            self.context.show_view(view)

    def let_go(self) -> None:
        self._end()
        self.pair = None
        self._top.setVisible(False)
        self._stack.setCurrentWidget(self.empty)
        self.context.touch()

    # --- showing ---

    def _show(self, found: Comparison, pair: Pair) -> None:
        self.found = found
        self.fields.fill(found, pair.labels)
        self.pages.fill(found)
        self.chips.show_chips(chips_of(found, pair.sides, pair.labels))
        self.chips.setVisible(True)
        self._show_notes(found)
        self._stack.setCurrentWidget(self._result)
        self._arrange()
        self.fields.tree.setFocus()
        self.context.touch()

    def _show_notes(self, found: Comparison) -> None:
        _empty(self._notes)
        if found.streams is None and not found.errors:
            text = tr("Only disks are compared: one of the two at least has no VM state.")
            self._notes.addWidget(NoticeBox("info", tr("There are no VM states to compare"), text))
        for error in found.errors:
            self._notes.addWidget(NoticeBox("warn", tr("Something was not compared"), told(error)))
        self._note_box.setVisible(self._notes.count() > 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Map and bytes stand beside the fields where there is room; else bytes are below, and in the narrowest window
        either fields or map are seen."""
        wide, tight = self.width() >= fonts.px(NARROW) - 80, self.width() < fonts.px(LEAST_WITH_MAP)
        has_map = self.found is not None and not self.pages.empty
        self.views.setVisible(tight and has_map)
        fit_buttons([self.export], 0 if tight else self.width())
        home = self._right if wide else self._down
        if self.bytes.parentWidget() is not home:
            shown = not self.bytes.isHidden()
            home.addWidget(self.bytes)
            self.bytes.setVisible(shown)
        only_map = tight and has_map and self.views.current() == PAGES
        self.fields.setVisible(not only_map)
        self.pages.setVisible(has_map and (only_map or not tight))
        self._right.setVisible(not self.pages.isHidden() or (wide and not self.bytes.isHidden()))

    def _show_bytes(self, there: bool) -> None:
        """Let bytes be seen, or not; what is selected stays in view."""
        came = there and self.bytes.isHidden()
        self.bytes.setVisible(there)
        self._arrange()
        if came:
            QTimer.singleShot(0, self._share)  # splitters measure what is shown when they are laid out

    def _share(self) -> None:
        """Bytes have most of the room below the map, and less below the fields."""
        room = self._down.height()
        if self.bytes.parentWidget() is self._right:
            self._right.setSizes([room * 2 // 5, room * 3 // 5])
        else:
            self._down.setSizes([room * 3 // 5, room * 2 // 5])
        self.fields.reveal()

    def _moved(self, row: Row | None) -> None:
        found = self.found
        if found is not None:
            self.pages.show_row(row)
            self._show_bytes(row is not None and self.bytes.show_row(row, found.indexes))

    def _page_chosen(self, block: str, page: int) -> None:
        """A dot of the map was clicked."""
        if self.found is not None and len(self.found.indexes) == 2:
            self._show_bytes(self.bytes.show_page(block, page, self.found.indexes))

    def has_bytes(self, row: Row) -> bool:
        """Whether there are bytes behind a row."""
        both = self.found is not None and len(self.found.indexes) == 2
        return both and (row.page is not None or row.at_a is not None or row.at_b is not None)

    def show_bytes(self, row: Row) -> None:
        """Go to the bytes behind a row."""
        self.fields.go(row)
        if not self.bytes.isHidden():
            self.bytes.views[0].setFocus()

    def _show_menu(self, row: Row, at: QPoint) -> None:
        if self.pair is not None:
            row_menu(self.context, self, self.pair, row).popup(at)

    # --- what the shell and the actions ask ---

    @property
    def comparing(self) -> bool:
        """Whether it is still being compared."""
        return self.pair is not None and self.found is None

    def document(self) -> Document | None:
        return document_of(self.pair.sides[0]) if self.pair is not None else None

    def reads(self) -> list[str]:
        """Images and streams that are open, as SRC."""
        return [side.source for side in self.pair.sides if side.source is not None] if self.pair is not None else []

    def status(self) -> tuple[str, str]:
        if self.pair is None:
            return tr("Nothing is being compared"), ""
        if self.found is None:
            return tr("Reading and comparing…"), ""
        if self.found.streams is None:
            return plural("{n} difference", "{n} differences", len(self.fields.differences)), ""
        fields, pages = self.found.streams.field_count, self.found.streams.page_count
        left = tr("{fields}, {pages}", fields=plural("{n} field differs", "{n} fields differ", fields),
                  pages=plural("{n} page differs", "{n} pages differ", pages))  # fmt: skip
        #: How long a comparison took
        return left, tr("compared in {time}", time=formats.duration(self._took))

    def focus_filter(self) -> None:
        self.fields.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.fields.filter.selectAll()

    def escape(self) -> bool:
        if self.fields.filter.text():
            self.fields.filter.clear()
        else:
            self.close_document()
        return True

    def panes(self) -> list[QWidget]:
        return [*self.pickers, self.fields.tree, self.pages.map, *self.bytes.views]


def _empty(layout: QLayout) -> None:
    """Take everything out of a layout, for good."""
    while (item := layout.takeAt(0)) is not None:
        if (old := item.widget()) is not None:
            old.hide()
            old.deleteLater()
