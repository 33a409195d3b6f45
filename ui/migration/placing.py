"""Which bytes of the stream belong to what the view shows, for whoever wants to see them in the Inspector."""

from __future__ import annotations

from snapmgr.migrate.held import SAID
from snapmgr.migrate.recording import Recording, stream_name
from snapmgr.migrate.story import Story
from snapmgr.savevm.status import MigrationStatus as Status
from snapmgr.trace.events import TraceEvent
from ui.migration.channel_pane import Channel
from ui.migration.run import Run
from ui.migration.step_texts import explanation
from ui.migration.traffic import Traffic


class Placing:
    """Of one recording.  Offsets are bytes of its streams to the destination, one behind the other."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self.chosen: int | None = None
        """Of the event that somebody chose in the log."""
        self._waiting: TraceEvent | None = None
        """The step that comes next, where it goes step by step."""
        self._put_before = ""
        """Name of the step before that one."""
        self._before: int | None = None
        """Where that one begins."""

    @property
    def sent(self) -> int:
        """Bytes that have gone out: what was put later waits in the source's buffer."""
        streams = self._recording.streams
        answered = [int(path.name[len("conn") : -len(".rev.bin")]) for path in streams.glob("conn*.rev.bin")]
        channels = [streams / stream_name(number, forward=True) for number in range(max(answered, default=0) + 1)]
        return sum(path.stat().st_size for path in channels if path.exists())

    def show_step(self, channel: Channel, run: Run | None, story: Story) -> None:
        """What comes next in a run that goes step by step, and what it is for."""
        waiting = run.waiting if run is not None and not run.is_over else None
        if run is None or not run.stepping or run.is_over:
            self._waiting, self._before, self._put_before = None, None, ""
        if run is None or waiting is None:  # on its way to the next one, where it goes step by step
            channel.show_step(None)
            return
        status, stands = story.status_at(run.recorder.now), story.stopped is not None
        if waiting is not self._waiting:
            self._wait(waiting, status, run.recorder.base)
        step = explanation(waiting, status, stands=stands)
        channel.show_step(step, self._put_before, done=waiting.name in SAID)

    def _wait(self, waiting: TraceEvent, status: Status, base: int) -> None:
        """This step comes next, behind the one that waited until now; ``base`` as of a Recorder."""
        before, self._waiting = self._waiting, waiting
        self._put_before = explanation(before)[0] if before is not None else ""
        # a checkpoint counts its bytes anew
        known = before is not None and before.offset is not None and status is not Status.COLO
        self._before = before.offset + base if known else None

    def at(self, story: Story, traffic: Traffic, time: float) -> int | None:
        """Where it begins that was chosen, put before the step that waits, or put last; None where that is not known,
        or not in the stream."""
        if self.chosen is not None:
            return self.chosen
        if self._before is not None:
            return self._before
        return None if story.status_at(time) is Status.COLO else traffic.offset_at(time, self.sent)
