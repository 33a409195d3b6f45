"""A tag that knows which snapshot it stood for in a list, so that no other one is changed in its place."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from snapmgr.errors import SnapmgrError
from snapmgr.names import quoted

Look = tuple[str, str, int, int]
"""Id, name, and the date in seconds and nanoseconds."""


class Entry(Protocol):
    """What is needed of an entry of an image's table."""

    @property
    def id_text(self) -> str: ...

    @property
    def name_text(self) -> str: ...

    @property
    def date_sec(self) -> int: ...

    @property
    def date_nsec(self) -> int: ...


class SeenTag(str):
    """``seen`` is what was listed: the image may have been changed since, or another file may stand in its place."""

    seen: Look

    def __new__(cls, tag: str, seen: Look) -> SeenTag:
        made = super().__new__(cls, tag)
        made.seen = seen
        return made


def refuse_another(entry: Entry, tag: str, path: str | Path | None) -> None:
    """Raise SnapmgrError ``snapshot-changed`` where ``tag`` stood for another snapshot than ``entry`` in the list."""
    if not isinstance(tag, SeenTag) or tag.seen == (entry.id_text, entry.name_text, entry.date_sec, entry.date_nsec):
        return
    raise SnapmgrError(
        "snapshot-changed",
        f"{path} has another snapshot {quoted(entry.name_text)} now than the one that was listed",
        path=path,
        hint="The image was changed or replaced meanwhile. Look at its list again, then choose.",
    )
