"""How a migration went so far, for a terminal: phases, who had the guest, and what happened, by its events."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from snapmgr.migrate.handover import Side
from snapmgr.migrate.recording import Moment
from snapmgr.migrate.story import SWITCHOVER, Story, Stretch
from snapmgr.trace.events import TraceEvent
from snapmgr.wire.commands import command_name
from snapmgr.wire.constants import Command, ReturnMessage

KEPT = 64
"""Events that are kept, newest last."""


@dataclass(slots=True)
class Happened:
    """``count`` of the same, one after the other; the last at ``time``."""

    time: float
    title: str
    text: str
    count: int = 1


class Course:
    """Takes moments in their order; the first of the ``sides`` that are known is the one whose states and events are
    told."""

    def __init__(self, sides: Sequence[Side] = tuple(Side)) -> None:
        self._side = sides[0]
        self._story = Story(self._side, both_sides=len(sides) > 1)
        self.events: deque[Happened] = deque(maxlen=KEPT)
        self.over = False
        """Whether nothing comes any more."""

    @property
    def side(self) -> Side:
        """Whose states these are."""
        return self._side

    @property
    def status(self) -> str:
        return self._story.status.last

    @property
    def passes(self) -> int:
        """Over the guest's RAM."""
        return len(self._story.syncs)

    @property
    def throttle(self) -> int:
        """Percent of the guest's time."""
        return self._story.throttles[-1][1] if self._story.throttles else 0

    @property
    def gone_over(self) -> bool:
        """Whether the guest's RAM follows it."""
        return self._story.becomes_postcopy

    def guest(self, side: Side) -> str:
        """What the guest of this machine does."""
        return self._story.guest[side].last

    def phases(self, now: float) -> tuple[Stretch, ...]:
        """Those until ``now``."""
        return self._story.phases(now)

    def stands(self, now: float) -> bool:
        """Whether the guest stands still to go over."""
        phases = self.phases(now)
        return bool(phases) and phases[-1].name == SWITCHOVER and self._story.over is None

    def take(self, moments: Iterable[Moment]) -> None:
        for moment in moments:
            self._story.take([moment])
            make = _TITLES.get(moment.event.name)
            if make is None:
                continue
            title, text = make(moment.event)
            if moment.event.name == "runstate_set":
                title = f"{moment.side.name.lower()} {title}"
            elif moment.side is not self._side:
                continue
            last = self._same(title)
            if last is not None:
                last.time, last.text, last.count = moment.time, text, last.count + 1
            else:
                self.events.append(Happened(moment.time, title, text))

    def _same(self, title: str) -> Happened | None:
        """The line of what comes again and again, if nothing else came since but more of that kind."""
        for last in islice(reversed(self.events), len(_REPEATED)):
            if title not in _REPEATED or last.title not in _REPEATED:
                return None
            if last.title == title:
                return last
        return None


def name_of(phase: Stretch) -> str:
    """What a phase is called: ``iteration 2``, ``postcopy``."""
    return f"{phase.name} {phase.number}" if phase.number else phase.name.removesuffix("-active")


def _section(event: TraceEvent) -> tuple[str, str]:
    return str(event["id"]), f"section {event['section_id']}"


def _command(event: TraceEvent) -> tuple[str, str]:
    return command_name(int(event["command"] or 0)), f"{event['len']} bytes"


def _request(event: TraceEvent) -> tuple[str, str]:
    return "page request", f"{event['rbname'] or ''} 0x{int(event['start'] or 0):X}".strip()


def _reply(event: TraceEvent) -> tuple[str, str]:
    kind = ReturnMessage(int(event["msg_type"] or 0))
    asks = kind in (ReturnMessage.REQ_PAGES, ReturnMessage.REQ_PAGES_ID)
    return "page request" if asks else kind.name, f"{event['len']} bytes back"


def _come(event: TraceEvent) -> tuple[str, str]:
    name = str(event["s"])  # QEMU has none for one of them
    return command_name(Command.ENABLE_COLO) if name == "(null)" else name, f"{event['len']} bytes"


def _start(event: TraceEvent) -> tuple[str, str]:
    return str(event["idstr"]), f"section {event['section_id']}"


_TITLES: dict[str, Callable[[TraceEvent], tuple[str, str]]] = {
    "migrate_set_state": lambda event: (str(event["new_state"]), ""),
    "runstate_set": lambda event: (str(event["new_state_str"]), f"was {event['current_state_str']}"),
    "savevm_section_start": _section,
    "savevm_command_send": _command,
    "qemu_loadvm_state_section_startfull": _start,
    "qemu_loadvm_state_section_partend": lambda event: ("part", f"section {event['section_id']}"),
    "loadvm_process_command": _come,
    "migrate_send_rp_message": _reply,
    "postcopy_pause_incoming": lambda event: ("postcopy_pause_incoming", ""),
    "migration_bitmap_sync_end": lambda event: ("new iteration", f"{event['dirty_pages']} pages to send"),
    "migration_throttle": lambda event: ("throttle", f"{event['percentage']} % of the guest's time"),
    "migrate_handle_rp_req_pages": _request,
    "colo_receive_message": lambda event: (str(event["msg"]), "said by the other side"),
    "COLO_EXIT": lambda event: ("COLO_EXIT", f"{event['mode']}, reason: {event['reason']}"),
}
_REPEATED = frozenset({"ram", "page request", "part"})
"""What is one line, however often it comes."""
