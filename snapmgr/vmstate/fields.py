"""The fields of a VMState, one constructor a family (include/migration/vmstate.h: VMSTATE_*).

The first argument is the attribute that holds the value, with dots for attributes of attributes, ``""`` for the object
itself; ``name`` is the field's name on the wire where it is another.  ``since`` is the version that brought the field,
``exists(object, version)`` decides instead of it.  Values that have no place on the wire raise VMStateError.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from snapmgr.vmstate.arrays import Counted, Fixed
from snapmgr.vmstate.buffers import Bitmap, Buffer, CountedBuffer, CountedText, Unused
from snapmgr.vmstate.field import MAX_ARRAY, Exists, Field, Kind
from snapmgr.vmstate.scalars import AtMost, Bool, Equal, Number
from snapmgr.vmstate.state import VMState
from snapmgr.vmstate.structs import Codec, Linked, Make, Opaque, Struct, Temporary
from snapmgr.vmstate.trees import KeyState, Tree

__all__ = [
    *(
        "Field",
        "array",
        "bitmap",
        "boolean",
        "buffer",
        "capability",
        "cpu_double",
        "float64",
        "gtree",
        "i8",
        "i16",
        "i32",
        "i32_le",
        "i64",
    ),
    *("opaque", "pointer", "pointers", "qlist", "qtailq", "struct", "structs", "sub_array", "sub_buffer", "timer"),
    *("tmp", "u8", "u16", "u32", "u64", "unused", "validate", "varray", "vbuffer", "vpointers", "vstructs"),
]

MAX_LIST = 1 << 16


def _path(attr: str) -> tuple[str, ...]:
    return tuple(attr.split(".")) if attr else ()


def _field(attr: str, kind: Kind, name: str | None, since: int, exists: Exists | None) -> Field:
    wire_name = name if name is not None else attr
    if not wire_name:
        raise ValueError("a field needs a name")
    return Field(wire_name, kind, _path(attr), since=since, exists=exists)


def _number(
    coding: str,
    attr: str,
    *,
    name: str | None = None,
    since: int = 0,
    exists: Exists | None = None,
    equal: bool = False,
    hint: str | None = None,
) -> Field:
    """A number of fixed width.  ``equal``: a load fails unless the stream has what is there already; ``hint`` is the
    line that QEMU prints then."""
    return _field(attr, Equal(coding, hint) if equal else Number(coding), name, since, exists)


u8 = partial(_number, "uint8")
u16 = partial(_number, "uint16")
u32 = partial(_number, "uint32")
u64 = partial(_number, "uint64")
i8 = partial(_number, "int8")
i16 = partial(_number, "int16")
i32 = partial(_number, "int32")
i64 = partial(_number, "int64")
float64 = partial(_number, "float64")
cpu_double = partial(_number, "CPU_Double_U")
timer = partial(_number, "timer")
"""Nanoseconds of the timer's clock at which it fires, -1 where it is stopped."""


def i32_le(attr: str, *, name: str | None = None, since: int = 0, exists: Exists | None = None) -> Field:
    """An int32 that may not exceed what is there already (VMSTATE_INT32_POSITIVE_LE)."""
    return _field(attr, AtMost(), name, since, exists)


def boolean(attr: str, *, name: str | None = None, since: int = 0, exists: Exists | None = None) -> Field:
    return _field(attr, Bool(), name, since, exists)


def buffer(
    attr: str,
    size: int,
    *,
    type_name: str = "buffer",
    name: str | None = None,
    since: int = 0,
    exists: Exists | None = None,
) -> Field:
    """``size`` bytes: bytes, a bytearray, or a numpy array of bytes; ``type_name`` for types that are opaque bytes."""
    return _field(attr, Buffer(size, type_name=type_name), name, since, exists)


def sub_buffer(
    attr: str, start: int, size: int, *, name: str | None = None, since: int = 0, exists: Exists | None = None
) -> Field:
    """``size`` bytes of a buffer from ``start`` on (VMSTATE_SUB_BUFFER)."""
    return _field(attr, Buffer(size, start=start, whole=False), name, since, exists)


def vbuffer(
    attr: str,
    size_from: str,
    at_most: int,
    *,
    unit: int = 1,
    name: str | None = None,
    since: int = 0,
    exists: Exists | None = None,
) -> Field:
    """As many times ``unit`` bytes as the attribute ``size_from`` says, which comes before it."""
    return _field(attr, CountedBuffer(_path(size_from), at_most, unit), name, since, exists)


def unused(size: int, *, name: str = "unused", since: int = 0, exists: Exists | None = None) -> Field:
    """Bytes of a field that is no more: zeros."""
    return _field("", Unused(size), name, since, exists)


def bitmap(
    attr: str,
    *,
    bits: int | None = None,
    bits_from: str = "",
    at_most: int = MAX_ARRAY,
    name: str | None = None,
    since: int = 0,
    exists: Exists | None = None,
) -> Field:
    """``bits`` bits, or as many as the attribute ``bits_from`` says: an int, or a numpy array of bool or uint64."""
    if (bits is None) == (not bits_from):
        raise ValueError("give either bits or bits_from")
    return _field(attr, Bitmap(bits, _path(bits_from), at_most), name, since, exists)


