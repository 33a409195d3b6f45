"""Dirty bitmaps that real QEMUs sent, as rows and as a summary; what is cut or not known stays bytes."""

from __future__ import annotations

from contextlib import closing

import pytest

from snapmgr.cli import main
from snapmgr.containers.open import open_source
from snapmgr.inspect.dirty_bitmaps import bitmaps_of, chunks
from snapmgr.inspect.index import index_stream
from snapmgr.inspect.report import inspect_document
from snapmgr.ram.dirty_bitmap import Chunk
from tests import corpus
from tests.cli.places import stored

NAMES = [name for name in ("dirty-bitmaps.v100",) if name in corpus.streams()["cases"]]


@pytest.mark.parametrize("name", NAMES)
def test_bitmaps_are_those_that_qemu_told(name):
    truth = corpus.streams()["cases"][name]["bitmaps_at_source"]
    with closing(open_source(stored(name))) as source:
        index = index_stream(source)
        assert {(one.name, one.granularity, one.dirty * one.granularity) for one in bitmaps_of(index)} == {
            (one["name"], one["granularity"], one["count"]) for one in truth
        }
        assert all(one.complete and one.node == "disk0" for one in bitmaps_of(index))
        places, seen = index.records.named("dirty-bitmap", 2), []
        assert 1 < len(places) < len(index.records.named("dirty-bitmap"))
        for place in places:
            node, record = index.tree.node(index.tree.path_of_row(place)), index.records[place]
            rows = index.tree.children(node)
            assert not any(row.type == "opaque" for row in rows), "nothing is left as bytes"
            made = [row for row in rows if row.type == "dirty-bitmap chunk"]
            seen += made
            assert sum(row.length for row in made) == record.payload_length
            for row in made:
                below = index.tree.children(row)
                assert sum(field.length for field in below) == row.length and below[0].name == "flags"
                assert index.tree.path_at(row.offset) == below[0].path
        assert {row.name for row in seen} == {"Bitmap begins", "Bits", "Bitmap is complete", "End of chunks"}
        bits = next(row for row in seen if row.name == "Bits")
        assert bits.value.startswith("bm-") and "disk bytes 0x0" in bits.meaning


@pytest.mark.parametrize("name", NAMES)
def test_snapctl_tells_them(capsys, name):
    assert main(["inspect", str(stored(name)), "-q"]) == 0
    said = capsys.readouterr().out
    assert "Dirty bitmaps" in said and "disk0/" in said
    with closing(open_source(stored(NAMES[0]))) as source:
        found = inspect_document(index_stream(source))
    assert {one["name"] for one in found["dirty-bitmaps"]} and found["dirty-bitmaps"][0]["complete"] is True


class Held:
    def __init__(self, data: bytes) -> None:
        self.data = data

    def read(self, offset: int, length: int) -> memoryview:
        return memoryview(self.data[offset : offset + length])


def test_what_is_cut_or_not_known_is_left():
    start = bytes([Chunk.START | Chunk.BITMAP | Chunk.NODE]) + b"\x01d\x01b" + (65536).to_bytes(4) + b"\x01"
    huge = bytes([Chunk.BITS]) + bytes(12) + (1 << 60).to_bytes(8) + b"xx"
    for tail, count in (
        (b"", 1),
        (b"\x80", 1),
        (b"\x04", 1),
        (huge, 1),
        (b"\x01rest", 2),
        (bytes([Chunk.BITS]) + b"12", 1),
    ):
        data = start + tail
        found = list(chunks(Held(data), 0, len(data)))
        assert len(found) == count and (found[0].node, found[0].name, found[0].granularity) == ("d", "b", 65536)
    for end in range(len(start)):
        assert list(chunks(Held(start), 0, end)) == []
