"""What stands where in the Migration view."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from snapmgr.migrate.pages import PageState
from ui.migration.card_facts import DESTINATION, SOURCE
from ui.migration.channel_pane import Channel
from ui.migration.header import Header, Notice
from ui.migration.idle import Idle
from ui.migration.lower import Lower
from ui.migration.machine_card import MachineCard
from ui.migration.page_marks import HERE, THERE
from ui.migration.settings_pane import SettingsPane
from ui.theme import fonts
from ui.theme.appearance import restyle
from ui.theme.tokens import NARROW
from ui.widgets.controls import line
from ui.widgets.folding_splitter import FoldingSplitter
from ui.widgets.labels import label
from ui.widgets.scrolling import Scrolling
from ui.words import tr

SETTINGS, MAIN = 0, 1
SETTINGS_WIDTH, CHANNEL_WIDTH, LEAST_CHANNEL = 280, 240, 168
SMALL, SLIM, BELOW = 1040, 860, 700
"""Px of width below which screens are smaller, stand above what is counted, and machines stand under each other."""
LOW = 720
"""Px of height below which idle machines are small, so that all scenarios can be seen."""
LOWER = 600
"""Px of height below which they have no rows of their own for their buttons."""
MOST_WIDTH = (1 << 24) - 1
"""Qt's word for no limit."""


