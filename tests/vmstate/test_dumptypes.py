"""Sections read by a dump of device types: the only reading, or why there is none."""

from __future__ import annotations

import functools
import struct
from typing import Any

import pytest

from snapmgr.vmstate.description import Device, Group
from snapmgr.vmstate.dump import Json
from snapmgr.vmstate.dumptypes import DumpTypes, NotTold
from snapmgr.vmstate.from_description import from_description
from snapmgr.vmstate.load import load_bytes
from snapmgr.vmstate.walk import decode
from tests.vmstate.described_streams import described_cases, described_stream
from tests.vmstate.verdicts import whole


@functools.cache
def types(release: str) -> DumpTypes:
    return DumpTypes(whole(release))


def leaves(device: Device | None, payload: memoryview) -> list[tuple[int, int, str]]:
    """Offset, length and name of everything that has no parts."""
    return [(v.offset, v.length, v.name) for v in decode(device, payload).walk() if not v.children]


RELEASED = {"v72": "72", "v100": "100"}
MACHINES = ("devices-pc", "devices-q35", "isapc", "microvm", "microvm-mmio", "numa-dimm", "old-pc", "pc-halt", "tiny")


@pytest.mark.parametrize("name", [name for name in described_cases() if name.rpartition(".")[0] in MACHINES])
def test_what_a_dump_tells_is_what_the_stream_says_of_itself(name: str) -> None:
    """By the dump of the release that wrote the stream: never another place or name for any field."""
    stream, told = described_stream(name), 0
    for row in stream.rows:
        found = types(RELEASED[name.rpartition(".")[2]]).describe(
            row.idstr, row.instance_id, row.version_id, bytes(row.payload)
        )
        if isinstance(found, Device):
            told += 1
            truth = stream.description.find(row.idstr, row.instance_id)
            assert leaves(found, row.payload) == leaves(truth, row.payload), row.idstr
    assert told


def told_in(name: str, release: str) -> set[str]:
    rows = described_stream(name).rows
    found = {
        row.idstr: types(release).describe(row.idstr, row.instance_id, row.version_id, bytes(row.payload))
        for row in rows
    }
    return {idstr for idstr, device in found.items() if isinstance(device, Device)}


def test_how_much_a_dump_tells() -> None:
    """Arrays of known length make the difference between the dumps of QEMU 7.2 and 10.0."""
    before = {"PCIHost", "i8259", "mc146818rtc", "pcspk", "port92"}
    assert before <= told_in("pc-halt.v72", "72")
    assert "ioapic" not in told_in("pc-halt.v72", "72")
    more = {
        "0000:00:00.0/I440FX",
        "0000:00:01.0/PIIX3",
        "dma",
        "fw_cfg",
        "ioapic",
        "i8254",
        "kvm-tpr-opt",
        "pckbd",
        "vmmouse",
    }
    assert before | more <= told_in("pc-halt.v100", "100")
    assert not {"cpu", "hpet", "fdc"} & told_in("pc-halt.v100", "100")


# -- one device at a time --------------------------------------------------------------------------------------------


def field(name: str, size: int = 0, **more: Any) -> Json:
    return {"field": name, "version_id": 0, "field_exists": False, "size": size} | more


def description(name: str, *fields: Json, version: int = 2, minimum: int = 1, below: tuple[Json, ...] = ()) -> Json:
    found: Json = {"name": name, "version_id": version, "minimum_version_id": minimum, "Fields": list(fields)}
    return found | ({"Subsections": list(below)} if below else {})


COUNTED = description("other", field("array", 1, num=9))
"""A device beside, by which the dump is one that counts."""


def describe(payload: bytes, *known: Json, idstr: str = "dev", version: int = 2) -> Device | NotTold:
    dump = {"vmschkmachine": {"Name": "pc"}}
    dump |= {
        f"type{number}": {"Name": f"type{number}", "version_id": item["version_id"], "Description": item}
        for number, item in enumerate(known)
    }
    return DumpTypes(dump).describe(idstr, 0, version, payload)


def values(payload: bytes, *known: Json, **more: Any) -> dict[str, Any]:
    device = describe(payload, *known, **more)
    assert isinstance(device, Device), device
    made = from_description(device)
    result = made.make()
    assert load_bytes(made.state, result, payload, 2) == len(payload)
    return vars(result)


def reason(payload: bytes, *known: Json, **more: Any) -> str:
    found = describe(payload, *known, **more)
    assert isinstance(found, NotTold), found
    return found.reason


def test_numbers_and_bytes() -> None:
    known = description(
        "dev", field("a", 1), field("b", 2), field("c", 4), field("d", 8), field("e", 3), field("unused", 4)
    )
    found = values(struct.pack(">BHIQ3s4s", 1, 2, 3, 4, b"xyz", b"...."), known)
    assert found == {"a": 1, "b": 2, "c": 3, "d": 4, "e": b"xyz", "unused": b"...."}


@pytest.mark.parametrize("idstr", ["dev", "0000:00:01.0/dev", "a/b/dev"])
def test_a_path_may_stand_before_the_name(idstr: str) -> None:
    assert values(b"\7", description("dev", field("a", 1)), idstr=idstr) == {"a": 7}


def test_the_longest_name_counts() -> None:
    known = description("dev", field("short", 1)), description("b/dev", field("long", 1))
    assert values(b"\7", *known, idstr="a/b/dev") == {"long": 7}


def test_no_such_name() -> None:
    assert "no device type" in reason(b"\7", description("dev", field("a", 1)), idstr="mydev")


