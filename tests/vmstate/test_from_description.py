"""States made from real streams' descriptions: the same bytes and the same description again, for every device."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.from_description import Described, Values, from_description
from snapmgr.vmstate.load import load_bytes
from snapmgr.vmstate.repeated import as_object, json_text
from snapmgr.vmstate.save import save_state
from snapmgr.vmstate.vmdesc import parse_state
from tests.vmstate.described_streams import described_cases, described_stream

IDENTITY = ("name", "instance_id")


@pytest.mark.parametrize("name", described_cases())
def test_every_device_comes_back_byte_for_byte_with_its_description(name: str) -> None:
    stream = described_stream(name)
    told = {
        (device["name"], device["instance_id"]): device
        for device in json.loads(stream.vmdesc_text, object_pairs_hook=as_object)["devices"]
    }
    for row in stream.rows:
        device = stream.description.find(row.idstr, row.instance_id)
        assert device is not None
        made = from_description(device)
        values = made.make()
        version = row.version_id if device.size is None else 0  # old devices have none in their description
        assert load_bytes(made.state, values, row.payload, version) == len(row.payload), row.idstr
        out = bytearray()
        description = save_state(made.state, values, out)
        assert out == row.payload, row.idstr
        if device.size is not None:
            continue
        entry = told[row.idstr, row.instance_id]
        expected = {key: value for key, value in entry.items() if key not in IDENTITY}
        assert json_text(description) == json_text(expected)
        assert json_text({key: entry[key] for key in IDENTITY} | description) in stream.vmdesc_text
        again = made.make()
        load_bytes(made.state, again, out, row.version_id)
        assert again == values and isinstance(values, Values)


# -- shapes that the corpus does not have ----------------------------------------------------------------------------


def made_of(text: dict[str, Any]) -> Described:
    return from_description(parse_state(text))


def struct_of(*fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"vmsd_name": "d", "version": 1, "fields": list(fields), **more}


def u8(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, **more, "type": "uint8", "size": 1}


def round_trip(text: dict[str, Any], data: bytes) -> Any:
    made = made_of(text)
    values = made.make()
    assert load_bytes(made.state, values, data) == len(data)
    out = bytearray()
    assert json_text(save_state(made.state, values, out)) == json_text(text)
    assert out == data
    return values


def test_values_are_plain() -> None:
    text = struct_of(
        u8("n"),
        {"name": "s", "type": "int16", "size": 2},
        {"name": "t", "type": "timer", "size": 8},
        {"name": "b", "type": "bool", "size": 1},
        {"name": "f", "type": "float64", "size": 8},
        {"name": "v", "type": "virtio", "size": 3},
        {"name": "e", "type": "int64 equal", "size": 8},
        {"name": "env.regs", "array_len": 2, "type": "uint32", "size": 4},
        {"name": "caps", "type": "capability", "size": 3},
    )
    data = bytes.fromhex("07 fffe ffffffffffffffff 01 bff8000000000000 616263 8000000000000000 0000000100000002 026162")
    values = round_trip(text, data)
    assert (values.n, values.s, values.t, values.b, values.f, values.v) == (7, -2, -1, True, -1.5, b"abc")
    assert values.e == -(1 << 63) and values.caps == "ab"
    regs = getattr(values, "env.regs")
    assert regs.dtype == np.uint32 and regs.tolist() == [1, 2]


def test_an_edited_value_is_saved_and_a_misfit_refused() -> None:
    made = made_of(struct_of(u8("a"), {"name": "r", "array_len": 2, "type": "uint16", "size": 2}))
    values = made.make()
    load_bytes(made.state, values, b"\1\0\2\0\3")
    values.a = 9
    values.r[1] = 0x1234
    out = bytearray()
    save_state(made.state, values, out)
    assert out == b"\x09\0\2\x12\x34"
    values.a = 256
    with pytest.raises(VMStateError) as caught:
        save_state(made.state, values, bytearray())
    assert caught.value.field == "a"


def test_equal_fields_take_any_value() -> None:
    assert round_trip(struct_of({"name": "a", "type": "int32 le", "size": 4}), b"\0\0\0\5").a == 5
    assert round_trip(struct_of({"name": "a", "type": "uint8 equal", "size": 1}), b"\7").a == 7


def test_names_that_stand_twice_get_attributes_of_their_own() -> None:
    values = round_trip(struct_of(u8("a"), u8("b"), u8("a")), b"\1\2\3")
    assert vars(values) == {"a": 1, "b": 2, "a#2": 3}


def test_elements_told_one_by_one_are_one_list() -> None:
    inner = {"vmsd_name": "i", "version": 2, "fields": [u8("x")]}
    sub = {"vmsd_name": "i/s", "version": 1, "fields": [u8("y")]}
    one = {"name": "p", "index": 0, "type": "struct", "struct": inner, "size": 1}
    two = {"name": "p", "index": 1, "type": "struct", "struct": inner | {"subsections": [sub]}, "size": 11}
    values = round_trip(struct_of(one, two), bytes.fromhex("01 02 05 03 692f73 00000001 03"))
    assert [element.x for element in values.p] == [1, 2]
    assert getattr(values.p[1], "i/s").y == 3


def test_null_pointers_stay_where_they_are() -> None:
    inner = {"vmsd_name": "i", "version": 2, "fields": [u8("x")]}
    nulls = {"name": "p", "array_len": 2, "type": "nullptr", "size": 1}
    there = {"name": "p", "array_len": 2, "type": "struct", "struct": inner, "size": 1}
    values = round_trip(struct_of(nulls, there), b"00\1\2")
    assert values.p[:2] == [None, None] and [element.x for element in values.p[2:]] == [1, 2]
    made = made_of(struct_of(nulls, there))
    with pytest.raises(VMStateError) as caught:
        load_bytes(made.state, made.make(), b"0\1\1\2")
    assert caught.value.code == "null-pointer"
    values.p[0] = values.p[2]
    with pytest.raises(VMStateError):
        save_state(made.state, values, bytearray())


def test_null_pointers_as_qemu_10_counts_them_one_by_one() -> None:
    sub = {"vmsd_name": "i/s", "version": 1, "fields": [u8("y")]}
    inner = {"vmsd_name": "i", "version": 2, "fields": [u8("x")], "subsections": [sub]}
    size = 1 + 6 + 3 + 1
    nulls = [{"name": "p", "array_len": left, "type": "nullptr", "size": 1} for left in (2, 3)]
    there = {"name": "p", "index": 2, "type": "struct", "struct": inner, "size": size}
    last = {"name": "p", "type": "struct", "struct": inner, "size": size}
    element = bytes.fromhex("01 05 03 692f73 00000001 07")
    round_trip(struct_of(*nulls, there, last), b"00" + element + element)


def test_an_empty_struct_is_a_null_pointer() -> None:
    text = struct_of({"name": "p", "array_len": 2, "type": "struct", "struct": {}, "size": 1})
    assert round_trip(text, b"00").p == [None, None]


def test_lists_may_grow_and_shrink() -> None:
    element = [("vmsd_name", "e"), ("version", 1), ("fields", [u8("x")])]
    entry = as_object([("name", "q"), ("type", "qtailq"), *element, *element, ("size", 5)])
    values = round_trip(struct_of(entry), bytes.fromhex("01 05 01 06 00"))
    assert [item.x for item in values.q] == [5, 6]
    made = made_of(struct_of(entry))
    for data in ("00", "01 07 00", "01 01 01 02 01 03 00"):
        values = made.make()
        out = bytearray()
        load_bytes(made.state, values, bytes.fromhex(data))
        save_state(made.state, values, out)
        assert out == bytes.fromhex(data)
    empty = made_of(struct_of({"name": "q", "type": "qtailq", "size": 1}))
    assert load_bytes(empty.state, empty.make(), b"\0") == 1


def test_inline_structs() -> None:
    inner = {"vmsd_name": "i", "version": 2, "fields": [u8("x")]}
    for kind in ("vstruct", "tmp"):
        assert round_trip(struct_of({"name": "p", "type": kind, **inner, "size": 1}), b"\7").p.x == 7


def test_subsections_are_saved_where_they_were_loaded() -> None:
    deep = {"vmsd_name": "d/s/t", "version": 1, "fields": [u8("z")]}
    sub = {"vmsd_name": "d/s", "version": 4, "fields": [u8("y")], "subsections": [deep]}
    other = {"vmsd_name": "d/o", "version": 1, "fields": [u8("y")]}
    text = struct_of(u8("a"), subsections=[sub, other])
    s, t, o = (
        bytes.fromhex("05 03 642f73 00000004 02"),
        bytes.fromhex("05 05 642f732f74 00000001 03"),
        bytes.fromhex("05 03 642f6f 00000001 04"),
    )
    values = round_trip(text, b"\1" + s + t + o)
    below = getattr(values, "d/s")
    assert (below.y, getattr(below, "d/s/t").z, getattr(values, "d/o").y) == (2, 3, 4)
    made = made_of(text)
    for data in (b"\1", b"\1" + s, b"\1" + o, b"\1" + s + t):
        values = made.make()
        load_bytes(made.state, values, b"\1" + s + t + o)
        load_bytes(made.state, values, data)
        out = bytearray()
        save_state(made.state, values, out)
        assert out == data, "what is absent from the last load is not saved"


def test_contradictory_sizes_load_as_bytes() -> None:
    text = struct_of({"name": "a", "type": "uint32", "size": 3}, {"name": "b", "type": "bool", "size": 2})
    values = round_trip(text, b"abcde")
    assert (values.a, values.b) == (b"abc", b"de")


def test_values_are_compared_by_what_they_hold() -> None:
    made = made_of(struct_of({"name": "r", "array_len": 2, "type": "uint16", "size": 2}))
    one, other = made.make(), made.make()
    assert one == other and "r" in repr(one)
    other.r[0] = 1
    assert one != other and one != 5
