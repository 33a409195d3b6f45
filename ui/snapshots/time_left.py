"""How much time is left, as it is shown: a number that a person can believe, since it does not jump about."""

from __future__ import annotations

EVERY = 1.0
"""Seconds after which another estimate is believed; in between the clock is."""
MOST = 4 / 3
"""A new estimate is at most so much longer than the old one."""


class TimeLeft:
    """Of one job."""

    def __init__(self) -> None:
        self._left: float | None = None
        self._believed = self._seen = 0.0

    def show(self, estimate: float | None, now: float) -> float | None:
        """Seconds that are left, by an ``estimate`` made at ``now`` (seconds of a clock that only grows)."""
        if self._left is None or estimate is None:
            self._left, self._believed, self._seen = estimate, now, now
            return estimate
        self._left = max(0.0, self._left - (now - self._seen))
        self._seen = now
        if estimate < self._left or now - self._believed >= EVERY:
            self._left, self._believed = min(estimate, max(self._left, EVERY) * MOST), now
        return self._left
