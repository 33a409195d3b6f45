"""Fields of the devices of two streams that are not alike, found by walking both states side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from snapmgr.inspect.index import StreamIndex
from snapmgr.inspect.model import Record
from snapmgr.inspect.state import decoded
from snapmgr.vmstate.text import meaning_text, value_text
from snapmgr.vmstate.tree import FieldKind, FieldValue
from snapmgr.vmstate.walk import DecodedSection
from snapmgr.work import CancelToken

MOST = 20_000
"""Differences that are told one by one; of more it is said that there are more."""
_MOST_SHOWN = 4096
"""Bytes of a field that are looked at to say its value."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One side of a difference: its value as text, what that says in words, and its bytes in the stream."""

    value: str
    meaning: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """``path`` within ``device``, as ``snapctl edit`` takes both; None where one side has no such field."""

    device: str
    path: str
    a: Shown | None
    b: Shown | None


@dataclass(frozen=True, slots=True)
class DeviceDifference:
    """A device section, ``idstr (instance)``: versions None where it is not there; its fields that differ.

    ``more`` says that there are further ones which nobody counted."""

    device: str
    version_a: int | None
    version_b: int | None
    fields: tuple[FieldDifference, ...] = ()
    more: bool = False

    @property
    def only(self) -> str:
        """``a`` or ``b`` where the other has no such device, else "" ."""
        return "b" if self.version_a is None else "a" if self.version_b is None else ""


@dataclass(frozen=True, slots=True)
class Devices:
    """Those that differ, in the order of A, then what only B has; and how many are alike."""

    differing: tuple[DeviceDifference, ...]
    same: tuple[str, ...]


def compare_devices(a: StreamIndex, b: StreamIndex, cancel: CancelToken | None = None) -> Devices:
    """Raises Cancelled, and what reading the streams raises."""
    ours, theirs = _sections(a), _sections(b)
    differing, same, left = [], [], MOST
    for name in dict.fromkeys([*ours, *theirs]):
        if cancel is not None:
            cancel.check()
        found = _compare(name, a, ours.get(name), b, theirs.get(name), left)
        if found is None:
            same.append(name)
        else:
            differing.append(found)
            left = max(0, left - len(found.fields))
    return Devices(tuple(differing), tuple(same))


def _sections(index: StreamIndex) -> dict[str, Record]:
    """The device sections by name; the last where one comes more than once, as a loader ends up with it."""
    return {f"{one.idstr} ({one.instance_id})": one for one in index.records.of("FULL")}


def _compare(
    name: str, a: StreamIndex, ours: Record | None, b: StreamIndex, theirs: Record | None, most: int
) -> DeviceDifference | None:
    """None where they are alike."""
    if ours is None or theirs is None:
        return DeviceDifference(
            name, None if ours is None else ours.version_id or 0, None if theirs is None else theirs.version_id or 0
        )
    one, other = decoded(a, ours), decoded(b, theirs)
    versions = (ours.version_id or 0, theirs.version_id or 0)
    found: list[FieldDifference] = []
    for difference in _differences(name, one, other):
        if len(found) == most:
            return DeviceDifference(name, *versions, tuple(found), more=True)
        found.append(difference)
    return DeviceDifference(name, *versions, tuple(found)) if found or versions[0] != versions[1] else None


_Pair = tuple[str, FieldValue | None, FieldValue | None]


def _differences(name: str, one: DecodedSection, other: DecodedSection) -> Iterator[FieldDifference]:
    """In the order of the wire.  No recursion: a description may be as deep as it likes."""
    pending = [_pairs("", one.children, other.children)]
    while pending:
        pair = next(pending[-1], None)
        if pair is None:
            pending.pop()
            continue
        path, a, b = pair
        if a is not None and b is not None:
            if a.kind is b.kind and a.type == b.type and one.raw(a) == other.raw(b):
                continue
            if a.child_count and b.child_count:
                pending.append(_below(path, a, b, one, other))
                continue
        yield FieldDifference(name, path, _shown(one, a), _shown(other, b))


def _below(path: str, a: FieldValue, b: FieldValue, one: DecodedSection, other: DecodedSection) -> Iterator[_Pair]:
    if a.kind is not FieldKind.ARRAY or b.kind is not FieldKind.ARRAY:
        return _pairs(path, a.children, b.children)
    return _elements(path, a, b, _changed(a, b, one, other))


def _changed(a: FieldValue, b: FieldValue, one: DecodedSection, other: DecodedSection) -> Sequence[int] | None:
    """Which elements differ, where all are of one size; None where they have to be looked at one by one."""
    count, length = a.child_count, a.length
    if (count, length) != (b.child_count, b.length) or length % count or a.children[0].length * count != length:
        return None
    left, right = one.raw(a), other.raw(b)
    if len(left) != length or len(right) != length:
        return None
    shape = (count, length // count)
    differ = np.frombuffer(left, np.uint8).reshape(shape) != np.frombuffer(right, np.uint8).reshape(shape)
    changed: list[int] = np.flatnonzero(differ.any(axis=1)).tolist()
    return changed


def _elements(path: str, a: FieldValue, b: FieldValue, changed: Sequence[int] | None) -> Iterator[_Pair]:
    ours, theirs = a.children, b.children
    for place in changed if changed is not None else range(max(len(ours), len(theirs))):
        left = ours[place] if place < len(ours) else None
        right = theirs[place] if place < len(theirs) else None
        yield f"{path}[{place}]", left, right


def _pairs(path: str, ours: Sequence[FieldValue], theirs: Sequence[FieldValue]) -> Iterator[_Pair]:
    """Fields of one name belong together, the n-th to the n-th."""
    left, right = _named(ours), _named(theirs)
    for key in dict.fromkeys([*left, *right]):
        name = key[0] or "data"
        yield f"{path}.{name}" if path else name, left.get(key), right.get(key)


def _named(values: Sequence[FieldValue]) -> dict[tuple[str, int], FieldValue]:
    seen: Counter[str] = Counter()
    named = {}
    for value in values:
        named[value.name, seen[value.name]] = value
        seen[value.name] += 1
    return named


def _shown(section: DecodedSection, value: FieldValue | None) -> Shown | None:
    if value is None:
        return None
    raw = section.raw(value)[:_MOST_SHOWN]
    return Shown(value_text(value, raw), meaning_text(value, raw), value.offset, value.length)
