"""What is known of devices of streams that do not describe them, against what streams say of themselves."""

from __future__ import annotations

import pytest

from snapmgr.vmstate.catalogue import REST, Catalogue, known, read_as
from snapmgr.vmstate.description import Field, Struct
from snapmgr.vmstate.layout import NeedMore
from snapmgr.vmstate.walk import decode
from tests.vmstate.described_streams import described_cases, described_stream

CASES = [name for name in ("devices-pc.v72", "devices-q35.v100") if name in described_cases()]

BELOW = Struct("one/below", 1, (Field("b", "uint16", 2),))
ONE = Struct("one", 2, (Field("a", "uint32", 4), Field("rest", "virtio", REST)), (BELOW,))
COUNTED = Struct("one", 2, (Field("n", "uint16", 2, REST),))


@pytest.mark.parametrize("name", CASES)
def test_a_known_layout_has_all_fields_where_the_stream_says_that_they_are(name: str) -> None:
    """But for the few devices that two releases lay out in two ways of one length."""
    stream, same, told = described_stream(name), 0, 0
    for row in stream.rows:
        device = stream.description.find(row.idstr, row.instance_id)
        layout = known().describe(row.idstr, row.version_id, bytes(row.payload))
        if device is None or device.size is not None or layout is None:
            continue
        assert layout.length == len(row.payload)
        places = [[value.length for value in decode(one, row.payload).walk()] for one in (device.state, layout)]
        told += 1
        same += places[0] == places[1]
    assert told > 10 and same >= told * 0.8


def test_what_varies_takes_what_is_there() -> None:
    body = bytes(4) + b"0123456789"
    plain = read_as(ONE, body)
    assert plain is not None and [entry.length for entry in plain.fields] == [4, 10]
    below = read_as(ONE, body + b"\5\x09one/below\0\0\0\1\0\7")
    assert below is not None and below.fields == plain.fields and below.subsections == (BELOW,)
    counted = read_as(COUNTED, bytes(6))
    assert counted is not None and isinstance(counted.fields[0], Field) and counted.fields[0].array_len == 3
    assert read_as(COUNTED, bytes(5)) is None


def test_another_version_is_not_told() -> None:
    catalogue = Catalogue([COUNTED])
    assert catalogue.describe("0000:00:01.0/one", 2, bytes(4)) is not None
    assert catalogue.describe("0000:00:01.0/one", 3, bytes(4)) is None
    assert catalogue.describe("another", 2, bytes(4)) is None


def test_a_section_is_measured_where_the_stream_goes_on() -> None:
    short, long = Struct("one", 2, (Field("a", "uint8", 1),)), Struct("one", 2, (Field("a", "uint32", 4),))
    catalogue = Catalogue([short, long])
    assert catalogue.measure("one", 2, memoryview(bytes(9)), lambda end: end == 4) == 4
    assert catalogue.measure("one", 2, memoryview(bytes(2)), lambda end: False) == NeedMore(2)
    assert catalogue.measure("one", 2, memoryview(bytes(9)), lambda end: False) is None
