"""The lower half of the Migration view: what happened over time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ui.migration.events_pane import EventsPane
from ui.migration.plot import Plot
from ui.migration.transport import Transport
from ui.theme import fonts
from ui.widgets.controls import Segmented, line
from ui.widgets.folding_splitter import FoldingSplitter
from ui.words import tr

EVENTS_WIDTH = 424
PLOTS, EVENTS = "plots", "events"
LAST = ("downtime", "waited", "held")
"""Plots of which one is shown at a time."""


class Lower(QWidget):
    """Timeline, plots and events."""

    def __init__(self, actions: Callable[[str], QAction]) -> None:
        super().__init__()
        self._presents = self._alone = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.transport = Transport(actions)
        column.addWidget(self.transport)
        column.addWidget(line())
        self.tabs = Segmented(((PLOTS, tr("Plots")), (EVENTS, tr("Events"))), tr("What is below"))
        self._tab_row = QWidget()
        tabs = QHBoxLayout(self._tab_row)
        tabs.setContentsMargins(16, 8, 16, 0)
        tabs.addWidget(self.tabs)
        tabs.addStretch(1)
        column.addWidget(self._tab_row)
        self.split = FoldingSplitter(Qt.Orientation.Horizontal)
        self.split.addWidget(self._make_plots())
        self.events = EventsPane()
        self.split.addWidget(self.events)
        self.split.setStretchFactor(0, 1)
        self.split.setSizes([700, EVENTS_WIDTH])
        column.addWidget(self.split, 1)
        self.tabs.chosen.connect(lambda key: self.adapt(narrow=True))

    def _make_plots(self) -> QWidget:
        self.plots = {
            "throughput": Plot(tr("Throughput, MiB/s"), "k_ram",
                               tr("What goes over the channel. Limit: the narrower of the link and max-bandwidth.")),
            "writes": Plot(tr("Dirty rate, MiB/s"), "p_dirty",
                           tr("What the guest writes: each page that was sent before is dirty then, and goes again.")),
            "remaining": Plot(tr("Remaining, MiB"), "k_cmd",
                              tr("RAM that the destination lacks, or has as it was before the guest wrote it.")),
            "downtime": Plot(tr("Expected downtime, ms"), "k_block",
                             tr("How long the guest would stand still for all that was dirty at the last sync. Under"
                                " the limit it is stopped.")),
            "waited": Plot(tr("Waited for a page, ms"), "p_req",
                           tr("Page requests: how long the guest stood until a page that it lacked had come.")),
            "held": Plot(tr("Output held, KiB"), "p_comp",
                         tr("What the guest has sent since the last checkpoint, and the world does not see yet.")),
        }  # fmt: skip
        for plot in self.plots.values():
            plot.pointed.connect(self._point)
        self._plots = QWidget()
        grid = self._grid = QGridLayout(self._plots)
        grid.setContentsMargins(16, 8, 16, 8)
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(8)
        self._place_plots()
        self.show_last("downtime")
        return self._plots

    def _point(self, seconds: float | None) -> None:
        """One time in all of them."""
        for plot in self.plots.values():
            plot.point(seconds)

    def _place_plots(self) -> None:
        """Two rows of two, or one of four; the last place is for whichever says most now."""
        columns = 4 if self._presents else 2
        for place, (name, plot) in enumerate(self.plots.items()):
            span = 2 if self._alone and name == "remaining" else 1
            self._grid.addWidget(plot, min(place, 3) // columns, min(place, 3) % columns, 1, span)
        self._plots.setMinimumHeight(fonts.px(72 if self._presents else 168))

    def show_last(self, name: str) -> None:
        """Before the guest has gone over somebody wants to know the downtime, then how it waits for pages; with COLO
        what the world does not see yet; "" where nothing is to be waited for: the one before has its room then."""
        for other in LAST:
            self.plots[other].setVisible(other == name)
        if self._alone != (not name):
            self._alone = not name
            self._place_plots()

    def present(self, wanted: bool) -> None:
        """Without the log."""
        self._presents = wanted
        self._place_plots()

    def adapt(self, *, narrow: bool) -> None:
        """Side by side, or one of them at a time."""
        self._tab_row.setVisible(narrow and not self._presents)
        self._plots.setVisible(self._presents or not narrow or self.tabs.current() == PLOTS)
        self.events.setVisible(not self._presents and (not narrow or self.tabs.current() == EVENTS))
