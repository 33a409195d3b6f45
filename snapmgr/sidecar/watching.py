"""Changes of snapshots as they happen, noted: what a new one came from, and which one each disk is now.

Nothing that goes wrong here is a reason to fail: the change itself is made, and merely less is known of its snapshots.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum

from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.errors import SnapmgrError
from snapmgr.sidecar.ancestry import parent_of
from snapmgr.sidecar.current import current_of, keys_of
from snapmgr.sidecar.keys import Key
from snapmgr.sidecar.prune import prune_daily
from snapmgr.sidecar.records import Origin, Records
from snapmgr.sidecar.store import Store


class Did(Enum):
    """What was done to an image."""

    CREATED = "created"
    APPLIED = "applied"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Deed:
    """One change of one image: ``keys`` are the snapshots that it is about, ``gone`` those whose place a new one took,
    ``name`` what a new one is called."""

    path: str
    did: Did
    keys: tuple[Key, ...]
    gone: tuple[Key, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Before:
    keys: tuple[Key, ...]
    current: Key | None


class Watching:
    """``Watching(images)`` before the change, ``coming(deeds)`` when all is prepared, ``done(deeds)`` after it."""

    def __init__(self, images: Sequence[Qcow2Image], records: Records | None = None) -> None:
        self._records = records or Records(Store(quiet=True))
        self._before: dict[str, _Before] = {}
        for image in images:
            with suppress(SnapmgrError, OSError, ValueError):
                entries = keys_of(image)
                for key in entries:
                    self._records.mark_seen(key)
                current = current_of(self._records, image, entries)
                self._before[str(image.path)] = _Before(tuple(entries), current)

    def coming(self, deeds: Sequence[Deed]) -> None:
        """What new snapshots come from is noted before they are there: it is known also where this process is killed
        just then, and somebody else makes up for the rest.  Where nothing comes of it, no image has their keys."""
        self._each(deeds, self._note_new)

    def done(self, deeds: Sequence[Deed]) -> None:
        self._each(deeds, self._note)
        with suppress(OSError):
            prune_daily(self._records.store)

    def _each(self, deeds: Sequence[Deed], note: Callable[[Deed, _Before], None]) -> None:
        for deed in deeds:
            with suppress(SnapmgrError, OSError, ValueError):
                before = self._before.get(deed.path)
                if before is not None:
                    note(deed, before)

    def _note_new(self, deed: Deed, before: _Before) -> None:
        if deed.did is Did.CREATED:
            [key] = deed.keys
            self._records.put_origin(key, Origin(self._parent(key, before), deed.name))
            self._records.arrive(key, deed.path, set(before.keys) - set(deed.gone) | {key})

    def _note(self, deed: Deed, before: _Before) -> None:
        records, left = self._records, set(before.keys)
        if deed.did is Did.CREATED:
            self._gone(deed.gone)
        elif deed.did is Did.APPLIED:
            records.arrive(deed.keys[0], deed.path, left)
        elif deed.did is Did.DELETED:
            self._forget(deed, before, left - set(deed.keys))

    def _parent(self, key: Key, before: _Before) -> Key | None:
        """What a new snapshot came from; disks of one machine have the same, or nobody knows which of theirs it is."""
        parent = before.current if before.keys else ""
        known = self._records.origin(key)
        if known is None or known.parent == parent:
            return parent
        return known.parent if parent == "" else None

    def _forget(self, deed: Deed, before: _Before, left: set[Key]) -> None:
        """A disk that was the deleted one is now what that one came from, and more."""
        current: Key | None = before.current
        if current is not None:  # seen in this place, for whoever takes the deletion back
            self._records.arrive(current, deed.path, before.keys)
        if current in deed.keys:
            current = parent_of(current, left.__contains__, self._records.origin)
        if current:
            self._records.arrive(current, deed.path, left)
        self._gone(deed.keys)

    def _gone(self, keys: Sequence[Key]) -> None:
        for key in keys:
            self._records.mark_gone(key)
