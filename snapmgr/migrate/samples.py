"""Numbers and page states over time, kept so that any moment can be shown again."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
import numpy.typing as npt

from snapmgr.migrate.pages import States

COLUMNS = (
    "time",
    "transferred",
    "returned",
    "remaining",
    "written",
    "bandwidth",
    "expected_downtime",
    "threshold",
    "throttle",
    "passes",
    "status",
    "requests",
    "waited",
    "source_tick",
    "destination_tick",
    "source_disks",
    "destination_disks",
    "source_noted",
    "destination_noted",
    "held",
)
"""Of a sample: seconds, bytes, bytes a second, ms, percent, counts.  ``written`` are bytes of pages that the guest
wrote, ``returned`` those of the way back; ``waited`` is how long the guest waited for a page the last time, in ms;
``status`` is the place in MigrationStatus.  ``…_disks`` are those that the side may write to,
``…_noted`` the dirty bytes in their bitmaps; ``held`` are bytes of the guest's output that wait for a checkpoint."""
OLD_COLUMNS = COLUMNS[:15]
"""Those of recordings that were kept before there were more; what they do not tell is 0."""

MOST_SAMPLES = 1 << 20
MOST_CHANGES = 1 << 24
"""Pages that a record of changes holds; what changes later is not kept."""
KEY_EVERY = 64
"""Changes between two moments of which all states are kept."""

OVER = 3
"""Samples over which a rate is measured for a plot: between two of them a busy computer has it jump."""
FAR = 8.0
"""Times the usual: what is farther is cut off."""

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.uint32]


class Samples:
    """Rows of COLUMNS (float64) in the order of their times."""

    def __init__(self, rows: Floats | None = None) -> None:
        self._rows = np.zeros((256, len(COLUMNS))) if rows is None else rows
        self._count = 0 if rows is None else len(rows)

    def __len__(self) -> int:
        return self._count

    @property
    def rows(self) -> Floats:
        """A view of all rows."""
        return self._rows[: self._count]

    def column(self, name: str) -> Floats:
        return self.rows[:, COLUMNS.index(name)]

    def add(self, **values: float) -> None:
        """One more, unless there are MOST_SAMPLES."""
        if self._count >= MOST_SAMPLES:
            return
        if self._count == len(self._rows):
            self._rows = np.concatenate((self._rows, np.zeros_like(self._rows)))
        self._rows[self._count] = [values[name] for name in COLUMNS]
        self._count += 1

    def at(self, time: float) -> dict[str, float] | None:
        """The last one that is not later than ``time``; None before the first."""
        place = int(np.searchsorted(self.column("time"), time, side="right")) - 1
        if place < 0:
            return None
        return dict(zip(COLUMNS, self.rows[place].tolist(), strict=True))


def per_second(times: Floats, values: Floats) -> Floats:
    """How fast a column of totals rises, over OVER samples; as long as it, and never below 0."""
    if len(times) < 2:
        return np.zeros(len(times))
    before = np.maximum(np.arange(len(times)) - OVER, 0)
    steps = (values - values[before]) / np.maximum(times - times[before], 1e-6)
    steps[0] = steps[1]
    return np.maximum(steps, 0.0)


def usual(values: Floats) -> float | None:
    """The most that is worth a place in a plot: an expectation from hardly any bytes may be a thousand times off."""
    known = values[values > 0]
    return float(np.median(known)) * FAR if len(known) else None


class Changes:
    """How the states of pages changed: for each moment the pages that had another state than before.

    At first all pages are 0.  ``full`` says that there was no room for what came later.
    """

    def __init__(self, pages: int) -> None:
        self.pages = pages
        self.full = False
        self.times: list[float] = []
        self.changed: list[tuple[Numbers, States]] = []
        self._now: States = np.zeros(pages, np.uint8)
        self._keys: list[States] = [self._now.copy()]
        self._kept = 0

    def note(self, time: float, states: States) -> None:
        """All states as they are now, of which those are kept that changed."""
        pages = np.flatnonzero(states != self._now).astype(np.uint32)
        if len(pages) and not self.full:
            self.append(time, pages, states[pages])

    def append(self, time: float, pages: Numbers, states: States) -> None:
        """These pages have these states from ``time`` on."""
        if self._kept + len(pages) > MOST_CHANGES:
            self.full = True
            return
        self._kept += len(pages)
        self._now[pages] = states
        self.times.append(time)
        self.changed.append((pages, states))
        if len(self.times) % KEY_EVERY == 0:
            self._keys.append(self._now.copy())

    def at(self, time: float) -> States:
        """All states as they were then; a copy."""
        states = np.zeros(self.pages, np.uint8)
        self.bring(states, 0, bisect_right(self.times, time))
        return states

    def bring(self, states: States, before: int, count: int) -> None:
        """To what they are after ``count`` changes, from what they are after ``before``, by the shorter way."""
        key = count // KEY_EVERY
        if not key * KEY_EVERY <= before <= count:
            np.copyto(states, self._keys[key])
            before = key * KEY_EVERY
        for pages, values in self.changed[before:count]:
            states[pages] = values


class Played:
    """States of ``changes`` at one time after another, in one array: a step onward costs what has changed in it."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._count = 0
        self.states: States = np.zeros(changes.pages, np.uint8)
        """As they were asked for last; at first all pages are 0."""

    def at(self, time: float) -> States:
        """All states as they were then: the same array each time, to be read until the next call."""
        count = bisect_right(self._changes.times, time)
        self._changes.bring(self.states, self._count, count)
        self._count = count
        return self.states


def waits(samples: Samples, over: float | None) -> Floats:
    """How long the guest waited for a page at each sample, in ms, 0 where it has got none since the one before: it does
    not, or waits yet.  ``over`` is when the migration was, in seconds."""
    waited, requests, times = (samples.column(name) for name in ("waited", "requests", "time"))
    news = (np.diff(waited, prepend=0.0) != 0) | (np.diff(requests, prepend=0.0) > 0)
    if over is not None:
        news &= times <= over
    return np.where(news, waited, 0.0)
