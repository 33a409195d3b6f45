"""What the events of a migration tell: states, who had the guest, phases, and how long nobody ran it."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace

from snapmgr.migrate.handover import Side
from snapmgr.migrate.recorder import ENDS
from snapmgr.migrate.recording import Moment
from snapmgr.savevm.status import MigrationStatus as Status

AT_ONCE = 0.05
"""Seconds in which what is seen was one and the same moment: passes are noticed when somebody looks."""
RUNNING, STOPPED = "running", "finish-migrate"
ITERATION, PRECOPY, COPY, SWITCHOVER = "iteration", "precopy", "copy", "switchover"
"""Phases that are no states of the migration."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A phase from ``begin`` to ``end`` in seconds; the migration ``failed`` in it.

    ITERATION, of which there may be several (``number``, from 1), PRECOPY where nobody counts them, COPY, SWITCHOVER,
    or else the state that it was in."""

    name: str
    begin: float
    end: float
    number: int = 0
    failed: bool = False


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

    @property
    def last(self) -> str:
        """The newest."""
        return self.values[-1] if self.values else self._first

    def since(self, value: str) -> float | None:
        """When it was this for the first time."""
        return self.times[self.values.index(value)] if value in self.values else None


class Story:
    """Takes the moments in their order, and answers for any time in seconds.

    States are those of ``side``.  Where ``both_sides`` are not known it is what that one can tell."""

    def __init__(self, side: Side = Side.SOURCE, *, both_sides: bool = True) -> None:
        self._side, self._both_sides = side, both_sides
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
                case "migrate_set_state" if moment.side is self._side:
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

    def turns_between(self, time: float, later: float) -> bool:
        """Whether the migration or a machine comes to another state in that stretch, which begins behind ``time``."""
        lines = (self.status, *self.guest.values())
        return any(bisect_right(line.times, time) < bisect_right(line.times, later) for line in lines)

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
        """The iteration that it is in, from 1, or was in when the guest was stopped; 0 before the first."""
        if not self.syncs or time < self.syncs[0][0]:
            return 0
        begin = self.status.since(Status.ACTIVE.value)
        return 1 + sum(when <= time for when in self._later_starts(begin or 0.0, self.stopped))

    def _later_starts(self, begin: float, until: float | None) -> list[float]:
        """When iterations but the first began; ``until`` the guest stood still."""
        latest = until - AT_ONCE if until is not None else math.inf  # the one before the stop belongs to it
        return [time for time, _ in self.syncs[1:] if begin + AT_ONCE < time < latest]  # the first is setup's

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

    def phases(self, now: float) -> tuple[Stretch, ...]:
        """From the beginning to ``now``, one after the other."""
        made: list[Stretch] = []
        over = self.over
        for place, (time, value) in enumerate(zip(self.status.times, self.status.values, strict=True)):
            status = self.status_at(time)
            if status in ENDS or time > now:
                break
            following = self.status.times[place + 1 :]
            end = min(following[0] if following else now, now)
            failed = over is not None and end == over and self.status_at(over) is Status.FAILED
            if status in (Status.DEVICE, Status.POSTCOPY_DEVICE):
                made += self._handing_over(time, end, failed=failed)
            elif status is Status.ACTIVE:
                made += self._iterations(time, end, failed=failed)
            elif status is Status.POSTCOPY_ACTIVE and self._is_switchover(time):
                over_there = min(self.resumed or end, end)
                made.append(Stretch(SWITCHOVER, time, over_there))
                made.append(Stretch(value, over_there, end, failed=failed))
            elif end > time:
                made.append(Stretch(value, time, end, failed=failed))
        return tuple(_joined(made))

    def _handing_over(self, begin: float, end: float, *, failed: bool) -> list[Stretch]:
        """The source learns a little later that the guest runs."""
        runs = self.resumed if self.becomes_postcopy else None
        until = max(begin, min(end, runs)) if runs is not None else end
        made = [Stretch(SWITCHOVER, begin, until, failed=failed)] if until > begin else []
        if end > until:
            made.append(Stretch(Status.POSTCOPY_ACTIVE.value, until, end, failed=failed))
        return made

    @property
    def becomes_postcopy(self) -> bool:
        """Whether the guest's RAM follows it."""
        return any(value.startswith("postcopy-") for value in self.status.values)

    def _is_switchover(self, time: float) -> bool:
        """Whether the guest stops at this beginning of a postcopy; after a recovery it runs already."""
        return self._both_sides and self.stopped is not None and self.stopped >= time - AT_ONCE

    def _iterations(self, begin: float, end: float, *, failed: bool) -> list[Stretch]:
        stopped = self.stopped
        if self.copies or self._side is Side.DESTINATION:  # RAM is gone through once, or nobody here counts
            return [Stretch(COPY if self.copies else PRECOPY, begin, end, failed=failed)]
        until = min(stopped, end) if stopped is not None else end
        starts = [begin, *(time for time in self._later_starts(begin, stopped) if time < until)]
        stops = [*starts[1:], until]
        made = [
            Stretch(ITERATION, first, last, number)
            for number, (first, last) in enumerate(zip(starts, stops, strict=True), 1)
        ]
        if stopped is not None and end > stopped:
            made.append(Stretch(SWITCHOVER, stopped, end))
        if failed and made:
            made[-1] = replace(made[-1], failed=True)
        return made


def _joined(phases: list[Stretch]) -> list[Stretch]:
    """Where one goes on what the one before was, both are one."""
    made: list[Stretch] = []
    for phase in phases:
        if made and (made[-1].name, made[-1].number) == (phase.name, phase.number):
            made[-1] = replace(phase, begin=made[-1].begin)
        else:
            made.append(phase)
    return made