def test_fields_newer_than_the_section_are_not_in_it() -> None:
    known = description("dev", field("a", 1), field("b", 1, version_id=3), version=3, minimum=2)
    assert values(b"\7", known, COUNTED, version=2) == {"a": 7}
    assert reason(b"\7\7", known, COUNTED, version=2)


@pytest.mark.parametrize("version", [0, 3])
def test_other_versions_are_not_told(version: int) -> None:
    assert f"version {version} was saved, the dump has version 2" in reason(
        b"\7", description("dev", field("a", 1)), version=version
    )


def test_one_choice_of_optional_fields_that_fits() -> None:
    known = description("dev", field("a", 1), field("b", 4, field_exists=True), field("c", 2, field_exists=True))
    assert values(b"\1\0\2", known, COUNTED) == {"a": 1, "c": 2}
    assert values(b"\1\0\0\0\3", known, COUNTED) == {"a": 1, "b": 3}
    assert values(b"\1\0\0\0\3\0\2", known, COUNTED) == {"a": 1, "b": 3, "c": 2}
    assert "do not fill" in reason(b"\1\2", known, COUNTED)


def test_two_choices_are_no_choice() -> None:
    known = description("dev", field("a", 1, field_exists=True), field("b", 1, field_exists=True))
    assert "more than one way" in reason(b"\1", known, COUNTED)
    assert values(b"\1\2", known, COUNTED) == {"a": 1, "b": 2}


def test_arrays_of_the_length_that_the_dump_gives() -> None:
    known = description("dev", field("a", 2, num=3), field("b", 1))
    found = values(struct.pack(">3HB", 1, 2, 3, 4), known)
    assert (list(found["a"]), found["b"]) == ([1, 2, 3], 4)


def test_arrays_of_unknown_length_are_counted_where_only_one_number_fits() -> None:
    assert list(values(bytes(range(6)), description("dev", field("a", 2)))["a"]) == [0x0001, 0x0203, 0x0405]
    assert "more than one way (a dump of QEMU before 8.0" in reason(
        bytes(3), description("dev", field("a", 1), field("b", 1))
    )
    assert values(b"\1\2", description("dev", field("a", 1), field("b", 1))) == {"a": 1, "b": 2}
    assert "do not fill" in reason(bytes(6), description("dev", field("a", 2)), COUNTED)


def test_structs_and_arrays_of_them() -> None:
    inner = description("inner", field("x", 1), field("y", 2))
    known = description("dev", field("one", 40, Description=inner), field("all", 40, num=2, Description=inner))
    found = values(bytes.fromhex("01 0002 03 0004 05 0006"), known)
    assert (found["one"].x, found["one"].y) == (1, 2)
    assert [(item.x, item.y) for item in found["all"]] == [(3, 4), (5, 6)]


def test_elements_of_one_array_may_differ() -> None:
    more = description("inner/more", field("z", 2))
    inner = description("inner", field("x", 1), below=(more,))
    sent = b"\x01" + b"\x05\x0ainner/more" + bytes(4) + b"\0\7" + b"\x02"
    device = describe(sent, description("dev", field("all", 40, num=2, Description=inner)))
    assert isinstance(device, Device)
    assert isinstance(device.fields[0], Group)
    one, two = values(sent, description("dev", field("all", 40, num=2, Description=inner)))["all"]
    assert (one.x, vars(one)["inner/more"].z, two.x) == (1, 7, 2)


def test_subsections_are_there_where_their_headers_are() -> None:
    below = description("dev/b", field("b", 1)), description("dev/c", field("c", 1))
    known = description("dev", field("a", 1), below=below)
    header = b"\5\5dev/c\0\0\0\2"
    found = values(b"\1" + header + b"\7", known, COUNTED)
    assert found["a"] == 1
    assert vars(found["dev/c"]) == {"c": 7}
    assert "dev/b" not in found
    assert reason(b"\1" + header.replace(b"dev/c", b"dev/x") + b"\7", known, COUNTED)
    assert reason(b"\1" + (header + b"\7") * 2, known, COUNTED), "one comes once"


def test_a_field_of_unknown_size() -> None:
    assert "how long field x" in reason(bytes(9), description("dev", field("a", 1), field("x")))
    assert values(b"abc", description("dev", field("x"))) == {"x": b"abc"}, "it alone takes all"


def test_types_of_one_name_are_told_apart_by_their_length() -> None:
    known = description("dev", field("a", 1)), description("dev", field("b", 2)), description("dev", field("b", 2))
    assert values(b"\0\7", *known, COUNTED) == {"b": 7}
    assert "more than one way" in reason(b"\7", known[0], description("dev", field("c", 1)), COUNTED)


def test_a_search_that_takes_too_long_is_given_up() -> None:
    fields = [field(f"f{number}", 1) for number in range(60)]
    assert "too many ways" in reason(bytes(9000), description("dev", *fields))


@pytest.mark.parametrize("odd", [{"num": 0}, {"num": -3}, {"num": 1 << 40}, {"size": -1}, {"size": 1 << 70}])
def test_odd_numbers_end_nowhere(odd: Json) -> None:
    inner = description("inner")
    assert reason(bytes(3), description("dev", field("a", 1) | odd, field("b", 1)), COUNTED)
    assert reason(bytes(3), description("dev", field("a", 1, Description=inner) | odd))
    assert reason(bytes(3), description("dev", field("\ud800", 1, Description=inner) | odd, below=(inner,)))
