"""Decoded device state: fields with their places in the stream, made when they are asked for.

What the vmdesc fixes is not walked: an array of 64 Ki elements is one ``FieldValue`` until somebody looks inside.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import accumulate
from typing import overload

from snapmgr.vmstate.description import LISTS, Field, Group, Struct
from snapmgr.vmstate.fieldtypes import is_known


class FieldKind(Enum):
    """``OPAQUE`` is described by type and size only, ``UNKNOWN`` are bytes that no description covers."""

    FIELD = "field"
    STRUCT = "struct"
    ARRAY = "array"
    SUBSECTION = "subsection"
    OPAQUE = "opaque"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that keeps data and description from agreeing, at ``offset`` in the stream; ``length`` bytes of it."""

    code: str
    offset: int
    message: str
    length: int = 0


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One field, or one element of an array, at ``[offset, offset + length)`` of the stream.

    ``described`` is what the vmdesc says of it, None for unknown bytes; ``index`` is set for elements; ``found`` are
    the children where the data had to be walked, None where they follow from the description.
    """

    name: str
    kind: FieldKind
    type: str
    offset: int
    length: int
    described: Field | Group | Struct | None = None
    index: int | None = None
    found: Sequence[FieldValue] | None = None

    @property
    def children(self) -> Sequence[FieldValue]:
        """Made anew at each call, except where the walk found them."""
        if self.found is not None:
            return self.found
        if self.kind is FieldKind.ARRAY and isinstance(self.described, Field | Group):
            return Elements(self.described, self.offset)
        if isinstance(self.described, Field) and self.described.struct is not None:
            return tuple(struct_parts(self.described.struct, self.offset))
        return ()

    @property
    def child_count(self) -> int:
        """How many children there are, without making them."""
        if self.found is not None:
            return len(self.found)
        if self.kind is FieldKind.ARRAY and isinstance(self.described, Field | Group):
            return self.described.count
        if isinstance(self.described, Field) and self.described.struct is not None:
            return len(self.described.struct.fields)
        return 0


class Elements(Sequence[FieldValue]):
    """Elements of an array that lies at ``offset`` as described; ``count`` cuts it short."""

    def __init__(self, described: Field | Group, offset: int, count: int | None = None) -> None:
        self._members = (described,) if isinstance(described, Field) else described.members
        self._starts = list(accumulate((member.count for member in self._members), initial=0))
        self._offsets = list(accumulate((member.length for member in self._members), initial=offset))
        self._count = self._starts[-1] if count is None else count

    @property
    def only_member(self) -> Field | None:
        """What all elements are like, None where they are of several kinds."""
        return self._members[0] if len(self._members) == 1 else None

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, row: int) -> FieldValue: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[FieldValue]: ...
    def __getitem__(self, row: int | slice) -> FieldValue | Sequence[FieldValue]:
        if isinstance(row, slice):
            return [self[number] for number in range(*row.indices(self._count))]
        number = row + self._count if row < 0 else row
        if not 0 <= number < self._count:
            raise IndexError(row)
        at = bisect_right(self._starts, number) - 1
        member = self._members[at]
        offset = self._offsets[at] + (number - self._starts[at]) * member.stride
        return single(member, offset, number)

    def __iter__(self) -> Iterator[FieldValue]:
        return (self[number] for number in range(self._count))


def struct_parts(struct: Struct, offset: int) -> Iterator[FieldValue]:
    """The fields of a struct that lies at ``offset`` exactly as described (one without subsections)."""
    for entry in struct.fields:
        yield whole(entry, offset)
        offset += entry.length


def whole(entry: Field | Group, offset: int) -> FieldValue:
    """An entry of a description that lies at ``offset`` exactly as described."""
    if isinstance(entry, Field) and entry.array_len is None:
        return single(entry, offset)
    kind = entry.type if isinstance(entry, Field) else entry.members[0].type
    return FieldValue(entry.name, FieldKind.ARRAY, kind, offset, entry.length, entry)


def single(
    described: Field,
    offset: int,
    index: int | None = None,
    length: int | None = None,
    found: Sequence[FieldValue] | None = None,
) -> FieldValue:
    """One field or element; elements are named by their number."""
    name = described.name if index is None else f"[{index}]"
    if length is None:
        length = described.stride
    return FieldValue(name, kind_of(described), described.type, offset, length, described, index, found)


def kind_of(described: Field) -> FieldKind:
    """The kind of one element."""
    if described.struct is not None:
        return FieldKind.STRUCT
    if described.type in LISTS and described.elements is not None:
        return FieldKind.ARRAY
    return FieldKind.FIELD if is_known(described.type) else FieldKind.OPAQUE