def capability(
    attr: str,
    *,
    known: Callable[[str], bool] | None = None,
    name: str | None = None,
    since: int = 0,
    exists: Exists | None = None,
) -> Field:
    """A name of at most 255 bytes; a load refuses those that are not ``known``."""
    return _field(attr, CountedText("capability", known), name, since, exists)


def opaque(
    name: str,
    type_name: str,
    codec: Codec,
    *,
    attr: str = "",
    size: int = 0,
    since: int = 0,
    exists: Exists | None = None,
) -> Field:
    """A type with a coding of its own, given the value of ``attr``; ``size`` is what a dump says."""
    return _field(attr, Opaque(type_name, codec, size), name, since, exists)


def array(element: Field, count: int) -> Field:
    """``count`` elements in a list, tuple, bytes, bytearray or numpy array of that size (taken flat)."""
    return replace(element, shape=Fixed(_array_count(count)))


def sub_array(element: Field, start: int, count: int) -> Field:
    """``count`` elements of a container from ``start`` on (VMSTATE_SUB_ARRAY)."""
    return replace(element, shape=Fixed(_array_count(count), start, whole=False))


def _array_count(count: int) -> int:
    if not 0 <= count <= MAX_ARRAY:
        raise ValueError(f"an array has 0 to {MAX_ARRAY} elements")
    return count


def varray(
    element: Field, count_from: str, at_most: int, *, times: int = 1, alloc: bool = True, make: Make | None = None
) -> Field:
    """As many elements as the attribute ``count_from`` says, which comes before it.

    With ``alloc`` the container has exactly these, and a load resizes it; else it has room for more, and a load leaves
    the others alone.
    """
    return replace(element, shape=Counted(_path(count_from), at_most, times, alloc, make))


def struct(
    attr: str,
    state: VMState,
    *,
    version: int | None = None,
    make: Make | None = None,
    name: str | None = None,
    since: int = 0,
    exists: Exists | None = None,
) -> Field:
    """An object with a state of its own; with ``version``, saved and loaded as of that version (VMSTATE_VSTRUCT)."""
    return _field(attr, Struct(state, version=version, make=make), name, since, exists)


pointer = struct
"""The same in Python: an attribute refers to an object, which must be there (VMSTATE_STRUCT_POINTER)."""


def structs(
    attr: str,
    state: VMState,
    count: int,
    *,
    version: int | None = None,
    name: str | None = None,
    since: int = 0,
    exists: Exists | None = None,
) -> Field:
    """A list of ``count`` objects."""
    return array(struct(attr, state, version=version, name=name, since=since, exists=exists), count)


def vstructs(
    attr: str,
    state: VMState,
    count_from: str,
    at_most: int,
    *,
    make: Make | None = None,
    name: str | None = None,
    since: int = 0,
    exists: Exists | None = None,
) -> Field:
    """As many objects as an attribute says.  ``make`` gives new ones at a load (VMS_ALLOC); without it those that the
    list holds already are loaded into, and it may hold more."""
    element = struct(attr, state, name=name, since=since, exists=exists)
    return varray(element, count_from, at_most, alloc=make is not None, make=make)


def pointers(element: Field, count: int) -> Field:
    """``count`` elements each of which may be None; a load needs None at the same places (VMS_ARRAY_OF_POINTER)."""
    return replace(array(element, count), nullable=True)


def vpointers(element: Field, count_from: str, at_most: int) -> Field:
    """As ``pointers``, as many as an attribute says."""
    return replace(varray(element, count_from, at_most, alloc=False), nullable=True)


def qtailq(
    attr: str,
    state: VMState,
    make: Make,
    *,
    at_most: int = MAX_LIST,
    name: str | None = None,
    since: int = 0,
    exists: Exists | None = None,
) -> Field:
    """A list of any length; a load fills it with objects from ``make``."""
    return _field(attr, Linked("qtailq", state, make, at_most), name, since, exists)


def qlist(
    attr: str,
    state: VMState,
    make: Make,
    *,
    at_most: int = MAX_LIST,
    name: str | None = None,
    since: int = 0,
    exists: Exists | None = None,
) -> Field:
    """As ``qtailq`` under its other name."""
    return _field(attr, Linked("qlist", state, make, at_most), name, since, exists)


def gtree(
    attr: str,
    state: VMState,
    make: Make,
    *,
    key: KeyState | None = None,
    at_most: int = MAX_LIST,
    name: str | None = None,
    since: int = 0,
    exists: Exists | None = None,
) -> Field:
    """A tree of objects from ``make``: a dict by numbers, or, where ``key`` says how keys are saved and made, a list of
    (key, object) in the tree's order."""
    return _field(attr, Tree(state, make, at_most, key), name, since, exists)


def tmp(
    state: VMState,
    make: Callable[[Any], Any],
    *,
    name: str = "tmp",
    since: int = 0,
    exists: Exists | None = None,
) -> Field:
    """Fields of an object that ``make`` derives from the one at hand; ``state``'s hooks copy in and out."""
    return _field("", Temporary(state, make), name, since, exists)


def validate(text: str, holds: Exists) -> Field:
    """Nothing on the wire: saving and loading fail unless ``holds(object, version)`` (VMSTATE_VALIDATE)."""
    return replace(_field("", Unused(0), text, 0, holds), must_exist=True)
