"""Trace: emitted from any thread, read through bounded subscriptions that count what they had to drop."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from snapmgr.trace.events import TraceEvent


class Listener(Protocol):
    """Whoever is told of every event at once, by the thread that emits it."""

    def put(self, event: TraceEvent) -> None: ...


class Subscription:
    """A bounded queue of events; the oldest are dropped and counted when nobody drains it."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._events: deque[TraceEvent] = deque()
        self._dropped = 0
        self._lock = threading.Lock()

    def put(self, event: TraceEvent) -> None:
        with self._lock:
            if len(self._events) >= self.limit:
                self._events.popleft()
                self._dropped += 1
            self._events.append(event)

    def drain(self) -> tuple[Sequence[TraceEvent], int]:
        """(events since the last call, how many were dropped before them)."""
        with self._lock:
            events, dropped = list(self._events), self._dropped
            self._events.clear()
            self._dropped = 0
        return events, dropped


class Trace:
    """Where the engine emits; costs a length check while nobody listens."""

    def __init__(self) -> None:
        self._subscriptions: tuple[Listener, ...] = ()
        self._lock = threading.Lock()

    def subscribe(self, limit: int = 65_536) -> Subscription:
        """Start listening; at most ``limit`` events wait at a time."""
        subscription = Subscription(limit)
        self.listen(subscription)
        return subscription

    def listen(self, listener: Listener) -> None:
        """Have ``listener`` told, behind those that listen already; what takes it long, the engine waits for."""
        with self._lock:
            self._subscriptions = (*self._subscriptions, listener)

    def unsubscribe(self, subscription: Listener) -> None:
        with self._lock:
            self._subscriptions = tuple(known for known in self._subscriptions if known is not subscription)

    def emit(self, event: TraceEvent) -> None:
        for subscription in self._subscriptions:
            subscription.put(event)
