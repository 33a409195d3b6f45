"""What any reader does that gets bytes and gives events: its buffer, its next step, its events in order.

A subclass is a set of steps.  Each takes from the buffer, emits, and may name another step; one that raises Short is
taken again when more bytes are there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from types import MethodType

from snapmgr.errors import StreamError
from snapmgr.trace.bus import Trace
from snapmgr.wire.events import Event, NeedData
from snapmgr.wire.traced import traced_events
from snapmgr.wire.window import Buffer, Short, Window

Step = Callable[[], None]


class Stepping:
    """Feed bytes, ask for events.  ``record`` bounds in bytes what a single take may ask for."""

    _stops_at_damage = False

    def __init__(self, record: int, offset: int, trace: Trace | None) -> None:
        self._trace = trace
        self._in = Window(record, offset)
        self._out: deque[Event] = deque()
        self._missing = 0
        self._finished = False

    @property
    def offset(self) -> int:
        """Where the next event would begin."""
        return self._in.offset

    @property
    def ahead(self) -> int:
        """Bytes before ``offset`` that were not fed and that nobody wants (pages in the mapped-ram layout)."""
        return self._in.ahead

    def jump(self) -> None:
        """What is fed next begins at ``offset``, without the bytes that nobody wants."""
        self._in.arrive()

    @property
    def _next(self) -> Step:
        """What reads on.  Kept without its object: a reader that held itself would keep the machine that it loads
        into, RAM and all, until the next collection of garbage."""
        return MethodType(self._step, self)

    @_next.setter
    def _next(self, step: Step) -> None:
        assert isinstance(step, MethodType)
        self._step = step.__func__

    def feed(self, data: Buffer, room: int = 0) -> None:
        """Add bytes in any chunking; empty data says that no more will come.

        The first ``room`` bytes of ``data`` are no data: they may be written to, which saves copying the others.
        """
        self._in.append(data, room)
        self._missing = 0 if self._in.ended else self._missing - (len(data) - room)

    def next_event(self) -> Event | NeedData | None:
        """The next event, how many bytes are missing for it, or None after the last.  Never raises for bad bytes."""
        while not self._out:
            if self._finished:
                return None
            if self._missing > 0:
                return NeedData(self._missing)
            start = self._in.mark()
            try:
                self._step(self)
            except Short as short:
                self._in.offset = start
                if not self._in.ended:
                    self._missing = short.count
                    return NeedData(short.count)
                self._end_inside(start, short.count)
            except StreamError as error:
                self._in.offset = start
                if self._stops_at_damage:
                    raise
                self._damaged(error)
        return self._out.popleft()

    def _end_inside(self, start: int, missing: int) -> None:
        """The bytes ended inside of what began at ``start``; ``missing`` more would have been needed at least."""
        raise NotImplementedError

    def _damaged(self, error: StreamError) -> None:
        """A step refused what stands there."""
        raise NotImplementedError

    def _emit_all(self, *events: Event | None) -> None:
        for event in events:
            if event is not None:
                self._emit(event)

    def _emit(self, event: Event) -> None:
        self._out.append(event)
        if self._trace is not None:
            for traced in traced_events(event):
                self._trace.emit(traced)

    def _finish(self) -> None:
        self._finished = True
