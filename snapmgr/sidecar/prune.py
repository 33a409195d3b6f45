"""The sidecar stays small: what belongs to snapshots that are long gone goes, then the oldest of what is too much."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable

from snapmgr.sidecar.keys import is_key
from snapmgr.sidecar.records import GONE, NOTE, SCREEN
from snapmgr.sidecar.store import Store

MOST_FILES = 30_000
MOST_PICTURES = 256 << 20
"""Bytes of all screens."""
GONE_FOR = 30 * 86400.0
"""Seconds for which notes and screens of deleted snapshots are kept, since a copy of the image may have them still."""
PART_FOR = 3600.0
"""Seconds after which a file that was begun will not be finished any more."""
EVERY = 86400.0
"""Seconds between two looks through all files."""
_LAST = "pruned"
"""An empty file, as old as the last look."""


def prune_daily(store: Store, *, now: float | None = None) -> None:
    """``prune`` where that was not done today: a change of a snapshot is not to wait for it.  Raises OSError."""
    moment = time.time() if now is None else now
    if abs(moment - _written(store, _LAST)) < EVERY:
        return
    prune(store, now=now)
    (store.folder / _LAST).touch()


def prune(store: Store, *, files: int = MOST_FILES, pictures: int = MOST_PICTURES, now: float | None = None) -> None:
    """Raises OSError."""
    moment = time.time() if now is None else now
    names = store.names()
    _old_parts(store, names, moment)
    for name in names:
        key, _, kind = name.partition(".")
        if kind == GONE and is_key(key) and moment - _written(store, name) > GONE_FOR:
            for other in (NOTE, SCREEN, GONE):
                store.remove(f"{key}.{other}")
    screens = [name for name in names if name.endswith(f".{SCREEN}")]
    sizes = {name: _size(store, name) for name in screens}
    _drop_oldest(store, screens, sizes, pictures)
    if len(names) > files:
        ours = [name for name in names if is_key(name.partition(".")[0])]
        # What somebody wrote goes last.
        ours.sort(key=lambda name: (name.endswith(f".{NOTE}"), _written(store, name)))
        for name in ours[: len(names) - files]:
            store.remove(name)


def _old_parts(store: Store, names: Iterable[str], moment: float) -> None:
    for name in names:
        if name.endswith(".part") and moment - _written(store, name) > PART_FOR:
            store.remove(name)


def _drop_oldest(store: Store, names: list[str], sizes: dict[str, int], most: int) -> None:
    total = sum(sizes.values())
    if total <= most:
        return
    for name in sorted(names, key=lambda name: _written(store, name)):
        store.remove(name)
        total -= sizes[name]
        if total <= most:
            return


def _written(store: Store, name: str) -> float:
    try:
        return os.lstat(store.folder / name).st_mtime
    except OSError:
        return 0.0


def _size(store: Store, name: str) -> int:
    try:
        return os.lstat(store.folder / name).st_size
    except OSError:
        return 0
