"""What stands where in the Migration view."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from snapmgr.migrate.pages import PageState
from snapmgr.savevm.status import MigrationStatus as Status
from ui.migration.card_facts import DESTINATION, SOURCE
from ui.migration.channel_view import Lane
from ui.migration.idle import Idle
from ui.migration.lower import Lower
from ui.migration.machine_card import MachineCard
from ui.migration.page_marks import HERE, THERE
from ui.migration.settings_pane import SettingsPane
from ui.migration.traffic import URGENT, channel_name
from ui.shell.actions import plain
from ui.theme import fonts
from ui.theme.appearance import restyle
from ui.theme.tokens import NARROW
from ui.widgets.controls import action_button, button, fit_buttons, line
from ui.widgets.folding_splitter import FoldingSplitter
from ui.widgets.labels import Chip, ElidedLabel, label
from ui.widgets.notice_box import Glyph
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
TITLE = 250
"""Px of the header that are left to what moves and how far it is."""
MOST_WIDTH = (1 << 24) - 1
"""Qt's word for no limit."""
MOVING = ("migration.postcopy", "migration.pause", "migration.cancel")
STILL = ("migration.scenarios", "migration.inspect", "migration.save")
"""Buttons of the header, while a migration runs and while none does."""


class Header(QWidget):
    """What moves, how far it is, and what can be done now.  ``pressed`` comes when one of these buttons was: it may be
    gone, or off, a moment later."""

    pressed = Signal()

    def __init__(self, actions: Callable[[str], QAction]) -> None:
        super().__init__()
        self._shown: tuple[bool, Status, int] | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(8)
        row.addWidget(ElidedLabel(tr("Demo migration"), "object", Qt.TextElideMode.ElideRight))
        self.chip = Chip()
        row.addWidget(self.chip)
        self.about = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight, steady=True)
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
        self.go_over = button(tr("Continue"), "primary", "play-fill", run=actions("migration.continue").trigger)
        self.go_over.setToolTip(actions("migration.continue").toolTip())
        self.go_over.hide()
        row.addWidget(self.recover)
        row.addWidget(self.go_over)
        row.addWidget(self.start)
        for made in (*self._moving, self.recover, self.go_over, self.start):
            made.clicked.connect(self.pressed)

    def _button(self, action: QAction) -> QToolButton:
        action.setIconText(plain(action.text()))  # Qt leaves the … out of what buttons show
        return action_button(action)

    def set_moving(self, moving: bool, status: Status = Status.NONE) -> None:
        """What can be done while it runs, or while nothing does; what is to be done first stands out."""
        self.recover.setVisible(moving and status is Status.POSTCOPY_PAUSED)
        self.go_over.setVisible(moving and status is Status.PRE_SWITCHOVER)
        for made in self._moving:
            made.setVisible(moving)
        for made in self._still:
            made.setVisible(not moving)
        self.start.setVisible(not moving)
        shown = (moving, status, self.chip.sizeHint().width())
        if shown != self._shown:
            self._shown = shown
            self.fit(self.width())

    @property
    def buttons(self) -> list[QToolButton]:
        return [made for made in (*self._moving, *self._still) if not made.isHidden()]

    def fit(self, width: int) -> None:
        """Words that have no room go from the buttons, before the chip loses any."""
        others = [
            made for made in (self.start, self.recover, self.go_over, self.settings, self.chip) if not made.isHidden()
        ]
        taken = sum(made.sizeHint().width() + 8 for made in others)
        fit_buttons(self.buttons, width - taken - fonts.px(TITLE))


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
        self._presents = self._steps = self._low = False
        self._answers = True
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
        self.section = ElidedLabel("", "strong", Qt.TextElideMode.ElideRight, steady=True)
        self.record = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight, steady=True)
        self.begins = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight, steady=True)
        self.meaning = label("", "caption", wrap=True)
        self.meaning.setMinimumHeight(1)
        self.meaning.hide()
        self.bytes = action_button(actions("migration.bytes"), "plain")
        for part in (self.section, self.meaning, self.record, self.begins):
            inside.addWidget(part)
        inside.addWidget(self.bytes, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.wire)

    def show_step(self, step: tuple[str, str] | None, put: str = "", *, done: bool = False) -> None:
        """Name and meaning of what comes next, or is ``done``, and what was ``put`` before; None: nothing waits."""
        self._steps = step is not None
        title = tr("Just now") if done else tr("Next")
        self.wire_title.setText(title if step is not None else tr("On the wire now"))
        self.meaning.setVisible(step is not None)
        if step is not None:
            self._say(step[0], step[1], tr("put before it: {title}", title=put) if put else "")
        self.show_wire()

    def show_put(self, section: str, record: str, begins: str) -> None:
        """What was put last; not while it goes step by step."""
        if not self._steps:
            self._say(section, "", record, begins)

    def _say(self, section: str, meaning: str, record: str, begins: str = "") -> None:
        for part, words in ((self.section, section), (self.record, record), (self.begins, begins)):
            if part.full_text() != words:
                part.setText(words)
        if self.meaning.text() != meaning:
            self.meaning.setText(meaning)

    def show_idle(self, low: bool) -> None:
        """Nothing moves: where there is little room, no more than that there is a way."""
        self._low = low
        self.main.rename(self.main.name, "" if low else tr("sections and pages"))
        self.back.setVisible(self._answers and not low)
        self.show_wire()

    def present(self, wanted: bool) -> None:
        """For an audience only what is about to happen, step by step."""
        self._presents = wanted
        self.show_wire()

    def show_wire(self) -> None:
        """What was put last, or comes next."""
        self.wire.setHidden(self._low or (self._presents and self.meaning.isHidden()))

    def show_file(self, wanted: bool, *, answers: bool) -> None:
        """A file instead of a channel; whether something comes back."""
        self._answers = answers
        self.back.setVisible(answers)
        name, about = (
            (tr("file"), tr("sections, and pages at their places"))
            if wanted
            else (tr("main"), tr("sections and pages"))
        )
        self.main.rename(name, about)

    def show_channels(self, count: int) -> None:
        """So many lanes of multifd, under the main one."""
        while len(self.beside) < count:
            lane = Lane(channel_name(len(self.beside)), "")
            self._column.insertWidget(self._above + len(self.beside), lane)
            self.beside.append(lane)
        for number, lane in enumerate(self.beside):
            lane.setVisible(number < count)


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
