"""The last deletion on each set of images, remembered for another process that is to undo it.

What is remembered is what ``undo`` asks for: the header sectors before and after, and how the file was left.  It stands
in the data folder and is believed no further than the images agree with it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from snapmgr.block.images import open_image
from snapmgr.block.qcow2.geometry import SECTOR
from snapmgr.errors import NotFound, SnapmgrError, UsageError
from snapmgr.sidecar.keys import all_of, place_key
from snapmgr.sidecar.store import Store, sidecar_folder
from snapmgr.snapshots.switched import FileState, Switched
from snapmgr.snapshots.transaction import Changed
from snapmgr.snapshots.undo import bring_back
from snapmgr.work import Progress, no_progress

MOST = 64
"""Deletions that are remembered, each of other images."""
_KIND = ".deleted"


@dataclass(frozen=True, slots=True)
class Deletion:
    """The name of what was deleted, of several that of the first, how many there were ("" and 0 where that was not
    noted), and what brings them back."""

    name: str
    count: int
    switched: tuple[Switched, ...]


def remember(changed: Sequence[Changed]) -> None:
    """A deletion that was made just now; one that cannot be undone ends what could be before.

    Where it cannot be noted, it cannot be undone later: that is no reason to fail.
    """
    store, name = _store(), _name(one.path for one in changed)
    switched = [one.switched for one in changed if one.switched is not None]
    with suppress(SnapmgrError):
        if len(switched) < len(changed):
            store.remove(name)
            return
        facts = {"when": time.time_ns(), "images": [_facts(one) for one in switched], **_called(changed)}
        store.write_facts(name, facts, lasting=False)
        for old in sorted(_names(store), key=lambda one: _when(store, one))[:-MOST]:
            store.remove(old)


def last_deletion(paths: Sequence[str | Path]) -> Deletion | None:
    """What ``undo_last`` would try to bring back; None where it would refuse to for want of it or of an image."""
    try:
        return _last(_store(), paths)[1]
    except (NotFound, UsageError):
        return None


def forget(switched: Sequence[Switched]) -> None:
    """What was deleted there is back."""
    with suppress(SnapmgrError):
        _store().remove(_name(one.path for one in switched))


def undo_last(paths: Sequence[str | Path], *, progress: Progress = no_progress) -> list[Changed]:
    """Bring back what was deleted last from these images, from all or from none; what came back, image by image.

    Raises NotFound ``nothing-deleted``, UsageError ``not-all-disks`` where it was deleted from others as well, and as
    ``undo.bring_back``.
    """
    store = _store()
    name, deletion = _last(store, paths)
    switched = deletion.switched
    before = {one.path: _snapshots(one.path) for one in switched}
    bring_back(switched, progress=progress)
    store.remove(name)
    named = {place_key(path): str(path) for path in paths}
    return [
        Changed(named[place_key(one.path)], identity, called)
        for one in switched
        for identity, called in _snapshots(one.path)
        if (identity, called) not in before[one.path]
    ]


def _last(store: Store, paths: Sequence[str | Path]) -> tuple[str, Deletion]:
    wanted = {place_key(path) for path in paths}
    found = []
    for name in _names(store):
        facts = store.read_facts(name, _read)
        if facts is not None and wanted & {place_key(one.path) for one in facts[1].switched}:
            found.append((facts[0], name, facts[1]))
    if not found:
        raise NotFound(
            "nothing-deleted",
            f"nothing is remembered that was deleted from {paths[0]}",
            path=paths[0],
            hint="A deletion can be undone until something is written to the image; one with --trim cannot.",
        )
    _, name, deletion = max(found, key=lambda one: one[0])
    places = {place_key(one.path) for one in deletion.switched}
    if not places <= wanted:
        named = " ".join(one.path for one in deletion.switched)
        raise UsageError("not-all-disks", "it was deleted from other images as well", hint=f"Name {named}.")
    return name, deletion


def _store() -> Store:
    return Store(sidecar_folder().parent / "deleted", quiet=True)


def _name(paths: Iterable[str]) -> str:
    return all_of(place_key(path) for path in paths) + _KIND


def _names(store: Store) -> list[str]:
    return [name for name in store.names() if name.endswith(_KIND)]


def _when(store: Store, name: str) -> int:
    facts = store.read_facts(name, _read)
    return facts[0] if facts is not None else 0


def _snapshots(path: str) -> list[tuple[str, str]]:
    image = open_image(path)
    try:
        return [(entry.id_text, entry.name_text) for entry in image.snapshots]
    finally:
        image.close()


def _facts(one: Switched) -> dict[str, Any]:
    state = asdict(one.state) | {"refcounts": one.state.refcounts.hex()}
    path = str(Path(one.path).absolute())
    return {"path": path, "before": one.before.hex(), "after": one.after.hex(), "length": one.length, "state": state}


def _called(changed: Sequence[Changed]) -> dict[str, Any]:
    """The first name, as JSON can hold any bytes, and how many there are on the disk that had most of them."""
    count = max(len(one.deed.keys) if one.deed is not None else 1 for one in changed)
    return {"name": changed[0].name.encode("utf-8", "surrogateescape").hex(), "count": count}


def _read(facts: dict[str, Any]) -> tuple[int, Deletion]:
    """Raises ValueError, KeyError or TypeError for nonsense."""
    images = tuple(_switched(one) for one in facts["images"])
    if not images:
        raise ValueError("no images")
    name = bytes.fromhex(facts.get("name", "")).decode("utf-8", "surrogateescape")
    return int(facts["when"]), Deletion(name, int(facts.get("count", 0)), images)


def _switched(facts: dict[str, Any]) -> Switched:
    state = facts["state"]
    device, inode = (int(number) for number in state["identity"])
    numbers = [int(state[name]) for name in ("size", "written", "changed")]
    before, after = bytes.fromhex(facts["before"]), bytes.fromhex(facts["after"])
    if len(before) != SECTOR or len(after) != SECTOR or not isinstance(facts["path"], str):
        raise ValueError("no header sector")
    left = FileState((device, inode), numbers[0], numbers[1], numbers[2], bytes.fromhex(state["refcounts"]))
    return Switched(facts["path"], before, after, int(facts["length"]), left)
