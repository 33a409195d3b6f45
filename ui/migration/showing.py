"""Puts a recording into the panes: as it is now, or as it was at a time that somebody looks at."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from PySide6.QtGui import QImage

from snapmgr.migrate.handover import Side
from snapmgr.migrate.pages import Layout, PageState
from snapmgr.migrate.recording import Moment, Recording
from snapmgr.migrate.samples import per_second, usual, waits
from snapmgr.migrate.story import RUNNING, Story
from snapmgr.migrate.wanted import BACKGROUND, MAPPED, SHARED
from snapmgr.savevm.status import MigrationStatus as Status
from ui.migration import told
from ui.migration.captions import caption
from ui.migration.card_facts import Facts, Values
from ui.migration.channel_view import Lane
from ui.migration.lower import LAST
from ui.migration.machine_card import MachineCard
from ui.migration.page_marks import HERE, IN_COLO, THERE
from ui.migration.panes import Panes
from ui.migration.phase_bar import bar_of
from ui.migration.phases import about_checkpoints
from ui.migration.plot import Curve
from ui.migration.section_lanes import SectionLanes
from ui.migration.sight import Sight
from ui.migration.traffic import SMOOTH, URGENT, Traffic, channel_name, where
from ui.shell import formats
from ui.theme import motion
from ui.words import later, plural, tr

MIB = 1 << 20
PLOTS = (("throughput",), ("writes",), ("remaining",), LAST)
"""Plots, those together of which one is to be seen."""
MOST_CHANNELS = 8
"""Lanes of multifd at most."""
NOTHING: Values = ("",) * 8
NO_SCREEN, BEGINS, WAITING = later("no guest"), later("goes on here"), later("waits for pages")
COPY, STILL = later("a copy, which stands still"), later("stands still")
_TURNS = frozenset({"migrate_set_state", "runstate_set"})
"""Events with which what is said of a machine, or of the migration, becomes another thing."""
TONES = {
    Status.COMPLETED: ("ok", "check-circle-fill"),
    Status.FAILING: ("warn", "x-circle-fill"),
    Status.FAILED: ("danger", "x-circle-fill"),
    Status.CANCELLED: ("warn", "prohibit"),
    Status.POSTCOPY_PAUSED: ("warn", "pause-fill"),
    Status.PRE_SWITCHOVER: ("warn", "pause-fill"),
    Status.POSTCOPY_ACTIVE: ("info", "lightning-fill"),
    Status.COLO: ("info", "copy"),
}


class Showing:
    """One recording in the panes; ``begin`` with another one."""

    def __init__(self, panes: Panes) -> None:
        self._panes = panes
        self._moved: dict[object, float] = {}
        self.begin(Recording())

    def begin(self, recording: Recording) -> None:
        self.recording = recording
        self.story, self.traffic, self.sections = Story(), Traffic(), SectionLanes()
        self.story.copies = self._has(BACKGROUND)
        self.know_the_end()
        self._next = 0
        self.turned = False
        """Whether a machine or the migration has another state than is shown."""
        self._panes.lower.events.clear()
        for _, card in self._cards():
            card.screen.show_saved(QImage(), tr("not started"))
            card.show_states(Layout(), np.zeros(0, np.uint8))
        self._panes.channel.show_put(tr("nothing yet"), "", "")

    def know_the_end(self) -> None:
        """The recording has its outcome."""
        outcome = self.recording.outcome
        if outcome.get("downtime") and outcome.get("status") == Status.COMPLETED.value and "checkpoints" not in outcome:
            self.story.downtime = told.number(outcome, "downtime")

    def take(self, moments: Sequence[Moment]) -> None:
        """What happened since; the log shows it, too."""
        if not moments:
            return
        self._next = moments[-1].number + 1
        self.story.take(moments)
        self.traffic.take(moments)
        self.turned |= any(moment.event.name in _TURNS for moment in moments)
        self.sections.take(moments)
        self._panes.lower.events.add(list(moments))

    @property
    def next_number(self) -> int:
        """Number of the first moment that was not taken yet."""
        return self._next

    def _may_move(self, what: object) -> bool:
        """Whether what moves all the time has another picture now: twice a second where little shall move."""
        now = time.monotonic()
        if motion.reduced() and now - self._moved.get(what, 0.0) < motion.STILL:
            return False
        self._moved[what] = now
        return True

    def all(self, sight: Sight) -> None:
        """Everything, at once."""
        for side in Side:
            self.machine(side, sight)
            self.move(sight, back=side is Side.DESTINATION)
        self.lanes(sight.time)
        self.numbers(sight.time, over=not sight.runs and sight.at is None)
        self.curves(sight.end, at=sight.at)

    def together(self, sight: Sight) -> None:
        """All that is told of both machines, at once: nothing says that the guest runs there beside what says that it
        does not yet."""
        for side in Side:
            self.machine(side, sight)
        self.numbers(sight.time, over=False)

    # -- pages, screens and lanes ----------------------------------------------------------------------------------

    def machine(self, side: Side, sight: Sight) -> None:
        """Pages and screen of one side."""
        if sight.flows and not self._may_move(side):
            return
        card, pages, picture = dict(self._cards())[side], sight.pages(side), sight.picture(side)
        if pages is not None:
            card.show_states(*pages, live=sight.flows)
        self._show_legend(side, sight.time)
        if picture is not None:
            card.screen.show_picture(picture)
        else:
            self._show_no_screen(card, side, sight.time)

    def fade(self, side: Side) -> None:
        """What has lit up goes out, between two looks at the pages of a side."""
        if not motion.reduced():
            dict(self._cards())[side].map.fade()

    def move(self, sight: Sight, *, back: bool) -> None:
        """What is on its way to the destination, or ``back``."""
        if sight.flows and not self._may_move(("lanes", back)):
            return
        now, channel, traffic = sight.time, self._panes.channel, self.traffic
        connected = self.story.status_at(now) not in _CUT
        if back:
            channel.back.move(traffic.answers(now), now, connected=connected)
            return
        channel.main.move(traffic.packets(now), now, connected=connected)
        for name, lane in self._lanes_beside():
            lane.move(traffic.beside(name, now), now, connected=connected)

    # -- what is read ----------------------------------------------------------------------------------------------

    def numbers(self, now: float, *, over: bool) -> None:
        """All that is read."""
        self.turned = False
        for side in Side:
            self.card(side, now)
        self.heads(now, over=over)

    def missing(self) -> int:
        """Pages that the destination lacks, as they were shown last: those that it asked for, too."""
        counts = self._panes.destination.map.counts()
        return counts[PageState.MISSING] + counts[PageState.REQUESTED]

    def card(self, side: Side, now: float) -> None:
        """What is counted of a machine."""
        sample, card = self.recording.samples.at(now), dict(self._cards())[side]
        self._show_guest(card, side, now)
        counts = card.map.counts()
        card.show_facts(self._facts(side, counts, now, sample) if sample is not None else NOTHING)
        card.map.describe(counts)
        self._panes.level()

    def heads(self, now: float, *, over: bool) -> None:
        """What is said of all of it, and of the channel."""
        status = self.story.status_at(now)
        tone, icon = TONES.get(status, ("info", "arrows-left-right"))
        self._panes.header.chip.set_state(status.value, tone, icon)
        self._panes.header.about.setText(self._about(now, self.recording.samples.at(now), status))
        self._panes.say(caption(self.story, now, copies=self._has(BACKGROUND)))
        state = (tr("closed"), "neutral") if over or status in _CLOSED else (tr("connected"), "ok")
        if status in (Status.FAILED, Status.POSTCOPY_PAUSED):
            state = (tr("broken"), "danger")
        self._panes.channel.chip.set_state(*state)
        self._panes.channel.show_cut(status in _CUT - {Status.NONE})

    def curves(self, now: float, *, at: float | None) -> None:
        """Bar and plots of what is on record.  ``at`` is where the playhead stands."""
        self.bar(now, at=at, live=False)
        for names in PLOTS:
            self.plots(now, names, at=at)

    def bar(self, now: float, *, at: float | None, live: bool) -> None:
        """Phases, or sections."""
        samples = self.recording.samples
        about = None
        status = self.story.status_at(now)
        if live and status not in (Status.POSTCOPY_PAUSED, Status.PRE_SWITCHOVER):
            postcopy = status is Status.POSTCOPY_ACTIVE
            about = told.seconds_left(samples.at(now), told.rates(samples, now), postcopy=postcopy)
        self._panes.lower.transport.phases.show_bar(
            bar_of(self.story, now, at=at if at is not None else now, about=about)
        )
        transport = self._panes.lower.transport
        if transport.shows_sections:
            transport.sections.show_lanes(self.sections, transport.phases.bar.end, at if at is not None else now)

    def plots(self, now: float, names: Sequence[str], *, at: float | None) -> None:
        """These of them, as long as the bar."""
        samples, end = self.recording.samples, self._panes.lower.transport.phases.bar.end
        stopped = self.story.stopped
        colo = self.story.status.since(Status.COLO.value) is not None  # the guest stood still before it, not all along
        stands_until = self.story.resumed if colo else self.story.over
        shade = (stopped, stands_until or now) if stopped is not None else None
        postcopy = self.story.status.since(Status.POSTCOPY_ACTIVE.value) is not None
        last = "" if self._has(BACKGROUND) else "held" if colo else "waited" if postcopy else "downtime"
        self._panes.lower.show_last(last)  # a guest that stays has no downtime to expect
        times = samples.column("time")
        facts = self.recording.facts
        limits = [told.number(facts, name) for name in ("bandwidth", "max_bandwidth")]
        limit = min((each / MIB for each in limits if each), default=None)
        values: dict[str, Callable[[], tuple[np.ndarray, float | None]]] = {
            "throughput": lambda: (per_second(times, samples.column("transferred")) / MIB, limit),
            "writes": lambda: (per_second(times, samples.column("written")) / MIB, None),
            "remaining": lambda: (samples.column("remaining") / MIB, None),
            "downtime": lambda: (samples.column("expected_downtime"), told.number(facts, "downtime_limit") or None),
            "waited": lambda: (waits(samples, self.story.over), None),
            "held": lambda: (samples.column("held") / 1024, None),
        }
        place = int(np.searchsorted(times, at if at is not None else now, side="right")) - 1
        for name in names:
            column, line = values[name]()
            last = formats.decimal(float(column[place]), 0 if column[place] >= 100 else 1) if place >= 0 else ""
            most = usual(column) if name in ("downtime", "waited") else None
            curve = Curve(times, column, end, line, shade, at if at is not None else now, last, most)
            self._panes.lower.plots[name].show_curve(curve)

    def _show_no_screen(self, card: MachineCard, side: Side, now: float) -> None:
        state = self.story.guest[side].at(now)
        runs = WAITING if self.story.status_at(now).is_postcopy else BEGINS
        words = tr(runs if state == RUNNING else COPY if self._is_copy(side, state) else NO_SCREEN)
        if card.screen.text() != words:
            card.screen.show_saved(QImage(), words)

    def _show_legend(self, side: Side, at: float) -> None:
        """The states that can be on the map of a side."""
        stays = (PageState.STAYS,) if self._has(SHARED) else ()
        status = self.story.status_at(at)
        went = self.story.status.since(Status.POSTCOPY_ACTIVE.value)
        without = {PageState.AGAIN if went is not None and at >= went else PageState.REQUESTED}
        if self._has(BACKGROUND):  # every page goes once
            without |= {PageState.AGAIN}
        kinds = HERE if side is Side.SOURCE else THERE
        kinds = IN_COLO if side is Side.DESTINATION and status is Status.COLO else kinds
        shown = kinds if kinds is IN_COLO else (*stays, *(one for one in kinds if one not in without))
        dict(self._cards())[side].legend.show_kinds(shown)

    # -- parts -----------------------------------------------------------------------------------------------------

    def _cards(self) -> tuple[tuple[Side, MachineCard], ...]:
        return (Side.SOURCE, self._panes.source), (Side.DESTINATION, self._panes.destination)

    def lanes(self, now: float) -> None:
        """What is read on the lanes and of the wire, 10 times a second."""
        self._panes.channel.show_file(self._has(MAPPED), answers=not self._has(MAPPED) and not self._has(BACKGROUND))
        channel, found = self._panes.channel, told.rates(self.recording.samples, now, SMOOTH)
        channel.urgent.setVisible(self._has(URGENT))
        channel.show_channels(
            min(MOST_CHANNELS, int(told.number(self.recording.facts, "channels"))) if self._has("multifd") else 0
        )
        carries = self.story.status_at(now) not in _CUT  # what it carried just before it was cut it does no more
        rates = {lane: self.traffic.rate_beside(name, now) for name, lane in self._lanes_beside()}
        for lane, rate in rates.items():
            lane.say(formats.rate(rate) if carries else "")
        channel.main.say(formats.rate(max(0.0, found.sent - sum(rates.values()))) if carries else "")
        asks = self.story.status_at(now).is_postcopy
        channel.back.rename(channel.back.name, tr("page requests") if asks else tr("answers of the destination"))
        channel.back.say(formats.rate(found.returned) if found.returned and carries else "")
        wire = self.traffic.at(now)
        channel.show_put(wire.section, wire.record, where(wire))

    def _lanes_beside(self) -> list[tuple[str, Lane]]:
        """Those that there are beside the main one, with their names."""
        channel = self._panes.channel
        lanes = [(URGENT, channel.urgent), *((channel_name(n), lane) for n, lane in enumerate(channel.beside))]
        return [(name, lane) for name, lane in lanes if not lane.isHidden()]

    def _has(self, capability: str) -> bool:
        """Whether it was on."""
        capabilities = self.recording.facts.get("capabilities")
        return isinstance(capabilities, list) and capability in capabilities

    def _is_copy(self, side: Side, state: str) -> bool:
        """Whether what this side has is a copy of a guest that runs elsewhere."""
        return side is Side.DESTINATION and state == "paused" and self._has(BACKGROUND)

    def _stillness(self, side: Side, now: float) -> str:
        """What is said on a picture of a guest that does not run on this side."""
        state = self.story.guest[side].at(now)
        if state != RUNNING:
            return tr(COPY) if self._is_copy(side, state) else tr(STILL)
        waits = side is Side.DESTINATION and self.story.status_at(now) is Status.POSTCOPY_PAUSED
        return tr(WAITING) if waits else ""

    def _show_guest(self, card: MachineCard, side: Side, now: float) -> None:
        card.screen.set_still(self._stillness(side, now))
        state = self.story.guest[side].at(now)
        lost = self.story.lost is not None and now >= self.story.lost
        if self.story.in_colo(now) or (lost and all(states.at(now) == RUNNING for states in self.story.guest.values())):
            primary = side is Side.SOURCE
            card.chip.set_state(*((tr("primary"), "ok", "play-fill") if primary else (tr("secondary"), "info", "copy")))
        elif state == RUNNING:
            card.chip.set_state(tr("has the guest"), "ok", "play-fill")
        elif lost:
            card.chip.set_state(tr("taken for lost"), "warn", "prohibit")
        elif self._is_copy(side, state):
            card.chip.set_state(tr("has a copy"), "info", "copy")
        elif side is Side.DESTINATION and self._has(BACKGROUND):
            card.chip.set_state(tr("gets a copy"), "info", "copy")
        elif side is Side.DESTINATION and state in ("prelaunch", "inmigrate"):
            card.chip.set_state(tr("waits for the guest"), "neutral")
        else:
            card.chip.set_state(tr(_STATES.get(state, state)), "neutral", "stop-fill")

    def _facts(self, side: Side, counts: Mapping[PageState, int], now: float, sample: dict[str, float]) -> Values:
        names = self.recording.facts.get("capabilities")
        capabilities = frozenset(names) if isinstance(names, list) else frozenset()
        disks = int(told.number(self.recording.facts, "disks"))
        return Facts(self.story, now, sample, capabilities, disks).of(side, counts)

    def _about(self, now: float, sample: dict[str, float] | None, status: Status) -> str:
        """How far it is."""
        if sample is None or status in _BEFORE:
            return ""
        if status in _CLOSED:
            sent = sample["transferred"]
            if self.story.over is not None and now >= self.story.over:  # what was lost on the way was sent, too
                sent = told.number(self.recording.outcome, "transferred") or sent
            return tr("{size} sent", size=formats.size(int(sent)))
        if status is Status.COLO:
            return about_checkpoints(self.story.checkpoints_at(now)) or tr("no checkpoint yet")
        total = self.recording.layout.pages * self.recording.layout.page_size
        if status.is_postcopy and total:
            missing = self.missing()
            return tr(
                "{pages} to come, {share} % moved",
                pages=plural("{n} page", "{n} pages", missing),
                share=int(100 * (1 - missing / self.recording.layout.pages)),
            )
        if self.story.copies:
            left, all_of_it = formats.size(int(sample["remaining"])), formats.size(total)
            return tr("{left} of {total} to send", left=left, total=all_of_it)
        return tr(
            "iteration {number}, {left} of {total} to send",
            number=self.story.pass_at(now),
            left=formats.size(int(sample["remaining"])),
            total=formats.size(total),
        )


_BEFORE = frozenset({Status.SETUP, Status.WAIT_UNPLUG})
_CLOSED = frozenset({Status.COMPLETED, Status.CANCELLED, Status.FAILED, Status.NONE})
_CUT = _CLOSED | {Status.POSTCOPY_PAUSED}
"""What was under way when it broke is lost."""
_STATES = {"finish-migrate": later("stopped"), "postmigrate": later("gave the guest away"), "paused": later("stopped")}
