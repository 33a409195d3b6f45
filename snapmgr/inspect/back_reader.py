"""What went back to the source: messages of the return path, and COLO's answers behind them."""

from __future__ import annotations

from snapmgr.errors import StreamError, Truncated
from snapmgr.wire.colo import read_colo
from snapmgr.wire.events import Event, NeedData, Skipped
from snapmgr.wire.faults import fault
from snapmgr.wire.return_path import ReturnPathReader
from snapmgr.wire.window import Short

_NO_MESSAGE = b"\0\0"
"""No message of the return path has the number 0: with COLO a number of 32 bits begins like this."""


class BackReader(ReturnPathReader):
    """A ReturnPathReader that never raises: a fault is its last event but for the bytes behind it."""

    def __init__(self, offset: int, *, colo: bool) -> None:
        super().__init__(offset)
        self._colo = colo
        self._damaged = False

    def next_event(self) -> Event | NeedData | None:  # type: ignore[override]
        """The next message, fault or rest, how many bytes are missing for it, or None at the end."""
        start = self._in.mark()
        if self._damaged:
            return self._rest(start)
        try:
            if self._colo and self._in.available >= len(_NO_MESSAGE) and self._in.peek(2) == _NO_MESSAGE:
                return read_colo(self._in)
            return super().next_event()
        except Short as short:
            self._in.offset = start
            if not self._in.ended:
                return NeedData(short.count)
            self._damaged = True
            return fault("channel-truncated", start + self._in.available, 0, "the channel ends early", fatal=False)
        except Truncated:
            self._in.offset, self._damaged = start, True
            return fault("channel-truncated", start + self._in.available, 0, "the channel ends early", fatal=False)
        except StreamError as error:
            self._in.offset, self._damaged = start, True
            return fault(error.code, error.offset or start, 0, error.message, error.qemu or "")

    def _rest(self, start: int) -> Event | NeedData | None:
        count = self._in.available
        if not count:
            return None if self._in.ended else NeedData(1)
        self._in.all_held()
        self._in.skip(count)
        return Skipped(start, count)
