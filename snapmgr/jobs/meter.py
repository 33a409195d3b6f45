"""How far a job is: bytes, rate, time left and phase.

The worker counts, anybody reads: what is read is one frozen value.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from snapmgr.snapshots.phase import Phase

_SPAN = 5.0
"""Seconds that the rate is measured over."""
_APART = 0.1
"""Seconds between two samples at least."""


@dataclass(frozen=True, slots=True)
class JobProgress:
    """``current`` and ``total`` in bytes, over all phases, as far as they are known; the total may change.

    ``rate`` in bytes a second and ``remaining`` in seconds are None while nothing can be said of them.
    """

    phase: str = Phase.WAITING
    current: int = 0
    total: int = 0
    rate: float | None = None
    remaining: float | None = None


class JobMeter:
    """Counts for one job, in its worker; ``clock`` gives seconds that only grow."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._before = 0
        self._done = 0
        self._later = 0
        self._samples: deque[tuple[float, int]] = deque()
        self.progress = JobProgress()

    def begin(self, phase: str, later: int) -> None:
        """Another phase, after which ``later`` bytes come at least."""
        self._before += self._done
        self._done, self._later = 0, later
        self._show(phase, self._before, max(self._before + later, self._before))

    def report(self, done: int, total: int) -> None:
        """``done`` bytes of this phase; a smaller number than before begins its next piece, such as another disk."""
        if done < self._done:
            self._before += self._done
        self._done = done
        current = self._before + done
        self._show(self.progress.phase, current, max(current, self._before + total + self._later))

    def _show(self, phase: str, current: int, total: int) -> None:
        now = self._clock()
        if not self._samples or now - self._samples[-1][0] >= _APART:
            self._samples.append((now, current))
        while len(self._samples) > 1 and now - self._samples[0][0] > _SPAN:
            self._samples.popleft()
        since, then = self._samples[0]
        rate = (current - then) / (now - since) if now - since >= _APART else None
        self.progress = JobProgress(phase, current, total, rate, (total - current) / rate if rate else None)

    def finish(self) -> None:
        """All is done."""
        seen = self.progress
        self.progress = JobProgress(seen.phase, seen.current, seen.current, seen.rate, 0.0)
