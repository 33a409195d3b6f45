"""Running a machine in real time, in a worker: orders come in from other threads, views go out.

Time is the caller's: ``clock`` gives seconds that only grow, ``wait(event, seconds)`` waits for an order at most so
long.  The driver owns the machine while it works: nobody else may touch it then.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

from snapmgr.errors import SnapmgrError
from snapmgr.machine.announce import Announcer
from snapmgr.machine.machine import Machine, MachineView
from snapmgr.machine.runstate import RunState

T = TypeVar("T")

NANO = 1_000_000_000
MOST_BEHIND = 0.5
"""Seconds that a slow machine tries to catch up; what is older is let go."""
VIEW_EVERY = 1 / 30
"""Seconds between two views at least."""

Wait = Callable[[threading.Event, float | None], object]


def _wait(event: threading.Event, seconds: float | None) -> bool:
    return event.wait(seconds)


class Driver:
    """Ticks a machine ``rate`` times a second while its run state is running; ``show`` is called with views of it,
    ``about_to_run`` before it ticks, where it runs.

    It catches up ``most_behind`` seconds at most."""

    def __init__(
        self,
        machine: Machine,
        clock: Callable[[], float],
        *,
        rate: float = 50.0,
        show: Callable[[MachineView], None] = lambda view: None,
        about_to_run: Callable[[Machine], None] = lambda machine: None,
        wait: Wait = _wait,
        most_behind: float = MOST_BEHIND,
    ) -> None:
        self._machine = machine
        self._most_behind = most_behind
        self._clock = clock
        self._wait = wait
        self._show = show
        self._about_to_run = about_to_run
        self._rate = rate
        self._orders: deque[tuple[Future[Any], Callable[[Machine], Any]]] = deque()
        self._wake = threading.Event()
        self._stopping = self._over = False
        self._next_tick = clock()
        self._next_view = clock()
        self._announcers: list[Announcer] = []

    def order(self, action: Callable[[Machine], T]) -> Future[T]:
        """Have ``action`` done by the worker between two ticks; from any thread.  Its error is the future's, which is
        SnapmgrError ``machine-ended`` where the worker has ended: nobody waits in vain for it."""
        future: Future[T] = Future()
        self._orders.append((future, action))
        self._wake.set()
        if self._over:
            self._refuse()
        return future

    def set_rate(self, rate: float) -> None:
        """Ticks a second, from any thread."""
        self.order(lambda machine: self._change_rate(rate))

    def finish(self) -> None:
        """Let ``work`` return when the orders that were given are done; from any thread."""
        self.order(lambda machine: self._stop())

    def work(self) -> None:
        """Until ``finish``: the body of the worker."""
        try:
            while not self._stopping:
                self._wait(self._wake, self.step())
            self._look()
        finally:
            self._over = True
            self._refuse()

    def step(self) -> float | None:
        """Do what is due now; returns the seconds until the next tick, None while the machine stands."""
        self._wake.clear()
        changed = bool(self._orders)
        while self._orders:
            _perform(*self._orders.popleft(), self._machine)
        now = self._clock()
        self._announce(now)
        ticks = self._due(now)
        if ticks:
            changed |= not self._run(ticks)
            now = self._clock()
        if changed or (ticks and now >= self._next_view):
            self._next_view = now + VIEW_EVERY
            self._look()
        if self._stopping:
            return 0.0
        due = [announcer.next_at / NANO for announcer in self._announcers]
        if self._machine.run_state is RunState.RUNNING:
            due.append(self._next_tick)
        return max(0.0, min(due) - self._clock()) if due else None

    def _announce(self, now: float) -> None:
        """Tell the network where the machine is, again and again for a while."""
        for announcer in self._machine.announcing:
            announcer.next_at += int(now * NANO)
            self._announcers.append(announcer)
        self._machine.announcing.clear()
        for announcer in self._announcers:
            announcer.due(int(now * NANO), self._machine.trace)
        self._announcers = [announcer for announcer in self._announcers if announcer.left]

    def _look(self) -> None:
        """A machine whose RAM came in part only cannot be shown."""
        try:
            view = self._machine.state()
        except SnapmgrError as error:
            self._machine.error_report(error.message)
        else:
            self._show(view)

    def _run(self, ticks: int) -> bool:
        """False where a disk refused: the machine stands then, and its reports say why.  A tick may take long, where
        the guest waits for its pages: it is looked at between two of them, too."""
        try:
            self._about_to_run(self._machine)
            for _ in range(ticks - 1):
                self._machine.run(1)
                if (now := self._clock()) >= self._next_view:
                    self._next_view = now + VIEW_EVERY
                    self._look()
            self._machine.run(1)
        except SnapmgrError as error:
            self._machine.error_report(error.message)
            return False
        return True

    def _due(self, now: float) -> int:
        """Ticks to run now; a machine that just started, or fell far behind, begins anew."""
        if self._machine.run_state is not RunState.RUNNING:
            self._next_tick = now
            return 0
        self._next_tick = max(self._next_tick, now - self._most_behind)
        ticks = max(0, int((now - self._next_tick) * self._rate) + 1) if now >= self._next_tick else 0
        self._next_tick += ticks / self._rate
        return ticks

    def _change_rate(self, rate: float) -> None:
        self._rate = max(0.1, rate)
        self._next_tick = self._clock()

    def _stop(self) -> None:
        self._stopping = True

    def _refuse(self) -> None:
        """What came too late; by the worker, and by whoever orders after it."""
        with suppress(IndexError):
            while True:
                future, _ = self._orders.popleft()
                if future.set_running_or_notify_cancel():
                    future.set_exception(SnapmgrError("machine-ended", "the machine has ended"))


def _perform(future: Future[Any], action: Callable[[Machine], Any], machine: Machine) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(action(machine))
    except BaseException as error:
        future.set_exception(error)
