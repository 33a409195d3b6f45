"""Read the vmdesc: untrusted JSON in, a frozen ``VmDescription`` out.

Everything is bounded before it costs memory or time: the text, its brackets and commas, nesting, names, sizes and the
lengths of arrays.  Whatever is wrong raises ``StreamError`` with a code that begins with ``vmdesc-``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from snapmgr.errors import StreamError
from snapmgr.vmstate.description import LISTS, NULL_POINTER, Device, Field, Group, Struct, VmDescription
from snapmgr.vmstate.repeated import Repeated, as_object

MAX_TEXT = 32 << 20
MAX_ITEMS = 4_000_000
MAX_DEPTH = 32
MAX_NAME = 1024
MAX_SIZE = 1 << 32
MAX_ARRAY = 1 << 24


def parse_vmdesc(text: bytes | bytearray | memoryview, offset: int = 0) -> VmDescription:
    """The description in ``text``, which stands at ``offset`` in the stream.

    Raises StreamError: ``vmdesc-too-large``, ``vmdesc-encoding``, ``vmdesc-json``, ``vmdesc-too-deep``,
    ``vmdesc-type``, ``vmdesc-missing``, ``vmdesc-range``, ``vmdesc-index``.
    """
    return _Reader(offset).description(_load(text, offset))


def parse_state(description: dict[str, Any]) -> Struct:
    """What ``save_state`` returned, as a stream's own description of these bytes would be read.  Raises StreamError."""
    return _Reader(0).struct(description, str(description.get("vmsd_name", "")), 0)


