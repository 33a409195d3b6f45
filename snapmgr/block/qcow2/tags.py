"""TAG to snapshot: a name, else an id; ``name:T`` and ``id:N`` say which (DESIGN §6).  Where several have the same name
and the same id, ``nth:2:T`` is the second of them.

QEMU itself looks for ids first in some places and for names first in others, and so loads the wrong snapshot where a
name equals another one's id.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from snapmgr.errors import NotFound, UsageError
from snapmgr.names import quoted, shown_name, visible_name

Tag = tuple[str, str]
"""(id, name) of a snapshot."""

_LISTED = 20
_NTH = re.compile(r"([0-9]{1,9}):(.*)", re.DOTALL)
_LONGEST = 80


def find_tag(tags: Sequence[Tag], wanted: str, path: str | Path) -> int:
    """Position of the snapshot that ``wanted`` means.

    Raises NotFound ``snapshot-not-found``, its hint listing what there is, and UsageError ``ambiguous-snapshot`` where
    several have that name or id.
    """
    kind, separator, rest = wanted.partition(":")
    if separator and kind == "id":
        found = _with_id(tags, rest)
    elif separator and kind == "name":
        found = _with_name(tags, rest)
    elif separator and kind == "nth" and (nth := _NTH.fullmatch(rest)):
        number = int(nth[1])
        found = _with_name(tags, nth[2])[number - 1 : number] if number else []
    else:
        found = _with_name(tags, wanted) or _with_id(tags, wanted)
    if not found:
        raise NotFound(
            "snapshot-not-found",
            f"{path} has no snapshot {quoted(wanted)}",
            path=path,
            hint=f"There are: {listed(tags)}" if tags else "There are no snapshots in it.",
        )
    if len(found) > 1:
        ways = [way_to(tags, index) for index in found]
        raise UsageError(
            "ambiguous-snapshot",
            f"{path} has {len(found)} snapshots that {quoted(wanted)} may mean",
            path=path,
            hint=f"Say which one: {_joined(ways)}",
        )
    return found[0]


def way_to(tags: Sequence[Tag], position: int) -> str:
    """How to say that this one is meant, and no other: by its id, its name or which of that name it is."""
    id_text, name = tags[position]
    if len(_with_id(tags, id_text)) == 1:
        return f"id:{id_text}"
    named = _with_name(tags, name)
    return f"name:{name}" if len(named) == 1 else f"nth:{named.index(position) + 1}:{name}"


def _with_name(tags: Sequence[Tag], name: str) -> list[int]:
    return [index for index, tag in enumerate(tags) if tag[1] == name]


def _with_id(tags: Sequence[Tag], id_text: str) -> list[int]:
    return [index for index, tag in enumerate(tags) if tag[0] == id_text]


def listed(tags: Sequence[Tag]) -> str:
    """Snapshots for a sentence: ``before (id 1), after (id 2)``, the first of many."""
    return _joined([f"{_short(shown_name(name))} (id {_short(visible_name(id_text))})" for id_text, name in tags])


def _joined(words: Sequence[str]) -> str:
    shown = ", ".join(words[:_LISTED])
    return f"{shown} and {len(words) - _LISTED} more" if len(words) > _LISTED else shown


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
