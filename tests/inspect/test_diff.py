"""What differs between two streams: QEMU's own script knows which devices, and whoever changed something knows what."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snapmgr.containers.open import open_source
from snapmgr.errors import Cancelled
from snapmgr.inspect.diff import StreamDifference, compare_streams
from snapmgr.inspect.diff_ram import PageState, _states
from snapmgr.inspect.index import StreamIndex, index_stream
from snapmgr.replica.edit import edit
from snapmgr.replica.machine import Replica
from snapmgr.work import CancelToken
from tests import corpus

Indexed = Callable[..., StreamIndex]
PAIRS = [
    ("pc-halt.v72", "devices-pc.v72"), ("tiny.v72", "pc-halt.v72"), ("tiny.v72", "tiny.v100"),
    ("background-snapshot.v72", "background-snapshot.v100"), ("devices-q35.v72", "devices-q35.v100"),
]  # fmt: skip


def edited(tmp_path: Path, name: str, *changes: str) -> StreamIndex:
    """The stream with other values in it."""
    path = tmp_path / "edited.mig"
    stored = tmp_path / "stored.mig"
    stored.write_bytes(corpus.stream_bytes(name))
    replica = Replica.from_stream(open_source(stored))
    for change in changes:
        edit(replica, change)
    with path.open("wb") as file:
        from snapmgr.cli.rewrite import put_replica

        put_replica(replica, lambda piece: file.write(piece))
    return index_stream(open_source(path))


def fields(found: StreamDifference) -> dict[str, tuple[str | None, str | None]]:
    return {
        f"{field.device}/{field.path}": (field.a and field.a.value, field.b and field.b.value)
        for device in found.devices.differing
        for field in device.fields
    }


@pytest.mark.parametrize("name", ["tiny.v72", "devices-q35.v100", "bare.v72", "compress.v72"])
def test_a_stream_does_not_differ_from_itself(indexed: Indexed, name: str) -> None:
    index = indexed(name)
    found = compare_streams(index, index)
    unread = [block for block in found.ram if block.error is not None]
    assert not found.configuration and not found.devices.differing and found.page_count == 0
    assert found.differs is bool(unread) and all(block.error.code == "page-encoding" for block in unread if block.error)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_devices_differ_where_qemus_script_prints_something_else(indexed: Indexed, one: str, other: str) -> None:
    a, b = indexed(one), indexed(other)
    printed = [_by_instance(index, json.loads(corpus.analyze_truth(name))) for index, name in ((a, one), (b, other))]
    names = dict.fromkeys([*printed[0], *printed[1]])
    differ = {name for name in names if printed[0].get(name) != printed[1].get(name)}
    found = compare_streams(a, b)
    versions = {device.device for device in found.devices.differing if device.version_a != device.version_b}
    assert {device.device for device in found.devices.differing if device.device not in versions} == differ - versions
    assert {one.device for one in found.devices.differing if one.only == "a"} == {*printed[0]} - {*printed[1]}
    assert {one.device for one in found.devices.differing if one.only == "b"} == {*printed[1]} - {*printed[0]}
    for device in found.devices.differing:
        assert device.only or device.fields or device.version_a != device.version_b
        for field in device.fields:
            for index, side in ((a, field.a), (b, field.b)):
                assert side is None or index.source.read(side.offset, side.length) is not None
            assert field.a != field.b


def _by_instance(index: StreamIndex, printed: dict[str, object]) -> dict[str, object]:
    """The script names sections by their section id; device sections alone."""
    names = {
        f"{one.idstr} ({one.section_id})": f"{one.idstr} ({one.instance_id})"
        for one in index.records
        if one.type == "FULL"
    }
    return {names[name]: value for name, value in printed.items() if name in names}


def test_what_was_changed_is_what_differs(indexed: Indexed, tmp_path: Path) -> None:
    other = edited(
        tmp_path, "tiny.v72",
        "cpu (0)/env.eip=0x1234", "cpu (0)/env.regs[3]=7", "i8259 (1)/imr=0xaa", "ram/pc.ram@0x5000=0102",
        "ram/pc.ram@0x6fff=ff",
    )  # fmt: skip
    a = indexed("tiny.v72")
    found = compare_streams(a, other)
    assert {path: values[1] for path, values in fields(found).items()} == {
        "cpu (0)/env.eip": "0x0000000000001234",
        "cpu (0)/env.regs[3]": "0x0000000000000007",
        "i8259 (1)/imr": "0xaa",
    }
    assert len(found.devices.same) == len([one for one in a.records if one.type == "FULL"]) - 2
    block = next(block for block in found.ram if block.name == "pc.ram")
    assert block.ranges() == [(5, 2)] and block.changed_pages == 2
    assert [block.name for block in found.ram if block.differs] == ["pc.ram"] and found.differs
    back = compare_streams(other, a)
    assert {path: (b, a) for path, (a, b) in fields(back).items()} == fields(found)


def test_pages_are_those_whose_bytes_differ(indexed: Indexed) -> None:
    a, b = indexed("tiny.v72"), indexed("pc-halt.v72")
    for block in compare_streams(a, b).ram:
        if block.error is not None or block.length_a is None or block.length_b is None:
            continue
        length = max(block.length_a, block.length_b)
        sides = []
        for index in (a, b):
            side = np.zeros(-(-length // block.page_size) * block.page_size, np.uint8)
            data = np.frombuffer(index.ram.read(block.name, 0, length), np.uint8)
            side[: len(data)] = data
            sides.append(side.reshape(-1, block.page_size))
        assert np.array_equal(block.states != 0, (sides[0] != sides[1]).any(axis=1))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 63)), min_size=1, max_size=40))
def test_states_of_pages(pages: list[tuple[int, int, int]]) -> None:
    a, b = np.zeros((len(pages), 64), np.uint8), np.zeros((len(pages), 64), np.uint8)
    expected = []
    for row, (left, right, place) in enumerate(pages):
        a[row, place], b[row, place] = left, right
        state = PageState.CHANGED if left and right else PageState.ONLY_A if left else PageState.ONLY_B
        expected.append(PageState.SAME if left == right else state)
    assert _states(a.reshape(-1), b.reshape(-1), 64).tolist() == expected


def test_blocks_that_only_one_has(indexed: Indexed) -> None:
    found = compare_streams(indexed("devices-q35.v72"), indexed("tiny.v72"))
    assert any(block.length_b is None and block.differs for block in found.ram)
    assert any(one.path == "machine" for one in found.configuration) == (
        indexed("devices-q35.v72").configuration != indexed("tiny.v72").configuration
    )


def test_what_is_not_in_the_stream_is_not_made_up(indexed: Indexed) -> None:
    index = indexed("ignore-shared.v72")
    blocks = {block.name: block for block in compare_streams(index, index).ram}
    ignored = [block.name for block in index.blocks if block.ignored]
    assert ignored and all(blocks[name].error.code == "not-in-the-stream" for name in ignored)


def test_it_can_be_stopped(indexed: Indexed) -> None:
    index, token = indexed("tiny.v72"), CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        compare_streams(index, index, cancel=token)
    told: list[tuple[int, int]] = []
    compare_streams(index, index, progress=lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1] == sum(block.used_length for block in index.blocks)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
