"""The Migration view: a guest moves between two demo machines, and everything about it can be seen and steered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from snapmgr.errors import UsageError
from snapmgr.migrate.handover import Side
from snapmgr.migrate.held import STEPS
from snapmgr.migrate.recording import Moment, Recording
from snapmgr.migrate.wanted import COLO
from snapmgr.savevm.status import MigrationStatus as Status
from ui.migration import recordings
from ui.migration.panes import SETTINGS, Panes
from ui.migration.placing import Placing
from ui.migration.run import Run
from ui.migration.saying import Saying
from ui.migration.showing import Showing
from ui.migration.sight import Live, Past, Sight
from ui.migration.turns import LOOK_EVERY, ROUND, SAYS, SHOWS_STATE, TURN_MS, Turns, take_turn
from ui.shell import formats
from ui.shell.context import WindowContext
from ui.shell.documents import Document, DocumentKind
from ui.shell.page import Page
from ui.theme import icons
from ui.words import tr

PRESENTED = 1.5
"""How much larger text is for an audience."""


class MigrationPage(Page):
    """``at`` is the time of the recording that is looked at, None for what happens now or at the end."""

    def __init__(self, context: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.run: Run | None = None
        self.at: float | None = None
        self._shown: Document | None = None
        """The recording on show, where it is a file."""
        self.offers = False
        """Whether what can be tried is on show, though something was recorded."""
        self.presents = False
        """Whether it is shown to an audience."""
        self._playing = False
        self._stale = 0
        """Turns that it takes yet until all is shown of the moment that is looked at."""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.panes_shown = Panes(context.actions.__getitem__)
        column.addWidget(self.panes_shown)
        self.showing = Showing(self.panes_shown)
        self.placing, self._past = Placing(self.recording), Past(self.recording)
        self.saying = Saying(self.panes_shown, self.showing)
        self.turns = Turns(self)
        self.turns.came.connect(self._turn)
        self._connect()
        self._show_state()

    def _connect(self) -> None:
        panes = self.panes_shown
        panes.settings.changed.connect(self._settings_changed)
        panes.settings.scenario_chosen.connect(self._choose)
        panes.idle.chosen.connect(self.try_scenario)
        panes.header.pressed.connect(self._take_keyboard)
        panes.lower.transport.phases.moved.connect(self._scrubbed)
        panes.lower.transport.sections.chosen.connect(self._event_chosen)
        panes.lower.transport.sections.opened.connect(self._event_opened)
        panes.lower.transport.modes.chosen.connect(lambda mode: self._show_past())
        panes.lower.transport.live_wanted.connect(lambda: self.look_at(None))
        panes.lower.events.chosen.connect(self._event_chosen)
        panes.lower.events.opened.connect(self._event_opened)

    # -- what there is ---------------------------------------------------------------------------------------------

    @property
    def is_running(self) -> bool:
        return self.run is not None and not self.run.is_over

    @property
    def recording(self) -> Recording:
        return self.showing.recording

    @property
    def has_recording(self) -> bool:
        return len(self.recording.samples) > 0 or self.is_running

    @property
    def is_idle(self) -> bool:
        """Whether what can be tried is on show."""
        return self.offers or (self.run is None and not self.has_recording)

    def is_in(self, status: str) -> bool:
        return self.run is not None and self.run.status.value == status

    def running(self) -> list[str]:
        return [tr("Migrate the demo machine, of which nothing stays but a saved recording")] if self.is_running else []

    def status(self) -> tuple[str, str]:
        if self.run is None and not self.has_recording:
            return tr("Two demo machines, nothing moves"), ""
        status = self.run.status if self.run is not None else Status.NONE
        if self.is_running and status is not Status.NONE:
            rate = self.turns.rate
            frames = tr("{number} frames/s", number=formats.decimal(rate, 0)) if rate else ""
            return tr("Demo migration: {state}", state=status.value), frames
        ending = self.recording.outcome.get("status")
        return (tr("Demo migration: {state}", state=ending) if ending else tr("The machines are being made")), ""

    def panes(self) -> list[QWidget]:
        panes = self.panes_shown
        idle = self.is_idle
        transport = panes.lower.transport
        over_time = transport.sections if transport.shows_sections else transport.phases
        lower = [panes.idle] if idle else [over_time, panes.lower.events.table]
        return [panes.settings.scenario, panes.source.map, panes.destination.map, *lower]

    def focus_filter(self) -> None:
        self.panes_shown.lower.events.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def escape(self) -> bool:
        field = self.panes_shown.lower.events.filter
        if field.text():
            field.clear()
            return True
        if self.at is not None:
            self.look_at(None)
            return True
        return False

    @property
    def text_scale(self) -> float:
        return PRESENTED if self.presents else 1.0

    # -- what can be done ------------------------------------------------------------------------------------------

    def _choose(self, id: str) -> None:
        self.panes_shown.settings.choose(id)

    def try_scenario(self, id: str) -> None:
        """Choose it and start."""
        if not self.is_running:
            self._choose(id)
            self.context.actions.run("migration.start")

    def _take_keyboard(self) -> None:
        """To the timeline: what was pressed is gone or off now, and Space holds what runs."""
        if self.isVisible() and self.has_recording:
            self.panes()[-2].setFocus(Qt.FocusReason.OtherFocusReason)

    def offer(self, wanted: bool) -> None:
        """What can be tried instead of what was recorded, or that again."""
        self.offers = wanted
        self._show_state()

    def start(self) -> None:
        """Machines of its own move, as the settings say."""
        wanted = self.panes_shown.settings.wanted()
        self.run, self._shown = Run(self.context.tasks, wanted, self), None
        self.run.changed.connect(self._run_changed)
        recording = self.run.recording
        recording.facts = {"scenario": self.panes_shown.settings.scenario.currentData(), **wanted.facts()}
        self.at, self._playing = None, False
        self._begin(recording)
        self.run.start()
        self.turns.begin()
        self._show_state()
        self._take_keyboard()

    def _begin(self, recording: Recording) -> None:
        self.offers = False
        self.showing.begin(recording)
        self.placing, self._past = Placing(recording), Past(recording)

    def cancel(self) -> None:
        if self.run is not None:
            self.run.cancel()

    def cut(self) -> None:
        if self.run is not None:
            self.run.cut()
            self._take_keyboard()

    def play(self) -> None:
        """Hold a run, or let it go on; play a recording."""
        if self.run is not None and self.is_running:
            (self.run.go_on if self.run.stepping else self.run.step)()
            return
        if not self._playing and (self.at is None or self.at >= self.recording.end):
            self.at = 0.0
        self._playing = not self._playing
        if self._playing:
            self.turns.start()
        self._show_past()

    def step(self, step: int) -> None:
        """One section or command on or back."""
        if self.run is not None and self.is_running:
            if step > 0:
                self.run.step()
            return
        self._playing = False
        at = self.at if self.at is not None else self.recording.end
        steps = (one for one in self.recording.moments if one.side is Side.SOURCE and one.event.name in STEPS)
        found = [one.time for one in steps if (one.time > at + 1e-9 if step > 0 else one.time < at - 1e-9)]
        if found:
            self.look_at(found[0] if step > 0 else found[-1])

    def look_at(self, at: float | None) -> None:
        """At a time of the recording, or (None) at what is now."""
        self.placing.chosen = None
        self.at = None if at is None or (at >= self.recording.end and not self.is_running) else max(0.0, at)
        self._playing = False
        self._show_past()

    def _scrubbed(self, at: float) -> None:
        """The playhead is dragged: it follows at once, all else within the next turns, while it may be dragged on."""
        if at >= self.recording.end and self.is_running:
            self.look_at(None)
            return
        self.placing.chosen, self._playing = None, False
        self.at = max(0.0, at) if at < self.recording.end else None
        self.showing.bar(self.recording.end, at=self.at, live=False)
        self._stale = ROUND
        self.turns.start()

    @property
    def place(self) -> int | None:
        """Offset in the stream of what is shown: chosen in the log, put before the step that waits, or put last."""
        now = self.run.recorder.now if self.run is not None and self.is_running else self.recording.end
        return self.placing.at(self.showing.story, self.showing.traffic, self.at if self.at is not None else now)

    async def open(self, document: Document) -> None:
        await self.show_file(Path(document.sources[0]))

    def document(self) -> Document | None:
        return self._shown

    async def show_file(self, source: Path) -> None:
        """Show a recording that was saved.  Raises StreamError, OSError, and UsageError while a migration runs; what is
        on show stays then."""
        recording = None if self.is_running else await recordings.read(self.context, source)
        if recording is None or self.is_running:
            raise UsageError("migrating", tr("A migration is running"), hint=tr("Open it once that is over"))
        self._shown = Document(DocumentKind.RECORDING, (str(source),))
        self.run, self.at, self._playing = None, None, False
        self._begin(recording)
        self.panes_shown.settings.show_recorded(recording.facts)
        self.showing.take(list(recording.moments))
        self._show_past()
        if self.window().focusWidget() in (None, self.window()):  # keys play what was opened
            self._take_keyboard()

    def present(self, wanted: bool) -> None:
        """For an audience, or for whoever sits before it."""
        self.presents = wanted
        self.scale_changed.emit()
        self.panes_shown.present(wanted)
        self._show_past()

    def toggle_settings(self) -> None:
        split = self.panes_shown.split
        split.fold(SETTINGS, not split.is_folded(SETTINGS))

    def _settings_changed(self) -> None:
        if self.run is not None and self.is_running:
            wanted = self.panes_shown.settings.wanted()
            self.run.want(wanted)
            self.recording.facts.update(wanted.facts())

    def _event_chosen(self, moment: Moment) -> None:
        if not self.is_running:
            self.look_at(moment.time)
        self.placing.chosen = moment.event.offset
        self.context.touch()

    def _event_opened(self, moment: Moment) -> None:
        self.placing.chosen = moment.event.offset
        if self.placing.chosen is not None:
            self.context.actions.run("migration.bytes")

    # -- showing it ------------------------------------------------------------------------------------------------

    def _turn(self) -> None:
        """The recorder looks even where nobody sees the view; nothing is painted then."""
        run, turn = self.run if self.is_running else None, self.turns.count
        if run is not None and turn % LOOK_EVERY == 0:
            run.recorder.look()
            self.showing.take(run.recorder.new_moments(self.showing.next_number))
        if self._playing:
            self._play_on()
        if (self._playing or self._stale) and self.isVisible():
            self._stale = max(0, self._stale - 1)
            self._past.at, self._past.flows = self.at, self._playing
            self._show_a_part(self._past, turn)
        elif run is not None:
            self._show_a_part(Live(run, self.at), turn, only_curves=self.at is not None)
        else:
            self.turns.stop()

    def _show_a_part(self, sight: Sight, turn: int, *, only_curves: bool = False) -> None:
        if not self.isVisible():
            return
        behind_the_look = turn % LOOK_EVERY == 1  # in the look's own turn it would be too much
        if self.showing.turned and behind_the_look and not only_curves:
            self.showing.together(sight)
        else:
            take_turn(self.showing, sight, turn, only_curves=only_curves)
        if turn % ROUND == SAYS:
            self._say_what_happens(sight.time)
        elif not sight.runs and turn % LOOK_EVERY == 0:
            self.panes_shown.lower.events.show_time(sight.time)
        elif not sight.runs and turn % ROUND == SHOWS_STATE:
            self._show_state()

    def _say_what_happens(self, now: float) -> None:
        if self.run is not None and self.is_running:
            self.panes_shown.header.set_moving(True, self.run.status)
            now = self.run.recorder.now
        self._say(now)
        self.status_changed.emit()

    def _play_on(self) -> None:
        assert self.at is not None
        self.placing.chosen, before = None, self.at
        self.at += TURN_MS / 1000 * self.panes_shown.lower.transport.speed
        self.showing.turned |= self.showing.story.turns_between(before, self.at)
        if self.at >= self.recording.end:
            self.at, self._playing, self._stale = None, False, ROUND
            self._show_state()

    def _show_past(self) -> None:
        """All of it at once."""
        self._stale = 0
        at = self.at if self.at is not None else self.recording.end
        if self.is_running and self.at is None:
            self._show_state()
            return
        self._past.at, self._past.flows = self.at, False
        self.showing.all(self._past)
        self.panes_shown.lower.events.show_time(at)
        if not self.is_running:
            self._say(at)
        self._show_state()

    def _run_changed(self) -> None:
        run = self.run
        if run is None:
            return
        if run.is_over:
            self.turns.stop()
            self.showing.know_the_end()
            self.showing.take(run.recorder.new_moments(self.showing.next_number))
            self._show_past()
        else:
            self._show_state()

    def _say(self, now: float) -> None:
        """The notice above both machines."""
        self.saying.say(self.run, now, past=not self.is_running and self.at is not None)

    def _show_state(self) -> None:
        """Buttons, chips and what the step says."""
        panes, run = self.panes_shown, self.run
        transport = panes.lower.transport
        panes.show_idle(self.is_idle)
        panes.settings.lock(self.is_running)
        panes.show_failover(run is not None and self.is_running and COLO in run.wanted.capabilities)
        panes.header.set_moving(self.is_running, run.status if run is not None else Status.NONE)
        if self.is_running:
            holds = run is not None and run.stepping
            words = (tr("held"), "warn", "pause-fill") if holds else (tr("live"), "ok", "record-fill")
            if self.at is not None:
                words = (tr("the past"), "info", "clock-counter-clockwise")
        else:
            holds, words = not self._playing, (tr("recording"), "neutral", "")
        transport.chip.set_state(*words)
        transport.go_live.setVisible(self.is_running and self.at is not None)
        transport.set_replay(not self.is_running and self.has_recording)
        self.context.actions["migration.play"].setIcon(icons.icon("play" if holds else "pause", "text2"))
        self.placing.show_step(panes.channel, run, self.showing.story)
        self.context.touch()

    # -- events of the widget --------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = {Qt.Key.Key_Space: "migration.play", Qt.Key.Key_Period: "migration.step",
                Qt.Key.Key_Comma: "migration.back"}  # fmt: skip
        id = keys.get(Qt.Key(event.key()))
        if id is None or event.modifiers() not in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier):
            super().keyPressEvent(event)
            return
        idle = id == "migration.play" and not self.has_recording
        self.context.actions.run("migration.start" if idle else id)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.panes_shown.adapt()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.panes_shown.adapt()
        if self._stale:
            self.turns.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._playing or self._stale:  # shown to its end when it is seen again
            self._playing, self._stale = False, ROUND

    def save_state(self) -> dict[str, Any]:
        state = bytes(self.panes_shown.lower.split.saveState().toBase64().data()).decode()
        return {"lower": state}

    def restore_state(self, state: dict[str, Any]) -> None:
        if isinstance(state.get("lower"), str):
            self.panes_shown.lower.split.restoreState(QByteArray.fromBase64(state["lower"].encode()))
