"""The way back as the source reads it (migration/migration.c: source_return_path_thread)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from snapmgr.errors import SnapmgrError, StreamError
from snapmgr.migrate.channel import Channel, ChannelBroken
from snapmgr.trace.bus import Trace
from snapmgr.trace.names import traced
from snapmgr.wire.constants import ReturnMessage
from snapmgr.wire.events import NeedData
from snapmgr.wire.return_path import Message, ReturnPathReader

MOST_TOGETHER = 256
"""Requests that are passed on together."""
RESUME_ACK = 1
"""What the destination says when it is ready to go on (migration.h: MIGRATION_RESUME_ACK_VALUE)."""

Wanted = tuple[str | None, int, int]
"""Pages that are asked for: block, or None for that of the last one, start, length in bytes."""
Request = Callable[[Sequence[Wanted]], None]
"""Has pages sent; requests that came together are passed on together."""


class ReturnPath:
    """Reads in a thread of its own until SHUT, the end, or an error, which ``wait_for_shut`` raises.

    ``request`` is called for pages that the destination waits for, ``ponged`` for every PONG, and ``ended`` when
    nothing is read any more, whatever the reason.
    """

    def __init__(
        self,
        channel: Channel,
        trace: Trace | None = None,
        *,
        request: Request | None = None,
        ponged: Callable[[int], None] = lambda value: None,
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        self._channel = channel
        self._trace = trace or Trace()
        self._request, self._ponged, self._ended = request, ponged, ended
        self._reader = ReturnPathReader()
        self._news = threading.Condition()
        self._done = False
        self._error: SnapmgrError | None = None
        self._wanted: list[Wanted] = []
        self._thread: threading.Thread | None = None
        self.pongs: list[int] = []
        self.bitmaps: dict[str, bytes] = {}
        """By block, which pages have been received."""
        self.approved = False
        """Whether the destination's devices are ready for the switchover."""
        self.resumed = False
        """Whether the destination has said that it goes on."""

    def start(self) -> None:
        """Begin to read."""
        self._thread = threading.Thread(target=self._read, name="return-path", daemon=True)
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether nothing is read any more."""
        return self._done

    @property
    def failed(self) -> bool:
        """Whether that is because something was wrong."""
        return self._error is not None

    def wait_for_shut(self) -> None:
        """Until the other side has loaded everything.  Raises ChannelBroken, StreamError, and SnapmgrError
        ``destination-failed`` where it says that it could not."""
        with self._news:
            self._news.wait_for(lambda: self._done)
        self.join()
        if self._error is not None:
            raise self._error.again()

    def wait_for(self, said: Callable[[], bool]) -> None:
        """Until ``said()`` is true of what came.  Raises ChannelBroken where nothing comes any more."""
        with self._news:
            self._news.wait_for(lambda: self._done or said())
            if not said():
                raise self._error.again() if self._error is not None else ChannelBroken("the destination has ended")

    def join(self) -> None:
        """Nothing is read any more; the channel must have been cut or have ended."""
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _read(self) -> None:
        try:
            while not self._take(self._reader.next_event()):
                pass
        except SnapmgrError as error:
            self._error = error
        finally:
            with self._news:
                self._done = True
                self._news.notify_all()
            self._ended()

    def _take(self, event: Message | NeedData | None) -> bool:
        """Whether this was the last one."""
        if event is None:
            raise ChannelBroken("the destination is gone")
        asks = isinstance(event, Message) and event.type in (ReturnMessage.REQ_PAGES, ReturnMessage.REQ_PAGES_ID)
        if not asks or len(self._wanted) == MOST_TOGETHER:
            self._pass_on()
        if isinstance(event, NeedData):
            self._reader.feed(self._channel.receive())
            return False
        if event.type is ReturnMessage.SHUT:
            self._tell("source_return_path_thread_shut", event.number, offset=event.offset)
            if event.number:
                text = f"Sibling indicated error {event.number}"
                raise SnapmgrError("destination-failed", "the destination could not load the machine", qemu=text)
            return True
        self._heed(event)
        with self._news:
            self._news.notify_all()
        return False

    def _pass_on(self) -> None:
        """What was asked for until now."""
        if self._wanted and self._request is not None:
            wanted, self._wanted = self._wanted, []
            self._request(wanted)

    def _heed(self, event: Message) -> None:
        match event.type:
            case ReturnMessage.PONG:
                self._tell("source_return_path_thread_pong", event.number, offset=event.offset)
                self._ponged(event.number)
                self.pongs.append(event.number)
            case ReturnMessage.SWITCHOVER_ACK:
                self._tell("source_return_path_thread_switchover_acked", offset=event.offset)
                self.approved = True
            case ReturnMessage.REQ_PAGES | ReturnMessage.REQ_PAGES_ID if self._request is not None:
                idstr, start, length = event.request
                self._tell("migrate_handle_rp_req_pages", idstr or "", start, length, offset=event.offset)
                self._wanted.append((idstr, start, length))
            case ReturnMessage.RECV_BITMAP if self._request is not None:
                self._tell("ram_dirty_bitmap_reload_begin", event.block, offset=event.offset)
                self.bitmaps[event.block] = event.bitmap or b""
            case ReturnMessage.RESUME_ACK if self._request is not None and event.number == RESUME_ACK:
                self._tell("source_return_path_thread_resume_ack", event.number, offset=event.offset)
                self.resumed = True
            case _:
                raise StreamError("return-path", f"the destination sent {event.type.name}, which nobody asked for",
                                  offset=event.offset)  # fmt: skip

    def _tell(self, name: str, *values: int | str, offset: int) -> None:
        self._trace.emit(traced(name, *values, offset=offset))
