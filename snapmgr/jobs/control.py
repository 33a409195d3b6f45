"""What the work of a job is given: it reports there, and is stopped, held or slowed down there."""

from __future__ import annotations

import threading
from collections.abc import Callable

from snapmgr.jobs.meter import JobMeter
from snapmgr.work import CancelToken

_LONGEST_WAIT = 60.0
"""Seconds; the system takes no wait of any length."""


class JobControl:
    """``progress``, ``stage`` and ``cancel`` go to the work; the rest is for whoever has the job, from any thread.

    ``held`` is called in the worker when it begins to stand still (True) and when it goes on, ``moved`` after every
    report, ``sealed`` when it is too late to cancel, ``prepared`` when all is ready and waits to be finalized, where
    that is ``awaited``.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        held: Callable[[bool], None],
        moved: Callable[[], None],
        sealed: Callable[[], None] = lambda: None,
        prepared: Callable[[], None] = lambda: None,
        *,
        awaited: bool = False,
    ) -> None:
        self.cancel = CancelToken(sealed, self._wait_to_finalize)
        self.meter = JobMeter(clock)
        self._clock = clock
        self._held = held
        self._moved = moved
        self._prepared = prepared
        self._awaited = awaited
        self._changed = threading.Condition()
        self._hold = False
        self._speed = 0
        self._since: tuple[float, int] = (0.0, 0)

    # -- in the worker -----------------------------------------------------------------------------------------------

    def progress(self, done: int, total: int) -> None:
        """Bytes of this phase.  Raises Cancelled; returns later where the job is paused or slow."""
        self.meter.report(done, total)
        self._moved()
        self.check()

    def stage(self, word: str, later: int) -> None:
        """Another phase.  Raises and waits as ``progress``."""
        self.meter.begin(word, later)
        self._moved()
        self.check()

    def check(self) -> None:
        """A place to stop at, between two pieces of the work.  Raises Cancelled."""
        self.cancel.check()
        with self._changed:
            while (wait := self._ahead()) > 0:
                self._changed.wait(min(wait, _LONGEST_WAIT))
            if self._hold:
                self._held(True)
                self._changed.wait_for(lambda: not self._hold)
                self._held(False)
        self.cancel.check()

    def _wait_to_finalize(self) -> None:
        """Before the first change that stays; once, until somebody finalizes or cancels."""
        if not self._awaited:
            return
        self.check()
        self._prepared()
        with self._changed:
            self._changed.wait_for(lambda: not self._awaited or self.cancel.cancelled)

    def _ahead(self) -> float:
        """Seconds that the work is ahead of its speed; none for one that is to stop or to stand."""
        if not self._speed or self._hold or self.cancel.cancelled:
            return 0.0
        since, then = self._since
        return (self.meter.progress.current - then) / self._speed - (self._clock() - since)

    # -- from outside ------------------------------------------------------------------------------------------------

    def stop(self) -> bool:
        """Cancel, and let go on what stands still; False where it comes too late."""
        asked = self.cancel.cancel()
        self.hold(False)
        return asked

    @property
    def awaited(self) -> bool:
        """Whether somebody has to finalize it yet."""
        return self._awaited

    def finalize(self) -> None:
        """Let the change be made that is prepared."""
        with self._changed:
            self._awaited = False
            self._changed.notify_all()

    def hold(self, hold: bool) -> None:
        """Stand still at the next place, or go on."""
        with self._changed:
            self._hold = hold
            self._since = (self._clock(), self.meter.progress.current)
            self._changed.notify_all()

    def limit(self, speed: int) -> None:
        """Bytes a second from now on, 0 = as fast as it can be."""
        with self._changed:
            self._speed = speed
            self._since = (self._clock(), self.meter.progress.current)
            self._changed.notify_all()
