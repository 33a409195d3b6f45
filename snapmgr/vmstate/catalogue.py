"""What QEMU's devices hold, for streams that do not say it: layouts that other streams described.

``catalogue.json`` is made by ``python -m tests.vmstate.learn`` of the descriptions that real QEMUs send.  It has each
struct once; of a device type as many layouts as were seen, with all subsections that the type is known to have.
A layout is the device's if it takes all bytes of a section, no more and no less.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from snapmgr.vmstate.description import NULL_POINTER, Field, Group, Struct
from snapmgr.vmstate.layout import NeedMore
from snapmgr.vmstate.save import NULL_MARKER
from snapmgr.wire.constants import RecordType

MAX_ELEMENTS = 10_000
"""Elements of lists that are read of one section."""

REST = 0
"""The size of a field, or the length of an array, that varies: as much as the section has for it."""

OLD, NEWER = "7.2", "10.0"
"""QEMUs whose devices are told apart; later ones count as the second."""

_FILE = Path(__file__).with_name("catalogue.json")
_VERSION = 4
"""Bytes of the version behind a subsection's name."""


class _Unfit(Exception):
    """The bytes are not of this layout, or at least ``missing`` more are needed to say."""

    def __init__(self, missing: int = 0) -> None:
        super().__init__()
        self.missing = missing


class Catalogue:
    """Layouts by the names of device types."""

    def __init__(self, layouts: Iterable[Struct]) -> None:
        self._by_name: dict[str, list[Struct]] = {}
        for layout in sorted(layouts, key=_is_loose):
            self._by_name.setdefault(layout.vmsd_name, []).append(layout)

    def describe(self, idstr: str, version: int, payload: bytes) -> Struct | None:
        """What a section holds, None where no layout takes all of it.  ``idstr`` may have a device's path before it."""
        if not payload:
            return None
        for layout in self._named(idstr):
            if layout.version == version:
                found = read_as(layout, payload)
                if found is not None:
                    return found
        return None

    def measure(
        self, idstr: str, version: int, view: memoryview, follows: Callable[[int], bool]
    ) -> int | NeedMore | None:
        """Bytes that a section takes, where ``view`` begins with it and may go on behind it; None where no layout
        tells.  ``follows`` says of a place whether the section may end there."""
        missing = 0
        for layout in self._named(idstr):
            if layout.version != version or _is_loose(layout):
                continue
            try:
                _, end = _Reading(view, 0).struct(layout, 0)
            except _Unfit as unfit:
                missing = max(missing, unfit.missing)
                continue
            if follows(end):
                return end
        return NeedMore(missing) if missing else None

    def first(self, idstr: str, version: int) -> Struct | None:
        """The layout that is the likeliest where the bytes cannot tell."""
        return next((layout for layout in self._named(idstr) if layout.version == version), None)

    def _named(self, idstr: str) -> list[Struct]:
        parts = idstr.split("/")
        names = ("/".join(parts[start:]) for start in range(len(parts)))
        return next((self._by_name[name] for name in names if name in self._by_name), [])


def read_as(layout: Struct, payload: bytes) -> Struct | None:
    """The layout with those subsections, lengths and elements that the bytes have; None where they fit none."""
    for rest in _rests(layout, payload):
        try:
            found, end = _Reading(payload, rest).struct(layout, 0)
        except _Unfit:
            continue
        if end == len(payload):
            return found
    return None


def is_like(one: Struct, other: Struct) -> bool:
    """Whether two readings differ in nothing but subsections, elements of lists, and what follows from them; or in the
    length of the opaque field that is all there is."""
    if (one.vmsd_name, one.version, len(one.fields)) != (other.vmsd_name, other.version, len(other.fields)):
        return False
    if len(one.fields) == 1 and _is_opaque(one.fields[0]) and _is_opaque(other.fields[0]):
        return True
    return all(_alike(mine, theirs) for mine, theirs in zip(one.fields, other.fields, strict=True))


