"""Time that can be held, so that a migration goes on one step at a time.

Machines, link and migration all look at the same clock: while it is held the guest ticks no more, and nothing arrives.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from snapmgr.trace.events import TraceEvent

SAID = frozenset({"colo_send_message", "colo_send_message_value", "colo_receive_message"})
"""Events of COLO behind which a step ends: the source has said or heard this."""
STEPS = SAID | {"savevm_state_header", "savevm_state_setup", "savevm_section_start", "savevm_command_send"}
"""Events at which a step ends; before all others the source is about to put something into the stream."""


class HeldClock:
    """Seconds that only grow, and stand still while ``hold`` is in force."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._lost = 0.0
        self._since: float | None = None

    def __call__(self) -> float:
        with self._lock:
            return (self._clock() if self._since is None else self._since) - self._lost

    def hold(self) -> None:
        with self._lock:
            if self._since is None:
                self._since = self._clock()

    def go_on(self) -> None:
        with self._lock:
            if self._since is not None:
                self._lost += self._clock() - self._since
                self._since = None


class Gate:
    """A listener at the source's trace that stops whoever comes to the next step, and the clock with it.

    ``stepping`` says whether it is closed; ``waiting`` is the event that stands before it, None where none does.
    ``told`` is called by whatever thread it is when that changes, ``reached`` before by the one that will wait: what it
    has put so far can go out, while time passes yet.
    """

    def __init__(
        self, clock: HeldClock, told: Callable[[], None] = lambda: None, reached: Callable[[], None] = lambda: None
    ) -> None:
        self.stepping = False
        self.waiting: TraceEvent | None = None
        self._clock, self._told, self._reached = clock, told, reached
        self._changed = threading.Condition()
        self._allowed = 0

    def put(self, event: TraceEvent) -> None:
        """As ``trace.bus.Listener``: does not return while the gate is closed."""
        if not self.stepping or event.name not in STEPS:
            return
        with self._changed:
            if self._allowed:
                self._allowed -= 1
                return
        self._reached()
        with self._changed:
            self.waiting = event
            self._clock.hold()
        self._told()
        with self._changed:
            self._changed.wait_for(lambda: not self.stepping or self._allowed)
            self._allowed = max(0, self._allowed - 1)
            self.waiting = None
            self._clock.go_on()
        self._told()

    def step(self) -> None:
        """Close it, and let through what waits there."""
        with self._changed:
            if self.waiting is not None:
                self._allowed += 1
            self.stepping = True
            self._changed.notify_all()

    def open(self) -> None:
        """Everything goes on."""
        with self._changed:
            self.stepping, self._allowed = False, 0
            self._changed.notify_all()
