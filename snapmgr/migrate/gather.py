"""Which of several connections is which, told by their first bytes (migration/migration.c:
migration_ioc_process_incoming).

They may come in any order, and among them some that are none of the migration's: QEMU gives it up then, here they are
sent away.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from snapmgr.errors import SnapmgrError
from snapmgr.migrate.channel import Channel, ChannelBroken
from snapmgr.ram.multifd import GREETING, MAGIC
from snapmgr.savevm.output import Buffer
from snapmgr.wire.constants import MAGIC as STREAM

MOST = 64
"""Connections at once whose first bytes are waited for, beyond those that are wanted."""

_WORD = 4
_NUMBER_AT = 24
"""Of a multifd channel, in its greeting."""


class Peeked:
    """A Channel of which ``first`` has been received already."""

    def __init__(self, channel: Channel, first: Buffer) -> None:
        self._channel, self._first = channel, first

    @property
    def returns(self) -> bool:
        return self._channel.returns

    @property
    def received(self) -> int:
        return self._channel.received

    def send(self, buffers: Sequence[Buffer]) -> None:
        self._channel.send(buffers)

    def receive(self) -> Buffer:
        first, self._first = self._first, b""
        return first if len(first) else self._channel.receive()

    def end(self) -> None:
        self._channel.end()

    def yank(self) -> None:
        self._channel.yank()

    def close(self) -> None:
        self._channel.close()


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a connection begins with; ``number`` is None for the main one."""

    channel: Channel
    number: int | None


def gather(
    accept: Callable[[], Channel], count: int, refused: Callable[[str], None] = lambda why: None
) -> tuple[Channel, list[Channel]]:
    """The main channel, and those of multifd by their numbers, 0 to ``count`` - 1.

    ``accept`` gives the connections as they come, and raises ChannelBroken once nobody is let in any more; it is called
    in another thread, maybe once more than needed.  ``refused`` is told why a connection was sent away.  Raises
    ChannelBroken where some never came.
    """
    return _Gathering(accept, count, refused).run()


class _Gathering:
    def __init__(self, accept: Callable[[], Channel], count: int, refused: Callable[[str], None]) -> None:
        self._accept, self._count, self._refused = accept, count, refused
        self._news: queue.SimpleQueue[_Seen | str | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._open: list[Channel] = []
        self._over = False

    def run(self) -> tuple[Channel, list[Channel]]:
        threading.Thread(target=self._let_in, name="accept", daemon=True).start()
        found: dict[int | None, Channel] = {}
        wanted = {None, *range(self._count)}
        try:
            while wanted - found.keys():
                match self._news.get():
                    case None:
                        raise ChannelBroken("not all channels of the migration have come")
                    case str(why):
                        self._refused(why)
                    case _Seen(channel, number) if number in wanted and number not in found:
                        found[number] = channel
                    case _Seen(channel, number):
                        self._send_away(channel)
                        self._refused("the main channel came twice" if number is None else _odd(number, self._count))
            return found[None], [found[number] for number in range(self._count)]
        finally:
            self._send_away_all_but(found.values() if not wanted - found.keys() else ())

    def _let_in(self) -> None:
        try:
            while not self._over:
                channel = self._accept()
                with self._lock:
                    crowded = self._over or len(self._open) >= MOST + 1 + self._count
                    if not crowded:
                        self._open.append(channel)
                if crowded:
                    channel.yank()
                    channel.close()
                    self._news.put("there are too many connections")
                    continue
                threading.Thread(target=self._look, args=(channel,), name="peek", daemon=True).start()
        except SnapmgrError:
            self._news.put(None)

    def _look(self, channel: Channel) -> None:
        try:
            first = _at_least(channel, _WORD)
            if first.startswith(STREAM):
                self._news.put(_Seen(self._instead(channel, first), None))
                return
            if int.from_bytes(first[:_WORD]) == MAGIC:
                first = _at_least(channel, GREETING, first)
                self._news.put(_Seen(self._instead(channel, first), first[_NUMBER_AT]))
                return
            why = f"a connection begins with {first[:_WORD].hex()}, as no channel of a migration does"
        except SnapmgrError as error:
            why = error.message
        self._send_away(channel)
        self._news.put(why)

    def _instead(self, channel: Channel, first: bytes) -> Channel:
        peeked = Peeked(channel, first)
        with self._lock:
            if channel in self._open:
                self._open[self._open.index(channel)] = peeked
        return peeked

    def _send_away(self, channel: Channel) -> None:
        with self._lock:
            if channel in self._open:
                self._open.remove(channel)
        channel.yank()
        channel.close()

    def _send_away_all_but(self, kept: Collection[Channel]) -> None:
        self._over = True
        with self._lock:
            others = [channel for channel in self._open if channel not in kept]
        for channel in others:
            self._send_away(channel)


def _at_least(channel: Channel, count: int, first: bytes = b"") -> bytes:
    """Raises ChannelBroken where so many do not come."""
    while len(first) < count:
        piece = channel.receive()
        if not len(piece):
            raise ChannelBroken("a connection ended before it said what it is")
        first += bytes(piece)
    return first


def _odd(number: int, count: int) -> str:
    return f"channel {number} of multifd came twice" if number < count else f"there is no channel {number} of multifd"
