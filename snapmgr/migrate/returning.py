"""The way back as the source reads it (migration/migration.c: source_return_path_thread)."""

from __future__ import annotations

import threading

from snapmgr.errors import SnapmgrError, StreamError
from snapmgr.migrate.channel import Channel, ChannelBroken
from snapmgr.wire.constants import ReturnMessage
from snapmgr.wire.events import NeedData
from snapmgr.wire.return_path import Message, ReturnPathReader


class ReturnPath:
    """Reads in a thread of its own until SHUT, the end, or an error, which ``wait_for_shut`` raises."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._reader = ReturnPathReader()
        self._done = threading.Event()
        self._error: SnapmgrError | None = None
        self._thread: threading.Thread | None = None
        self.pongs: list[int] = []

    def start(self) -> None:
        """Begin to read."""
        self._thread = threading.Thread(target=self._read, name="return-path", daemon=True)
        self._thread.start()

    def wait_for_shut(self) -> None:
        """Until the other side has loaded everything.  Raises ChannelBroken, StreamError, and SnapmgrError
        ``destination-failed`` where it says that it could not."""
        self._done.wait()
        self.join()
        if self._error is not None:
            raise self._error.again()

    def join(self) -> None:
        """Nothing is read any more; the channel must have been cut or have ended."""
        if self._thread is not None:
            self._thread.join()

    def _read(self) -> None:
        try:
            while not self._take(self._reader.next_event()):
                pass
        except SnapmgrError as error:
            self._error = error
        finally:
            self._done.set()

    def _take(self, event: Message | NeedData | None) -> bool:
        """Whether this was the last one."""
        if event is None:
            raise ChannelBroken("the destination is gone")
        if isinstance(event, NeedData):
            self._reader.feed(self._channel.receive())
            return False
        if event.type is ReturnMessage.PONG:
            self.pongs.append(event.number)
            return False
        if event.type is ReturnMessage.SHUT:
            if event.number:
                text = f"Sibling indicated error {event.number}"
                raise SnapmgrError("destination-failed", "the destination could not load the machine", qemu=text)
            return True
        raise StreamError("return-path", f"the destination sent {event.type.name}, which nobody asked for",
                          offset=event.offset)  # fmt: skip
