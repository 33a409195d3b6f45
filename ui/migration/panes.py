"""What stands where in the Migration view."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.migration.card_facts import DESTINATION, SOURCE
from ui.migration.channel_view import Lane
from ui.migration.events_pane import EventsPane
from ui.migration.machine_card import MachineCard
from ui.migration.page_marks import HERE, THERE
from ui.migration.plot import Plot
from ui.migration.scenarios import SCENARIOS
from ui.migration.settings_pane import SettingsPane
from ui.migration.traffic import URGENT, channel_name
from ui.migration.transport import Transport
from ui.shell.actions import plain
from ui.theme import fonts
from ui.theme.appearance import restyle
from ui.theme.tokens import NARROW
from ui.widgets.controls import Segmented, action_button, button, fit_buttons, line
from ui.widgets.folding_splitter import FoldingSplitter
from ui.widgets.labels import Chip, ElidedLabel, label
from ui.widgets.notice_box import Glyph
from ui.widgets.scrolling import Scrolling
from ui.words import tr

SETTINGS, MAIN = 0, 1
SETTINGS_WIDTH, EVENTS_WIDTH, CHANNEL_WIDTH, LEAST_CHANNEL = 280, 424, 240, 168
SMALL, SLIM, BELOW = 1040, 860, 700
"""Px of width below which screens are smaller, stand above what is counted, and machines stand under each other."""
MOST_WIDTH = (1 << 24) - 1
"""Qt's word for no limit."""
PLOTS, EVENTS = "plots", "events"
MOVING = ("migration.postcopy", "migration.pause", "migration.cancel")
STILL = ("migration.inspect", "migration.save")
"""Buttons of the header, while a migration runs and while none does."""


class Header(QWidget):
    """What moves, how far it is, and what can be done now."""

    def __init__(self, actions: Callable[[str], QAction]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(8)
        row.addWidget(ElidedLabel(tr("Demo migration"), "object", Qt.TextElideMode.ElideRight))
        self.chip = Chip()
        row.addWidget(self.chip)
        self.about = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight)
        row.addWidget(self.about, 1)
        self.settings = action_button(actions("migration.settings"), icon_only=True)
        row.addWidget(self.settings)
        self._moving = [self._button(actions(id)) for id in MOVING]
        self._still = [self._button(actions(id)) for id in STILL]
        for made in (*self._moving, *self._still):
            row.addWidget(made)
        self.recover = button(tr("Recover"), "primary", "arrow-counter-clockwise",
                              run=actions("migration.recover").trigger)  # fmt: skip
        self.start = button(tr("Start"), "primary", "play-fill", run=actions("migration.start").trigger)
        row.addWidget(self.recover)
        row.addWidget(self.start)

    def _button(self, action: QAction) -> QToolButton:
        action.setIconText(plain(action.text()))  # Qt leaves the … out of what buttons show
        return action_button(action)

    def set_moving(self, moving: bool, *, paused: bool = False) -> None:
        """What can be done while it runs, or while nothing does; what is to be done first stands out."""
        self.recover.setVisible(moving and paused)
        for made in self._moving:
            made.setVisible(moving)
        for made in self._still:
            made.setVisible(not moving)
        self.start.setVisible(not moving)

    @property
    def buttons(self) -> list[QToolButton]:
        return [made for made in (*self._moving, *self._still) if not made.isHidden()]

    def fit(self, width: int) -> None:
        room = width - self.start.sizeHint().width() - self.chip.sizeHint().width() - fonts.px(270)
        fit_buttons(self.buttons, room)


