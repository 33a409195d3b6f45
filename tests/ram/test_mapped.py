"""The mapped-ram layout: whatever stands in headers and bitmaps is read, or refused with its place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapmgr.errors import StreamError
from snapmgr.ram.mapped import HEADER_SIZE, read_header, runs_of_bitmap
from snapmgr.ram.section import BlockList, MappedBlock, MappedPages, RamPayload, RamState
from snapmgr.ram.words import PageKind, RamFlag
from snapmgr.wire.layout import Done
from snapmgr.wire.window import Short, Window

NUMBERS = st.one_of(st.integers(0, 1 << 16), st.integers(0, (1 << 64) - 1))


def header(version: int = 1, page_size: int = 4096, bitmap: int = 0, pages: int = 0) -> bytes:
    return version.to_bytes(4) + page_size.to_bytes(8) + bitmap.to_bytes(8) + pages.to_bytes(8)


def block_list(blocks: list[tuple[bytes, list[bool]]], origin: int = 0) -> bytes:
    """START's payload as QEMU lays it out, with pages at multiples of 64 KiB, each filled with its own number."""
    out = bytearray((sum(len(there) << 12 for _, there in blocks) | RamFlag.MEM_SIZE).to_bytes(8))
    for name, there in blocks:
        out += bytes([len(name)]) + name + (len(there) << 12).to_bytes(8)
        bits = np.packbits(np.array(there, np.uint8), bitorder="little").tobytes()
        bits += bytes(-len(bits) % 8)
        begin = len(out) + HEADER_SIZE
        pages = -(-(begin + len(bits) + origin) // 65536) * 65536 - origin
        out += header(1, 4096, begin + origin, pages + origin) + bits + bytes(pages - begin - len(bits))
        for page, is_there in enumerate(there):
            out += bytes([page % 255 + 1 if is_there else 0]) * 4096
    return bytes(out + RamFlag.EOS.to_bytes(8))


def events(data: bytes, pieces: int, origin: int = 0, jumping: bool = False) -> list[object]:
    """All events of a payload that arrives in pieces; ``jumping`` reads on behind what nobody wants."""
    payload, window, at, found = RamPayload(RamState(mapped_ram=True, origin=origin)), Window(1 << 20), 0, []
    while True:
        start = window.mark()
        try:
            event = payload.step(window)
        except Short:
            window.offset = start
            if jumping and window.ahead:
                at = window.offset
                window.arrive()
            assert at < len(data)
            window.append(data[at : at + pieces])
            at += pieces
            continue
        if isinstance(event, Done):
            return found
        found.append(event)


@given(
    st.lists(st.lists(st.booleans(), min_size=1, max_size=70), min_size=1, max_size=3),
    st.integers(1, 90000),
    st.sampled_from([0, 4096, 65536 + 8192]),
    st.booleans(),
)
def test_blocks_their_bitmaps_and_places_are_read_in_any_chunking(
    flags: list[list[bool]], pieces: int, origin: int, jumping: bool
) -> None:
    blocks = [(b"block%d" % number, there) for number, there in enumerate(flags)]
    data = block_list(blocks, origin)
    found = events(data, max(pieces, len(data) // 50), origin, jumping)
    mapped = [event for event in found if isinstance(event, MappedBlock)]
    assert [event.block.name.encode() for event in mapped] == [name for name, _ in blocks]
    for event, (_, there) in zip(mapped, blocks, strict=True):
        place = event.block.mapped
        assert place is not None
        got = [False] * len(there)
        for runs in runs_of_bitmap(event.bitmap, len(there), place.pages, 12):
            columns = (runs.first.tolist(), runs.count.tolist(), runs.kind.tolist(), runs.offset.tolist())
            for first, count, kind, at in zip(*columns, strict=True):
                got[first : first + count] = [kind == PageKind.PLAIN] * count
                if kind == PageKind.PLAIN:
                    assert data[at] == first % 255 + 1
        assert got == there
    assert sum(isinstance(event, MappedPages) for event in found) == len(blocks)
    assert isinstance(found[-1], BlockList)
    assert found[-1].offset + found[-1].length == len(data) - 8


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS, st.integers(1, 1 << 62))
def test_no_header_leads_outside_of_what_lies_behind_it(
    version: int, page_size: int, bitmap: int, pages: int, used: int
) -> None:
    window = Window(1 << 20)
    window.append(header(version & 0xFFFFFFFF, page_size, bitmap, pages))
    try:
        found = read_header(window, "pc.ram", used, 12, 0)
    except StreamError as error:
        assert 0 <= (error.offset or 0) < HEADER_SIZE
        return
    assert found.ignored or HEADER_SIZE <= found.bitmap <= found.pages - found.bitmap_length
    assert found.pages + used < 1 << 63


@pytest.mark.parametrize(
    ("fields", "code", "at"),
    [
        ((2, 4096, 100, 8192), "mapped-ram-version", 0),
        ((1, 8192, 100, 8192), "mapped-ram-page-size", 4),
        ((1, 4096, 27, 8192), "mapped-ram-overlap", 12),
        ((1, 4096, 100, 8193), "mapped-ram-alignment", 20),
        ((1, 4096, 4090, 4096), "mapped-ram-overlap", 20),
        ((1, 4096, 100, (1 << 63) - 4096), "mapped-ram-offset", 20),
    ],
)
def test_a_wrong_header_is_refused_at_the_field_at_fault(fields: tuple[int, int, int, int], code: str, at: int) -> None:
    window = Window(1 << 20)
    window.append(header(*fields))
    with pytest.raises(StreamError) as caught:
        read_header(window, "pc.ram", 1 << 20, 12, 0)
    assert (caught.value.code, caught.value.offset) == (code, at)


def test_a_block_whose_contents_were_left_where_they_are_has_none() -> None:
    data = (4096 | RamFlag.MEM_SIZE).to_bytes(8) + b"\x03shr" + (4096).to_bytes(8) + header() + RamFlag.EOS.to_bytes(8)
    found = events(data, len(data))
    assert [type(event).__name__ for event in found] == ["RamWord", "MappedBlock", "BlockList"]


def test_a_bitmap_that_is_far_away_is_not_waited_for() -> None:
    place = header(1, 4096, 1 << 40, 1 << 41)
    data = (4096 | RamFlag.MEM_SIZE).to_bytes(8) + b"\x01a" + (4096).to_bytes(8) + place
    with pytest.raises(StreamError, match="more than"):
        events(data, len(data))
