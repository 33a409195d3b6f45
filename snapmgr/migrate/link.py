"""A channel within one process, which can be slowed down and cut as a network can.

Time is the caller's: ``clock`` gives seconds that only grow.
"""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from snapmgr.migrate.channel import ChannelBroken
from snapmgr.savevm.output import Buffer

CAPACITY = 8 << 20
"""Bytes under way before a sender waits, at most; a slow link has room for less."""

QUEUED = 0.1
"""Seconds that a link with a bandwidth takes to pass on what waits in it."""

SLICE, AT_ONCE = 64 << 10, 0.005
"""Bytes that a link with a bandwidth passes on at once, or what it passes in so many seconds where that is more: a wide
one is not to be taken in small pieces, each of which is work for both ends."""


class Wire:
    """One direction.  ``bandwidth`` in bytes a second, 0 = unlimited; ``latency`` in seconds, and ``jitter`` in seconds
    that come on top at most; all may change at any time.  ``break_at`` is the number of bytes after which it breaks,
    None for never.  ``passed`` bytes were sent, ``taken`` came out.  ``tap`` is shown all of them, in their order."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.bandwidth = 0
        self.latency = self.jitter = 0.0
        self.tap: Callable[[memoryview], None] = lambda view: None
        self.break_at: int | None = None
        self.passed = self.taken = 0
        self._clock = clock
        self._random = random.Random(1)
        self._queue: deque[tuple[float, memoryview]] = deque()
        self._under_way = 0
        self._free_at = clock()
        self._ended = self._broken = False
        self._changed = threading.Condition()

    def send(self, buffers: Sequence[Buffer]) -> None:
        """As Channel.send.  Buffers must not change until they were received."""
        for buffer in buffers:
            view = memoryview(buffer).cast("B")
            while len(view):
                view = view[self._pass(view) :]

    def _pass(self, view: memoryview) -> int:
        """As much as there is room for; returns how many bytes that is."""
        with self._changed:
            self._changed.wait_for(lambda: self._broken or self._under_way < self._room())
            if self._broken:
                raise ChannelBroken
            count = min(len(view), max(SLICE, int(self.bandwidth * AT_ONCE))) if self.bandwidth else len(view)
            if self.break_at is not None:
                count = min(count, self.break_at - self.passed)
            if count:
                self.tap(view[:count])
                self._queue.append((self._arrival(count), view[:count]))
                self._under_way += count
                self.passed += count
            if self.break_at is not None and self.passed >= self.break_at:
                self._broken = True
            self._changed.notify_all()
            if self._broken and not count:
                raise ChannelBroken
            return count

    def _room(self) -> int:
        """Bytes that may be under way at once."""
        if not self.bandwidth:
            return CAPACITY
        return max(SLICE, min(CAPACITY, int(self.bandwidth * (QUEUED + self.latency))))

    def _arrival(self, count: int) -> float:
        """When the last of so many bytes is through; none overtakes another, as they wait in their order."""
        delay = self.latency + (self._random.random() * self.jitter if self.jitter else 0.0)
        if self.bandwidth:
            self._free_at = max(self._free_at, self._clock()) + count / self.bandwidth
            return self._free_at + delay
        return self._clock() + delay if delay else 0.0

    def spend(self, count: int) -> None:
        """Wait as long as a sender of so many bytes would; for what takes another way.  Raises ChannelBroken."""
        with self._changed:
            self.passed += count
            wait = self._arrival(count) - self.latency - QUEUED - self._clock() if self.bandwidth else 0.0
            if wait > 0:
                self._changed.wait_for(lambda: self._broken, wait)
            if self._broken:
                raise ChannelBroken

    def receive(self) -> Buffer:
        """As Channel.receive."""
        with self._changed:
            while True:
                if self._queue:
                    wait = self._queue[0][0] - self._clock()
                    if wait <= 0:
                        _, view = self._queue.popleft()
                        self._under_way -= len(view)
                        self.taken += len(view)
                        self._changed.notify_all()
                        return view
                    if self._broken:
                        raise ChannelBroken
                    self._changed.wait(wait)
                elif self._broken:
                    raise ChannelBroken
                elif self._ended:
                    return b""
                else:
                    self._changed.wait()

    def end(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def cut(self) -> None:
        """What is under way is lost, and nothing comes through any more."""
        with self._changed:
            self._broken = True
            self._queue.clear()
            self._under_way = 0
            self._changed.notify_all()


class Link:
    """Two wires and their two ends; ``source`` sends on ``forward``, ``destination`` on ``back``."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.forward, self.back = Wire(clock), Wire(clock)
        self.source, self.destination = LinkEnd(self, self.forward, self.back), LinkEnd(self, self.back, self.forward)

    def be_like(self, other: Link) -> None:
        """As wide and as slow as another one, which may have broken since."""
        for wire, model in ((self.forward, other.forward), (self.back, other.back)):
            wire.bandwidth, wire.latency, wire.jitter = model.bandwidth, model.latency, model.jitter

    def cut(self) -> None:
        """Both directions at once."""
        self.forward.cut()
        self.back.cut()


class LinkEnd:
    """A Channel."""

    def __init__(self, link: Link, out: Wire, into: Wire) -> None:
        self._link, self._out, self._into = link, out, into

    @property
    def returns(self) -> bool:
        return True

    @property
    def received(self) -> int:
        return self._into.taken

    def send(self, buffers: Sequence[Buffer]) -> None:
        self._out.send(buffers)

    def receive(self) -> Buffer:
        return self._into.receive()

    def end(self) -> None:
        self._out.end()

    def yank(self) -> None:
        self._link.cut()

    def close(self) -> None:
        """The other side may still take what was sent to it."""
        self._out.end()
