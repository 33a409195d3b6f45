"""Events of a recording as lines of JSON, and back: what is read has the arguments that its name promises."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

from snapmgr.errors import StreamError
from snapmgr.migrate.handover import Side
from snapmgr.migrate.recording import CHANNEL_PUT, MOST_EVENTS, PAGE_WAITS, PAGES_PUT, URGENT_PUT, Moment
from snapmgr.trace.events import TraceEvent, Value
from snapmgr.trace.names import ARGUMENTS
from snapmgr.trace.record import MAX_LINE

_OTHERS = {
    "migrate_set_state": ("new_state",),
    "migration_bitmap_sync_end": ("dirty_pages",),
    "migration_throttle": ("percentage",),
    "runstate_set": ("current_state", "current_state_str", "new_state", "new_state_str"),
    PAGES_PUT: ("rbname", "first", "last", "pages", "zero"),
    URGENT_PUT: ("bytes",),
    CHANNEL_PUT: ("channel", "bytes"),
    PAGE_WAITS: ("count", "longest"),
    "colo_vm_state_change": ("old", "new"),
    "colo_receive_message": ("msg",),
    "COLO_EXIT": ("mode", "reason"),
}
"""Arguments of the events that ``trace.names`` leaves out and that something is made of."""

_NUMBERS = frozenset({"section_id", "len", "command", "start", "dirty_pages", "percentage", "first", "last", "pages",
                      "zero", "bytes", "channel", "count", "longest"})  # fmt: skip
"""Arguments that are counted with."""

_LARGEST = 1 << 64


def event_line(moment: Moment) -> str:
    """One line without its newline."""
    event = moment.event
    return json.dumps([moment.time, moment.side.name, event.name, event.offset, dict(event.arguments)])


def read_events(data: bytes, offset: int) -> Iterator[Moment]:
    """The moments of these lines, which stand at ``offset`` in their file.

    Raises StreamError ``recording-damaged`` with the place of the line at fault."""
    number, last = 0, 0.0
    for line in data.split(b"\n") if data else ():
        moment = _moment(line, number, last) if number < MOST_EVENTS and len(line) <= MAX_LINE else None
        if moment is None:
            raise StreamError("recording-damaged", f"line {number + 1} is no recorded event", offset=offset)
        yield moment
        number, last, offset = number + 1, moment.time, offset + len(line) + 1


def _moment(line: bytes, number: int, last: float) -> Moment | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    match value:
        case [float() | int() as time, "SOURCE" | "DESTINATION" as side, str(name), int() | None as offset,
              dict() as arguments]:  # fmt: skip
            ordered = math.isfinite(time) and time >= last and (offset is None or 0 <= offset < _LARGEST)
            if ordered and _fits(name, arguments):
                return Moment(number, float(time), Side[side], TraceEvent(name, tuple(arguments.items()), offset))
    return None


def _fits(name: str, arguments: dict[str, object]) -> bool:
    wanted = _OTHERS.get(name, ARGUMENTS.get(name))
    if wanted is not None and set(wanted) != set(arguments):
        return False
    return all(_is_value(value, number=key in _NUMBERS and wanted is not None) for key, value in arguments.items())


def _is_value(value: object, *, number: bool) -> bool:
    if isinstance(value, int) and not isinstance(value, bool):
        return -_LARGEST < value < _LARGEST
    return not number and isinstance(value, Value)
