"""What a device's section says, by the paths of its fields."""

from __future__ import annotations

from collections.abc import Iterator

from snapmgr.inspect.index import StreamIndex
from snapmgr.inspect.model import Record
from snapmgr.vmstate.tree import FieldKind, FieldValue
from snapmgr.vmstate.walk import DecodedSection, decode

MOST = 20_000
"""Leaves that are looked at: a description may promise endless arrays."""


def sections(index: StreamIndex, idstr: str) -> list[Record]:
    """The FULL sections of that name by instance id; the last of an instance, as a loader ends up with it."""
    found = {one.instance_id or 0: one for one in index.records.of("FULL") if one.idstr == idstr}
    return [found[instance] for instance in sorted(found)]


def decoded(index: StreamIndex, record: Record) -> DecodedSection:
    """The fields of a FULL section; all bytes are unknown where the stream does not describe it."""
    device = index.description.find(record.idstr or "", record.instance_id or 0) if index.description else None
    return decode(device, index.source.read(record.payload, record.payload_length), record.payload)


def leaves(section: DecodedSection) -> dict[str, bytes]:
    """The bytes of each field that holds no others, by paths such as ``env.segs[1].base``; at most ``MOST``.

    The first of a name counts.  No recursion: a description may be as deep as it likes.
    """
    found: dict[str, bytes] = {}
    pending = [_named("", section.children)]
    while pending and len(found) < MOST:
        named = next(pending[-1], None)
        if named is None:
            pending.pop()
        elif named[1].child_count:
            pending.append(_named(*_inside(*named)))
        else:
            found.setdefault(named[0], bytes(section.raw(named[1])))
    return found


def _named(start: str, values: Iterator[FieldValue] | tuple[FieldValue, ...]) -> Iterator[tuple[str, FieldValue]]:
    return ((f"{start}{value.name}", value) for value in values)


def _inside(path: str, value: FieldValue) -> tuple[str, Iterator[FieldValue]]:
    return (path if value.kind is FieldKind.ARRAY else f"{path}."), iter(value.children)