class Panes(QWidget):
    """Settings at the side, then machines and channel, then what happened over time."""

    def __init__(self, actions: Callable[[str], QAction]) -> None:
        super().__init__()
        self._presents = False
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.split = FoldingSplitter(Qt.Orientation.Horizontal)
        self.settings = SettingsPane(actions("migration.cut"))
        self.settings.setMinimumWidth(220)
        self.split.addWidget(self.settings)
        self.split.addWidget(self._make_main(actions))
        self.split.setStretchFactor(MAIN, 1)
        self.split.let_fold({SETTINGS: SETTINGS_WIDTH})
        self.split.setSizes([SETTINGS_WIDTH, 1100])
        outer.addWidget(self.split)
        self.split.folded.connect(lambda *_: self.adapt())
        self.split.splitterMoved.connect(lambda *_: self.adapt())

    def _make_main(self, actions: Callable[[str], QAction]) -> QWidget:
        main = QWidget()
        main.setProperty("surface", "panel")
        main.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(main)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.header = Header(actions)
        column.addWidget(self.header)
        self._area = Scrolling()
        inner = QWidget()
        rest = QVBoxLayout(inner)
        rest.setContentsMargins(0, 0, 0, 0)
        rest.setSpacing(0)
        self.notice = Notice()
        self.caption = label("", "secondary", wrap=True)
        self.caption.setMinimumHeight(1)
        above = QVBoxLayout()
        above.setContentsMargins(16, 0, 16, 8)
        above.addWidget(self.caption)
        above.addWidget(self.notice)
        rest.addLayout(above)
        rest.addLayout(self._make_machines(actions), 5)
        self._stretch = rest
        rest.addWidget(line())
        self.lower, self.idle = Lower(actions), Idle()
        rest.addWidget(self.idle, 4)
        rest.addWidget(self.lower, 4)
        self._area.hold(inner)
        column.addWidget(self._area, 1)
        return main

    def _make_machines(self, actions: Callable[[str], QAction]) -> QHBoxLayout:
        row = self._machines = QHBoxLayout()
        row.setContentsMargins(16, 0, 16, 12)
        row.setSpacing(16)
        self.source = MachineCard(
            tr("Source"),
            SOURCE,
            _in_precopy(HERE),
            actions("migration.failover-source"),
            tr("The guest will start here"),
        )
        self.destination = MachineCard(
            tr("Destination"),
            DESTINATION,
            _in_precopy(THERE),
            actions("migration.failover-destination"),
            tr("Empty; the guest will move here"),
        )
        self.source.legend.be_as_high_as(self.destination.legend)
        self.channel = Channel(actions)
        row.addWidget(self.source, 3)
        row.addWidget(self.channel, 2)
        row.addWidget(self.destination, 3)
        return row

    def say(self, caption: str) -> None:
        """What happens now, in a sentence; where the notice says it already, only to an audience."""
        if self.caption.text() != caption:
            self.caption.setText(caption)
        self.fit_caption()

    def fit_caption(self) -> None:
        """Not beside a notice, unless it is for an audience."""
        self.caption.setVisible(bool(self.caption.text()) and (self._presents or self.notice.isHidden()))

    def present(self, wanted: bool) -> None:
        """For an audience: neither settings nor log, and the caption large."""
        self._presents = wanted
        self.split.fold(SETTINGS, wanted or self.window().width() < NARROW)
        self.caption.setProperty("role", "object" if wanted else "secondary")
        restyle(self.caption)
        self.lower.present(wanted)
        self.channel.present(wanted)
        self.adapt()

    def level(self) -> None:
        """Both maps as high, so that a page is at the same place in both: as many rows of facts beside each screen."""
        cards = (self.source, self.destination)
        most = max(card.rows for card in cards)
        for card in cards:
            card.keep_rows(most)

    def show_failover(self, shown: bool) -> None:
        """Where two machines run one guest each of them can go on alone."""
        for card in (self.source, self.destination):
            card.failover.setVisible(shown)

    def show_idle(self, idle: bool) -> None:
        self.idle.setVisible(idle)
        self.lower.setVisible(not idle)
        self._fit_idle()
        self._area.fit()

    def _fit_idle(self) -> None:
        """What can be tried comes before machines on which nothing is to be seen yet."""
        low = not self.idle.isHidden() and self.height() < fonts.px(LOW)
        self.source.show_idle(low)
        self.destination.show_idle(low)
        self.channel.show_idle(low)
        self._stretch.setStretchFactor(self._machines, 0 if low else 5)
        self.idle.adapt(self.width() - self._taken(), low=low and self.height() < fonts.px(LOWER))

    def _taken(self) -> int:
        """Px of width that the settings have."""
        return 0 if self.split.is_folded(SETTINGS) else self.split.sizes()[SETTINGS]

    def adapt(self) -> None:
        """To the width and the height that there are."""
        narrow = self.window().width() < NARROW
        if narrow != getattr(self, "_was_narrow", None):
            self._was_narrow = narrow
            self.split.fold(SETTINGS, narrow or self._presents, squeezed=True)
        room = self.width() - self._taken()
        self._adapt_machines(room)
        self.header.settings.setVisible(narrow)
        self.lower.adapt(narrow=narrow)
        self.header.fit(room)
        self._fit_idle()
        self._area.fit()
        QTimer.singleShot(0, self._area, self._area.fit)  # texts know only then how high they are

    def _adapt_machines(self, width: int) -> None:
        """Beside each other, or where there is no room for that, one under the other."""
        small, below = width < (SMALL if self._presents else fonts.px(SMALL)), width < fonts.px(BELOW)
        for card in (self.source, self.destination):
            card.adapt(small=small, slim=not (below or self._presents) and width < fonts.px(SLIM))
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        beside = QBoxLayout.Direction.RightToLeft if mirrored else QBoxLayout.Direction.LeftToRight
        self._machines.setDirection(QBoxLayout.Direction.TopToBottom if below else beside)  # as the lanes point
        self.channel.setMinimumWidth(0 if below else fonts.px(LEAST_CHANNEL if small else CHANNEL_WIDTH))
        self.channel.setMaximumWidth(MOST_WIDTH if below else self.channel.minimumWidth())


def _in_precopy(kinds: Sequence[PageState]) -> tuple[PageState, ...]:
    """Those of a guest that has not gone over yet."""
    return tuple(kind for kind in kinds if kind is not PageState.REQUESTED)
