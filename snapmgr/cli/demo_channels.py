"""The channels of ``snapctl demo migrate --to`` and ``demo receive``: one, two, and others after a break."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from snapmgr.migrate.channel import Channel, ChannelBroken
from snapmgr.migrate.connected import ConnectedSocket
from snapmgr.migrate.gather import gather
from snapmgr.migrate.sockets import Listener
from snapmgr.migrate.source import Outgoing
from snapmgr.migrate.trouble import Fault, Trouble


class Outward:
    """Those of the source: ``connect`` opens one."""

    def __init__(self, connect: Callable[[], Channel], faults: Sequence[Fault]) -> None:
        self.outgoing: Outgoing | None = None
        self._connect = connect
        self._trouble = Trouble(faults, lambda: self.outgoing)
        self.recoveries = self._trouble.recoveries

    def main(self) -> Channel:
        return self._trouble.forward(self._connect())

    def urgent(self) -> Channel:
        return self._connect()

    def recover(self) -> None:
        """Go on over another one.  Raises SnapmgrError."""
        assert self.outgoing is not None
        self.outgoing.recover(self.main())


class Incoming:
    """Those of the destination.  A listener is kept open where others may come ``again``."""

    def __init__(self, opened: Channel | Listener, *, again: bool) -> None:
        self._listener = opened if isinstance(opened, Listener) else None
        self._open = [] if isinstance(opened, Listener) else [opened]
        self._again = again
        self._closed = False

    def main(self) -> Channel:
        """The first.  Raises ChannelBroken."""
        return self._accept() if self._listener is not None else self._open[0]

    def gathered(self, count: int, refused: Callable[[str], None]) -> tuple[Channel, list[Channel]]:
        """The main one and ``count`` beside it, in whatever order they come; ``refused`` is told who was sent away.
        Raises ChannelBroken."""
        listener = self._listener
        if listener is None or not count:
            return self.main(), [self.urgent() for _ in range(count)]
        try:
            main, beside = gather(lambda: listener.accept(last=False), count, refused)
        finally:
            listener.close()
        self._open += [main, *beside]
        return main, beside

    def urgent(self) -> Channel:
        """The one that comes next.  Raises ChannelBroken, also where the main one breaks meanwhile."""
        return self._accept(beside=self._open[0] if self._open else None)

    def again(self, *, two: bool = False) -> tuple[Channel, Channel | None]:
        """After a break; a first one that breaks before the second came does not count.

        Raises ChannelBroken where nobody can come.
        """
        while True:
            first = self._speaking()
            try:
                return first, self._accept(beside=first) if two else None
            except ChannelBroken:
                if self._closed:
                    raise
                first.close()
                self._open.remove(first)

    def _speaking(self) -> Channel:
        """One who has something to say: nobody else takes up what broke."""
        if self._listener is None:
            raise ChannelBroken("nobody else can come by this way")
        self._open.append(self._listener.accept_speaking())
        return self._open[-1]

    def _accept(self, beside: Channel | None = None) -> Channel:
        if self._listener is None:
            raise ChannelBroken("nobody else can come by this way")
        connected = beside if isinstance(beside, ConnectedSocket) else None
        self._open.append(self._listener.accept(last=not self._again, beside=connected))
        return self._open[-1]

    @property
    def received(self) -> int:
        """Bytes that have come over all of them."""
        return sum(channel.received for channel in list(self._open))

    def close(self) -> None:
        """Let nobody in any more, and let go of all that came."""
        self._closed = True
        if self._listener is not None:
            self._listener.close()
        for channel in self._open:
            channel.close()