class Notice(QFrame):
    """One sentence that concerns this migration, where there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("frame", "box-warn")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        self._glyph = Glyph("warning", "warn")
        row.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignTop)
        self._text = label("", "body", wrap=True, selectable=True)
        self._text.setMinimumHeight(1)  # else it asks for the height that it has where it is narrowest
        row.addWidget(self._text, 1)
        self.hide()

    def tell(self, text: str, tone: str = "warn") -> None:
        """``tone`` as of a NoticeBox; an empty text says nothing."""
        if (tone, text) == (self.property("frame"), self._text.text()) and self.isVisible() == bool(text):
            return
        if self.property("frame") != f"box-{tone}":
            self.setProperty("frame", f"box-{tone}")
            self.style().unpolish(self)
            self.style().polish(self)
            icon, tint = {"ok": ("check-circle", "ok"), "warn": ("warning", "warn"), "info": ("info", "accent"),
                          "danger": ("x-circle", "danger")}[tone]  # fmt: skip
            self._glyph.set_look(icon, tint)
        self._text.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))

    def text(self) -> str:
        return self._text.text()


class Channel(QWidget):
    """The lanes, and what was put on the wire last."""

    def __init__(self, actions: Callable[[str], QAction]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(label(tr("Channel"), "strong"))
        self.chip = Chip()
        head.addWidget(self.chip)
        head.addStretch(1)
        column.addLayout(head)
        self.main = Lane(tr("main"), tr("sections and pages"))
        self.urgent = Lane(URGENT, tr("pages that are waited for"))
        self.beside: list[Lane] = []
        """Of multifd."""
        self.back = Lane(tr("return path"), tr("answers of the destination"), back=True)
        for lane in (self.main, self.urgent, self.back):
            column.addWidget(lane)
        self.urgent.hide()
        self._column, self._above = column, 2
        column.addStretch(1)
        self.wire = QFrame()
        self.wire.setProperty("frame", "card")
        inside = QVBoxLayout(self.wire)
        inside.setContentsMargins(12, 8, 12, 8)
        inside.setSpacing(2)
        self.wire_title = label(tr("On the wire now"), "group")
        inside.addWidget(self.wire_title)
        self.section = ElidedLabel("", "strong", Qt.TextElideMode.ElideRight)
        self.record = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight)
        self.begins = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight)
        self.meaning = label("", "caption", wrap=True)
        self.meaning.setMinimumHeight(1)
        self.meaning.hide()
        self.bytes = action_button(actions("migration.bytes"), "plain")
        for part in (self.section, self.record, self.begins, self.meaning):
            inside.addWidget(part)
        inside.addWidget(self.bytes, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.wire)

    def show_channels(self, count: int) -> None:
        """So many lanes of multifd, under the main one."""
        while len(self.beside) < count:
            lane = Lane(channel_name(len(self.beside)), "")
            self._column.insertWidget(self._above + len(self.beside), lane)
            self.beside.append(lane)
        for number, lane in enumerate(self.beside):
            lane.setVisible(number < count)


class Idle(QWidget):
    """Nothing runs yet: what there is to see, one click each."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(label(tr("Choose what happens and press Start"), "explain", wrap=True))
        said = tr(
            "Two demo machines, and a channel between them. The guest runs on the source; in the end it runs on the"
            " destination, and has not noticed."
        )
        column.addWidget(label(said, "secondary", wrap=True))
        self._grid = QGridLayout()
        self._grid.setSpacing(12)
        self._cards = [self._card(scenario.id) for scenario in SCENARIOS]
        column.addLayout(self._grid)
        column.addStretch(1)
        self._columns = 0
        self.adapt(1000)

    def _card(self, id: str) -> QFrame:
        scenario = next(one for one in SCENARIOS if one.id == id)
        card = QFrame()
        card.setProperty("frame", "card")
        column = QVBoxLayout(card)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(4)
        column.addWidget(label(tr(scenario.title), "strong", wrap=True))
        column.addWidget(label(tr(scenario.lesson), "secondary", wrap=True))
        column.addStretch(1)
        run = button(tr("Try it"), icon="play", run=lambda: self.chosen.emit(id))
        run.setAccessibleName(tr("Try it: {scenario}", scenario=tr(scenario.title)))
        column.addWidget(run)
        return card

    def adapt(self, width: int) -> None:
        columns = max(1, min(len(self._cards), width // fonts.px(250)))
        if columns == self._columns:
            return
        self._columns = columns
        for place, card in enumerate(self._cards):
            self._grid.addWidget(card, place // columns, place % columns)


class Lower(QWidget):
    """Timeline, plots and events."""

    def __init__(self, actions: Callable[[str], QAction]) -> None:
        super().__init__()
        self._presents = False
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
            "throughput": Plot(tr("Throughput, MiB/s"), "k_ram"),
            "writes": Plot(tr("Guest writes, MiB/s"), "p_dirty"),
            "remaining": Plot(tr("Remaining, MiB"), "k_cmd"),
            "downtime": Plot(tr("Expected downtime, ms"), "k_block"),
            "waited": Plot(tr("Waited for a page, ms"), "p_req"),
        }
        self._plots = QWidget()
        grid = QGridLayout(self._plots)
        grid.setContentsMargins(16, 8, 16, 8)
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(8)
        for place, plot in enumerate(self.plots.values()):
            grid.addWidget(plot, min(place, 3) // 2, 1 if place > 3 else place % 2)
        self.plots["waited"].hide()
        self._plots.setMinimumHeight(fonts.px(168))
        return self._plots

    def show_postcopy(self, postcopy: bool) -> None:
        """After the guest has gone over nobody expects a downtime any more, but pages."""
        self.plots["downtime"].setVisible(not postcopy)
        self.plots["waited"].setVisible(postcopy)

    def present(self, wanted: bool) -> None:
        """Without the log."""
        self._presents = wanted

    def adapt(self, *, narrow: bool) -> None:
        """Side by side, or one of them at a time."""
        self._tab_row.setVisible(narrow and not self._presents)
        self._plots.setVisible(self._presents or not narrow or self.tabs.current() == PLOTS)
        self.events.setVisible(not self._presents and (not narrow or self.tabs.current() == EVENTS))


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
            tuple(map(tr, SOURCE)),
            HERE,
            actions("migration.failover-source"),
        )
        self.destination = MachineCard(
            tr("Destination"),
            tuple(map(tr, DESTINATION)),
            THERE,
            actions("migration.failover-destination"),
        )
        self.channel = Channel(actions)
        row.addWidget(self.source, 3)
        row.addWidget(self.channel, 2)
        row.addWidget(self.destination, 3)
        return row

    def say(self, caption: str) -> None:
        """What happens now, in a sentence; where the notice says it already, only to an audience."""
        if self.caption.text() != caption:
            self.caption.setText(caption)
        self.caption.setVisible(bool(caption) and (self._presents or self.notice.isHidden()))

    def present(self, wanted: bool) -> None:
        """For an audience: neither settings nor log, and the caption large."""
        self._presents = wanted
        self.split.fold(SETTINGS, wanted or self.window().width() < NARROW)
        self.caption.setProperty("role", "object" if wanted else "secondary")
        restyle(self.caption)
        self.lower.present(wanted)
        self.adapt()

    def show_failover(self, shown: bool) -> None:
        """Where two machines run one guest each of them can go on alone."""
        for card in (self.source, self.destination):
            card.failover.setVisible(shown)

    def show_idle(self, idle: bool) -> None:
        self.idle.setVisible(idle)
        self.lower.setVisible(not idle)
        self._area.fit()

    def adapt(self) -> None:
        """To the width and the height that there are."""
        narrow = self.window().width() < NARROW
        if narrow != getattr(self, "_was_narrow", None):
            self._was_narrow = narrow
            self.split.fold(SETTINGS, narrow)
        room = self.width() - (0 if self.split.is_folded(SETTINGS) else self.split.sizes()[SETTINGS])
        self._adapt_machines(room)
        self.header.settings.setVisible(narrow)
        self.lower.adapt(narrow=narrow)
        self.header.fit(room)
        self.idle.adapt(room)
        self._area.fit()

    def _adapt_machines(self, width: int) -> None:
        """Beside each other, or where there is no room for that, one under the other."""
        small, below = width < fonts.px(SMALL), width < fonts.px(BELOW)
        for card in (self.source, self.destination):
            card.adapt(small=small, slim=not below and width < fonts.px(SLIM))
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        beside = QBoxLayout.Direction.RightToLeft if mirrored else QBoxLayout.Direction.LeftToRight
        self._machines.setDirection(QBoxLayout.Direction.TopToBottom if below else beside)  # as the lanes point
        self.channel.setMinimumWidth(0 if below else fonts.px(LEAST_CHANNEL if small else CHANNEL_WIDTH))
        self.channel.setMaximumWidth(MOST_WIDTH if below else self.channel.minimumWidth())
