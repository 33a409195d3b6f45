"""Pairs of dumps with one thing changed at the destination: every kind of change, at places spread over a real dump."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from snapmgr.vmstate.dump import MACHINE

Json = dict[str, Any]
Path = tuple[str | int, ...]
Change = Callable[[Any, Json], None]
"""Gets the owner of the place, and the place."""

PLACES = 8
"""Places that each kind of change is tried at."""


def _drop(key: str) -> Change:
    return lambda owner, place: place.pop(key, None)


def _add(key: str, number: int) -> Change:
    def change(owner: Any, place: Json) -> None:
        place[key] += number

    return change


def _set(key: str, value: object) -> Change:
    return lambda owner, place: place.__setitem__(key, value)


def _minimum(owner: Any, place: Json) -> None:
    place["minimum_version_id"] = place["version_id"] + 1


def _out(owner: Any, place: Json) -> None:
    del owner[_index(owner, place)]


def _twice(owner: Any, place: Json) -> None:
    owner.insert(_index(owner, place), place)


def _into_a_struct(owner: Any, place: Json) -> None:
    versions = {"version_id": 1, "minimum_version_id": 1}
    inner = {"name": "inner", **versions, "Fields": [dict(place)]}
    place |= {"field": "outer", "size": 100, "Description": inner}


def _unused(owner: Any, place: Json) -> None:
    place["field"] = "unused"


def _halved(owner: Any, place: Json) -> None:
    """Unused bytes of its own size and one more."""
    place |= {"field": "unused", "size": place["size"] + 1}


def _index(owner: list[Json], place: Json) -> int:
    return next(number for number, item in enumerate(owner) if item is place)


SECTION: dict[str, Change] = {
    "has no description": _drop("Description"),
    "has no name": _drop("Name"),
    "has no minimum": _drop("minimum_version_id"),
    "is older": _add("version_id", -1),
    "is newer": _add("version_id", 1),
    "needs a newer one": _minimum,
}
DESCRIPTION: dict[str, Change] = {
    "is older": _add("version_id", -1),
    "is newer": _add("version_id", 1),
    "needs a newer one": _minimum,
    "has another name": _set("name", "another"),
    "has no fields": _drop("Fields"),
    "has an empty list": _set("Fields", []),
}
FIELD: dict[str, Change] = {
    "is gone": _out,
    "is there twice": _twice,
    "has another name": _set("field", "another"),
    "is larger": _add("size", 1),
    "is newer": _add("version_id", 1),
    "is older": _add("version_id", -1),
    "is in a struct": _into_a_struct,
    "is unused": _unused,
    "is unused and larger": _halved,
    "is an array": _set("num", 3),
}
STRUCT: dict[str, Change] = {"is no struct": _drop("Description")}
SUBSECTION: dict[str, Change] = {"is gone": _out, "is older": _add("version_id", -1), "is newer": _add("version_id", 1)}
PARENT: dict[str, Change] = {"has no subsections": _drop("Subsections")}


def damaged(dump: Json) -> Iterator[tuple[str, Json, Json]]:
    """(what was changed where, source, destination), each of one section."""
    places: dict[str, list[tuple[str, Path]]] = {}
    for name, section in dump.items():
        if name != MACHINE:
            places.setdefault("section", []).append((name, ()))
            for kind, path in _places(section["Description"], ("Description",)):
                places.setdefault(kind, []).append((name, path))
    kinds = {
        "section": SECTION,
        "description": DESCRIPTION,
        "field": FIELD,
        "struct": STRUCT,
        "subsection": SUBSECTION,
        "parent": PARENT,
    }
    for kind, changes in kinds.items():
        for number, (what, change) in enumerate(changes.items()):
            for name, path in _spread(places[kind], number):
                label = f"{kind} {what}: {'/'.join(map(str, (name, *path)))}"
                yield label, {name: dump[name]}, {name: _changed(dump[name], path, change)}
    for name, _ in _spread(places["section"], 0):
        yield f"section is gone: {name}", {name: dump[name]}, {}


def _spread(places: list[tuple[str, Path]], start: int) -> list[tuple[str, Path]]:
    step = max(1, len(places) // PLACES)
    return places[start::step][:PLACES]


def _changed(section: Json, path: Path, change: Change) -> Json:
    result: Any = copy.deepcopy(section)
    owner, place = None, result
    for key in path:
        owner, place = place, place[key]
    change(owner, place)
    return result  # type: ignore[no-any-return]


def _places(description: Json, path: Path, *, sub: bool = False) -> Iterator[tuple[str, Path]]:
    yield "subsection" if sub else "description", path
    if "Subsections" in description:
        yield "parent", path
    for number, field in enumerate(description.get("Fields", [])):
        here: Path = (*path, "Fields", number)
        yield "field", here
        if "Description" in field:
            yield "struct", here
            yield from _places(field["Description"], (*here, "Description"))
    for number, below in enumerate(description.get("Subsections", [])):
        yield from _places(below, (*path, "Subsections", number), sub=True)
