"""What the events of a migration tell: states, who had the guest, phases, and how long nobody ran it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import replace

from snapmgr.migrate.handover import Side
from snapmgr.migrate.recorder import ENDS
from snapmgr.migrate.recording import Moment
from snapmgr.savevm.status import MigrationStatus as Status
from ui.migration.phases import Bar, Segment
from ui.shell import formats
from ui.words import later, tr

AT_ONCE = 0.05
"""Seconds in which what is seen was one and the same moment: passes are noticed when somebody looks."""
RUNNING, STOPPED = "running", "finish-migrate"
TINTS = {
    Status.SETUP: "k_meta",
    Status.WAIT_UNPLUG: "k_meta",
    Status.ACTIVE: "k_ram",
    Status.DEVICE: "k_sub",
    Status.PRE_SWITCHOVER: "k_dev",
    Status.POSTCOPY_DEVICE: "k_sub",
    Status.POSTCOPY_ACTIVE: "k_cmd",
    Status.POSTCOPY_PAUSED: "k_fault",
    Status.POSTCOPY_RECOVER: "k_meta",
    Status.COLO: "k_block",
    Status.POSTCOPY_RECOVER_SETUP: "k_meta",
    Status.CANCELLING: "k_meta",
    Status.FAILING: "k_fault",
}


_SHORT = {
    Status.POSTCOPY_ACTIVE: later("postcopy"),
    Status.POSTCOPY_PAUSED: later("paused"),
    Status.POSTCOPY_RECOVER: later("recover"),
    Status.POSTCOPY_RECOVER_SETUP: later("recover"),
}


class Timeline:
    """Values that held from their times on."""

    def __init__(self, first: str) -> None:
        self._first = first
        self.times: list[float] = []
        self.values: list[str] = []

    def add(self, time: float, value: str) -> None:
        self.times.append(time)
        self.values.append(value)

    def at(self, time: float) -> str:
        place = bisect_right(self.times, time) - 1
        return self.values[place] if place >= 0 else self._first

    def since(self, value: str) -> float | None:
        """When it was this for the first time."""
        return self.times[self.values.index(value)] if value in self.values else None


class Story:
    """Takes the moments in their order, and answers for any time in seconds."""

    def __init__(self) -> None:
        self.copies = False
        """Whether the guest stays, and a copy of it goes over."""
        self.status = Timeline(Status.NONE.value)
        self.guest = {Side.SOURCE: Timeline("running"), Side.DESTINATION: Timeline("prelaunch")}
        self.syncs: list[tuple[float, int]] = []
        self.throttles: list[tuple[float, int]] = []
        self.checkpoints: list[tuple[float, float]] = []
        """Of COLO: when the primary stood still for each that is complete, and when it went on."""
        self.downtime: float | None = None
        """In ms, as the source measured it, once that is known: it hears of the guest's running later than we do."""
        self.lost: float | None = None
        """When one of the two machines of COLO was given up."""
        self._waits: float | None = None

    def take(self, moments: Iterable[Moment]) -> None:
        for moment in moments:
            event, time = moment.event, moment.time
            match event.name:
                case "migrate_set_state" if moment.side is Side.SOURCE:
                    self.status.add(time, str(event["new_state"]))
                case "runstate_set":
                    self.guest[moment.side].add(time, str(event["new_state_str"]))
                case "migration_bitmap_sync_end":
                    self.syncs.append((time, int(event["dirty_pages"] or 0)))
                case "colo_vm_state_change" if moment.side is Side.SOURCE:
                    self._take_checkpoint(time, str(event["new"]))
                case "COLO_EXIT":
                    self.lost = min(time, self.lost if self.lost is not None else time)
                case "migration_throttle":
                    self.throttles.append((time, int(event["percentage"] or 0)))

    def _take_checkpoint(self, time: float, new: str) -> None:
        if new == "stop":
            self._waits = time
        elif self._waits is not None:
            self.checkpoints.append((self._waits, time))
            self._waits = None

    def in_colo(self, time: float) -> bool:
        """Whether both machines run the guest."""
        return self.status_at(time) is Status.COLO and (self.lost is None or time < self.lost)

    def checkpoints_at(self, time: float) -> list[tuple[float, float]]:
        """Those that were complete then."""
        return self.checkpoints[: bisect_right(self.checkpoints, time, key=lambda one: one[1])]

    def status_at(self, time: float) -> Status:
        known = {status.value: status for status in Status}
        return known.get(self.status.at(time), Status.NONE)

    def owner_at(self, time: float) -> Side | None:
        """Where the guest runs; None while it stands still."""
        return next((side for side in Side if self.guest[side].at(time) == RUNNING), None)

    def pass_at(self, time: float) -> int:
        """The iteration that it is in, from 1."""
        return sum(1 for when, _ in self.syncs if when <= time)

    # -- phases ----------------------------------------------------------------------------------------------------

    @property
    def stopped(self) -> float | None:
        """When the guest stopped for good on the source."""
        return self.guest[Side.SOURCE].since(STOPPED)

    @property
    def resumed(self) -> float | None:
        """When somebody ran it again."""
        since = self.stopped
        if since is None:
            return None
        later = [
            time
            for timeline in self.guest.values()
            for time, value in zip(timeline.times, timeline.values, strict=True)
            if value == RUNNING and time >= since
        ]
        return min(later, default=None)

    @property
    def over(self) -> float | None:
        """When the migration ended, one way or the other."""
        ends = [self.status.since(status.value) for status in ENDS]
        return min((end for end in ends if end is not None), default=None)

    def segments(self, now: float) -> tuple[Segment, ...]:
        """Phases from the beginning to ``now``."""
        made: list[Segment] = []
        over = self.over
        for place, (time, value) in enumerate(zip(self.status.times, self.status.values, strict=True)):
            status = self.status_at(time)
            if status in ENDS or time > now:
                break
            following = self.status.times[place + 1 :]
            end = min(following[0] if following else now, now)
            ends_badly = over is not None and end == over and self.status_at(over) is Status.FAILED
            if status in (Status.DEVICE, Status.POSTCOPY_DEVICE):
                made += self._handing_over(time, end, failed=ends_badly)
            elif status is Status.ACTIVE:
                made += self._iterations(time, end, failed=ends_badly)
            elif status is Status.POSTCOPY_ACTIVE and self._is_switchover(time):
                over_there = min(self.resumed or end, end)
                made.append(Segment(tr("switchover"), time, over_there, "k_sub"))
                made.append(Segment(value, over_there, end, TINTS[status], failed=ends_badly, short=tr("postcopy")))
            elif end > time:
                short = tr(_SHORT[status]) if status in _SHORT else ""
                tint = TINTS.get(status, "k_meta")
                made.append(Segment(value, time, end, tint, failed=ends_badly, short=short))
        return tuple(_joined(made))

    def _handing_over(self, begin: float, end: float, *, failed: bool) -> list[Segment]:
        """The source learns a little later that the guest runs."""
        runs = self.resumed if self.becomes_postcopy else None
        until = max(begin, min(end, runs)) if runs is not None else end
        made = [Segment(tr("switchover"), begin, until, "k_sub", failed=failed)] if until > begin else []
        if end > until:
            active = Status.POSTCOPY_ACTIVE
            made.append(Segment(active.value, until, end, TINTS[active], failed=failed, short=tr("postcopy")))
        return made

    @property
    def becomes_postcopy(self) -> bool:
        """Whether the guest's RAM follows it."""
        return any(value.startswith("postcopy-") for value in self.status.values)

    def _is_switchover(self, time: float) -> bool:
        """Whether the guest stops at this beginning of a postcopy; after a recovery it runs already."""
        return self.stopped is not None and self.stopped >= time - AT_ONCE

    def _iterations(self, begin: float, end: float, *, failed: bool) -> list[Segment]:
        stopped = self.stopped
        if self.copies:  # RAM is gone through once
            return [Segment(tr("copy"), begin, end, "k_ram", failed=failed)]
        until = min(stopped, end) if stopped is not None else end
        latest = until - AT_ONCE if stopped is not None else until  # the one before the stop belongs to it
        starts = [
            begin,
            *(time for time, _ in self.syncs[1:] if begin + AT_ONCE < time < latest),
        ]  # the first is setup's
        stops = [*starts[1:], until]
        made = [
            Segment(tr("iteration {number}", number=number), first, last, "k_ram", short=str(number))
            for number, (first, last) in enumerate(zip(starts, stops, strict=True), 1)
        ]
        if stopped is not None and end > stopped:
            made.append(Segment(tr("switchover"), stopped, end, "k_sub"))
        if failed and made:
            last = made[-1]
            made[-1] = replace(last, failed=True)
        return made

    def bar(self, now: float, *, at: float | None, about: float | None = None) -> Bar:
        """Everything of the phases; ``about`` are the seconds that it may take yet."""
        segments = self.segments(now)
        end = max(now, 1.0)
        if about is not None and self.over is None:
            span = formats.duration(about)
            words = tr("about {span} to go", span=span)
            segments = (*segments, Segment(words, now, now + about, "k_ram", guess=True, short=span))
            end = now + about
        elif self.over is None:
            end = now * 1.1 + 0.5
        return Bar(segments, self._downtime(now), self._marks(now), end, at, tuple(self.checkpoints_at(now)))

    def _downtime(self, now: float) -> tuple[float, float, str] | None:
        begin = self.stopped
        if begin is None or begin > now:
            return None
        end = self.resumed
        shown = min(end if end is not None else now, now)
        measured = self.downtime if self.downtime is not None and shown == end else (shown - begin) * 1000
        number = formats.decimal(measured, 0)
        return begin, shown, tr("downtime {number} ms", number=number)

    def _marks(self, now: float) -> tuple[tuple[float, str], ...]:
        made = [(time, tr("throttle {number} %", number=percent)) for time, percent in self.throttles if time <= now]
        if self.lost is not None and self.lost <= now:
            made.append((self.lost, tr("a machine was lost, the other one goes on alone")))
        return tuple(made)


def _joined(segments: list[Segment]) -> list[Segment]:
    """Where one goes on what the one before was, both are one."""
    made: list[Segment] = []
    for segment in segments:
        if made and (made[-1].title, made[-1].tint) == (segment.title, segment.tint):
            made[-1] = replace(segment, begin=made[-1].begin)
        else:
            made.append(segment)
    return made
