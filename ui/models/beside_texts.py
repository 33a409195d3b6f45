"""What is known beside the images, in words."""

from __future__ import annotations

from snapmgr.names import visible_text
from snapmgr.snapshots.model import Snapshots
from ui.isolation import isolated
from ui.models.names import shown_name
from ui.words import plural, tr


def first_line(note: str) -> str:
    """Of a note, on one line."""
    lines = note.strip().splitlines()
    return visible_text(lines[0].strip()) if lines else ""


def name_at(found: Snapshots, position: int) -> str:
    row = found.rows[position]
    return isolated(shown_name(row.name, row.id))


def came_from(found: Snapshots, position: int) -> str:
    """The parent's name, or that there is none; "" where nobody knows."""
    parents = found.beside.parents
    if position not in parents:
        return ""
    parent = parents[position]
    #: There was no snapshot before this one
    return name_at(found, parent) if parent is not None else tr("no other snapshot")


def current(found: Snapshots, position: int) -> str:
    """Which snapshot is current, said of one of them; "" where nobody knows."""
    place = found.beside.current
    if place is None:
        return ""
    #: The selected snapshot is the current one
    return tr("this snapshot") if place == position else name_at(found, place)


def children(found: Snapshots, position: int) -> list[str]:
    """Names of those that came from a snapshot."""
    return [name_at(found, place) for place, parent in found.beside.parents.items() if parent == position]


def about(found: Snapshots, position: int) -> list[str]:
    """Sentences without an end, for tooltips and screen readers."""
    said = []
    if found.beside.current == position:
        said.append(tr("Current: last saved or loaded"))
    if came := came_from(found, position):
        said.append(tr("came from {snapshot}", snapshot=came))
    if note := first_line(found.beside.notes.get(position, "")):
        said.append(tr("Note: {text}", text=isolated(note)))
    return said


def folded(branches: int) -> str:
    """Branches that share a lane."""
    return plural("{n} branch", "{n} branches", branches)
