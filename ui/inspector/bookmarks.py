"""Places in a stream that somebody wants to come back to, kept with the window by the name of the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

MOST, MOST_FILES = 200, 50
"""Bookmarks of one file, and files that have some."""
MOST_NAME = 200
"""Characters of a name."""
KEY = "bookmarks"


@dataclass(frozen=True, slots=True)
class Bookmark:
    """``length`` bytes from ``offset``; ``name`` is what somebody calls it, at first the names down to the field."""

    offset: int
    length: int
    name: str

    def as_json(self) -> list[Any]:
        return [self.offset, self.length, self.name]

    @classmethod
    def from_json(cls, value: Any) -> Bookmark | None:
        """None for anything that is not what ``as_json`` gives."""
        match value:
            case [int(offset), int(length), str(name)] if offset >= 0 and length >= 0:
                return cls(offset, length, name[:MOST_NAME])
        return None


class Bookmarks:
    """Of all files; ``state`` is what is kept of the window."""

    def __init__(self, state: dict[str, Any]) -> None:
        self._state = state

    def _kept(self) -> dict[str, Any]:
        kept = self._state.get(KEY)
        return kept if isinstance(kept, dict) else {}

    def of(self, source: str) -> list[Bookmark]:
        """Those of a file, by offset."""
        listed = self._kept().get(source)
        found = [Bookmark.from_json(one) for one in listed[:MOST]] if isinstance(listed, list) else []
        return sorted((one for one in found if one is not None), key=lambda one: (one.offset, one.length))

    def at(self, source: str, offset: int, length: int) -> Bookmark | None:
        """The one of these bytes."""
        return next((one for one in self.of(source) if (one.offset, one.length) == (offset, length)), None)

    def add(self, source: str, bookmark: Bookmark) -> bool:
        """Keep one more; False where the file has too many."""
        others = [one for one in self.of(source) if (one.offset, one.length) != (bookmark.offset, bookmark.length)]
        if len(others) >= MOST:
            return False
        self._put(source, [*others, bookmark])
        return True

    def remove(self, source: str, bookmark: Bookmark) -> None:
        self._put(source, [one for one in self.of(source) if one != bookmark])

    def rename(self, source: str, bookmark: Bookmark, name: str) -> None:
        named = replace(bookmark, name=name[:MOST_NAME])
        self._put(source, [named if one == bookmark else one for one in self.of(source)])

    def _put(self, source: str, listed: Sequence[Bookmark]) -> None:
        """The file that was changed last is the last that is forgotten."""
        kept = {name: value for name, value in self._kept().items() if name != source}
        if listed:
            kept[source] = [one.as_json() for one in listed]
        self._state[KEY] = dict(list(kept.items())[-MOST_FILES:])
