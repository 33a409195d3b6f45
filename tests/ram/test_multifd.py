"""One channel of multifd: what was written comes back in any chunking, what is damaged is told with its place."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapmgr.ram.multifd import (
    DEVICE_HEAD,
    GREETING,
    HEAD,
    DevicePacket,
    Greeting,
    MultifdReader,
    Packet,
    PacketFlag,
)
from snapmgr.wire.events import Event, Fault, NeedData, Skipped
from tests.strategies import CHUNK_SIZES, chunked

GREETED = struct.pack(">II", 0x11223344, 1) + bytes(range(16)) + bytes([3]) + bytes(39)


def packet(normal: list[int], zero: list[int], data: bytes, flags: int = 0, number: int = 0) -> bytes:
    """A packet as multifd.c lays it out, for pages of 4096 bytes."""
    head = struct.pack(">IIIIIIQI", 0x11223344, 1, flags, 128, len(normal), len(data), number, len(zero))
    head = head.ljust(64, b"\0") + b"pc.ram".ljust(256, b"\0")
    offsets = np.array(normal + zero, ">u8") << np.uint64(12)
    return head + offsets.astype(">u8").tobytes().ljust(1024, b"\0") + data


def events(data: bytes, sizes: list[int]) -> list[Event]:
    reader, found = MultifdReader(), []
    reader.blocks = {"pc.ram"}
    for piece in [*chunked(data, sizes), b""]:
        reader.feed(piece)
        while not isinstance(event := reader.next_event(), NeedData | None):
            found.append(event)
    return found


PAGES = st.lists(st.integers(0, 1 << 40), max_size=40)


@given(
    st.lists(st.tuples(PAGES, PAGES, st.booleans(), st.booleans(), st.integers(0, (1 << 64) - 1)), max_size=4),
    CHUNK_SIZES,
)
def test_what_was_written_is_read(
    written: list[tuple[list[int], list[int], bool, bool, int]], sizes: list[int]
) -> None:
    stream, expected = bytearray(GREETED), []
    for normal, zero, packed, sync, number in written:
        data = bytes(7 * len(normal)) if packed else bytes(4096 * len(normal))
        flags = (PacketFlag.ZSTD if packed else 0) | (PacketFlag.SYNC if sync else 0)
        expected.append((normal, zero, len(stream) + HEAD + 1024, len(data), sync, number))
        stream += packet(normal, zero, data, flags, number)
    found = events(bytes(stream), [size * 20 for size in sizes])
    assert found[0] == Greeting(0, GREETING, bytes(range(16)), 3)
    got = [
        (one.normal.tolist(), one.zero.tolist(), one.data, one.data_length, one.is_sync, one.number)
        for one in found[1:]
        if isinstance(one, Packet)
    ]
    assert got == expected
    assert found[-1].offset + found[-1].length == len(stream)


@given(st.binary(max_size=3000), st.integers(0, 2000), CHUNK_SIZES)
def test_any_bytes_are_read_to_their_end(noise: bytes, at: int, sizes: list[int]) -> None:
    data = bytearray(GREETED + packet([1], [2], bytes(4096)))
    data[at : at + len(noise)] = noise
    end = 0
    for event in events(bytes(data), [size * 20 for size in sizes]):
        assert 0 <= event.offset <= len(data)
        if not isinstance(event, Fault):
            assert event.offset >= end
            end = event.offset + event.length


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        (0, 0, "multifd-magic"),
        (4, 2, "multifd-version"),
        (8, 3 << 1, "multifd-flags"),
        (12, 129, "multifd-pages"),
        (16, 129, "multifd-pages"),
        (32, 128, "multifd-pages"),
        (64, 0x78787878, "multifd-block"),
        (HEAD, 1, "multifd-offset"),
    ],
)
def test_a_wrong_field_ends_the_channel_and_is_named(place: int, value: int, code: str) -> None:
    data = bytearray(GREETED + packet([1], [2], bytes(4096)) + packet([3], [], bytes(4096)))
    struct.pack_into(">Q" if place == HEAD else ">I", data, GREETING + place, value)
    _, fault, *rest = events(bytes(data), [])
    assert isinstance(fault, Fault)
    assert fault.code == code
    assert GREETING <= fault.offset < GREETING + HEAD + 8
    assert [type(one) for one in rest] == [Skipped]


def test_a_size_that_no_packet_has_is_not_waited_for() -> None:
    data = bytearray(GREETED + packet([1], [], bytes(100), PacketFlag.ZLIB))
    struct.pack_into(">I", data, GREETING + 20, 1 << 31)
    assert isinstance(events(bytes(data), [])[1], Fault)


def test_device_state_is_named_and_passed_over() -> None:
    head = struct.pack(">III", 0x11223344, 1, PacketFlag.DEVICE_STATE) + b"0000:00:02.0/vfio".ljust(256, b"\0")
    state = head + struct.pack(">II", 0, 5000) + bytes(5000)
    assert len(state) == DEVICE_HEAD + 5000
    _, device, after = events(GREETED + state + packet([1], [], bytes(4096)), [100])
    assert isinstance(device, DevicePacket)
    assert (device.idstr, device.data_length) == ("0000:00:02.0/vfio", 5000)
    assert isinstance(after, Packet)


@pytest.mark.parametrize("cut", [1, 63, 64, 70, 1407, 1408, 2000, 5503])
def test_a_cut_channel_says_so(cut: int) -> None:
    found = events((GREETED + packet([1], [], bytes(4096)))[:cut], [])
    faults = [one for one in found if isinstance(one, Fault)]
    assert [one.code for one in faults] == (["channel-truncated"] if cut != GREETING else [])
    assert all(one.offset <= cut for one in faults)
