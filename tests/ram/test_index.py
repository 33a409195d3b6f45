"""Contents of RAM: what a plain replay of the records gives, whatever part is asked for."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapmgr.errors import NotFound, StreamError, Unsupported
from snapmgr.ram.columns import RunBuilder, block_pages
from snapmgr.ram.index import RamIndex
from snapmgr.ram.runs import runs_of, walk
from snapmgr.ram.words import PageKind
from snapmgr.ram.xbzrle import encode as encode_xbzrle
from tests.ram.test_runs import RECORDS, encode

PAGES = 41


class Bytes:
    """A stream in memory."""

    def __init__(self, data: bytes) -> None:
        self.data = memoryview(data)

    def read(self, offset: int, length: int) -> memoryview:
        return self.data[offset : offset + length]


def indexed(parts: list[bytes], used: int = PAGES << 12) -> tuple[RamIndex, bytes]:
    """An index over records that were found in several pieces, and the contents that they give."""
    builder, at, contents = RunBuilder(), 0, bytearray(PAGES << 12)
    for number, part in enumerate(parts):
        _, words = walk(memoryview(part), 0, 12)
        runs = runs_of(words, at, 12) if len(words) else None
        if runs is not None:
            builder.add(runs, np.full(len(runs.first), number + 1, np.uint32))
        position = 0
        for word in words.tolist():
            page = word >> 12
            normal = bool(word & 0x08)
            data = part[position + 8 : position + 8 + 4096] if normal else bytes(4096)
            contents[page << 12 : (page + 1) << 12] = data
            position += 4104 if normal else 9
        at += len(part)
    pages = block_pages("pc.ram", used, 12, builder)
    return RamIndex({"pc.ram": pages}, Bytes(b"".join(parts))), bytes(contents[:used])


@given(st.lists(RECORDS, min_size=1, max_size=4), st.integers(0, PAGES << 12), st.integers(0, 30_000))
def test_any_part_reads_as_a_replay_gives_it(passes: list[list[tuple[int, bool]]], offset: int, length: int) -> None:
    ram, contents = indexed([encode(records, 12) for records in passes])
    assert ram.read("pc.ram", offset, length) == contents[offset : offset + length]
    assert ram.sha256("pc.ram") == hashlib.sha256(contents).hexdigest()


@given(st.lists(RECORDS, min_size=1, max_size=4))
def test_counts_are_those_of_each_pages_last_state(passes: list[list[tuple[int, bool]]]) -> None:
    ram, _ = indexed([encode(records, 12) for records in passes])
    last = {page: normal for records in passes for page, normal in records}
    counted = ram.block("pc.ram").counted()
    assert counted[PageKind.NORMAL] == sum(last.values())
    assert counted[PageKind.ZERO] == len(last) - sum(last.values())
    assert ram.block("pc.ram").resent == sum(map(len, passes)) - len(last)


def test_written_blocks_are_sparse_and_whole(tmp_path: Path) -> None:
    ram, contents = indexed([encode([(3, True), (4, True), (40, False)], 12)])
    target = tmp_path / "ram.bin"
    with target.open("wb") as file:
        ram.write_block("pc.ram", file)
    assert target.read_bytes() == contents
    assert target.stat().st_blocks * 512 < len(contents)


def test_a_pipe_gets_the_zeros_too() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    ram, contents = indexed([encode([(3, True)], 12)])
    pipe = Pipe()
    ram.write_block("pc.ram", pipe)
    assert pipe.getvalue() == contents


def test_an_unknown_block_is_named_with_those_there_are() -> None:
    ram, _ = indexed([b""])
    with pytest.raises(NotFound) as missing:
        ram.read("nope", 0, 1)
    assert "pc.ram" in (missing.value.hint or "")


def test_an_odd_length_ends_inside_a_page() -> None:
    ram, contents = indexed([encode([(0, True), (1, True)], 12)], used=5000)
    assert ram.read("pc.ram", 0, 9999) == contents
    assert ram.block("pc.ram").pages == 2


def test_pages_that_are_packed_in_a_way_that_is_not_read_are_refused() -> None:
    builder = RunBuilder()
    builder.add_page(2, PageKind.FOREIGN, 100, 30, 1)
    ram = RamIndex({"pc.ram": block_pages("pc.ram", PAGES << 12, 12, builder)}, Bytes(bytes(200)))
    with pytest.raises(Unsupported, match="not read"):
        ram.sha256("pc.ram")
    assert ram.read("pc.ram", 0, 4096) == bytes(4096)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 255)), min_size=1, max_size=30))
def test_xbzrle_pages_are_rebuilt_through_all_that_was_sent(sent: list[tuple[int, bool, int]]) -> None:
    """Each record sets one byte of a page: a whole page, or the change against what the page was."""
    stream, builder, pages = bytearray(), RunBuilder(), np.zeros((6, 4096), np.uint8)
    for number, (page, whole, value) in enumerate(sent):
        before = pages[page].copy()
        pages[page, number * 100 % 4096] = value
        change = encode_xbzrle(before[None], pages[page][None]).data.tobytes()
        data = pages[page].tobytes() if whole or not change else change
        kind = PageKind.PLAIN if whole or not change else PageKind.XBZRLE
        builder.add_page(page, kind, len(stream), len(data), 1)
        stream += data
    ram = RamIndex({"pc.ram": block_pages("pc.ram", 6 << 12, 12, builder)}, Bytes(bytes(stream)))
    assert ram.read("pc.ram", 0, 6 << 12) == pages.tobytes()


def test_contents_cut_by_the_end_of_the_stream_say_where() -> None:
    part = encode([(0, True), (1, True)], 12)
    ram, _ = indexed([part])
    cut = RamIndex(ram.blocks, Bytes(part[:5000]))
    with pytest.raises(StreamError) as truncated:
        cut.read("pc.ram", 0, 8192)
    assert truncated.value.offset == 5000
