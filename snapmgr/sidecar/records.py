"""The facts about snapshots that are kept, each in a file of its own, named after the snapshot's key."""

from __future__ import annotations

import time
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from snapmgr.errors import UsageError
from snapmgr.sidecar.keys import Key, all_of, is_key, place_key
from snapmgr.sidecar.png import MOST_BYTES, check_png
from snapmgr.sidecar.store import Store

LONGEST_NOTE = 4000
"""Characters."""
_MOST_AMONG = 16
ORIGIN, NOTE, SCREEN, GONE, AT = "origin", "note", "png", "gone", "at-"
"""What a file's name says behind the key; AT is followed by the place of an image."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a snapshot came from, as it was seen: ``parent`` is "" for nothing (the image had no snapshots before), None
    where nobody knows.  ``name`` is what it was called then, for whoever looks into the file."""

    parent: Key | None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """``when`` in ns since 1970; an empty text says that a note was taken away."""

    text: str
    when: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """That an image became what the snapshot holds: it was saved or loaded at ``when``, in ns since 1970.

    ``among`` stands for all snapshots that the image had then, and had whenever it was seen to be this one before: a
    deletion can be undone.
    """

    path: str
    when: int
    among: tuple[Key, ...]


class Records:
    """Reads and writes; ``now`` gives ns since 1970.  What there is was looked up when this was made."""

    def __init__(self, store: Store | None = None, now: Callable[[], int] = time.time_ns) -> None:
        self.store = store or Store()
        self._now = now
        self._names = sorted(self.store.names())
        """In order, so that those of one snapshot stand together: there may be many thousands of others."""

    @property
    def empty(self) -> bool:
        """Whether nothing is recorded of any snapshot."""
        return not any(is_key(name.partition(".")[0]) for name in self._names)

    def known(self, key: Key) -> bool:
        """Whether anything is recorded of a snapshot."""
        return self.has_any(key, "")

    def has(self, key: Key, kind: str) -> bool:
        return self._is_there(self._file(key, kind))

    def has_any(self, key: Key, start: str) -> bool:
        """Whether there is a kind that begins so."""
        return bool(self._beginning(self._file(key, start)))

    def _beginning(self, start: str) -> list[str]:
        """The files whose names begin so."""
        first = bisect_left(self._names, start)
        return self._names[first : bisect_left(self._names, start + "\U0010ffff", first)]

    def _file(self, key: Key, kind: str) -> str:
        return f"{key}.{kind}"

    # --- what it came from ---

    def origin(self, key: Key) -> Origin | None:
        """None where Snapmgr did not see the snapshot being made."""
        return self.store.read_facts(self._file(key, ORIGIN), _origin) if self.has(key, ORIGIN) else None

    def put_origin(self, key: Key, origin: Origin) -> None:
        self._put(key, ORIGIN, {"parent": origin.parent, "name": origin.name})

    # --- where it is current ---

    def arrivals(self, key: Key) -> list[Arrival]:
        """Where an image was last seen to become what the snapshot holds."""
        found = [self.store.read_facts(name, _arrival) for name in self._beginning(self._file(key, AT))]
        return [one for one in found if one is not None]

    def arrive(self, key: Key, path: str | Path, among: Iterable[Key]) -> None:
        """The image at ``path`` is now what ``key`` holds, ``among`` all snapshots that it has."""
        kind, all_now = AT + place_key(path), all_of(among)
        earlier = self.store.read_facts(self._file(key, kind), _arrival) if self.has(key, kind) else None
        known = dict.fromkeys((all_now, *(earlier.among if earlier is not None else ())))
        facts = {"path": str(Path(path).absolute()), "when": self._now(), "among": [*known][:_MOST_AMONG]}
        self._put(key, kind, facts)

    # --- what somebody noted ---

    def note(self, key: Key) -> Note | None:
        return self.store.read_facts(self._file(key, NOTE), _note) if self.has(key, NOTE) else None

    def newest_note(self, keys: Iterable[Key]) -> str:
        """That of any disk's snapshot among these, "" for none."""
        found = [note for key in keys if (note := self.note(key)) is not None]
        return max(found, key=lambda note: note.when).text if found else ""

    def put_note(self, keys: Iterable[Key], text: str) -> None:
        """On every disk that the snapshot is on.  Raises UsageError ``note-too-long``, SnapmgrError ``sidecar``."""
        check_note(text)
        when = self._now()
        for key in dict.fromkeys(keys):
            self._put(key, NOTE, {"text": text, "when": when}, lasting=True)

    # --- what the screen showed ---

    def screen(self, key: Key) -> bytes | None:
        """A PNG that was looked through: its size is bounded and its sums are right."""
        if not self.has(key, SCREEN):
            return None
        return self.store.read(self._file(key, SCREEN), _screen, MOST_BYTES)

    def put_screen(self, key: Key, png: bytes) -> None:
        """Raises ValueError for what is no PNG, or too large a one; SnapmgrError ``sidecar``."""
        check_png(png)
        name = self._file(key, SCREEN)
        self.store.write(name, png)
        self._add(name)

    # --- deleted snapshots ---

    def mark_gone(self, key: Key) -> None:
        """An image lost this snapshot.  What is known of it stays for a while: a copy may have it still."""
        if self.known(key):
            self._put(key, GONE, {"when": self._now()})

    def mark_seen(self, key: Key) -> None:
        """An image has it, whatever was said before."""
        if self.has(key, GONE):
            self._drop(key, GONE)

    def _put(self, key: Key, kind: str, facts: dict[str, Any], *, lasting: bool = False) -> None:
        """What was seen may be forgotten in a power cut: then nothing is known, and a change does not wait for it."""
        name = self._file(key, kind)
        self.store.write_facts(name, facts, lasting=lasting)
        self._add(name)

    def _add(self, name: str) -> None:
        if not self._is_there(name):
            insort(self._names, name)

    def _is_there(self, name: str) -> bool:
        at = bisect_left(self._names, name)
        return at < len(self._names) and self._names[at] == name

    def _drop(self, key: Key, kind: str) -> None:
        name = self._file(key, kind)
        self.store.remove(name)
        del self._names[bisect_left(self._names, name)]


def check_note(text: str) -> None:
    """Raise UsageError ``note-too-long``."""
    if len(text) > LONGEST_NOTE:
        message = f"the note has {len(text)} characters, {LONGEST_NOTE} are the most"
        raise UsageError("note-too-long", message, hint="Write a shorter one.")


def _origin(facts: dict[str, Any]) -> Origin:
    parent, name = facts["parent"], facts["name"]
    if not (parent is None or parent == "" or is_key(parent)) or not isinstance(name, str):
        raise ValueError("no origin")
    return Origin(parent, name)


def _arrival(facts: dict[str, Any]) -> Arrival:
    path, when, among = facts["path"], facts["when"], facts["among"]
    if not (isinstance(path, str) and isinstance(when, int) and isinstance(among, list) and all(map(is_key, among))):
        raise ValueError("no arrival")
    return Arrival(path, when, tuple(among))


def _note(facts: dict[str, Any]) -> Note:
    text, when = facts["text"], facts["when"]
    if not isinstance(text, str) or len(text) > LONGEST_NOTE or not isinstance(when, int):
        raise ValueError("no note")
    return Note(text, when)


def _screen(data: bytes) -> bytes:
    check_png(data)
    return data
