"""Which elements of an array a filter may mean: all at once where they are whole numbers, instead of row by row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from snapmgr.containers.source import Source
from snapmgr.inspect.query import Query
from snapmgr.vmstate.description import Field
from snapmgr.vmstate.fieldtypes import is_signed, size_of
from snapmgr.vmstate.tree import Elements, FieldValue

_NUMERIC = frozenset("[]-0123456789")
"""What the name of an element and the words for its value are made of."""


def likely_rows(source: Source, values: Sequence[FieldValue], wanted: Query) -> Sequence[int]:
    """Rows of ``values`` outside of which none matches; all of them where that is not known.

    Kinds and faults are not looked at.  Raises SnapmgrError where the bytes cannot be read.
    """
    every = range(len(values))
    member = values.only_member if isinstance(values, Elements) else None
    if member is None or not values or not _is_number(member):
        return every
    kind = member.type.lower()
    if any(not _NUMERIC.issuperset(word) for word in wanted.words):
        return ()
    if wanted.types and not any(name in kind for name in wanted.types):
        return ()
    if not wanted.values and not wanted.default:
        return every
    raw = source.read(values[0].offset, len(values) * member.stride)
    numbers = np.frombuffer(raw, f">u{member.stride}", min(len(values), len(raw) // member.stride))
    if len(numbers) < len(values):
        return every
    found = np.ones(len(numbers), np.bool_)
    if wanted.values:
        bits, signed = 8 * member.stride, is_signed(member.type)
        shown = [value & (1 << bits) - 1 for value in wanted.values if _can_show(value, bits, signed=bool(signed))]
        found = np.isin(numbers, np.array(shown, numbers.dtype))
    if wanted.default:
        found &= numbers == 0
    return [int(row) for row in np.flatnonzero(found)]


def _is_number(member: Field) -> bool:
    signed = is_signed(member.type)
    return (
        member.struct is None
        and signed is not None
        and member.type != "timer"
        and size_of(member.type) == member.stride
    )


def _can_show(value: int, bits: int, *, signed: bool) -> bool:
    return -(1 << bits - 1 if signed else 0) <= value < 1 << bits
