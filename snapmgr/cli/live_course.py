"""How a migration went so far, for a terminal: phases, who had the guest, and what happened, by its events."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from snapmgr.migrate.handover import Side
from snapmgr.migrate.recorder import ENDS
from snapmgr.migrate.recording import Moment
from snapmgr.trace.events import TraceEvent
from snapmgr.wire.commands import command_name

KEPT = 64
"""Events that are kept, newest last."""
AT_ONCE = 0.05
"""Seconds in which what is seen was one and the same moment."""
_SWITCHOVER = frozenset({"device", "postcopy-device"})
"""States in which the guest stands still to go over."""
_ENDS = frozenset(status.value for status in ENDS)


@dataclass(slots=True)
class Phase:
    """``end`` is None while it lasts; seconds since the migration began."""

    name: str
    begin: float
    end: float | None = None


@dataclass(slots=True)
class Happened:
    """``count`` of the same, one after the other; the last at ``time``."""

    time: float
    title: str
    text: str
    count: int = 1


class Course:
    """Takes moments in their order."""

    def __init__(self, *, both_sides: bool = True) -> None:
        """``both_sides``: what the destination does is known, too."""
        self._both_sides = both_sides
        self.status = "none"
        self.phases: list[Phase] = []
        self.guest = {Side.SOURCE: "running", Side.DESTINATION: "prelaunch"}
        self.events: deque[Happened] = deque(maxlen=KEPT)
        self.passes = 0
        self.throttle = 0
        """Percent of the guest's time."""
        self.over = False
        """Whether nothing comes any more."""

    def take(self, moments: Iterable[Moment]) -> None:
        for moment in moments:
            self._follow(moment)
            make = _TITLES.get(moment.event.name)
            if make is None:
                continue
            title, text = make(moment.event)
            if moment.event.name == "runstate_set":
                title = f"{moment.side.name.lower()} {title}"
            elif moment.side is not Side.SOURCE:
                continue
            last = self.events[-1] if self.events else None
            if last is not None and last.title == title and title in _REPEATED:
                last.time, last.text, last.count = moment.time, text, last.count + 1
            else:
                self.events.append(Happened(moment.time, title, text))

    def _follow(self, moment: Moment) -> None:
        event, time = moment.event, moment.time
        if event.name == "migrate_set_state":
            self.status = str(event["new_state"])
            if self.status in _ENDS:
                self._end(time)
            else:
                waits = (
                    self._both_sides and self.status == "postcopy-active" and self.guest[Side.DESTINATION] != "running"
                )
                self._begin("switchover" if waits else self._named(self.status), time)
        elif event.name == "migration_bitmap_sync_end":
            self.passes += 1
            first = self.passes == 1  # setup's, however late it is seen
            if self.status == "active" and self.phases and not first and time - self.phases[-1].begin > AT_ONCE:
                self._begin(self._named("active"), time)
        elif event.name == "migration_throttle":
            self.throttle = int(event["percentage"] or 0)
        elif event.name == "runstate_set":
            self.guest[moment.side] = state = str(event["new_state_str"])
            if moment.side is Side.SOURCE and state == "finish-migrate" and self.status == "active":
                self._begin("switchover", time)
            elif moment.side is Side.DESTINATION and state == "running" and self.status == "postcopy-active":
                self._begin("postcopy", time)

    def _named(self, status: str) -> str:
        if status in _SWITCHOVER:
            return "switchover"
        if status != "active":
            return status.removesuffix("-active")
        return f"iteration {max(1, self.passes)}"

    def _begin(self, name: str, time: float) -> None:
        if self.phases and self.phases[-1].name == name and self.phases[-1].end is None:
            return
        if name == "switchover" and len(self.phases) > 1 and time - self.phases[-1].begin < AT_ONCE:
            del self.phases[-1]  # the last look for dirty pages belongs to it
            self.phases[-1].end = None
        self._end(time)
        self.phases.append(Phase(name, time))

    def _end(self, time: float) -> None:
        if self.phases and self.phases[-1].end is None:
            self.phases[-1].end = time


def _section(event: TraceEvent) -> tuple[str, str]:
    return str(event["id"]), f"section {event['section_id']}"


def _command(event: TraceEvent) -> tuple[str, str]:
    return command_name(int(event["command"] or 0)), f"{event['len']} bytes"


def _request(event: TraceEvent) -> tuple[str, str]:
    return "page request", f"{event['rbname'] or ''} 0x{int(event['start'] or 0):X}".strip()


_TITLES: dict[str, Callable[[TraceEvent], tuple[str, str]]] = {
    "migrate_set_state": lambda event: (str(event["new_state"]), ""),
    "runstate_set": lambda event: (str(event["new_state_str"]), f"was {event['current_state_str']}"),
    "savevm_section_start": _section,
    "savevm_command_send": _command,
    "migration_bitmap_sync_end": lambda event: ("new iteration", f"{event['dirty_pages']} pages to send"),
    "migration_throttle": lambda event: ("throttle", f"{event['percentage']} % of the guest's time"),
    "migrate_handle_rp_req_pages": _request,
    "colo_receive_message": lambda event: (str(event["msg"]), "said by the destination"),
    "COLO_EXIT": lambda event: ("COLO_EXIT", f"{event['mode']}, reason: {event['reason']}"),
}
_REPEATED = frozenset({"ram", "page request"})
"""What is one line, however often it comes."""
