"""Puts a recording into the panes: as it is now, or as it was at a time that somebody looks at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtGui import QImage

from snapmgr.migrate.handover import Side
from snapmgr.migrate.pages import PageState, States
from snapmgr.migrate.recording import Moment, Recording
from snapmgr.savevm.status import MigrationStatus as Status
from ui.migration import told
from ui.migration.machine_card import MachineCard
from ui.migration.panes import Panes
from ui.migration.plot import Curve
from ui.migration.run import Run
from ui.migration.story import RUNNING, Story
from ui.migration.traffic import Traffic, where
from ui.shell import formats
from ui.words import grouped, later, plural, tr

MIB = 1 << 20
SMOOTH = 0.25
"""Seconds over which rates are measured for what moves."""
NO_SCREEN = later("nothing runs here")
TONES = {
    Status.COMPLETED: ("ok", "check-circle-fill"),
    Status.FAILED: ("danger", "x-circle-fill"),
    Status.CANCELLED: ("warn", "prohibit"),
    Status.POSTCOPY_PAUSED: ("warn", "pause-fill"),
    Status.POSTCOPY_ACTIVE: ("info", "lightning-fill"),
}


class Showing:
    """One recording in the panes; ``begin`` with another one."""

    def __init__(self, panes: Panes) -> None:
        self._panes = panes
        self.begin(Recording())

    def begin(self, recording: Recording) -> None:
        self.recording = recording
        self.story, self.traffic = Story(), Traffic()
        self._next = 0
        self._throttles = False
        self._panes.lower.events.clear()

    def take(self, moments: Sequence[Moment]) -> None:
        """What happened since; the log shows it, too."""
        if not moments:
            return
        self._next = moments[-1].number + 1
        self.story.take(moments)
        self.traffic.take(moments)
        self._panes.lower.events.add(list(moments))

    @property
    def next_number(self) -> int:
        """Number of the first moment that was not taken yet."""
        return self._next

    # -- now -------------------------------------------------------------------------------------------------------

    def live(self, run: Run) -> None:
        """What moves, 30 times a second."""
        recorder, panes = run.recorder, self._panes
        now = recorder.now
        if recorder.pages is not None and len(recorder.pages.source):
            panes.source.show_states(recorder.pages.layout, recorder.pages.source)
            panes.destination.show_states(recorder.pages.layout, recorder.pages.destination)
        for side, card in self._cards():
            view = recorder.views.get(side)
            if view is not None:
                card.screen.show_picture(view.screen)
            elif card.screen.text() != tr(NO_SCREEN):
                card.screen.show_saved(QImage(), tr(NO_SCREEN))
        self._show_lanes(now, connected=not run.is_over)

    def numbers(self, now: float, *, over: bool) -> None:
        """What is read, 5 times a second."""
        sample = self.recording.samples.at(now)
        for side, card in self._cards():
            self._show_guest(card, side, now)
            card.show_facts(self._facts(side, now, sample))
            card.map.describe()
        status = self.story.status_at(now)
        tone, icon = TONES.get(status, ("info", "arrows-left-right"))
        self._panes.header.chip.set_state(status.value, tone, icon)
        self._panes.header.about.setText(self._about(now, sample, status))
        state = (tr("closed"), "neutral") if over or status in _CLOSED else (tr("connected"), "ok")
        if status is Status.FAILED:
            state = (tr("broken"), "danger")
        self._panes.channel.chip.set_state(*state)

    def curves(self, now: float, *, at: float | None, live: bool) -> None:
        """Bar and plots, 10 times a second.  ``at`` is where the playhead stands."""
        samples = self.recording.samples
        about = None
        if live:
            about = told.seconds_left(samples.at(now), told.rates(samples, now))
        self._panes.lower.transport.phases.show_bar(self.story.bar(now, at=at if at is not None else now, about=about))
        end = self._panes.lower.transport.phases.bar.end
        shade = (self.story.stopped, self.story.resumed or now) if self.story.stopped is not None else None
        times = samples.column("time")
        limit = float(self.recording.facts.get("bandwidth") or 0) / MIB or None
        values = {
            "throughput": (_per_second(times, samples.column("transferred")) / MIB, limit),
            "writes": (_per_second(times, samples.column("written")) / MIB, None),
            "remaining": (samples.column("remaining") / MIB, None),
            "downtime": (samples.column("expected_downtime"), self.recording.facts.get("downtime_limit")),
        }
        place = int(np.searchsorted(times, at if at is not None else now, side="right")) - 1
        for name, (column, line) in values.items():
            last = formats.decimal(float(column[place]), 0 if column[place] >= 100 else 1) if place >= 0 else ""
            curve = Curve(times, column, end, line, shade, at if at is not None else now, last)
            self._panes.lower.plots[name].show_curve(curve)

    # -- then ------------------------------------------------------------------------------------------------------

    def past(self, at: float) -> None:
        """Pages, screens and lanes as they were."""
        for side, card in self._cards():
            changes = self.recording.pages.get(side)
            if changes is not None:
                card.show_states(self.recording.layout, changes.at(at))
            picture = self.recording.screens[side].at(at)
            if picture is not None:
                card.screen.show_picture(picture)
            else:
                card.screen.show_saved(QImage(), tr(NO_SCREEN))
        self._show_lanes(at, connected=self.story.status_at(at) not in _CLOSED)

    # -- parts -----------------------------------------------------------------------------------------------------

    def _cards(self) -> tuple[tuple[Side, MachineCard], ...]:
        return (Side.SOURCE, self._panes.source), (Side.DESTINATION, self._panes.destination)

    def _show_lanes(self, now: float, *, connected: bool) -> None:
        channel, found = self._panes.channel, told.rates(self.recording.samples, now, SMOOTH)
        channel.main.show_now(self.traffic.packets(now), now, formats.rate(found.sent), connected=connected)
        back = formats.rate(found.returned) if found.returned else ""
        channel.back.show_now(self.traffic.answers(now), now, back, connected=connected)
        wire = self.traffic.at(now)
        texts = ((channel.section, wire.section), (channel.record, wire.record), (channel.begins, where(wire)))
        for part, words in texts:
            if part.full_text() != words:
                part.setText(words)

    def _show_guest(self, card: MachineCard, side: Side, now: float) -> None:
        state = self.story.guest[side].at(now)
        if state == RUNNING:
            card.chip.set_state(tr("has the guest"), "ok", "play-fill")
        elif side is Side.DESTINATION and state in ("prelaunch", "inmigrate"):
            card.chip.set_state(tr("waits for the guest"), "neutral")
        else:
            card.chip.set_state(tr(_STATES.get(state, state)), "neutral", "stop-fill")

    def _facts(self, side: Side, now: float, sample: dict[str, float] | None) -> tuple[str, ...]:
        guest = self.story.guest[side]
        since, running = guest.since(RUNNING), guest.at(now) == RUNNING
        counts = dict(self._cards())[side].map.counts()
        if sample is None:
            return ("", "", "", "")
        if side is Side.SOURCE:
            word = tr("running") if running else tr("stopped at {span}", span=_seconds(self.story.stopped))
            left = plural("{n} page", "{n} pages", counts[PageState.TO_SEND])
            throttle = int(sample["throttle"])
            return (word, left, str(self.story.pass_at(now)),
                    tr("{number} %", number=throttle) if throttle else tr("none"))  # fmt: skip
        word = tr("since {span}", span=_seconds(since)) if running else tr("not yet")
        here = counts[PageState.ARRIVED] + counts[PageState.ZERO]
        tick = grouped(int(sample["destination_tick"])) if running else ""
        return word, plural("{n} page", "{n} pages", here), grouped(counts[PageState.MISSING]), tick

    def _about(self, now: float, sample: dict[str, float] | None, status: Status) -> str:
        if sample is None:
            return ""
        if status in _CLOSED:
            return tr("{size} sent", size=formats.size(int(sample["transferred"])))
        total = self.recording.layout.pages * self.recording.layout.page_size
        return tr(
            "iteration {number}, {left} of {total} to send",
            number=self.story.pass_at(now),
            left=formats.size(int(sample["remaining"])),
            total=formats.size(total),
        )


_CLOSED = frozenset({Status.COMPLETED, Status.CANCELLED, Status.FAILED, Status.NONE})
_STATES = {"finish-migrate": later("stopped"), "postmigrate": later("gave the guest away"), "paused": later("stopped")}


def _seconds(time: float | None) -> str:
    return tr("{number} s", number=formats.decimal(time, 2)) if time is not None else ""


def _per_second(times: States | np.ndarray, values: np.ndarray) -> np.ndarray:
    """How fast a column of totals rises; as long as it."""
    if len(times) < 2:
        return np.zeros(len(times))
    steps = np.diff(values) / np.maximum(np.diff(times), 1e-6)
    return np.maximum(np.concatenate((steps[:1], steps)), 0.0)
