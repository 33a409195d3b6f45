"""Which snapshots are old: what goes and what stays where only the last ones are to be kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from snapmgr.errors import UsageError
from snapmgr.snapshots.model import SnapshotRow

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_LONGEST = 100 * 365 * 86400


@dataclass(frozen=True, slots=True)
class Old:
    """The newest first in both."""

    gone: tuple[SnapshotRow, ...]
    kept: tuple[SnapshotRow, ...]


def old_ones(
    rows: Sequence[SnapshotRow], *, keep_last: int | None = None, older_than: int | None = None, now: float
) -> Old:
    """Those that go: beyond the ``keep_last`` newest, and older than so many seconds at ``now`` (seconds since 1970);
    where both are asked for, only what is both.

    Where the disks differ in the date, it is as old as the newest part of it.  A snapshot whose date is not recorded on
    some disk stays, and is none of those counted: nobody can say how old it is.
    Raises UsageError ``nothing-chosen`` where nothing is asked for, ``negative`` for numbers below 0.
    """
    if keep_last is None and older_than is None:
        raise UsageError(
            "nothing-chosen",
            "it is not said which snapshots are old",
            hint="Say how many to keep, or how old the others are at least.",
        )
    if min(keep_last or 0, older_than or 0) < 0:
        raise UsageError("negative", "neither a number of snapshots nor an age is below 0")
    moments = [newest_part(row) for row in rows]
    order = sorted(range(len(rows)), key=lambda place: (moments[place] or (0, 0), place), reverse=True)
    gone: list[SnapshotRow] = []
    kept: list[SnapshotRow] = []
    dated = 0
    for place in order:
        moment = moments[place]
        dated += moment is not None
        beyond = keep_last is None or dated > keep_last
        old = moment is not None and (older_than is None or now - moment[0] - moment[1] / 1e9 > older_than)
        (gone if beyond and old else kept).append(rows[place])
    return Old(tuple(gone), tuple(kept))


def newest_part(row: SnapshotRow) -> tuple[int, int] | None:
    """Seconds and ns since 1970 of what was made last of it, None where that is not recorded on every disk."""
    if not all(entry.dated for entry in row.entries.values()):
        return None
    return max((entry.date_sec, entry.date_nsec) for entry in row.entries.values())


def seconds_of(age: str) -> int:
    """``30d``, ``12h``, ``2w``, ``90m``, ``10s`` in seconds.  Raises UsageError ``age``."""
    found = re.fullmatch(r"\s*(\d{1,9})\s*([smhdw])\s*", age, re.IGNORECASE | re.ASCII)
    seconds = int(found[1]) * _UNITS[found[2].lower()] if found else _LONGEST + 1
    if seconds > _LONGEST:
        raise UsageError(
            "age", f"{age!r} is no age", hint="Write a number and its unit: 90m, 12h, 30d or 2w (minutes to weeks)."
        )
    return seconds
