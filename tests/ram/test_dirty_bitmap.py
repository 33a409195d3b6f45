"""Dirty bitmaps on the wire: QEMU's are read, ours are written as QEMU writes them, damaged ones are refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapmgr.errors import StreamError
from snapmgr.ram.dirty_bitmap import DirtyBitmap, DirtyBitmaps
from snapmgr.savevm.output import Output
from snapmgr.wire.layout import Done
from snapmgr.wire.window import Short, Window
from tests import corpus

SECTION_IDS = {"v72": 3, "v100": 2}


def payload(data: bytes, kind: int, version: str, first: bytes) -> bytes:
    """Of QEMU's section that begins so, from there to its footer."""
    number = SECTION_IDS[version].to_bytes(4)
    at = data.index(bytes([kind]) + number + first) + 5
    return data[at : data.index(b"\x7e" + number, at)]


def read(bitmaps: DirtyBitmaps, data: bytes) -> None:
    window, reader = Window(1 << 20), bitmaps.handlers.load_state
    window.append(data)
    assert reader is not None
    section = reader(1)
    while not isinstance(section.step(window), Done):
        pass
    assert not window.available


def written(bitmaps: DirtyBitmaps, *, at_once: bool = False) -> list[bytes]:
    """The payloads of its sections."""
    hooks, out = bitmaps.handlers, Output()
    payloads = []
    iterate = () if at_once else (hooks.save_live_iterate,)
    for hook in (hooks.save_setup, *iterate, hooks.save_live_complete_postcopy):
        assert hook is not None
        hook(out)
        payloads.append(b"".join(out.take()))
        bitmaps.in_postcopy = True
    return payloads


@pytest.mark.parametrize("version", SECTION_IDS)
def test_qemus_bitmaps_are_read_and_written_again(version: str) -> None:
    case = corpus.stream_case(f"dirty-bitmaps.{version}")
    data = corpus.stream_bytes(f"dirty-bitmaps.{version}")
    start = payload(data, 1, version, b"\x0cdirty-bitmap")[21:]
    bits = payload(data, 3, version, b"\x46\x0bbm-disabled")
    bitmaps = DirtyBitmaps(nodes=frozenset({"disk0"}))
    read(bitmaps, start)
    read(bitmaps, bits)
    assert {
        (one.name, bool(one.flags & 1), bool(one.flags & 2), one.granularity, one.count, one.arriving)
        for one in bitmaps.bitmaps.values()
    } == {
        (one["name"], one["recording"], one["persistent"], one["granularity"], one["count"], False)
        for one in case["bitmaps_at_source"]
    }
    ours = written(bitmaps, at_once=True)
    assert ours[0] == start
    assert ours[1] == bits
    again = DirtyBitmaps(nodes=frozenset({"disk0"}))
    for part in ours:
        read(again, part)
    for key, bitmap in bitmaps.bitmaps.items():
        assert (again.bitmaps[key].bits == bitmap.bits).all() and not again.bitmaps[key].arriving


@given(
    sizes=st.lists(st.integers(1, 70_000), min_size=1, max_size=3),
    seed=st.integers(0, 1 << 32),
    density=st.sampled_from([0.0, 0.001, 0.5, 1.0]),
)
def test_what_is_written_is_read(sizes: list[int], seed: int, density: float) -> None:
    random, bitmaps = np.random.default_rng(seed), DirtyBitmaps()
    for number, size in enumerate(sizes):
        bitmap = bitmaps.create(f"disk{number // 2}", f"b{number}", size * 512, 512)
        bitmap.bits = random.random(size) < density
    arrived = DirtyBitmaps(nodes=frozenset({"disk0", "disk1"}))
    for part in written(bitmaps):
        read(arrived, part)
    assert list(arrived.bitmaps) == list(bitmaps.bitmaps)
    for key, bitmap in bitmaps.bitmaps.items():
        assert (arrived.bitmaps[key].bits == bitmap.bits).all()


def test_writes_are_noted_in_granules() -> None:
    bitmap = DirtyBitmap("disk0", "b", np.zeros(8, np.bool_), 4096)
    bitmap.note(4095, 2)
    bitmap.note(5 * 4096, 4096)
    assert np.flatnonzero(bitmap.bits).tolist() == [0, 1, 5]
    bitmap.flags = 0
    bitmap.note(7 * 4096, 1)
    assert bitmap.count == 3 * 4096


START = b"\x1c\x05disk0\x01b" + (4096).to_bytes(4) + b"\x01"
BITS = b"\x44\x01b" + bytes(8) + (64).to_bytes(4) + (8).to_bytes(8) + b"\xff" + bytes(7)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (START + START, "has a bitmap b already"),
        (START.replace(b"disk0", b"disk7"), "no disk disk7"),
        (START[:-5] + (100).to_bytes(4) + b"\1", "granularity of 100"),
        (BITS, "no bitmap b of  was begun"),
        (START + BITS.replace((8).to_bytes(8), (1 << 40).to_bytes(8)), "8 bits in 1099511627776 bytes"),
        (START + b"\x44\x01b" + (1 << 62).to_bytes(8) + (64).to_bytes(4) + bytes(16), "bits of 64 sectors"),
        (b"\x90", "no chunk 0x90"),
    ],
)
def test_what_cannot_be_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(StreamError, match=said):
        read(DirtyBitmaps(nodes=frozenset({"disk0"})), data)


def test_what_has_not_come_as_a_whole_is_given_up() -> None:
    bitmaps = DirtyBitmaps(nodes=frozenset({"disk0"}))
    read(bitmaps, START + START.replace(b"\x01b", b"\x01c") + BITS + b"\x24\x01b" + b"\x01")
    with pytest.raises(Short):
        read(bitmaps, b"\x44\x01")
    bitmaps.cancel()
    assert list(bitmaps.bitmaps) == [("disk0", "b")] and bitmaps.bitmaps["disk0", "b"].count == 8 * 4096
