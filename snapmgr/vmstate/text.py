"""Field values as text for people: the raw value with its width, and what it says in words.

uint16   0x000c                12
int32    0xffffffff            -1
timer    0xffffffffffffffff    stopped
buffer   6c 61 75 6e 63 68 …   "launch"
"""

from __future__ import annotations

import re
import struct
from typing import Final

from snapmgr.vmstate.description import Field, Group, Struct
from snapmgr.vmstate.fieldtypes import is_bytes, is_signed
from snapmgr.vmstate.tree import FieldKind, FieldValue

PREVIEW: Final = 16
"""Bytes of a buffer that are shown."""

_NS: Final = 1_000_000_000
_QUOTED: Final = 64
_PRINTABLE: Final = re.compile(rb"[ -~]{2,}")
_CONTAINERS = (FieldKind.STRUCT, FieldKind.ARRAY, FieldKind.SUBSECTION)


def value_text(value: FieldValue, raw: bytes | memoryview) -> str:
    """The raw value: ``0x000c``, the first bytes of a buffer; empty for what has parts."""
    if value.kind in _CONTAINERS:
        return ""
    if value.type == "capability":
        return hex_preview(raw[1:])
    number_like = is_signed(value.type) is not None or value.type in ("bool", "nullptr")
    if number_like and 0 < len(raw) <= 8:
        return f"0x{int.from_bytes(raw):0{2 * len(raw)}x}"
    return hex_preview(raw)


def meaning_text(value: FieldValue, raw: bytes | memoryview) -> str:
    """What the value says: decimal, true or false, text, how many parts."""
    if value.kind is FieldKind.ARRAY:
        return _counted(value.child_count, "element")
    if value.kind in _CONTAINERS:
        return ""
    if value.kind is FieldKind.UNKNOWN:
        return _counted(len(raw), "byte")
    return _scalar_meaning(value.type, raw)


def type_text(value: FieldValue) -> str:
    """``uint16``, ``uint64[16]``, ``struct serial, v3``, ``subsection, v1``."""
    described = value.described
    if value.kind is FieldKind.SUBSECTION and isinstance(described, Struct):
        return "subsection" + _version(described)
    if value.kind is FieldKind.ARRAY and isinstance(described, Group | Field) and value.index is None:
        return f"{_array_of(described)}[{value.child_count}]"
    if isinstance(described, Field) and described.struct is not None:
        name = described.struct.vmsd_name
        return f"{value.type} {name}{_version(described.struct)}" if name else value.type
    return value.type


def hex_preview(raw: bytes | memoryview) -> str:
    """The first bytes in hexadecimal, with an ellipsis if there are more."""
    return bytes(raw[:PREVIEW]).hex(" ") + (" …" if len(raw) > PREVIEW else "")


def _array_of(described: Field | Group) -> str:
    member = described.members[0] if isinstance(described, Group) else described
    if isinstance(described, Group):  # stretches between null pointers: name what the others are
        member = next((item for item in described.members if item.type != "nullptr"), member)
    return member.struct.vmsd_name if member.struct is not None and member.struct.vmsd_name else member.type


def _version(described: Struct) -> str:
    return "" if described.version is None else f", v{described.version}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _scalar_meaning(type_name: str, raw: bytes | memoryview) -> str:
    if type_name == "timer" and len(raw) == 8:
        return timer_meaning(int.from_bytes(raw, signed=True))
    signed = is_signed(type_name)
    if signed is not None and 0 < len(raw) <= 8:
        return str(int.from_bytes(raw, signed=signed))
    if type_name == "bool" and len(raw) == 1:
        return "true" if raw[0] else "false"
    if type_name == "nullptr" and len(raw) == 1:
        return "null pointer" if raw[0] == 0x30 else "not the mark of a null pointer (0x30)"
    if type_name == "float64" and len(raw) == 8:
        return repr(struct.unpack(">d", raw)[0])
    if type_name == "capability":
        return _quoted(bytes(raw[1:])) or ""
    if type_name == "unused_buffer":
        return _counted(len(raw), "byte") + ", unused"
    if is_bytes(type_name):
        return buffer_meaning(bytes(raw))
    return _counted(len(raw), "byte")


def timer_meaning(ns: int) -> str:
    """A timer's deadline on its clock; -1 is one that does not run (vmstate-types.c: timer_get)."""
    if ns == -1:
        return "stopped"
    seconds, rest = divmod(abs(ns), _NS)
    return f"at {'-' if ns < 0 else ''}{seconds}.{rest:09} s"


def buffer_meaning(raw: bytes) -> str:
    """Text if it is text, else how many bytes."""
    if not any(raw):
        return _counted(len(raw), "byte") + (", all zero" if raw else "")
    return _quoted(raw) or _counted(len(raw), "byte")


def _quoted(raw: bytes) -> str | None:
    """ASCII text with zeros behind it, in quotation marks."""
    text = raw.rstrip(b"\0")
    if not _PRINTABLE.fullmatch(text):
        return None
    shown = text[:_QUOTED].decode("ascii")
    return f'"{shown}…"' if len(text) > _QUOTED else f'"{shown}"'
