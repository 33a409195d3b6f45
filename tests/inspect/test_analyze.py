"""What analyze-migration.py prints, byte for byte."""

from __future__ import annotations

import json

import pytest

from snapmgr.errors import StreamError
from snapmgr.inspect import export
from snapmgr.inspect.export import FullSection, IterableSection, analyze_json
from snapmgr.vmstate.description import Device, Field, Struct, VmDescription
from snapmgr.vmstate.vmdesc import parse_vmdesc
from tests import corpus
from tests.vmstate.described_streams import DescribedStream, described_cases, described_stream


def sections(stream: DescribedStream) -> list[FullSection | IterableSection]:
    result: list[FullSection | IterableSection] = []
    if stream.ram_id is not None:
        result.append(IterableSection(stream.ram_id, "ram", stream.blocks))
    for row in stream.rows:
        result.append(FullSection(row.section_id, row.idstr, row.instance_id, row.version_id, row.payload, row.offset))
    return result


@pytest.mark.parametrize("name", corpus.plain_cases())
def test_the_text_is_that_of_qemus_script(name: str) -> None:
    stream = described_stream(name)
    assert analyze_json(stream.description, sections(stream)) == corpus.analyze_truth(name)


@pytest.mark.parametrize("name", sorted({*described_cases()} - {*corpus.plain_cases()}))
def test_streams_that_the_script_cannot_read_are_printed_too(name: str) -> None:
    stream = described_stream(name)
    printed = json.loads(analyze_json(stream.description, sections(stream)))
    assert {*printed} == {
        f"ram ({stream.ram_id})",
        *(f"{row.idstr} ({row.section_id})" for row in stream.rows),
    }


def one(*fields: Field, payload: bytes, name: str = "d") -> str:
    description = VmDescription((Device("d", 0, Struct("d", 1, fields)),))
    return analyze_json(description, [FullSection(3, name, 0, 1, payload, 100)])


def test_values_by_type() -> None:
    text = one(
        Field("equal", "uint8 equal", 1),
        Field("flag", "bool", 1),
        Field("large", "uint32 equal", 4),
        Field("none", "buffer", 0),
        Field("pointer", "nullptr", 1),
        payload=b"\xff\1\xff\xff\xff\xff0",
    )
    assert json.loads(text) == {
        "d (3)": {"equal": "0xff (-1)", "flag": True, "large": "0xffffffff", "none": "", "pointer": "nullptr"}
    }


def test_an_array_with_null_pointers_is_one_list() -> None:
    element = {"vmsd_name": "e", "version": 1, "fields": [{"name": "x", "type": "uint8", "size": 1}]}
    fields = [
        {"name": "a", "type": "nullptr", "size": 1},
        {"name": "a", "type": "struct", "array_len": 2, "struct": element, "size": 1},
        {"name": "a", "type": "nullptr", "size": 1},
    ]
    device = {"name": "d", "instance_id": 0, "vmsd_name": "d", "version": 1, "fields": fields}
    description = parse_vmdesc(json.dumps({"devices": [device]}).encode())
    text = analyze_json(description, [FullSection(0, "d", 0, 1, b"0\1\2" + b"0", 0)])
    assert json.loads(text) == {"d (0)": {"a": ["nullptr", {"x": "0x01"}, {"x": "0x02"}, "nullptr"]}}


def test_a_section_id_that_comes_again_replaces_the_first() -> None:
    description = VmDescription((Device("d", 0, Struct("d", 1, (Field("x", "uint8", 1),))),))
    rows = [FullSection(7, "d", 0, 1, bytes([value]), 0) for value in (1, 2)]
    assert json.loads(analyze_json(description, rows)) == {"d (7)": {"x": "0x02"}}


@pytest.mark.parametrize(
    ("payload", "name", "code"),
    [
        (b"", "d", "field-beyond-end"),
        (b"ab", "d", "not-described"),
        (b"a", "other", "section-not-described"),
    ],
)
def test_bytes_that_do_not_fit_their_description_are_refused(payload: bytes, name: str, code: str) -> None:
    with pytest.raises(StreamError) as caught:
        one(Field("x", "uint8", 1), payload=payload, name=name)
    assert caught.value.code == code
    assert caught.value.offset is not None and caught.value.offset >= 100


def test_without_a_description_nothing_can_be_printed() -> None:
    with pytest.raises(StreamError) as caught:
        analyze_json(None, [])
    assert caught.value.code == "no-vmdesc"


def test_endless_arrays_of_nothing_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MAX_VALUES", 1000)
    with pytest.raises(StreamError) as caught:
        one(Field("n", "buffer", 0, array_len=1 << 24), payload=b"")
    assert caught.value.code == "too-many-fields"
