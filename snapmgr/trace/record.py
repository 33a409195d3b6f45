"""Events as JSON lines, for replay: a first line with the schema, then one event a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from snapmgr.errors import StreamError
from snapmgr.trace.events import SCHEMA, TraceEvent

MAX_LINE = 1 << 16


def to_lines(events: Iterable[TraceEvent]) -> Iterator[str]:
    """Lines without their newline."""
    yield json.dumps({"schema": SCHEMA})
    for event in events:
        yield json.dumps({"name": event.name, "offset": event.offset, "arguments": dict(event.arguments)})


def from_lines(lines: Iterable[str]) -> Iterator[TraceEvent]:
    """Raises StreamError with the line's number as offset for whatever is not such a line."""
    for number, line in enumerate(lines):
        try:
            if len(line) > MAX_LINE:
                raise ValueError("line too long")
            value = json.loads(line)
            if number == 0:
                if value["schema"] != SCHEMA:
                    raise ValueError(f"schema {value['schema']}")
                continue
            yield TraceEvent(str(value["name"]), tuple(value["arguments"].items()), value["offset"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StreamError(
                "trace-line", f"line {number + 1} is no recorded event: {error}", offset=number
            ) from error
