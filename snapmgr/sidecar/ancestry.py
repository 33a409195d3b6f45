"""Who came from whom among the snapshots that are still there, from what was seen when each was made."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

from snapmgr.sidecar.keys import Key
from snapmgr.sidecar.records import Origin

T = TypeVar("T", bound=Hashable)

_MOST_STEPS = 10_000
"""Deleted snapshots that are gone through on the way to an ancestor."""


def parent_of(key: Key, there: Callable[[Key], bool], origin: Callable[[Key], Origin | None]) -> Key | None:
    """The nearest ancestor that is ``there``, "" where it came from nothing that is, None where nobody knows.

    Those that were deleted, by whomever, are stepped over: their children are their parent's.
    """
    passed = {key}
    for _ in range(_MOST_STEPS):
        found = origin(key)
        if found is None or found.parent is None:
            return None
        if found.parent == "" or (found.parent not in passed and there(found.parent)):
            return found.parent
        if found.parent in passed:  # files that somebody put together: nothing comes from itself
            return None
        key = found.parent
        passed.add(key)
    return None


def without_circles(parents: Mapping[T, T | None]) -> dict[T, T | None]:
    """The same with every circle left out: nobody knows of its members where they come from."""
    sound: dict[T, bool] = {}
    for start in parents:
        trail: list[T] = []
        place: dict[T, int] = {}
        at: T | None = start
        while at is not None and at in parents and at not in sound and at not in place:
            place[at] = len(trail)
            trail.append(at)
            at = parents[at]
        first = place[at] if at is not None and at in place else len(trail)
        sound.update((one, number < first) for number, one in enumerate(trail))
    return {one: parent for one, parent in parents.items() if sound[one]}
