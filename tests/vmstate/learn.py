"""Makes ``snapmgr/vmstate/catalogue.json`` of streams that describe themselves, and of dumps of device types.

``python -m tests.vmstate.learn STREAM… DUMP.json…``: the layouts of all devices of the streams, and the subsections
that dumps know of their types beside those that were sent.  Only dumps that say how long arrays are (QEMU since 8.0)
tell any.  The corpus' own streams are always among them.

What is shipped was made of the streams of every machine type of QEMU 7.2, 10.0 and 11.1 that does not run yet, old ones
with ``-machine suppress-vmdesc=off``, of machines with each device that can be saved, and of the dumps of all three;
files are called ``RELEASE-….mig``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from snapmgr.containers.describe import find_description
from snapmgr.containers.open import open_source
from snapmgr.errors import SnapmgrError
from snapmgr.vmstate.catalogue import NEWER, OLD, REST
from snapmgr.vmstate.description import Field, Group, Struct
from snapmgr.vmstate.dump import MACHINE
from snapmgr.vmstate.fieldtypes import is_known, size_of
from tests import corpus

_FILE = Path(__file__).parents[2] / "snapmgr/vmstate/catalogue.json"
_NUMBERS = {1: "uint8", 2: "uint16", 4: "uint32", 8: "uint64"}


Types = dict[str, list[Struct]]


def described(path: Path) -> Iterator[Struct]:
    """Layouts of all devices of a stream, none if it cannot be read."""
    try:
        with closing(open_source(str(path))) as source:
            description = find_description(source)
    except SnapmgrError:
        return
    for device in description or ():
        if device.state.contradiction is None and device.size is None and device.state.vmsd_name:
            yield device.state


class Learned:
    """Layouts by the names of types."""

    def __init__(self) -> None:
        self.types: Types = {}

    def add(self, layout: Struct) -> None:
        """Join it with one that has the same fields, or keep it beside them."""
        known = self.types.setdefault(layout.vmsd_name, [])
        for at, other in enumerate(known):
            both = joined(other, layout)
            if both is not None:
                known[at] = both
                return
        known.append(layout)

    def loosen(self) -> None:
        """Lengths that differ between layouts of a type, and nothing else does, vary."""
        for name, known in self.types.items():
            rest = list(known)
            kept: list[Struct] = []
            while rest:
                first = rest.pop(0)
                loose = [(other, loosened(first, other)) for other in rest]
                alike = [other for other, both in loose if both is not None]
                varied = {both for _, both in loose if both is not None}
                if len(varied) == 1:
                    first = varied.pop()
                    rest = [other for other in rest if other not in alike]
                kept.append(first)
            self.types[name] = kept


def joined(one: Struct, other: Struct) -> Struct | None:
    """A layout with the subsections of both, None where their fields differ."""
    if one == other:
        return one
    if (one.vmsd_name, one.version, len(one.fields)) != (other.vmsd_name, other.version, len(other.fields)):
        return None
    fields = [_joined_entries(mine, theirs) for mine, theirs in zip(one.fields, other.fields, strict=True)]
    if None in fields:
        return None
    below = {sub.vmsd_name: sub for sub in one.subsections}
    for sub in other.subsections:
        mine = below.get(sub.vmsd_name)
        both = sub if mine is None else joined(mine, sub)
        if both is None:
            return None
        below[sub.vmsd_name] = both
    return Struct(one.vmsd_name, one.version, tuple(filter(None, fields)), tuple(below.values()))


def _joined_entries(one: Field | Group, other: Field | Group) -> Field | Group | None:
    if one == other:
        return one
    if isinstance(one, Group) or isinstance(other, Group):
        if not (isinstance(one, Group) and isinstance(other, Group)) or len(one.members) != len(other.members):
            return None
        members = [_joined_entries(mine, theirs) for mine, theirs in zip(one.members, other.members, strict=True)]
        return None if None in members else Group(one.name, tuple(members))  # type: ignore[arg-type]
    if (one.name, one.type, one.array_len, one.index) != (other.name, other.type, other.array_len, other.index):
        return None
    if one.struct is not None and other.struct is not None:
        both = joined(one.struct, other.struct)
        return None if both is None else Field(one.name, one.type, both.length, one.array_len, one.index, both)
    if one.elements is not None and other.elements is not None:
        kinds = _joined_elements(one.elements, other.elements)
        return None if kinds is None else Field(one.name, one.type, 1, one.array_len, one.index, None, kinds)
    return None


def _joined_elements(one: tuple[Struct, ...], other: tuple[Struct, ...]) -> tuple[Struct, ...] | None:
    """One kind for all elements of a list."""
    kinds = [*one, *other]
    while len(kinds) > 1:
        both = joined(kinds.pop(), kinds.pop())
        if both is None:
            return None
        kinds.append(both)
    return tuple(kinds)


def loosened(one: Struct, other: Struct) -> Struct | None:
    """The layout of both where one size, or one number of elements, is all that differs; None where more does."""
    if (one.vmsd_name, one.version, len(one.fields)) != (other.vmsd_name, other.version, len(other.fields)):
        return None
    fields = list(one.fields)
    differing = [at for at, entry in enumerate(fields) if entry != other.fields[at]]
    if len(differing) != 1:
        return None
    mine, theirs = fields[differing[0]], other.fields[differing[0]]
    if isinstance(mine, Group) or isinstance(theirs, Group) or (mine.name, mine.type) != (theirs.name, theirs.type):
        return None
    if mine.dynamic or theirs.dynamic or mine.struct != theirs.struct:
        return None
    others = [entry for at, entry in enumerate(fields) if at != differing[0]]
    told = all(isinstance(entry, Field) and (entry.struct or is_known(entry.type)) for entry in others)
    if mine.array_len is None and theirs.array_len is None and size_of(mine.type) is None and told:
        varying = Field(mine.name, mine.type, REST, None, mine.index)
    elif mine.size == theirs.size and (mine.array_len or theirs.array_len):
        varying = Field(mine.name, mine.type, mine.size, REST, None, mine.struct)
    else:
        return None
    fields[differing[0]] = varying
    below = {sub.vmsd_name: sub for sub in (*one.subsections, *other.subsections)}
    return Struct(one.vmsd_name, one.version, tuple(fields), tuple(below.values()))


# -- dumps -----------------------------------------------------------------------------------------------------------


def told(dump: dict[str, Any]) -> dict[str, dict[str, Struct]]:
    """Subsections by the name of the state that has them, of every depth, as far as the dump tells all of them."""
    found: dict[str, dict[str, Struct]] = {}
    pending = [entry["Description"] for name, entry in dump.items() if name != MACHINE and "Description" in entry]
    counted = any("num" in field for item in pending for field in item.get("Fields", []))
    while pending and counted:
        item = pending.pop()
        for below in item.get("Subsections", []):
            struct = _struct_of(below)
            if struct is not None:
                found.setdefault(item["name"], {})[below["name"]] = struct
            pending.append(below)
        pending += [field["Description"] for field in item.get("Fields", []) if "Description" in field]
    return found


def _struct_of(item: dict[str, Any]) -> Struct | None:
    fields = [_field_of(field) for field in item.get("Fields", [])]
    below = [_struct_of(sub) for sub in item.get("Subsections", [])]
    if None in fields or None in below or any(field.get("field_exists") for field in item.get("Fields", [])):
        return None
    return Struct(item["name"], item["version_id"], tuple(filter(None, fields)), tuple(filter(None, below)))


def _field_of(item: dict[str, Any]) -> Field | None:
    size, count = item["size"], item.get("num")
    if "Description" in item:
        struct = _struct_of(item["Description"])
        return None if struct is None else Field(item["field"], "struct", struct.length, count, None, struct)
    return None if size <= 0 else Field(item["field"], _NUMBERS.get(size, "buffer"), size, count)


def with_told(layout: Struct, subsections: dict[str, dict[str, Struct]]) -> Struct:
    """With what dumps know beside what was sent."""
    below = {sub.vmsd_name: with_told(sub, subsections) for sub in layout.subsections}
    for name, struct in subsections.get(layout.vmsd_name, {}).items():
        below.setdefault(name, struct)
    fields = tuple(_entry_with(entry, subsections) for entry in layout.fields)
    return Struct(layout.vmsd_name, layout.version, fields, tuple(below.values()))


def _entry_with(entry: Field | Group, subsections: dict[str, dict[str, Struct]]) -> Field | Group:
    if isinstance(entry, Group):
        return Group(entry.name, tuple(_entry_with(member, subsections) for member in entry.members))  # type: ignore[misc]
    if entry.struct is not None:
        struct = with_told(entry.struct, subsections)
        return Field(entry.name, entry.type, struct.length, entry.array_len, entry.index, struct)
    if entry.elements is not None:
        kinds = tuple(with_told(element, subsections) for element in entry.elements)
        return Field(entry.name, entry.type, 1, entry.array_len, entry.index, None, kinds)
    return entry


# -- the file --------------------------------------------------------------------------------------------------------


class _Writer:
    """Each struct once, parts before what they are part of."""

    def __init__(self) -> None:
        self.rows: list[list[Any]] = []
        self._numbers: dict[str, int] = {}

    def struct(self, layout: Struct) -> int:
        fields = [self.entry(entry) for entry in layout.fields]
        row = [layout.vmsd_name, layout.version, fields, [self.struct(below) for below in layout.subsections]]
        key = json.dumps(row)
        if key not in self._numbers:
            self._numbers[key] = len(self.rows)
            self.rows.append(row)
        return self._numbers[key]

    def entry(self, entry: Field | Group) -> list[Any]:
        if isinstance(entry, Group):
            return [entry.name, [self.entry(member) for member in entry.members]]
        struct = None if entry.struct is None else self.struct(entry.struct)
        elements = None if entry.elements is None else [self.struct(element) for element in entry.elements]
        row: list[Any] = [entry.name, entry.type, entry.size, entry.array_len, entry.index, struct, elements]
        while row[-1] is None:
            row.pop()
        return row


def document(learned: dict[str, Types]) -> str:
    """The text of the catalogue: a line for each struct."""
    writer = _Writer()
    devices = {
        release: sorted({writer.struct(layout) for name in sorted(types) for layout in types[name]})
        for release, types in learned.items()
    }
    rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in writer.rows)
    return f'{{"structs":[\n{rows}],\n"devices":{json.dumps(devices, separators=(",", ":"))}}}\n'


def main(names: list[str]) -> None:
    streams = [Path(name) for name in names if not name.endswith(".json")]
    streams += sorted(path for path in (corpus.corpus_root() / "streams").iterdir() if ".mig" in path.name)
    learned = {OLD: Learned(), NEWER: Learned()}
    for path in streams:
        for layout in described(path):
            learned[_release(path)].add(layout)
    for of in learned.values():
        of.loosen()
    subsections: dict[str, dict[str, Struct]] = {}
    for name in names:
        if name.endswith(".json"):
            for state, below in told(json.loads(Path(name).read_bytes())).items():
                for sub, struct in below.items():
                    subsections.setdefault(state, {}).setdefault(sub, struct)
    _FILE.write_text(document({release: _whole(of.types, subsections) for release, of in learned.items()}))


def _release(path: Path) -> str:
    """Which loader is like that of the QEMU that wrote it, by the file's name: 7.2-… or ….v72.mig."""
    return OLD if path.name.startswith(OLD) or ".v72." in path.name else NEWER


def _whole(types: Types, subsections: dict[str, dict[str, Struct]]) -> Types:
    return {name: [with_told(layout, subsections) for layout in known] for name, known in types.items()}


if __name__ == "__main__":
    main(sys.argv[1:])
