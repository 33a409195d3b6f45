"""The ways in which the fields of a dump can fill a section of known length.

A dump (-dump-vmstate) names fields and the bytes of one element.  It does not say which optional fields were sent, and
before QEMU 8.0 not how long arrays are.  So all readings that end at the section's end are looked for at once: from
each field to the places where it may end, one layout and whether there are others kept for every place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import groupby
from typing import Any

from snapmgr.vmstate.description import SUBSECTION_HEADER, Field, Group, Struct
from snapmgr.vmstate.dump import Json
from snapmgr.vmstate.walk import SUBSECTION

MAX_STEPS = 20_000
"""Places that one section may make us look at; real ones need some thousands where a dump has the lengths."""

_INTEGERS = frozenset({1, 2, 4, 8})


class TooManyReadings(Exception):
    """The search was given up."""


class NoSize(Exception):
    """A field of which the dump does not say how long it is."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """``times`` elements of a field, or a subsection; ``below`` is what a struct holds, ``goes_on`` says that it
    belongs to the array of the piece before."""

    entry: Json
    name: str
    times: int = 1
    below: _Way | None = None
    goes_on: bool = False
    version: int | None = None
    """Of a subsection."""


@dataclass(frozen=True, slots=True)
class _Way:
    """How a place was reached: the pieces, last one first; ``only`` is False where there are other ways."""

    only: bool = True
    last: _Piece | None = None
    before: _Way | None = None

    def then(self, piece: _Piece) -> _Way:
        only = self.only and (piece.below is None or piece.below.only)
        return _Way(only, piece, self)

    def pieces(self) -> list[_Piece]:
        found, way = [], self
        while way.last is not None and way.before is not None:
            found.append(way.last)
            way = way.before
        return found[::-1]


_Ways = dict[int, _Way]
"""By the place that is reached."""

_START = _Way()


def readings(description: Json, payload: bytes, version: int, *, counted: bool) -> tuple[Struct | None, bool]:
    """A reading of ``payload`` at its version on the wire, None where there is none, and whether it is the only one.

    ``counted`` says that the dump gives the lengths of fixed arrays.  Raises NoSize with the field's name,
    TooManyReadings.
    """
    fields = description.get("Fields", [])
    if len(fields) == 1 and _has_no_size(fields[0]) and not fields[0].get("field_exists", False):
        whole = Field(fields[0]["field"], "unknown", len(payload))
        return Struct(description["name"], version, (whole,)), True
    way = _Search(payload, counted).struct(description, 0, version).get(len(payload))
    return (None, True) if way is None else (_described(description, way, version), way.only)


def _has_no_size(entry: Json) -> bool:
    return entry["size"] <= 0 and "Description" not in entry


class _Search:
    def __init__(self, payload: bytes, counted: bool) -> None:
        self._payload = payload
        self._counted = counted
        self._steps = 0
        self._structs: dict[tuple[int, int, int], _Ways] = {}

    def struct(self, description: Json, start: int, version: int) -> _Ways:
        """Where a struct that begins at ``start`` may end, subsections included."""
        key = (id(description), start, version)
        known = self._structs.get(key)
        if known is None:
            known = self._structs[key] = {}
            for place, way in self._fields(description, start, version).items():
                self._subsections(description, place, way, known)
        return known

    def _fields(self, description: Json, start: int, version: int) -> _Ways:
        places: _Ways = {start: _START}
        for name, entry in _named(description.get("Fields", [])):
            optional = entry.get("field_exists", False)
            if not optional and entry["version_id"] > version:
                continue
            if _has_no_size(entry):
                raise NoSize(name)
            there = self._field(entry, name, places)
            if optional:
                for place, way in places.items():
                    self._reach(there, place, way)
            places = there
        return places

    def _field(self, entry: Json, name: str, places: _Ways) -> _Ways:
        """All elements of a field, of whichever number they may be."""
        count = entry.get("num", 1 if self._counted else None)
        if count is not None and count <= 0:
            return places
        if "Description" not in entry:
            ends = self._leaf(entry["size"] * (1 if count is None else count))
            return self._once(places, ends, _Piece(entry, name, 1 if count is None else count), more=count is None)
        below = entry["Description"]

        def inside(place: int) -> _Ways:
            return self.struct(below, place, below["version_id"])

        if count is None:
            return self._once(places, inside, _Piece(entry, name), more=True)
        for number in range(count):
            if not places:
                break
            places = self._once(places, inside, _Piece(entry, name, goes_on=number > 0), more=False)
        return places

    def _leaf(self, size: int) -> Callable[[int], _Ways]:
        def ends(place: int) -> _Ways:
            return {place + size: _START} if place + size <= len(self._payload) else {}

        return ends

    def _once(self, places: _Ways, ends: Callable[[int], _Ways], piece: _Piece, *, more: bool) -> _Ways:
        """Behind one element; with ``more`` also behind any number of them."""
        found: _Ways = {}
        again = replace(piece, goes_on=True)
        waiting = sorted(places)
        while waiting:
            place = heappop(waiting)
            for kind, way in ((piece, places.get(place)), (again, found.get(place) if more else None)):
                if way is None:
                    continue
                for end, below in ends(place).items():
                    if more and end > place and end not in found and end not in places:
                        heappush(waiting, end)
                    self._reach(found, end, way.then(_with(kind, below)))
        return found

    def _reach(self, places: _Ways, place: int, way: _Way) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise TooManyReadings
        known = places.get(place)
        if known is None:
            places[place] = way
        elif known.only:
            places[place] = _Way(False, known.last, known.before)

    def _subsections(self, description: Json, start: int, way: _Way, found: _Ways) -> None:
        """A subsection is there where its header is (vmstate.c: vmstate_subsection_load)."""
        listed = {_bytes(below["name"]): below for below in description.get("Subsections", [])}
        pending = [(start, way, frozenset[bytes]())]
        while pending:
            place, way, seen = pending.pop()
            name = self._header(place, description["name"])
            if name is None:
                self._reach(found, place, way)
            elif name in listed and name not in seen:
                below, at = listed[name], place + SUBSECTION_HEADER + len(name)
                version = int.from_bytes(self._payload[at - 4 : at])
                for end, inside in self.struct(below, at, version).items():
                    piece = _Piece(below, below["name"], below=inside, version=version)
                    pending.append((end, way.then(piece), seen | {name}))

    def _header(self, place: int, parent: str) -> bytes | None:
        """The name of the subsection of ``parent`` that begins here."""
        payload = self._payload
        if place + 2 > len(payload) or payload[place] != SUBSECTION:
            return None
        name = payload[place + 2 : place + 2 + payload[place + 1]]
        return name if name.startswith(_bytes(parent) + b"/") else None


def _bytes(name: str) -> bytes:
    return name.encode(errors="surrogatepass")


def _with(piece: _Piece, below: _Way) -> _Piece:
    """A field without parts has nothing below."""
    if "Description" not in piece.entry:
        return piece
    return replace(piece, below=below)


def _named(fields: Sequence[Json]) -> Iterator[tuple[str, Json]]:
    """Names as in a vmdesc: what several fields are called gets a number (vmstate.c: vmsd_desc_field_start)."""
    names = [entry["field"] for entry in fields]
    seen: dict[str, int] = {}
    for name, entry in zip(names, fields, strict=True):
        number = seen[name] = seen.get(name, -1) + 1
        yield (name if names.count(name) == 1 else f"{name}[{number}]"), entry


# -- as a description ------------------------------------------------------------------------------------------------


def _described(description: Json, way: _Way, version: int) -> Struct:
    pieces = way.pieces()
    whole = [piece for piece in pieces if piece.version is None]
    below = [piece for piece in pieces if piece.version is not None]
    return Struct(
        description["name"],
        version,
        tuple(_field(list(elements)) for _, elements in groupby(whole, _array(whole))),
        tuple(_described(piece.entry, _inside(piece), piece.version or 0) for piece in below),
    )


def _array(pieces: list[_Piece]) -> Callable[[_Piece], int]:
    """A number for the field that a piece belongs to."""
    numbers: dict[int, int] = {}
    number = 0
    for piece in pieces:
        number += not piece.goes_on
        numbers[id(piece)] = number
    return lambda piece: numbers[id(piece)]


def _inside(piece: _Piece) -> _Way:
    assert piece.below is not None
    return piece.below


def _field(elements: list[_Piece]) -> Field | Group:
    entry, name = elements[0].entry, elements[0].name
    if "Description" not in entry:
        count = sum(piece.times for piece in elements)
        return Field(name, _type(entry), entry["size"], None if count == 1 else count)
    below: Any = entry["Description"]
    structs = [_described(below, _inside(piece), below["version_id"]) for piece in elements]
    if any(struct != structs[0] for struct in structs):
        fields = (
            Field(name, "struct", struct.length, index=index, struct=struct) for index, struct in enumerate(structs)
        )
        return Group(name, tuple(fields))
    length = None if len(structs) == 1 else len(structs)
    return Field(name, "struct", structs[0].length, length, struct=structs[0])


def _type(entry: Json) -> str:
    """A dump names no types: what has the width of a number is taken for one without a sign."""
    if entry["field"] == "unused":
        return "unused_buffer"
    return f"uint{entry['size'] * 8}" if entry["size"] in _INTEGERS else "buffer"
