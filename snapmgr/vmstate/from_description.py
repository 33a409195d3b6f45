"""A VMState made from what a stream says of a device: it loads the section, and saves it byte for byte.

The values are plain: whole numbers, bools and floats, numpy arrays of them, bytes for opaque types, ``Values`` for
structs, lists of these.  The description that a save returns is the one that it was made from, key by key, because
every field keeps the literal head of its entry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from snapmgr.vmstate.arrays import Fixed
from snapmgr.vmstate.buffers import Buffer, CountedText
from snapmgr.vmstate.description import CAPABILITY, NULL_POINTER, Device, Group, Struct
from snapmgr.vmstate.description import Field as Entry
from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.field import Field, Kind, Parts, Take
from snapmgr.vmstate.fieldtypes import is_signed
from snapmgr.vmstate.load import take_state
from snapmgr.vmstate.save import NULL_MARKER, save_parts
from snapmgr.vmstate.scalars import CODES, Bool, Number
from snapmgr.vmstate.state import VMState

_ARRAY_TYPES = {"d": np.float64, "?": np.bool_} | {code: np.dtype(code) for code in "bBhHiIqQ"}


class Values:
    """The values of one struct: an attribute for each field, named as on the wire; subsections too, None where absent.

    Where two fields have one name, the second is ``NAME#2``.
    """

    def __repr__(self) -> str:
        return f"Values({self.__dict__!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Values) and _same(self.__dict__, other.__dict__)

    __hash__ = None  # type: ignore[assignment]


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, dict):
        return isinstance(other, dict) and list(one) == list(other) and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return isinstance(other, list) and len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and one.dtype == other.dtype and one.tobytes() == other.tobytes()
    return bool(one == other)


@dataclass(frozen=True, slots=True)
class Described:
    """``state`` for objects that ``make`` gives, blank ones."""

    state: VMState
    make: Callable[[], Values]


Names = Callable[[str, str], str]
"""The name of a field in texts, by the name of its state and the one in the description."""


def _as_described(state: str, field: str) -> str:
    return field


def from_description(description: Device | Struct, names: Names = _as_described) -> Described:
    """The state of a device, or of any struct, as a stream describes it."""
    made = _Maker(names).struct(description.state if isinstance(description, Device) else description)
    return Described(made.state, made.blank)


class _Layout:
    """Fields of one struct and its subsections while they are gathered, with what makes their first values."""

    def __init__(self, path: tuple[str, ...]) -> None:
        self.path = path
        self.fields: list[Field] = []
        self.firsts: dict[str, Callable[[], Any]] = {}
        self.state = VMState("")
        self.named: Callable[[str], str] = str

    def attribute(self, name: str, first: Callable[[], Any]) -> tuple[str, ...]:
        """A place for a value, under a name that is still free."""
        unique, number = name, 1
        while unique in self.firsts:
            number += 1
            unique = f"{name}#{number}"
        self.firsts[unique] = first
        return (*self.path, unique)

    def blank(self) -> Values:
        values = Values()
        for name, first in self.firsts.items():
            setattr(values, name, first())
        return values


class _Maker:
    """Turns descriptions into states."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def struct(self, described: Struct, path: tuple[str, ...] = (), *, sub: bool = False) -> _Layout:
        layout = _Layout(path)
        layout.named = partial(self._names, described.vmsd_name)
        for entry in described.fields:
            if isinstance(entry, Group):
                self.group(layout, entry)
            else:
                self.entry(layout, entry)
        subsections = [self.subsection(layout, below) for below in described.subsections]
        layout.state = VMState(
            described.vmsd_name,
            version=described.version or 0,
            fields=tuple(layout.fields),
            subsections=tuple(below.state for below in subsections),
            needed=_present(path) if sub else None,
            pre_load=_begin(path, layout, [below.path[-1] for below in subsections], sub),
        )
        return layout

    def subsection(self, layout: _Layout, described: Struct) -> _Layout:
        """Its fields are those of the same object (vmstate.c); here they lie in Values of their own below it."""
        return self.struct(described, layout.attribute(described.vmsd_name, _none), sub=True)

    def entry(self, layout: _Layout, entry: Entry) -> None:
        kind, first = self.kind(entry)
        if entry.array_len is None:
            path = layout.attribute(entry.name, first)
            layout.fields.append(Field(layout.named(entry.name), kind, path, entry=_head(entry)))
            return
        path = layout.attribute(entry.name, _container(kind, first, entry.array_len))
        name = layout.named(entry.name)
        layout.fields.append(Field(name, kind, path, Fixed(entry.array_len), entry=_head(entry)))

    def group(self, layout: _Layout, group: Group) -> None:
        """One list for all members, each of which is a field that has its part of it."""
        kinds = [self.kind(member) for member in group.members]
        firsts = [first for (_, first), member in zip(kinds, group.members, strict=True) for _ in range(member.count)]
        path = layout.attribute(group.name, lambda: [first() for first in firsts])
        start = 0
        for member, (kind, _) in zip(group.members, kinds, strict=True):
            shape = Fixed(member.count, start, whole=False)
            layout.fields.append(Field(member.name, kind, path, shape, entry=_head(member)))
            start += member.count

    def kind(self, entry: Entry) -> tuple[Kind, Callable[[], Any]]:
        """How one element is coded, and what makes its first value."""
        if entry.struct is not None and entry.struct.version is not None:
            below = self.struct(entry.struct)
            return Nested(entry.type, below.state, entry.size), below.blank
        if entry.elements is not None:
            layouts = [self.struct(element) for element in entry.elements]
            return Listed(entry.type, layouts), list
        if entry.type == NULL_POINTER or (entry.type == "struct" and entry.struct is None and entry.size == 1):
            return NullPointer(entry.type), _none
        return _simple(entry)