def _alike(one: Field | Group, other: Field | Group) -> bool:
    if isinstance(one, Group) or isinstance(other, Group):
        if not isinstance(one, Group) or not isinstance(other, Group) or len(one.members) != len(other.members):
            return False
        return all(_alike(mine, theirs) for mine, theirs in zip(one.members, other.members, strict=True))
    if (one.name, one.type, one.count) != (other.name, other.type, other.count):
        return False
    if one.struct is not None and other.struct is not None:
        return is_like(one.struct, other.struct)
    return one.size == other.size or one.elements is not None


def _is_opaque(entry: Field | Group) -> bool:
    return isinstance(entry, Field) and entry.type == "virtio"


def _rests(layout: Struct, payload: bytes) -> Iterator[int]:
    """How many bytes the part of varying length may take: up to the end, or to any subsection."""
    yield 0
    if not _is_loose(layout):
        return
    fixed = sum(entry.length for entry in layout.fields if not _varies(entry))
    places = (payload.find(_header(below)) for below in layout.subsections)
    yield from sorted(at - fixed for at in places if at >= 0)
    yield len(payload) - fixed


def _is_loose(layout: Struct) -> bool:
    return any(_varies(entry) for entry in layout.fields)


def _varies(entry: Field | Group) -> bool:
    return isinstance(entry, Field) and REST in (entry.size, entry.array_len)


def _header(below: Struct) -> bytes:
    name = below.wire_name
    return bytes((RecordType.SUBSECTION, len(name))) + name


class _Reading:
    def __init__(self, payload: bytes | memoryview, rest: int) -> None:
        self._payload = payload
        self._rest = rest
        self._left = MAX_ELEMENTS

    def struct(self, layout: Struct, at: int) -> tuple[Struct, int]:
        """All of it and where it ends.  Raises _Unfit."""
        fields: list[Field | Group] = []
        for entry in layout.fields:
            found, at = self._entry(entry, at)
            fields.append(found)
        below, at = self._subsections(layout, at)
        return Struct(layout.vmsd_name, layout.version, tuple(fields), tuple(below)), at

    def _entry(self, entry: Field | Group, at: int) -> tuple[Field | Group, int]:
        if isinstance(entry, Group):
            members: list[Field] = []
            for member in entry.members:
                found, at = self._entry(member, at)
                members += found.members if isinstance(found, Group) else (found,)
            return Group(entry.name, tuple(members)), at
        if _varies(entry):
            return self._varying(entry, at)
        if entry.elements is not None:
            return self._list(entry, entry.elements, at)
        if not entry.dynamic:
            return entry, self._passed(entry, at)
        if entry.array_len is None:
            return self._single(entry, at)
        members = []
        for number in range(entry.array_len):
            element, at = self._single(entry, at)
            members.append(Field(entry.name, entry.type, element.size, None, number, element.struct))
        return Group(entry.name, tuple(members)), at

    def _single(self, entry: Field, at: int) -> tuple[Field, int]:
        if entry.struct is None:
            raise _Unfit
        struct, end = self.struct(entry.struct, at)
        return Field(entry.name, entry.type, end - at, None, entry.index, struct), end

    def _passed(self, entry: Field, at: int) -> int:
        end = at + entry.length
        if end > len(self._payload):
            raise _Unfit(end - len(self._payload))
        if entry.type == NULL_POINTER and self._payload[at:end] != NULL_MARKER * entry.length:
            raise _Unfit
        return end

    def _varying(self, entry: Field, at: int) -> tuple[Field, int]:
        rest = self._rest
        if rest < 0 or at + rest > len(self._payload):
            raise _Unfit
        if entry.array_len is None:
            return Field(entry.name, entry.type, rest, None, entry.index), at + rest
        count, over = divmod(rest, entry.stride)
        if over or not count:
            raise _Unfit
        return Field(entry.name, entry.type, entry.size, count, entry.index, entry.struct), at + rest

    def _list(self, entry: Field, kinds: tuple[Struct, ...], at: int) -> tuple[Field, int]:
        start, elements = at, list[Struct]()
        while self._byte(at):
            self._left -= 1
            if not kinds or self._left < 0:
                raise _Unfit
            element, at = self.struct(kinds[min(len(elements), len(kinds) - 1)], at + 1)
            elements.append(element)
        return Field(entry.name, entry.type, at + 1 - start, None, entry.index, None, tuple(elements)), at + 1

    def _subsections(self, layout: Struct, at: int) -> tuple[list[Struct], int]:
        found: list[Struct] = []
        while layout.subsections and at < len(self._payload) and self._payload[at] == RecordType.SUBSECTION:
            end = at + 2 + self._byte(at + 1)
            name = bytes(self._payload[at + 2 : end])
            if end > len(self._payload) and any(below.wire_name.startswith(name) for below in layout.subsections):
                raise _Unfit(end - len(self._payload))
            known = next((below for below in layout.subsections if below.wire_name == name), None)
            if known is None:
                break
            below, at = self.struct(known, at + 2 + len(name) + _VERSION)
            found.append(below)
        return found, at

    def _byte(self, at: int) -> int:
        if at >= len(self._payload):
            raise _Unfit(at + 1 - len(self._payload))
        return self._payload[at]


