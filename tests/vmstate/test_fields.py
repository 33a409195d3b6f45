"""Every kind of field: its bytes, written by hand, saved and loaded; cut anywhere it is a typed error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from snapmgr.vmstate import fields as f
from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.field import Field, Take
from snapmgr.vmstate.load import load_bytes
from snapmgr.vmstate.repeated import as_object
from snapmgr.vmstate.state import VMState
from tests.vmstate.states import Thing, entries, refused_load, refused_save, saved, state

POINT = VMState("point", fields=(f.u8("x"), f.u16("y")))


def point(x: int = 0, y: int = 0) -> Thing:
    return Thing(x=x, y=y)


@dataclass
class Case:
    """``field`` of an object with ``value`` and ``more`` is ``wire``, which loaded over ``blank`` gives it again."""

    field: Field
    value: Any
    wire: str
    blank: Any
    entry: dict[str, Any]
    more: dict[str, Any] | None = None

    def thing(self, value: Any) -> Thing:
        return Thing(a=value, **(self.more or {}))


def number(type_name: str, size: int) -> dict[str, Any]:
    return {"name": "a", "type": type_name, "size": size}


POINTS = {
    "vmsd_name": "point",
    "version": 1,
    "fields": [{"name": "x", "type": "uint8", "size": 1}, {"name": "y", "type": "uint16", "size": 2}],
}


def tree_entry(size: int) -> dict[str, Any]:
    """Of two objects, whose keys come twice."""
    return as_object([("name", "a"), ("type", "gtree"), *POINTS.items(), *POINTS.items(), ("size", size)])


CASES = {
    "u8": Case(f.u8("a"), 0xAB, "ab", 0, number("uint8", 1)),
    "u16": Case(f.u16("a"), 0xABCD, "abcd", 0, number("uint16", 2)),
    "u32": Case(f.u32("a"), 0x89ABCDEF, "89abcdef", 0, number("uint32", 4)),
    "u64": Case(f.u64("a"), 1 << 63, "8000000000000000", 0, number("uint64", 8)),
    "i8": Case(f.i8("a"), -2, "fe", 0, number("int8", 1)),
    "i16": Case(f.i16("a"), -2, "fffe", 0, number("int16", 2)),
    "i32": Case(f.i32("a"), -2, "fffffffe", 0, number("int32", 4)),
    "i64": Case(f.i64("a"), -(1 << 63), "8000000000000000", 0, number("int64", 8)),
    "numpy number": Case(f.u32("a"), np.uint32(7), "00000007", 0, number("uint32", 4)),
    "true": Case(f.boolean("a"), True, "01", False, number("bool", 1)),
    "false": Case(f.boolean("a"), False, "00", True, number("bool", 1)),
    "timer": Case(f.timer("a"), 1_000_000_000, "000000003b9aca00", -1, number("timer", 8)),
    "stopped timer": Case(f.timer("a"), -1, "ffffffffffffffff", 5, number("timer", 8)),
    "cpu double": Case(f.cpu_double("a"), -1.5, "bff8000000000000", 0.0, number("CPU_Double_U", 8)),
    "float64": Case(f.float64("a"), -1.5, "bff8000000000000", 0.0, number("float64", 8)),
    "equal": Case(f.u16("a", equal=True), 5, "0005", 5, number("uint16 equal", 2)),
    "equal u64": Case(f.u64("a", equal=True), 5, "0000000000000005", 5, number("int64 equal", 8)),
    "at most": Case(f.i32_le("a"), 3, "00000003", 3, number("int32 le", 4)),
    "bytes": Case(f.buffer("a", 3), b"abc", "616263", b"", number("buffer", 3)),
    "bytearray": Case(f.buffer("a", 3), bytearray(b"abc"), "616263", bytearray(3), number("buffer", 3)),
    "numpy bytes": Case(
        f.buffer("a", 3), np.frombuffer(b"abc", "u1"), "616263", np.zeros(3, "u1"), number("buffer", 3)
    ),
    "opaque bytes": Case(f.buffer("a", 2, type_name="virtio"), b"\1\2", "0102", b"\0\0", number("virtio", 2)),
    "vbuffer": Case(f.vbuffer("a", "n", 10), b"xy", "7879", b"", number("buffer", 2), {"n": 2}),
    "vbuffer in units": Case(
        f.vbuffer("a", "n", 10, unit=4), b"12345678", "3132333435363738", b"", number("buffer", 8), {"n": 2}
    ),
    "empty vbuffer": Case(f.vbuffer("a", "n", 10), b"", "", b"old", number("buffer", 0), {"n": 0}),
    "bitmap of an int": Case(
        f.bitmap("a", bits=70), 1 | 1 << 69, "00000000000000010000000000000020", 0, number("bitmap", 16)
    ),
    "bitmap of bools": Case(
        f.bitmap("a", bits=3), np.array([True, False, True]), "0000000000000005", np.zeros(3, bool), number("bitmap", 8)
    ),
    "bitmap of words": Case(
        f.bitmap("a", bits=128),
        np.array([2, 1 << 63], "u8"),
        "00000000000000028000000000000000",
        np.zeros(2, "u8"),
        number("bitmap", 16),
    ),
    "bitmap of told size": Case(
        f.bitmap("a", bits_from="n"), 0b11, "0000000000000003", 0, number("bitmap", 8), {"n": 2}
    ),
    "capability": Case(f.capability("a"), "x-ignore", "08782d69676e6f7265", "", number("capability", 9)),
    "array": Case(
        f.array(f.u16("a"), 3), [1, 2, 0xFFFF], "00010002ffff", [0, 0, 0], number("uint16", 2) | {"array_len": 3}
    ),
    "array of one": Case(f.array(f.u16("a"), 1), [7], "0007", [0], number("uint16", 2)),
    "tuple": Case(f.array(f.u8("a"), 2), (1, 2), "0102", (0, 0), number("uint8", 1) | {"array_len": 2}),
    "array of bytes": Case(f.array(f.u8("a"), 2), b"\1\2", "0102", b"\0\0", number("uint8", 1) | {"array_len": 2}),
    "array of bools": Case(
        f.array(f.boolean("a"), 2), [True, False], "0100", [False, False], number("bool", 1) | {"array_len": 2}
    ),
    "array of buffers": Case(
        f.array(f.buffer("a", 2), 2), [b"ab", b"cd"], "61626364", [b"", b""], number("buffer", 2) | {"array_len": 2}
    ),
    "numpy array": Case(
        f.array(f.u32("a"), 4),
        np.arange(4, dtype="i8").reshape(2, 2),
        "00000000000000010000000200000003",
        np.zeros((2, 2), "i8"),
        number("uint32", 4) | {"array_len": 4},
    ),
    "numpy bools": Case(
        f.array(f.boolean("a"), 2),
        np.array([False, True]),
        "0001",
        np.ones(2, bool),
        number("bool", 1) | {"array_len": 2},
    ),
    "varray": Case(f.varray(f.u8("a"), "n", 9), [5, 6], "0506", [], number("uint8", 1) | {"array_len": 2}, {"n": 2}),
    "varray of numpy": Case(
        f.varray(f.u16("a"), "n", 9),
        np.array([5, 6], "u2"),
        "00050006",
        np.zeros(0, "u2"),
        number("uint16", 2) | {"array_len": 2},
        {"n": 2},
    ),
    "varray in multiples": Case(
        f.varray(f.u8("a"), "n", 9, times=2),
        [1, 2, 3, 4],
        "01020304",
        [],
        number("uint8", 1) | {"array_len": 4},
        {"n": 2},
    ),
    "struct": Case(f.struct("a", POINT), point(1, 2), "010002", point(), number("struct", 3) | {"struct": POINTS}),
    "pointer": Case(
        f.pointer("a", POINT, make=point), point(1, 2), "010002", None, number("struct", 3) | {"struct": POINTS}
    ),
    "vstruct": Case(f.struct("a", POINT, version=1), point(1, 2), "010002", point(), number("vstruct", 3) | POINTS),
    "structs": Case(
        f.structs("a", POINT, 2),
        [point(1, 2), point(3, 4)],
        "010002030004",
        [point(), point()],
        number("struct", 3) | {"array_len": 2, "struct": POINTS},
    ),
    "vstructs": Case(
        f.vstructs("a", POINT, "n", 9, make=point),
        [point(1, 2), point(3, 4)],
        "010002030004",
        [],
        number("struct", 3) | {"array_len": 2, "struct": POINTS},
        {"n": 2},
    ),
    "null pointers": Case(
        f.pointers(f.struct("a", POINT), 2), [None, None], "3030", [None, None], number("nullptr", 1) | {"array_len": 2}
    ),
    "empty list": Case(f.qtailq("a", POINT, point), [], "00", [], number("qtailq", 1)),
    "list": Case(f.qtailq("a", POINT, point), [point(1, 2)], "0101000200", [], number("qtailq", 5) | POINTS),
    "empty tree": Case(f.gtree("a", POINT, point), {}, "0000000000", {9: point()}, number("gtree", 5)),
    "tree": Case(
        f.gtree("a", POINT, point),
        {7: point(1, 2), 3: point(4, 5)},
        "0000000201000000000000000304000501000000000000000701000200",
        {},
        tree_entry(29),
    ),
    "tree of objects": Case(
        f.gtree("a", POINT, point, key=(POINT, point)),
        [(point(1, 2), point(4, 5))],
        "000000010101000204000500",
        [],
        tree_entry(12),
    ),
    "qlist": Case(f.qlist("a", POINT, point), [point(1, 2)], "0101000200", [point(9, 9)], number("qlist", 5) | POINTS),
}


def same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and one.dtype == other.dtype and one.tolist() == other.tolist()
    return type(one) is type(other) and bool(one == other)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_bytes_and_entry_of_each_kind(case: Case) -> None:
    declared, thing = state(case.field), case.thing(case.value)
    assert saved(declared, thing).hex() == case.wire
    assert entries(declared, thing) == [case.entry]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_loading_gives_the_value_again(case: Case) -> None:
    declared, thing = state(case.field), case.thing(case.blank)
    data = bytes.fromhex(case.wire)
    assert load_bytes(declared, thing, data + b"rest") == len(data)
    expected = int(case.value) if isinstance(case.value, np.integer) else case.value
    assert same(thing.a, expected)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_cut_fields_are_told(case: Case) -> None:
    data = bytes.fromhex(case.wire)
    for end in {0, len(data) // 2, len(data) - 1} - {len(data), -1}:
        error = refused_load(state(case.field), case.thing(case.blank), data[:end])
        assert (error.code, error.offset, error.version) == ("truncated", end, 1)
        assert error.field.startswith("a") and error.reports[-1] == "Failed to load d:a"


UNFIT = {
    "too big": (f.u8("a"), 256),
    "negative": (f.u32("a"), -1),
    "too big for signed": (f.i16("a"), 1 << 15),
    "no number": (f.u64("a"), "7"),
    "a fraction": (f.u64("a"), 1.5),
    "nothing": (f.i64("a"), None),
    "huge": (f.i64("a"), 1 << 64),
    "float out of range": (f.float64("a"), 10**400),
    "bool of two": (f.boolean("a"), 2),
    "bool of text": (f.boolean("a"), "yes"),
    "long timer": (f.timer("a"), 1 << 63),
    "short buffer": (f.buffer("a", 3), b"ab"),
    "long buffer": (f.buffer("a", 3), b"abcd"),
    "no buffer": (f.buffer("a", 3), [1, 2, 3]),
    "wide buffer": (f.buffer("a", 4), np.zeros(2, "u2")),
    "short part": (f.sub_buffer("a", 2, 2), b"abc"),
    "long bitmap": (f.bitmap("a", bits=3), 8),
    "negative bitmap": (f.bitmap("a", bits=3), -1),
    "bitmap of other size": (f.bitmap("a", bits=3), np.zeros(4, bool)),
    "bitmap beyond its bits": (f.bitmap("a", bits=3), np.array([8], "u8")),
    "no bitmap": (f.bitmap("a", bits=3), b"\0"),
    "long capability": (f.capability("a"), "x" * 256),
    "no capability": (f.capability("a"), 7),
    "short array": (f.array(f.u8("a"), 3), [1, 2]),
    "long array": (f.array(f.u8("a"), 3), [1, 2, 3, 4]),
    "no array": (f.array(f.u8("a"), 3), 5),
    "no object": (f.struct("a", POINT), None),
    "big tree": (f.gtree("a", POINT, point, at_most=1), {1: point(), 2: point()}),
    "long list": (f.qtailq("a", POINT, point, at_most=1), [point(), point()]),
}


@pytest.mark.parametrize(("field", "value"), UNFIT.values(), ids=UNFIT)
def test_values_that_do_not_fit_name_the_field(field: Field, value: Any) -> None:
    for neighbours in ((), (f.u8("b"),)):
        error = refused_save(state(field, *neighbours), Thing(a=value, b=1))
        assert error.field == "a" and str(error).startswith("a: ")
        assert error.reports == ["Save of field d/a failed"] and error.version == 1


def test_the_element_that_does_not_fit_is_named() -> None:
    for values in ([1, 300, 2], np.array([1, 300, 2]), (1, -1, 2)):
        error = refused_save(state(f.array(f.u8("a"), 3)), Thing(a=values))
        assert error.field == "a[1]"
    assert refused_save(state(f.structs("a", POINT, 2)), Thing(a=[point(), point(y=-1)])).field == "a[1]/y"
    assert refused_save(state(f.array(f.boolean("a"), 2)), Thing(a=[True, 3])).field == "a[1]"


def test_numpy_arrays_are_neither_cut_nor_bent() -> None:
    floats = refused_save(state(f.array(f.u8("a"), 2)), Thing(a=np.array([1.0, 2.0])))
    assert floats.code == "value-type"
    narrow = Thing(a=np.zeros(2, "i1"))
    assert refused_load(state(f.array(f.u8("a"), 2)), narrow, b"\x7f\x80").field == "a[1]"
    assert narrow.a.tolist() == [0, 0]
    assert saved(state(f.array(f.u8("a"), 2)), Thing(a=np.array([255, 0], "i8"))) == b"\xff\0"


def test_loading_changes_containers_in_place() -> None:
    values = {"list": [0, 0], "bytearray": bytearray(2), "numpy": np.zeros(2, "u1")}
    for held in values.values():
        thing = Thing(a=held)
        load_bytes(state(f.array(f.u8("a"), 2)), thing, b"\1\2")
        assert thing.a is held and list(held) == [1, 2]
    view = bytearray(4)
    thing = Thing(a=memoryview(view)[1:3])
    load_bytes(state(f.buffer("a", 2)), thing, b"\1\2")
    assert view == b"\0\1\2\0"


def test_parts_leave_the_rest_alone() -> None:
    thing = Thing(a=[9, 9, 9, 9], b=bytearray(b"abcd"), c=b"abcd", n=2, d=[7, 7, 7])
    declared = state(
        f.sub_array(f.u8("a"), 1, 2),
        f.sub_buffer("b", 1, 2),
        f.sub_buffer("c", 2, 2),
        f.varray(f.u8("d"), "n", 3, alloc=False),
    )
    assert saved(declared, thing) == b"\x09\x09bccd\x07\x07"
    load_bytes(declared, thing, b"\1\2XYZW\5\6")
    assert (thing.a, thing.b, thing.c, thing.d) == ([9, 1, 2, 9], bytearray(b"aXYd"), b"abZW", [5, 6, 7])


def test_bytes_of_a_bool_other_than_nought_are_true() -> None:
    thing = Thing(a=False)
    load_bytes(state(f.boolean("a")), thing, b"\x80")
    assert thing.a is True


def test_unused_bytes_are_zeros_and_ignored() -> None:
    declared = state(f.unused(3), f.u8("a"))
    assert saved(declared, Thing(a=1)) == b"\0\0\0\1"
    assert entries(declared, Thing(a=1))[0] == {"name": "unused", "type": "unused_buffer", "size": 3}
    thing = Thing(a=0)
    load_bytes(declared, thing, b"xyz\2")
    assert thing.__dict__ == {"a": 2}


@pytest.mark.parametrize(
    ("field", "local", "data", "text"),
    [
        (f.u8("a", equal=True), 5, b"\x10", "5 != 10"),
        (f.u16("a", equal=True), 0xABC, b"\0\1", "abc != 1"),
        (f.i32("a", equal=True), -1, b"\0\0\0\1", "ffffffff != 1"),
        (f.u32("a", equal=True), 1, b"\xff\xff\xff\xff", "1 != ffffffff"),
        (f.u64("a", equal=True), 1 << 63, bytes(8), "8000000000000000 != 0"),
        (f.i32_le("a"), 3, b"\0\0\0\4", "Invalid value 4 expecting positive value <= 3"),
        (f.i32_le("a"), 3, b"\xff\xff\xff\xff", "Invalid value -1 expecting positive value <= 3"),
    ],
)
def test_values_that_must_agree(field: Field, local: int, data: bytes, text: str) -> None:
    thing = Thing(a=local)
    error = refused_load(state(field), thing, data)
    assert error.reports == [text, "Failed to load d:a"] and error.field == "a"
    assert thing.a == local


def test_a_lesser_value_is_taken_over() -> None:
    thing = Thing(a=3)
    load_bytes(state(f.i32_le("a")), thing, bytes(4))
    assert thing.a == 0


def test_a_hint_follows_the_difference() -> None:
    error = refused_load(state(f.u8("a", equal=True, hint="try another")), Thing(a=1), b"\2")
    assert error.reports == ["1 != 2", "try another", "Failed to load d:a"]
    assert error.qemu == "1 != 2\ntry another\nFailed to load d:a"
    with pytest.raises(ValueError, match="int64"):
        f.i64("a", equal=True)


def test_unknown_capabilities_are_refused_in_qemus_words() -> None:
    known = f.varray(f.capability("a", known={"x-ignore-shared"}.__contains__), "n", 8)
    thing = Thing(n=2, a=[])
    error = refused_load(state(known), thing, b"\x0fx-ignore-shared\x03new")
    assert error.reports[0] == "Received unknown capability new" and error.field == "a[1]"


@pytest.mark.parametrize("count", [-1, 4, "two", None])
def test_counts_beyond_their_bound(count: Any) -> None:
    for field in (f.varray(f.u8("a"), "n", 3), f.vbuffer("a", "n", 3), f.bitmap("a", bits_from="n", at_most=3)):
        thing = Thing(n=count, a=b"")
        assert refused_save(state(field), thing).code == "count-range"
        assert refused_load(state(field), thing, bytes(100)).code == "count-range"


def test_the_count_that_was_loaded_counts() -> None:
    declared = state(f.u8("n"), f.varray(f.u16("a"), "n", 3))
    thing = Thing(n=0, a=[7])
    load_bytes(declared, thing, b"\2\0\1\0\2")
    assert thing.a == [1, 2]
    assert refused_load(declared, thing, b"\4" + bytes(8)).code == "count-range"


def test_bits_beyond_a_bitmap_are_refused() -> None:
    for blank in (0, np.zeros(3, bool), np.zeros(1, "u8")):
        error = refused_load(state(f.bitmap("a", bits=3)), Thing(a=blank), bytes(7) + b"\x0d")
        assert (error.code, error.field) == ("value-range", "a")


def test_lists_end_at_their_bound() -> None:
    error = refused_load(state(f.qtailq("a", POINT, point, at_most=1)), Thing(a=[]), b"\1\0\0\0\1\0\0\0\0")
    assert (error.code, error.field) == ("count-range", "a")


@pytest.mark.parametrize(
    ("at_most", "sent"),
    [
        (9, "00000001 00"),
        (9, "00000000 01 0000000000000001 010002 00"),
        (9, "00000001 01 0000000000000001 010002 01 0000000000000002 010002 00"),
        (1, "00000002 01 0000000000000001 010002 01 0000000000000002 010002 00"),
    ],
)
def test_trees_have_as_many_nodes_as_they_announce(at_most: int, sent: str) -> None:
    thing = Thing(a={5: point(1, 1)})
    error = refused_load(state(f.gtree("a", POINT, point, at_most=at_most)), thing, bytes.fromhex(sent))
    assert (error.code, error.field) == ("count-range", "a")
    assert thing.a == {5: point(1, 1)}


def test_the_node_that_does_not_fit_is_named() -> None:
    declared = state(f.gtree("a", POINT, point))
    assert refused_save(declared, Thing(a={1: point(), 2: point(y=-1)})).field == "a[1]/y"
    assert refused_save(declared, Thing(a={-1: point()})).field == "a[0]"
    assert refused_save(declared, Thing(a={1 << 64: point()})).field == "a[0]"
    cut = refused_load(declared, Thing(a={}), bytes.fromhex("00000001 01 0000000000000001 01"))
    assert (cut.code, cut.field) == ("truncated", "a[0]/y")


def test_null_pointers_must_be_where_they_are_here() -> None:
    declared = state(f.pointers(f.struct("a", POINT), 3))
    thing = Thing(a=[point(1, 2), None, point(3, 4)])
    data = saved(declared, thing)
    assert data == bytes.fromhex("010002 30 030004")
    other = Thing(a=[point(), None, point()])
    load_bytes(declared, other, data)
    assert other == thing
    error = refused_load(declared, Thing(a=[None, None, None]), data)
    assert error.field == "a[0]"
    assert error.reports == ["vmstate: get_nullptr expected VMS_NULLPTR_MARKER", "Failed to load d:a"]


def test_pointers_to_numbers_of_a_told_count() -> None:
    declared = state(f.vpointers(f.u16("a"), "n", 4))
    thing = Thing(n=3, a=[5, None, 6, 99])
    assert saved(declared, thing) == bytes.fromhex("0005 30 0006")
    load_bytes(declared, thing, bytes.fromhex("0007 30 0008"))
    assert thing.a == [7, None, 8, 99]


def test_paths_lead_to_attributes_of_attributes() -> None:
    declared = state(f.u8("env.a"), f.u8("env.b", name="other"), f.struct("", POINT, name="parent_obj"))
    thing = Thing(env=Thing(a=1, b=2), x=3, y=4)
    assert saved(declared, thing) == b"\1\2\3\0\4"
    assert [entry["name"] for entry in entries(declared, thing)] == ["env.a", "other", "parent_obj"]
    load_bytes(declared, thing, b"\5\6\7\0\x08")
    assert (thing.env.a, thing.env.b, thing.x, thing.y) == (5, 6, 7, 8)


def test_temporary_fields_are_copied_in_and_out() -> None:
    def split(tmp: Any) -> None:
        tmp.high, tmp.low = divmod(tmp.parent.value, 256)

    def join(tmp: Any, version: int) -> None:
        tmp.parent.value = tmp.high * 256 + tmp.low

    halves = VMState("halves", fields=(f.u8("high"), f.u8("low")), pre_save=split, post_load=join)
    declared = state(f.tmp(halves, lambda parent: Thing(parent=parent, high=0, low=0)))
    thing = Thing(value=0x1234)
    assert saved(declared, thing) == b"\x12\x34"
    (entry,) = entries(declared, thing)
    assert list(entry) == ["name", "type", "vmsd_name", "version", "fields", "size"] and entry["type"] == "tmp"
    load_bytes(declared, thing, b"\xab\xcd")
    assert thing.value == 0xABCD


class Words:
    """A codec of its own: a count, then that many bytes, each doubled."""

    def save(self, value: Any, out: bytearray) -> None:
        if len(value) > 3:
            raise VMStateError("too-long", "more than three")
        out.append(len(value))
        out += b"".join(bytes([byte, byte]) for byte in value)

    def load(self, value: Any) -> Take[Any]:
        count = yield 1
        data = yield 2 * count[0]
        return bytes(data[::2])


def test_types_with_a_coding_of_their_own() -> None:
    declared = state(f.opaque("a", "virtio-words", Words(), attr="w"))
    thing = Thing(w=b"ab")
    assert saved(declared, thing) == b"\2aabb"
    assert entries(declared, thing) == [{"name": "a", "type": "virtio-words", "size": 5}]
    load_bytes(declared, thing, b"\1cc")
    assert thing.w == b"c"
    assert refused_load(declared, thing, b"\2cc").field == "a"
    assert refused_save(declared, Thing(w=b"abcd")).code == "too-long"


def test_declarations_that_make_no_sense() -> None:
    for make in (
        lambda: f.u8(""),
        lambda: f.bitmap("a"),
        lambda: f.bitmap("a", bits=1, bits_from="n"),
        lambda: f.array(f.u8("a"), -1),
        lambda: f.array(f.u8("a"), 1 << 25),
        lambda: f.varray(f.u8("a"), "n", 1 << 25),
    ):
        with pytest.raises(ValueError):
            make()