def _load(text: bytes | bytearray | memoryview, offset: int) -> Any:
    if len(text) > MAX_TEXT:
        raise _error("vmdesc-too-large", f"the vmdesc has {len(text)} bytes, more than the {MAX_TEXT} allowed", offset)
    data = bytes(text)
    items = data.count(b",") + data.count(b"[") + data.count(b"{")
    if items > MAX_ITEMS:
        raise _error("vmdesc-too-large", f"the vmdesc has {items} items, more than the {MAX_ITEMS} allowed", offset)
    try:
        return json.loads(data.decode(), object_pairs_hook=as_object, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise _error("vmdesc-encoding", "the vmdesc is not UTF-8 text", offset + error.start) from None
    except json.JSONDecodeError as error:
        at = offset + len(error.doc[: error.pos].encode())
        raise _error("vmdesc-json", f"the vmdesc is not valid JSON: {error.msg}", at) from None
    except RecursionError:
        raise _error("vmdesc-too-deep", "the vmdesc is nested too deeply", offset) from None
    except ValueError as error:  # numbers with thousands of digits, NaN
        raise _error("vmdesc-json", f"the vmdesc holds an unusable number: {error}", offset) from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _error(code: str, message: str, offset: int) -> StreamError:
    return StreamError(code, message, offset=offset, hint="Devices can still be told apart by their footers.")


class _Reader:
    """Turns plain JSON values into descriptions; ``where`` names the place for messages."""

    def __init__(self, offset: int) -> None:
        self.offset = offset

    def fail(self, code: str, where: str, what: str) -> NoReturn:
        raise _error(code, f"vmdesc, {where}: {what}", self.offset)

    def description(self, value: Any) -> VmDescription:
        top = self.object(value, "top level")
        devices = self.each(self.get(top, "devices", "top level"), "devices", self.device)
        configuration = top.get("configuration")
        return VmDescription(
            devices=tuple(devices),
            page_size=self.optional_number(top, "page_size", "top level", MAX_SIZE),
            configuration=None if configuration is None else self.struct(configuration, "configuration", 0),
        )

    def device(self, value: Any, where: str) -> Device:
        entry = self.object(value, where)
        name = self.name(entry, "name", where)
        return Device(
            name=name,
            instance_id=self.number(entry, "instance_id", name, (1 << 32) - 1),
            state=self.struct(entry, name, 0),
            size=self.optional_number(entry, "size", name, MAX_SIZE),
        )

    def struct(self, value: Any, where: str, depth: int) -> Struct:
        if depth > MAX_DEPTH:
            self.fail("vmdesc-too-deep", where, "nested too deeply")
        entry = self.object(value, where)
        listed = self.get(entry, "fields", where)
        fields = self.each(listed, where, lambda item, at: self.field(item, at, depth))
        below = self.each(entry.get("subsections", []), where, lambda item, at: self.subsection(item, at, depth))
        return Struct(
            vmsd_name=self.name(entry, "vmsd_name", where) if "vmsd_name" in entry else "",
            version=self.optional_number(entry, "version", where, (1 << 32) - 1),
            fields=self.grouped(fields, where),
            subsections=tuple(below),
        )

    def subsection(self, value: Any, where: str, depth: int) -> Struct:
        found = self.struct(value, where, depth + 1)
        if not found.vmsd_name or len(found.wire_name) > 255:
            self.fail("vmdesc-range", where, "a subsection's name must have 1 to 255 bytes")
        return found

    def field(self, value: Any, where: str, depth: int) -> Field:
        entry = self.object(value, where)
        name = self.name(entry, "name", where)
        where = f"{where}/{name}"
        array_len = self.optional_number(entry, "array_len", where, MAX_ARRAY)
        if array_len == 0:
            self.fail("vmdesc-range", where, "an array of no elements")
        kind = self.name(entry, "type", where) if "type" in entry else "unknown"
        size = self.number(entry, "size", where, MAX_SIZE)
        struct, elements = self.parts(entry, kind, size, where, depth)
        index = self.optional_number(entry, "index", where, MAX_ARRAY)
        return Field(name, kind, size, array_len, index, struct, elements)

    def parts(
        self, entry: dict[str, Any], kind: str, size: int, where: str, depth: int
    ) -> tuple[Struct | None, tuple[Struct, ...] | None]:
        """The struct of a field, or the elements of a list; parts that do not fill the size are left opaque."""
        nested = entry.get("struct")
        if nested:  # an empty one stands for a null pointer (QEMU before 9.2)
            return self.struct(nested, where, depth + 1), None
        inline = [self.struct(item, where, depth + 1) for item in _inline_structs(entry)]
        if kind in LISTS:
            whole = sum(1 + item.length for item in inline) + 1 == size
            return None, tuple(inline) if whole else None
        if len(inline) == 1 and inline[0].length == size:
            return inline[0], None
        return None, None

    def grouped(self, fields: Sequence[Field], where: str) -> tuple[Field | Group, ...]:
        """Neighbours of one name become one array."""
        result: list[Field | Group] = []
        start = 0
        for end in range(1, len(fields) + 1):
            if end < len(fields) and fields[end].name == fields[start].name:
                continue
            members = tuple(fields[start:end])
            if len(members) == 1 and members[0].index is None:
                result.append(members[0])
            else:
                result.append(self.group(members, where))
            start = end
        return tuple(result)

    def group(self, members: tuple[Field, ...], where: str) -> Group:
        counted = [_one_pointer(members, row) for row in range(len(members))]
        position = 0
        for member in counted:
            if member.index is not None and member.index != position:
                self.fail("vmdesc-index", f"{where}/{member.name}", f"element {member.index} stands at {position}")
            position += member.count
        return Group(members[0].name, tuple(counted))

    def each(self, value: Any, where: str, make: Callable[[Any, str], Any]) -> list[Any]:
        if not isinstance(value, list):
            self.fail("vmdesc-type", where, f"a list is needed, not {_kind(value)}")
        return [make(item, where) for item in value]

    def object(self, value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.fail("vmdesc-type", where, f"an object is needed, not {_kind(value)}")
        return value

    def get(self, entry: dict[str, Any], key: str, where: str) -> Any:
        if key not in entry:
            self.fail("vmdesc-missing", where, f"no {key!r}")
        return entry[key]

    def name(self, entry: dict[str, Any], key: str, where: str) -> str:
        value = self.get(entry, key, where)
        if not isinstance(value, str):
            self.fail("vmdesc-type", where, f"{key!r} must be text, not {_kind(value)}")
        if len(value) > MAX_NAME:
            self.fail("vmdesc-range", where[:MAX_NAME], f"{key!r} has {len(value)} characters")
        return value

    def number(self, entry: dict[str, Any], key: str, where: str, most: int) -> int:
        value = self.get(entry, key, where)
        if not isinstance(value, int) or isinstance(value, bool):
            self.fail("vmdesc-type", where, f"{key!r} must be a whole number, not {_kind(value)}")
        if not 0 <= value <= most:
            self.fail("vmdesc-range", where, f"{key!r} is out of range")
        return value

    def optional_number(self, entry: dict[str, Any], key: str, where: str, most: int) -> int | None:
        return self.number(entry, key, where, most) if key in entry else None


def _kind(value: Any) -> str:
    return "nothing" if value is None else type(value).__name__.strip("_").lower()


def _inline_structs(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """Descriptions that stand in a field's own object instead of below ``struct``."""
    if "fields" not in entry:
        return []
    if not isinstance(entry, Repeated):
        return [entry]
    result: list[dict[str, Any]] = []
    for key, value in entry.pairs:
        if key == "vmsd_name":
            result.append({})
        if result and key in ("vmsd_name", "version", "fields", "subsections"):
            result[-1][key] = value
    return [item for item in result if "fields" in item]


def _one_pointer(members: tuple[Field, ...], row: int) -> Field:
    """Where null pointers are described one by one, QEMU 10 still gives each the count of those that follow."""
    member = members[row]
    beside = members[max(0, row - 1) : row] + members[row + 1 : row + 2]
    one_by_one = any(item.type == NULL_POINTER for item in beside) or any(m.index is not None for m in members)
    if member.type == NULL_POINTER and member.array_len is not None and one_by_one:
        return Field(member.name, member.type, member.size, index=member.index, told=member.array_len)
    return member