# -- the file --------------------------------------------------------------------------------------------------------


def known(release: str = OLD) -> Catalogue:
    """The layouts that come with the program: those of QEMUs like ``release`` before the others."""
    return _known(OLD if release == OLD else NEWER)


@functools.cache
def _known(release: str) -> Catalogue:
    structs, devices = _shipped()
    return Catalogue(_layouts(structs, devices, release))


def known_subsections(name: str) -> Mapping[str, Struct]:
    """Subsections of a state at any depth, by their names."""
    return _all_subsections().get(name, {})


@functools.cache
def _all_subsections() -> dict[str, dict[str, Struct]]:
    found: dict[str, dict[str, Struct]] = {}
    for struct in _shipped()[0]:
        for below in struct.subsections:
            found.setdefault(struct.vmsd_name, {}).setdefault(below.vmsd_name, below)
    return found


def _layouts(structs: Sequence[Struct], devices: Mapping[str, Sequence[int]], release: str) -> list[Struct]:
    """Those of a release before those that only others have; ``devices`` are their numbers by release."""
    numbers = dict.fromkeys([*devices[release], *(number for of in devices.values() for number in of)])
    return [structs[number] for number in numbers]


@functools.cache
def _shipped() -> tuple[tuple[Struct, ...], dict[str, list[int]]]:
    """What the file has: ``structs``, each of which may have those before it as parts, and ``devices``, the numbers of
    those that are sections, by release.

    A struct is [name, version, fields, subsections], a field [name, type, size, array_len, index, struct, elements]
    up to the last that is not null, and several fields of one name are [name, fields].
    """
    document = json.loads(_FILE.read_bytes())
    made: list[Struct] = []
    for name, version, fields, below in document["structs"]:
        entries = tuple(_entry_of(row, made) for row in fields)
        made.append(Struct(name, version, entries, tuple(made[number] for number in below)))
    return tuple(made), document["devices"]


def _entry_of(row: list[Any], made: list[Struct]) -> Field | Group:
    if isinstance(row[1], list):
        return Group(row[0], tuple(_field_of(member, made) for member in row[1]))
    return _field_of(row, made)


def _field_of(row: list[Any], made: list[Struct]) -> Field:
    name, kind, size, array_len, index, struct, elements = row + [None] * (7 - len(row))
    parts = None if elements is None else tuple(made[number] for number in elements)
    return Field(name, kind, size, array_len, index, None if struct is None else made[struct], parts)