def _simple(entry: Entry) -> tuple[Kind, Callable[[], Any]]:
    number = _number(entry.type, entry.size)
    if number is not None:
        return number, (bool if number.code == "?" else float if number.code == "d" else int)
    if entry.type == CAPABILITY:
        return CountedText(entry.type), str
    size = entry.stride
    return Buffer(size, type_name=entry.type), lambda: bytes(size)


def _number(type_name: str, size: int) -> Number | None:
    """The kind of a number, None for what is none or has another size than its type."""
    if type_name == "bool":
        return Bool() if size == 1 else None
    coding = type_name.split(" ")[0]
    if is_signed(type_name) is None and coding != "float64" and type_name != "CPU_Double_U":
        return None
    number = Number(type_name if type_name in CODES else coding, type_name)
    return number if number.size == size else None


def _head(entry: Entry) -> Parts:
    """The entry's keys before its type, as they were."""
    places = {"array_len": entry.array_len if entry.told is None else entry.told, "index": entry.index}
    return (("name", entry.name), *((key, value) for key, value in places.items() if value is not None))


def _container(kind: Kind, first: Callable[[], Any], count: int) -> Callable[[], Any]:
    if kind.code:
        return lambda: np.zeros(count, _ARRAY_TYPES[kind.code])
    return lambda: [first() for _ in range(count)]


def _none() -> None:
    return None


def _present(path: tuple[str, ...]) -> Callable[[Any], bool]:
    """A subsection is sent where its values are there."""

    def is_there(target: Any) -> bool:
        for attribute in path:
            target = getattr(target, attribute, None)
        return target is not None

    return is_there


def _begin(path: tuple[str, ...], layout: _Layout, subsections: list[str], sub: bool) -> Callable[[Any], None] | None:
    """What a load begins with: subsections are absent until they come, then have values of their own."""
    if not subsections and not sub:
        return None

    def begin(target: Any) -> None:
        if sub:
            for attribute in path[:-1]:
                target = getattr(target, attribute)
            setattr(target, path[-1], layout.blank())
            return
        for name in subsections:
            setattr(target, name, None)

    return begin


class Nested(Kind):
    """A struct as described: below ``struct``, or in the entry itself (vstruct, tmp)."""

    in_place = True

    def __init__(self, type_name: str, state: VMState, size: int) -> None:
        self.type, self.state, self.size = type_name, state, size

    def save(self, value: Any, owner: Any, out: bytearray, describe: bool) -> Parts:
        description = save_parts(self.state, value, out, None, describe=describe)
        if description is None:
            return ()
        return (("struct", description),) if self.type == "struct" else tuple(description.items())

    def load(self, value: Any, owner: Any) -> Take[Any]:
        yield from take_state(self.state, value, self.state.version)
        return value


class Listed(Kind):
    """A list whose elements are described one by one; elements beyond those are like the last of them."""

    in_place = True

    def __init__(self, type_name: str, layouts: list[_Layout]) -> None:
        self.type, self.layouts = type_name, layouts

    def save(self, value: Any, owner: Any, out: bytearray, describe: bool) -> Parts:
        parts: list[tuple[str, Any]] = []
        for number, element in enumerate(value):
            out.append(1)
            parts += (save_parts(self._layout(number).state, element, out, None, describe=describe) or {}).items()
        out.append(0)
        return tuple(parts)

    def load(self, value: Any, owner: Any) -> Take[Any]:
        loaded: list[Values] = []
        while (yield 1)[0]:
            layout = self._layout(len(loaded))
            loaded.append(layout.blank())
            yield from take_state(layout.state, loaded[-1], layout.state.version)
        value[:] = loaded
        return value

    def _layout(self, number: int) -> _Layout:
        if not self.layouts:
            raise VMStateError("not-described", "a list has elements, its description none")
        return self.layouts[min(number, len(self.layouts) - 1)]


class NullPointer(Kind):
    """One byte that stands for a null pointer; QEMU before 9.2 describes it as an empty struct."""

    in_place = True
    size = 1

    def __init__(self, type_name: str) -> None:
        self.type = type_name

    def save(self, value: Any, owner: Any, out: bytearray, describe: bool) -> Parts:
        if value is not None:
            raise VMStateError("null-pointer", "the description has a null pointer here")
        out += NULL_MARKER
        return (("struct", {}),) if self.type == "struct" else ()

    def load(self, value: Any, owner: Any) -> Take[Any]:
        data = yield 1
        if data != NULL_MARKER:
            raise VMStateError("null-pointer", f"byte {data[0]:#04x} where a null pointer is described")
        return None
