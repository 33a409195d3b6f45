"""Descriptions laid over payloads: real ones fit exactly, others stop with a fault and never raise."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapmgr.vmstate.description import Device, Field, Struct
from snapmgr.vmstate.tree import FieldKind, FieldValue
from snapmgr.vmstate.walk import MAX_FAULTS, MAX_WALKED, DecodedSection, decode
from tests.vmstate.described_streams import described_cases, described_stream

BASE = 1000


def number(name: str, size: int = 1) -> Field:
    return Field(name, f"uint{size * 8}", size)


def struct(*fields: Field, name: str = "s", subsections: tuple[Struct, ...] = ()) -> Struct:
    return Struct(name, 1, fields, subsections)


def header(name: str, version: int = 1) -> bytes:
    return bytes([5, len(name)]) + name.encode() + version.to_bytes(4)


def codes(decoded: DecodedSection) -> list[str]:
    return [fault.code for fault in decoded.faults]


def covers(values: tuple[FieldValue, ...], offset: int, end: int) -> None:
    """Values follow each other without gaps."""
    for value in values:
        assert value.offset == offset
        offset += value.length
    assert offset == end


@pytest.mark.parametrize("name", described_cases())
def test_every_section_of_a_real_stream_is_covered_exactly(name: str) -> None:
    stream = described_stream(name)
    assert stream.rows
    for row in stream.rows:
        decoded = decode(stream.description.find(row.idstr, row.instance_id), row.payload, row.offset)
        assert decoded.faults == ()
        assert decoded.end_offset == row.offset + len(row.payload)
        covers(decoded.children, row.offset, decoded.end_offset)


def test_parts_of_structs_and_arrays_cover_them_too() -> None:
    stream = described_stream("devices-pc.v72")
    compared = 0
    for row in stream.rows:
        decoded = decode(stream.description.find(row.idstr, row.instance_id), row.payload, row.offset)
        for value in decoded.walk():
            if value.kind in (FieldKind.STRUCT, FieldKind.ARRAY):
                assert value.child_count == len(value.children)
                parts = [part for part in value.children if part.kind is not FieldKind.SUBSECTION]
                if len(parts) == len(value.children):
                    covers(tuple(parts), value.offset, value.offset + value.length)
                    compared += 1
    assert compared > 300


def test_a_field_knows_its_bytes() -> None:
    stream = described_stream("pc-halt.v72")
    row = next(row for row in stream.rows if row.idstr == "globalstate")
    decoded = decode(stream.description.find("globalstate", 0), row.payload, row.offset)
    runstate = decoded.children[1]
    assert runstate.name == "runstate"
    assert bytes(decoded.raw(runstate)).rstrip(b"\0") == b"running"
    assert stream.data[runstate.offset : runstate.offset + 7] == b"running"


def test_a_large_array_is_not_unrolled() -> None:
    count = 1 << 24
    payload = bytearray(count * 4)
    payload[-4:] = b"\0\0\1\2"
    description = struct(Field("a", "uint32", 4, array_len=count))
    started = time.perf_counter()
    (array,) = decode(description, payload, BASE).children
    assert array.child_count == count
    last = array.children[-1]
    assert (last.name, last.offset, last.index) == (f"[{count - 1}]", BASE + 4 * (count - 1), count - 1)
    assert len(array.children[10:20]) == 10
    with pytest.raises(IndexError):
        array.children[count]
    assert time.perf_counter() - started < 5


def test_a_field_beyond_the_end_stops_the_walk() -> None:
    decoded = decode(struct(number("a", 2), number("b", 4), number("c")), b"\0\1\2\3", BASE)
    assert codes(decoded) == ["field-beyond-end"]
    assert decoded.faults[0].offset == BASE + 2
    assert [(v.name, v.kind, v.offset, v.length) for v in decoded.children] == [
        ("a", FieldKind.FIELD, BASE, 2),
        ("Not described", FieldKind.UNKNOWN, BASE + 2, 2),
    ]


def test_a_cut_array_shows_its_whole_elements() -> None:
    decoded = decode(struct(Field("a", "uint16", 2, array_len=1000)), bytes(7), BASE)
    array, rest = decoded.children
    assert (array.child_count, array.length, rest.length) == (3, 6, 1)
    assert codes(decoded) == ["field-beyond-end"]


def test_a_cut_struct_shows_its_whole_fields() -> None:
    inner = struct(number("x", 2), number("y", 2))
    decoded = decode(struct(Field("s", "struct", 4, struct=inner)), bytes(3), BASE)
    cut, rest = decoded.children
    assert [part.name for part in cut.children] == ["x"]
    assert (cut.length, rest.length, codes(decoded)) == (2, 1, ["field-beyond-end"])


def test_bytes_behind_the_description_are_named() -> None:
    decoded = decode(struct(number("a")), b"abc", BASE)
    assert decoded.children[-1].kind is FieldKind.UNKNOWN
    assert [(f.code, f.offset, f.length) for f in decoded.faults] == [("not-described", BASE + 1, 2)]
    assert decoded.end_offset == BASE + 1


SUBSECTIONS = struct(number("a"), subsections=(struct(number("x"), name="s/x"), struct(number("y", 2), name="s/y")))
X, Y = header("s/x") + b"\1", header("s/y") + b"\1\2"


@pytest.mark.parametrize("tail", [X + Y, Y + X])
def test_subsections_may_come_in_any_order(tail: bytes) -> None:
    decoded = decode(SUBSECTIONS, b"a" + tail, BASE)
    assert decoded.faults == ()
    assert {sub.name for sub in decoded.subsections} == {"s/x", "s/y"}
    covers(decoded.children, BASE, BASE + 1 + len(tail))
    (field,) = next(sub for sub in decoded.subsections if sub.name == "s/y").children
    assert (field.name, bytes(decoded.raw(field))) == ("y", b"\1\2")


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        (b"", ["subsection-missing", "subsection-missing"]),
        (X, ["subsection-missing"]),
        (b"\5", ["subsection-missing", "subsection-missing", "not-described"]),
        (b"\5\7other/z" + bytes(5), ["subsection-missing", "subsection-missing", "not-described"]),
        (X + header("s/z") + b"\1", ["subsection-not-described"]),
        (X + Y[:-1], ["field-beyond-end"]),
        (X + Y[:6], ["field-beyond-end"]),
        (X + Y + X, []),
    ],
)
def test_what_is_wrong_with_subsections_is_said(tail: bytes, expected: list[str]) -> None:
    decoded = decode(SUBSECTIONS, b"a" + tail, BASE)
    assert codes(decoded) == expected
    covers(decoded.children, BASE, BASE + 1 + len(tail))


def test_a_subsection_that_is_not_described_keeps_its_bytes_together() -> None:
    tail = header("s/z") + b"\1"
    decoded = decode(struct(number("a")), b"a" + tail, BASE)
    (fault,) = decoded.faults
    assert (fault.code, fault.offset) == ("subsection-not-described", BASE + 1)
    assert "'s/z'" in fault.message
    assert decoded.children[-1].length == len(tail)


def test_subsections_of_structs_belong_to_them() -> None:
    inner = struct(number("a"), name="in", subsections=(struct(number("x"), name="in/x"),))
    outer = struct(Field("i", "struct", inner.length, struct=inner), number("b"))
    decoded = decode(outer, b"a" + header("in/x") + b"\1" + b"b", BASE)
    assert decoded.faults == ()
    inside, last = decoded.children
    assert [part.name for part in inside.children] == ["a", "in/x"]
    assert bytes(decoded.raw(last)) == b"b"


def test_capabilities_have_a_length_of_their_own() -> None:
    """The vmdesc gives the size of the first for all of them."""
    names = (b"x-ignore-shared", b"mapped-ram")
    payload = b"\0\0\0\2" + b"".join(bytes([len(name)]) + name for name in names)
    description = struct(number("caps_count", 4), Field("capabilities", "capability", 16, array_len=2))
    decoded = decode(description, payload)
    assert decoded.faults == ()
    assert [bytes(decoded.raw(part))[1:] for part in decoded.children[1].children] == list(names)


def listed(*elements: Struct) -> Struct:
    size = sum(1 + element.length for element in elements) + 1
    return struct(Field("l", "qtailq", size, elements=elements))


def test_lists_have_a_mark_before_each_element() -> None:
    element = struct(number("x", 2))
    decoded = decode(listed(element, element), b"\1ab\1cd\0", BASE)
    assert decoded.faults == ()
    (found,) = decoded.children
    assert [(part.offset, part.length) for part in found.children] == [(BASE + 1, 2), (BASE + 4, 2)]


def test_a_list_that_goes_on_differently_stops_the_walk() -> None:
    decoded = decode(listed(struct(number("x", 2))), b"\1ab\1cd\0", BASE)
    assert codes(decoded) == ["list-marker"]
    assert decoded.faults[0].offset == BASE + 3
    covers(decoded.children, BASE, BASE + 7)


def test_sizes_that_contradict_each_other_are_reported() -> None:
    decoded = decode(struct(Field("s", "struct", 9, struct=struct(number("x"))), number("b")), b"ab", BASE)
    assert codes(decoded) == ["size-differs"]
    covers(decoded.children, BASE, BASE + 2)


def test_fields_of_nothing_do_not_take_for_ever() -> None:
    nothing = Field("n", "struct", 1, array_len=1 << 24, struct=struct())
    description = struct(Field("m", "struct", 1, array_len=1 << 24, struct=struct(nothing)))
    started = time.perf_counter()
    decoded = decode(description, b"", BASE)
    assert codes(decoded)[-1] == "too-many-faults"
    assert len(decoded.faults) == MAX_FAULTS + 1
    assert time.perf_counter() - started < 5


def test_capabilities_without_end_are_bounded() -> None:
    description = struct(Field("c", "capability", 16, array_len=1 << 24))
    decoded = decode(description, bytes(MAX_WALKED + 100), BASE)
    assert codes(decoded) == ["too-many-fields"]
    covers(decoded.children, BASE, BASE + MAX_WALKED + 100)


def test_without_a_description_all_bytes_are_unknown() -> None:
    decoded = decode(None, b"abc", BASE)
    assert [(v.kind, v.offset, v.length) for v in decoded.children] == [(FieldKind.UNKNOWN, BASE, 3)]
    assert decode(None, b"").children == ()


@st.composite
def descriptions(draw: st.DrawFn, depth: int = 2, name: str = "s") -> Struct:
    fields = draw(st.lists(described_fields(depth), max_size=4))
    names = draw(st.lists(st.sampled_from("xyz"), max_size=2, unique=True)) if depth else []
    below = tuple(draw(descriptions(depth - 1, f"{name}/{letter}")) for letter in names)
    return Struct(name, 1, tuple(fields), below)


@st.composite
def described_fields(draw: st.DrawFn, depth: int) -> Field:
    kind = draw(st.sampled_from(["uint8", "uint32", "buffer", "capability", "struct", "qtailq", "virtio"]))
    more: dict[str, Any] = {"array_len": draw(st.sampled_from([None, None, 1, 2, 70_000, 1 << 24]))}
    size = draw(st.integers(0, 6))
    if kind == "struct" and depth:
        more["struct"] = draw(descriptions(depth - 1, "in"))
    elif kind == "qtailq" and depth:
        more["elements"] = tuple(draw(st.lists(descriptions(depth - 1, "el"), max_size=2)))
    return Field("f", kind, size, **more)


@settings(max_examples=80, deadline=None)
@given(descriptions(), st.data())
def test_any_description_over_any_bytes_ends_with_every_byte_covered(description: Struct, data: st.DataObject) -> None:
    pieces = st.sampled_from([b"\0", b"\1", b"\5", header("s/x"), header("s/y/x"), header("in/x"), b"abcdef"])
    payload = b"".join(data.draw(st.lists(pieces, max_size=12)))
    decoded = decode(Device("d", 0, description), payload, BASE)
    covers(decoded.children, BASE, BASE + len(payload))
    assert all(BASE <= fault.offset <= BASE + len(payload) for fault in decoded.faults)
