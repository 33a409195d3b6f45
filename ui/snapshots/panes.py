"""The three panes of the view, and what of them a narrow window folds away."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from ui.models.source_list import SourceListModel
from ui.shell.actions import ActionSet, plain
from ui.shell.context import WindowContext
from ui.snapshots.demo_band import DemoBand
from ui.snapshots.details_pane import DetailsPane
from ui.snapshots.header import Header
from ui.snapshots.list_pane import ListPane
from ui.snapshots.places import DETAILS, SOURCES
from ui.snapshots.sources import SourcesPane
from ui.snapshots.states import ErrorPane, reading
from ui.theme import fonts
from ui.theme.tokens import NARROW, TINY
from ui.widgets.controls import line
from ui.widgets.folding_splitter import FoldingSplitter
from ui.words import tr

WIDTHS = (240, 824, 304)
NARROW_DETAILS = 276


class Panes(FoldingSplitter):
    """``sources``; the machine on show, which is ``header`` over ``list``, ``reading`` or ``error``; ``details``."""

    def __init__(self, context: WindowContext, model: SourceListModel, error: ErrorPane) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._window = context.window
        self.sources = SourcesPane(model, context.actions["file.close"])
        self.header, self.list = _header(context.actions), ListPane(context.now, context.actions["snapshot.save"])
        self.reading, self.error = reading(), error
        self.details = DetailsPane()
        self._band: DemoBand | None = None
        self._middle = self._make_middle()
        for part in (self.sources, self._middle, self.details):
            self.addWidget(part)
        for place, stretch in enumerate((0, 1, 0)):
            self.setStretchFactor(place, stretch)
        self.setSizes(list(WIDTHS))
        self.let_fold({SOURCES: WIDTHS[SOURCES], DETAILS: WIDTHS[DETAILS]})
        self.refuge = lambda _: self.list.view
        self.details_alone = False
        """Whether the details are a page of their own now."""
        self._inspect_by_enter(context.actions)

    def _make_middle(self) -> QWidget:
        middle = QWidget()
        middle.setProperty("surface", "panel")
        middle.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        middle.setMinimumWidth(320)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._centre = QStackedWidget(middle)
        for part in (self.list, self.reading, self.error):
            self._centre.addWidget(part)
        column.addWidget(self.header)
        column.addWidget(line())
        self._above = QVBoxLayout()
        self._under_band = line()
        column.addLayout(self._above)
        column.addWidget(self._under_band)
        column.addWidget(self._centre, 1)
        return middle

    def _inspect_by_enter(self, actions: ActionSet) -> None:
        """Enter belongs to the lists alone: as a shortcut of the window it would take the key from every field."""
        inspect = actions["snapshot.inspect"]
        inspect.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        for view in (self.list.timeline, self.list.grid):
            view.addAction(inspect)

    def show_in_middle(self, part: QWidget) -> None:
        """Put ``list``, ``reading`` or ``error`` under the header."""
        self._centre.setCurrentWidget(part)

    def show_band(self, band: DemoBand | None) -> None:
        """Put what shows a machine that runs between header and list; None takes it away."""
        if self._band is not None and band is None:
            self._band.hide()
        if band is not None and self._above.indexOf(band) < 0:
            self._above.addWidget(band)
        self._band = band
        self._under_band.setVisible(band is not None)
        if band is not None:
            band.adapt(self._window.height())
            band.show()

    def adapt(self) -> None:
        """What a narrow window leaves out (1200) and what becomes a page of its own (900)."""
        width = self._window.width()
        narrow, tiny = width < NARROW, width < TINY
        self.header.set_narrow(narrow, tiny=tiny)
        self.list.set_narrow(narrow)
        if narrow and self.sources.isVisibleTo(self) and not tiny:
            details = 0 if self.is_folded(DETAILS) else min(fonts.px(NARROW_DETAILS), width // 3)
            self.setSizes([0, width - details, details])
        self.sources.setVisible(not narrow)
        if self._band is not None:
            self._band.adapt(self._window.height())
        if self.sources.isVisibleTo(self) and not self.is_folded(SOURCES) and not self.sizes()[SOURCES]:
            self._bring_sources(width)  # they were left out until now
        self.details_alone = self.details_alone and tiny
        self.details.set_page(tiny)
        self.details.setVisible(not tiny or self.details_alone)
        self.details.setEnabled(self.details_alone or not self.is_folded(DETAILS))
        self._middle.setVisible(not self.details_alone)
        if self.is_folded(DETAILS) and not self.details.isHidden():
            rest = max(0, width - self.sizes()[SOURCES])
            self.setSizes([0, 0, width] if self.details_alone else [self.sizes()[SOURCES], rest, 0])

    def _bring_sources(self, width: int) -> None:
        details = 0 if self.is_folded(DETAILS) else self.size_of(DETAILS)
        sources = self.size_of(SOURCES)
        self.setSizes([sources, max(0, width - sources - details), details])

    # --- panes that somebody folds away ---

    def why_not(self, place: int) -> str:
        """Why a pane cannot be shown or hidden now, "" if it can."""
        if place == SOURCES and self.sources.isHidden():
            return tr("In a narrow window the machines are listed above the snapshots")
        return ""

    def is_shown(self, place: int) -> bool:
        return not self.widget(place).isHidden() and not self.is_folded(place)

    def toggle(self, place: int) -> None:
        """Show or hide a pane at the side."""
        if place == DETAILS and self._window.width() < TINY:
            self.show_details(not self.details_alone)
        else:
            self.fold(place, self.is_shown(place))

    def show_details(self, shown: bool) -> None:
        """In the smallest windows details are a page of their own."""
        self.details_alone = shown
        self.adapt()
        (self.details.area if shown else self.list.view).setFocus(Qt.FocusReason.OtherFocusReason)


def _header(actions: ActionSet) -> Header:
    add = actions["snapshot.add_disk"]
    add.setIconText(plain(add.text()))  # Qt leaves the … out of what buttons show
    for id in ("snapshot.save", "snapshot.load", "snapshot.rename", "snapshot.delete"):
        actions[id].setIconText(plain(actions[id].text()))
    return Header(actions)
