"""States made from real streams' descriptions: the same bytes and the same description again, for every device."""

from __future__ import annotations

import json

import pytest

from snapmgr.vmstate.from_description import Values, from_description
from snapmgr.vmstate.load import load_bytes
from snapmgr.vmstate.repeated import as_object, json_text
from snapmgr.vmstate.save import save_state
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
