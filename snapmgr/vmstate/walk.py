"""Lay a description over a section's payload.

The walk looks at the data only where it must: at headers of subsections, at lists and at counted names.  It never
raises for what the data holds; it stops, says why, and shows the rest as not described.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from snapmgr.vmstate.description import CAPABILITY, SUBSECTION_HEADER, Device, Field, Group, Struct
from snapmgr.vmstate.tree import Elements, Fault, FieldKind, FieldValue, single, whole

SUBSECTION = 5
MAX_WALKED = 100_000
"""Fields that one section may make us visit one by one; the largest real ones need some thousands."""

MAX_FAULTS = 100
"""Faults of one section after which it makes no sense to go on."""


@dataclass(frozen=True, slots=True)
class DecodedSection:
    """Fields and subsections of a section in the order of the wire, then, if any, bytes that are not described.

    ``end_offset`` is where the description ends in the stream; ``offset`` that of the payload's first byte.
    """

    payload: memoryview
    offset: int
    children: tuple[FieldValue, ...]
    faults: tuple[Fault, ...]
    end_offset: int

    @property
    def subsections(self) -> tuple[FieldValue, ...]:
        return tuple(child for child in self.children if child.kind is FieldKind.SUBSECTION)

    def raw(self, value: FieldValue) -> memoryview:
        """The bytes of a field of this section."""
        start = value.offset - self.offset
        return self.payload[start : start + value.length]

    def walk(self) -> Iterator[FieldValue]:
        """Every field at every depth, parents first."""
        pending = [iter(self.children)]
        while pending:
            for value in pending[-1]:
                yield value
                pending.append(iter(value.children))
                break
            else:
                pending.pop()


def decode(
    description: Device | Struct | None, payload: bytes | bytearray | memoryview, base_offset: int = 0
) -> DecodedSection:
    """The fields of ``payload``, whose first byte stands at ``base_offset`` in the stream.

    Faults: ``field-beyond-end``, ``subsection-missing``, ``subsection-not-described``, ``not-described``,
    ``list-marker``, ``size-differs``, ``too-many-fields``, ``too-many-faults``.  With None as description all bytes
    are unknown.
    """
    view = memoryview(payload).cast("B").toreadonly()
    if description is None:
        rest = (_unknown(base_offset, len(view)),) if view else ()
        return DecodedSection(view, base_offset, rest, (), base_offset)
    walk = Walk(view, base_offset)
    children = walk.struct(_state(description))
    left = len(view) - walk.position
    end = base_offset + walk.position
    if left:
        children.append(_unknown(end, left))
        if not walk.stopped:
            walk.faults.append(Fault("not-described", end, f"{left} bytes are not described", left))
    return DecodedSection(view, base_offset, tuple(children), tuple(walk.faults), end)


def _state(description: Device | Struct) -> Struct:
    return description.state if isinstance(description, Device) else description


def _unknown(offset: int, length: int) -> FieldValue:
    return FieldValue("Not described", FieldKind.UNKNOWN, "", offset, length)


class Walk:
    """One pass over ``view``.  ``prefix`` says that more bytes may follow it: then ``missing`` counts those that are
    needed at least, instead of a fault."""

    def __init__(self, view: memoryview, base: int, *, prefix: bool = False) -> None:
        self.view = view
        self.base = base
        self.prefix = prefix
        self.position = 0
        self.missing = 0
        self.stopped = False
        self.faults: list[Fault] = []
        self._left = MAX_WALKED

    def struct(self, state: Struct) -> list[FieldValue]:
        """All of a struct; the position is behind it afterwards, or where the walk stopped."""
        found: list[FieldValue] = []
        for entry in state.fields:
            self._entry(entry, found)
            if self.stopped:
                return found
        self._subsections(state, found)
        return found

    def _entry(self, entry: Field | Group, found: list[FieldValue]) -> None:
        if self._static(entry, found):
            return
        if isinstance(entry, Field) and entry.array_len is None:
            self._single(entry, None, found)
            return
        start = self.position
        if not entry.dynamic and isinstance(entry, Field):
            self._cut_array(entry, found)
            return
        elements: list[FieldValue] = []
        for member in entry.members if isinstance(entry, Group) else (entry,):
            for _ in range(member.count):
                if self.stopped:
                    break
                self._single(member, len(elements), elements)
        kind = entry.type if isinstance(entry, Field) else entry.members[0].type
        length = self.position - start
        array = FieldValue(entry.name, FieldKind.ARRAY, kind, self.base + start, length, entry, None, tuple(elements))
        found.append(array)

    def _static(self, entry: Field | Group, found: list[FieldValue]) -> bool:
        """Take an entry that is wholly here and lies as described."""
        if entry.dynamic or self.position + entry.length > len(self.view):
            return False
        if self._spend():
            found.append(whole(entry, self.base + self.position))
            self.position += entry.length
        return True

    def _cut_array(self, entry: Field, found: list[FieldValue]) -> None:
        """An array that goes beyond the end: the elements that are whole."""
        start = self.position
        count = (len(self.view) - start) // entry.stride
        if count and self._spend():
            elements = Elements(entry, self.base + start, count)
            length = count * entry.stride
            offset = self.base + start
            found.append(FieldValue(entry.name, FieldKind.ARRAY, entry.type, offset, length, entry, None, elements))
            self.position += length
        self._beyond(entry.name, start + entry.length - self.position)

    def _single(self, entry: Field, index: int | None, found: list[FieldValue]) -> None:
        start = self.position
        if not entry.dynamic and start + entry.stride <= len(self.view):
            if self._spend():
                found.append(single(entry, self.base + start, index))
                self.position += entry.stride
            return
        if not self._spend():
            return
        parts: list[FieldValue] | None = None
        if entry.struct is not None:
            parts = self.struct(entry.struct)
            if entry.struct.length != entry.size:
                self._size_differs(entry, start)
        elif entry.elements is not None:
            parts = self._list(entry.elements)
        else:
            self._take(entry.name, self._capability_length() if entry.type == CAPABILITY else entry.size)
        if self.position == start and self.stopped:
            return
        length = self.position - start
        found.append(single(entry, self.base + start, index, length, None if parts is None else tuple(parts)))

    def _list(self, elements: tuple[Struct, ...]) -> list[FieldValue]:
        """Elements that each follow a byte 1, closed by a byte 0 (vmstate-types.c: put_qtailq)."""
        found: list[FieldValue] = []
        for number, element in enumerate(elements):
            if not self._marker(1):
                return found
            start = self.position
            parts = tuple(self.struct(element))
            described = Field(f"[{number}]", "struct", element.length, struct=element)
            found.append(single(described, self.base + start, number, self.position - start, parts))
            if self.stopped:
                return found
        self._marker(0)
        return found

    def _marker(self, expected: int) -> bool:
        at = self.position
        if not self._take("list", 1):
            return False
        if self.view[at] != expected:
            self.position = at
            self._stop("list-marker", f"a list goes on with byte {self.view[at]}, not {expected}", 1)
        return not self.stopped

    def _capability_length(self) -> int:
        return 1 + self.view[self.position] if self.position < len(self.view) else 1

    def _subsections(self, state: Struct, found: list[FieldValue]) -> None:
        """Subsections in any order, as the loader takes them (vmstate.c: vmstate_subsection_load)."""
        listed = {sub.wire_name: sub for sub in state.subsections}
        if self.prefix and not listed:
            return
        seen: set[bytes] = set()
        while not self.stopped and (name := self._peek_name()) is not None:
            described = listed.get(name)
            if described is None:
                if name.startswith(state.wire_name + b"/"):
                    text = name.decode("utf-8", "replace")
                    self._stop("subsection-not-described", f"the subsection {text!r} is not described", 2 + len(name))
                break
            seen.add(name)
            self._subsection(described, found)
        if not self.stopped:
            for name, sub in listed.items():
                if name not in seen and not self.stopped:
                    what = f"the subsection {sub.vmsd_name!r} is described but not there"
                    self._note(Fault("subsection-missing", self.base + self.position, what))

    def _subsection(self, described: Struct, found: list[FieldValue]) -> None:
        start = self.position
        if not self._spend() or not self._take(described.vmsd_name, SUBSECTION_HEADER + len(described.wire_name)):
            return
        parts = tuple(self.struct(described))
        length = self.position - start
        offset = self.base + start
        found.append(
            FieldValue(described.vmsd_name, FieldKind.SUBSECTION, "subsection", offset, length, described, None, parts)
        )

    def _peek_name(self) -> bytes | None:
        """The name in the subsection header that begins here, None if none does."""
        here = self.view[self.position : self.position + 2]
        if here and here[0] != SUBSECTION:
            return None
        size = 2 + here[1] if len(here) == 2 else len(here) + 1
        if self.position + size > len(self.view):
            if self.prefix:
                self._beyond("subsection", size)
            return None
        return bytes(self.view[self.position + 2 : self.position + size])

    def _take(self, name: str, length: int) -> bool:
        if self.position + length > len(self.view):
            self._beyond(name, length)
            return False
        self.position += length
        return True

    def _beyond(self, name: str, length: int) -> None:
        """``length`` bytes from the position on are needed."""
        self.missing = self.position + length - len(self.view)
        self._stop("field-beyond-end", f"{name} goes {self.missing} bytes beyond the end of the section", 0)

    def _size_differs(self, entry: Field, start: int) -> None:
        what = f"{entry.name} is described with {entry.size} bytes, its parts with {entry.stride}"
        if not self.stopped:
            self._note(Fault("size-differs", self.base + start, what, self.position - start))

    def _spend(self) -> bool:
        self._left -= 1
        if self._left < 0 and not self.stopped:
            self._stop("too-many-fields", f"more than {MAX_WALKED} fields in one section", 0)
        return not self.stopped

    def _note(self, fault: Fault) -> None:
        """Remember a fault that the walk can go on behind."""
        self.faults.append(fault)
        if len(self.faults) >= MAX_FAULTS:
            self._stop("too-many-faults", f"{MAX_FAULTS} faults in one section", 0)

    def _stop(self, code: str, message: str, length: int) -> None:
        self.stopped = True
        self.faults.append(Fault(code, self.base + self.position, message, length))
