"""The vmdesc of real streams, and what is refused of damaged and hostile ones."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapmgr.errors import StreamError
from snapmgr.vmstate import vmdesc
from snapmgr.vmstate.description import Field, Group, Struct
from snapmgr.vmstate.vmdesc import parse_vmdesc
from tests import corpus
from tests.vmstate.described_streams import described_stream

AT = 5000


def device(*fields: Any, **more: Any) -> dict[str, Any]:
    return {"name": "d", "instance_id": 0, "vmsd_name": "d", "version": 1, "fields": list(fields), **more}


def parsed(*fields: Any, **more: Any) -> Struct:
    text = json.dumps({"page_size": 4096, "devices": [device(*fields, **more)]}).encode()
    return parse_vmdesc(text, AT).devices[0].state


def refused(text: bytes | str | dict[str, Any]) -> StreamError:
    if isinstance(text, dict):
        text = json.dumps(text)
    with pytest.raises(StreamError) as caught:
        parse_vmdesc(text.encode() if isinstance(text, str) else text, AT)
    assert caught.value.code.startswith("vmdesc-")
    assert caught.value.offset is not None and caught.value.offset >= AT
    return caught.value


def u8(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "uint8", "size": 1, **more}


def null(**more: Any) -> dict[str, Any]:
    return {"name": "a", "type": "nullptr", "size": 1, **more}


def pair(**more: Any) -> dict[str, Any]:
    struct = {"vmsd_name": "p", "version": 1, "fields": [u8("x"), u8("y")]}
    return {"name": "a", "type": "struct", "struct": struct, "size": 2, **more}


def test_a_real_description_has_its_devices_in_order() -> None:
    described = described_stream("pc-halt.v72").description
    assert described.page_size == 4096
    assert described.configuration is None
    assert [(d.name, d.instance_id, d.version) for d in described][:3] == [
        ("timer", 0, 2),
        ("cpu_common", 0, 1),
        ("cpu", 0, 12),
    ]
    cpu = described.find("cpu", 0)
    assert cpu is not None
    registers = cpu.fields[0]
    assert isinstance(registers, Field)
    assert (registers.name, registers.type, registers.array_len, registers.length) == ("env.regs", "uint64", 16, 128)
    assert described.find("cpu", 1) is None


def test_qemu_10_describes_the_configuration() -> None:
    described = described_stream("uuid.v100").description
    assert described.configuration is not None
    assert [sub.vmsd_name for sub in described.configuration.subsections] == ["configuration/uuid"]


def test_old_devices_are_one_buffer() -> None:
    """What devices-q35.v72 says of its user network."""
    fields = [{"name": "data", "size": 131, "type": "buffer"}]
    text = json.dumps({"devices": [{"name": "slirp", "instance_id": 0, "size": 131, "fields": fields}]})
    (slirp,) = parse_vmdesc(text.encode()).devices
    assert (slirp.size, slirp.vmsd_name, slirp.version, slirp.state.length) == (131, "", None, 131)


def test_elements_described_one_by_one_become_one_array() -> None:
    state = parsed(pair(index=0), pair(index=1), u8("b"))
    array, last = state.fields
    assert isinstance(array, Group)
    assert (array.name, array.count, array.length, last.name) == ("a", 2, 4, "b")


def test_stretches_between_null_pointers_are_one_array() -> None:
    state = parsed(null(array_len=3), pair(array_len=2), null())
    (array,) = state.fields
    assert isinstance(array, Group)
    assert (array.count, array.length) == (6, 3 + 4 + 1)


def test_null_pointers_described_one_by_one_count_once_each() -> None:
    """QEMU 10 gives each of them the count of those that follow when elements cannot be folded."""
    state = parsed(null(array_len=2), null(array_len=2), pair(index=2), pair())
    (array,) = state.fields
    assert isinstance(array, Group)
    assert (array.count, array.length) == (4, 1 + 1 + 2 + 2)


def test_an_empty_struct_stands_for_a_null_pointer() -> None:
    (field,) = parsed({"name": "p", "type": "struct", "struct": {}, "size": 1}).fields
    assert (field.length, field.dynamic) == (1, False)


def test_a_list_writes_its_elements_into_one_object() -> None:
    element = '"vmsd_name": "e", "version": 1, "fields": [{"name": "x", "type": "uint16", "size": 2}]'
    text = (
        '{"devices": [{"name": "d", "instance_id": 0, "vmsd_name": "d", "version": 1, "fields": ['
        f'{{"name": "l", "type": "qtailq", {element}, {element}, "size": 7}}]}}]}}'
    )
    (field,) = parse_vmdesc(text.encode()).devices[0].fields
    assert isinstance(field, Field) and field.elements is not None
    assert len(field.elements) == 2 and field.length == 7


def test_parts_that_do_not_fill_a_field_leave_it_opaque() -> None:
    (field,) = parsed(
        {"name": "t", "type": "tmp", "vmsd_name": "t", "version": 0, "fields": [u8("x")], "size": 10}
    ).fields
    assert isinstance(field, Field) and field.struct is None and field.length == 10


def test_of_two_devices_of_one_name_the_last_counts() -> None:
    text = json.dumps({"devices": [device(u8("x")), device(u8("x"), u8("y"))]}).encode()
    described = parse_vmdesc(text)
    found = described.find("d", 0)
    assert len(described.devices) == 2 and found is not None and found.state.length == 2


def top(**changes: Any) -> dict[str, Any]:
    return {"devices": [device(u8("x"), **changes)]}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "vmdesc-json"),
        (b"{", "vmdesc-json"),
        (b'{"devices": []}}', "vmdesc-json"),
        (b'{"devices": [NaN]}', "vmdesc-json"),
        (b'{"devices": ' + b"9" * 5000 + b"}", "vmdesc-json"),
        (b'{"devices": "\xff"}', "vmdesc-encoding"),
        (b"[]", "vmdesc-type"),
        (b"null", "vmdesc-type"),
        (b"{}", "vmdesc-missing"),
        (b'{"devices": {}}', "vmdesc-type"),
        (b'{"devices": [7]}', "vmdesc-type"),
        (b'{"devices": [], "page_size": "4096"}', "vmdesc-type"),
        (b"[" * 10_000, "vmdesc-too-deep"),
        (b'{"devices": [' + b'{"a":' * 10_000, "vmdesc-too-deep"),
        (top(name=7), "vmdesc-type"),
        (top(name="x" * 5000), "vmdesc-range"),
        (top(instance_id=-1), "vmdesc-range"),
        (top(instance_id=True), "vmdesc-type"),
        (top(instance_id=1.5), "vmdesc-type"),
        (top(version="1"), "vmdesc-type"),
        (top(fields=None), "vmdesc-type"),
        (top(fields=[u8("x", size=2**60)]), "vmdesc-range"),
        (top(fields=[u8("x", size=-1)]), "vmdesc-range"),
        (top(fields=[u8("x", array_len=2**60)]), "vmdesc-range"),
        (top(fields=[u8("x", array_len=0)]), "vmdesc-range"),
        (top(fields=[u8("x", index=1)]), "vmdesc-index"),
        (top(fields=[u8("x", index=0), u8("x", index=0)]), "vmdesc-index"),
        (top(fields=[{"name": "x", "type": "uint8"}]), "vmdesc-missing"),
        (top(fields=[{"name": "x", "type": "struct", "struct": {"vmsd_name": "x"}, "size": 1}]), "vmdesc-missing"),
        (top(fields=[{"name": "x", "type": "struct", "struct": [1], "size": 1}]), "vmdesc-type"),
        (top(subsections=[{"fields": []}]), "vmdesc-range"),
        (top(subsections=[{"vmsd_name": "x" * 256, "fields": []}]), "vmdesc-range"),
        (top(subsections=7), "vmdesc-type"),
    ],
)
def test_what_is_wrong_is_refused_by_name(text: bytes | dict[str, Any], code: str) -> None:
    assert refused(text).code == code


def test_structs_may_not_nest_without_end() -> None:
    nested: dict[str, Any] = {"vmsd_name": "s", "fields": []}
    for _ in range(vmdesc.MAX_DEPTH + 2):
        nested = {"vmsd_name": "s", "fields": [{"name": "n", "type": "struct", "struct": nested, "size": 0}]}
    assert refused({"devices": [device({"name": "n", "type": "struct", "struct": nested, "size": 0})]}).code == (
        "vmdesc-too-deep"
    )


def test_the_size_of_the_text_is_bounded() -> None:
    assert refused(b" " * (vmdesc.MAX_TEXT + 1)).code == "vmdesc-too-large"
    assert refused(b"[" + b"[]," * vmdesc.MAX_ITEMS + b"[]]").code == "vmdesc-too-large"


def test_the_error_of_a_cut_text_says_where() -> None:
    stream = described_stream("machine-none.v72")
    for length in range(1, len(stream.vmdesc_text), 7):
        with pytest.raises(StreamError) as caught:
            parse_vmdesc(stream.vmdesc_text[:length], stream.vmdesc_offset)
        assert caught.value.code == "vmdesc-json"
        assert caught.value.offset is not None
        assert stream.vmdesc_offset <= caught.value.offset <= stream.vmdesc_offset + length


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_flipped_bytes_are_refused_or_read(data: st.DataObject) -> None:
    text = bytearray(described_stream("machine-none.v100").vmdesc_text)
    for _ in range(data.draw(st.integers(1, 3))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    try:
        described = parse_vmdesc(bytes(text), AT)
    except StreamError as error:
        assert error.code.startswith("vmdesc-") and error.offset is not None
    else:
        assert all(d.state.length < sys.maxsize for d in described)


KEYS = ("devices", "fields", "subsections", "struct", "name", "vmsd_name", "type", "size", "array_len", "index")
SMALL = st.one_of(st.none(), st.booleans(), st.integers(-1, 3), st.sampled_from(["", "a", "struct", "tmp", "qtailq"]))
NESTED = st.recursive(
    SMALL,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(NESTED, NESTED)
def test_any_json_is_refused_or_read(fields: Any, subsections: Any) -> None:
    text = json.dumps({"devices": [device(fields=fields, subsections=subsections)]})
    try:
        parse_vmdesc(text.encode(), AT)
    except StreamError as error:
        assert error.code.startswith("vmdesc-") and error.offset == AT


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ([u8("a"), pair()], None),
        ([{"name": "a", "type": "uint32 le", "size": 4}], None),
        ([{"name": "a", "type": "buffer", "size": 77}], None),
        ([u8("a", size=2)], "field a is uint8 and has 2 bytes"),
        ([{"name": "t", "type": "timer", "size": 4}], "field t is timer and has 4 bytes"),
        ([pair(size=3)], "field a has 3 bytes, its parts 2"),
        ([u8("z"), pair(struct={"fields": [u8("x", size=9)]}, size=9)], "field x is uint8 and has 9 bytes"),
    ],
)
def test_sizes_that_contradict_each_other_are_said(fields: list[dict[str, Any]], said: str | None) -> None:
    assert parsed(*fields).contradiction == said


def test_a_contradiction_in_a_subsection_counts() -> None:
    below = {"vmsd_name": "d/s", "version": 1, "fields": [u8("x", size=2)]}
    assert parsed(u8("a"), subsections=[below]).contradiction == "field x is uint8 and has 2 bytes"


@pytest.mark.parametrize("name", corpus.plain_cases())
def test_no_real_description_contradicts_itself(name: str) -> None:
    for described in described_stream(name).description:
        assert described.state.contradiction is None
