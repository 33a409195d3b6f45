"""RAM words without any section around them, as the postcopy preempt channel carries them (ram.c: postcopy_preempt)."""

from __future__ import annotations

from snapmgr.errors import StreamError
from snapmgr.ram.section import RamPayload, RamState
from snapmgr.wire.events import Event, NeedData, Skipped
from snapmgr.wire.faults import fault
from snapmgr.wire.layout import Done
from snapmgr.wire.window import Buffer, Short, Window


class BareReader:
    """Feed bytes, ask for events.  A fault ends the channel: nothing says where the next word begins.

    The channel may end behind any page; whether with a word EOS depends on the QEMU.
    """

    def __init__(self, state: RamState, offset: int = 0) -> None:
        self._payload = RamPayload(state)
        self._in = Window(1 << 20, offset)
        self._damaged = False

    @property
    def offset(self) -> int:
        """Where the next event would begin."""
        return self._in.offset

    def feed(self, data: Buffer, room: int = 0) -> None:
        """Add bytes in any chunking; empty data says that no more will come."""
        self._in.append(data, room)

    def next_event(self) -> Event | NeedData | None:
        """The next event, how many bytes are missing for it, or None after the last.  Never raises for bad bytes."""
        start = self._in.mark()
        if not self._in.available:
            return None if self._in.ended else NeedData(1)
        if self._damaged:
            return self._rest(start)
        try:
            found = self._payload.step(self._in)
        except Short as short:
            self._in.offset = start
            if not self._in.ended:
                return NeedData(short.count)
            self._damaged = True
            return fault(
                "channel-truncated", start + self._in.available, 0, "the channel ends inside a page", fatal=False
            )
        except StreamError as error:
            self._in.offset, self._damaged = start, True
            return fault(error.code, error.offset or start, 0, error.message, error.qemu or "")
        return found.event if isinstance(found, Done) else found

    def _rest(self, start: int) -> Event:
        count = self._in.available
        self._in.all_held()
        self._in.skip(count)
        return Skipped(start, count)
