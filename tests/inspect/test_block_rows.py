"""The disks in a stream of the old block migration, record by record."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from snapmgr.containers.open import open_source
from snapmgr.inspect.block_rows import BLOCK
from snapmgr.inspect.index import StreamIndex, index_stream
from snapmgr.inspect.model import Node
from snapmgr.inspect.verify import LOADS, REFUSES, verify
from tests import corpus
from tests.cli.places import stored

NAME = "block-migration.v72"


def records(index: StreamIndex) -> list[Node]:
    sections = [root for root in index.tree.roots if root.name == "block"]
    return [row for root in sections for row in index.tree.children(root) if row.type == "block record"]


def test_the_disk_can_be_put_together_from_its_records() -> None:
    corpus.stream_case(NAME)  # leaves the test out where the case is not shipped
    disk = corpus.unpack(corpus.corpus_root() / "streams" / f"{NAME}.disk.raw.zst")
    with closing(open_source(stored(NAME))) as source:
        index = index_stream(source)
        found, seen = bytearray(len(disk)), 0
        for row in records(index):
            if row.name == "Block":
                contents = index.tree.children(row)[-1]
                at = 512 * int(row.meaning.removeprefix("sector ").split(",")[0])
                data = bytes(source.read(contents.offset, contents.length))[: len(disk) - at]
                found[at : at + len(data)] = data
                seen += 1
        assert seen and bytes(found) == disk
        assert not any(row.name == "Data" for root in index.tree.roots for row in index.tree.children(root))
        by_version = verify(index).by_version
        assert by_version["7.2"] == LOADS and by_version["10.0"] == REFUSES


def test_blocks_of_zeros_and_what_is_not_understood(tmp_path: Path) -> None:
    zeros = (2048 << 9 | 9).to_bytes(8) + b"\4disk"
    progress, end = (100 << 9 | 4).to_bytes(8), (2).to_bytes(8)
    payload = zeros + progress + b"\xff" * 7 + b"\x70" + end
    path = tmp_path / "block.mig"
    footer = b"\x7e\0\0\0\1"
    path.write_bytes(b"QEVM\0\0\0\3\1\0\0\0\1\5block" + bytes(4) + b"\0\0\0\1" + payload + footer + b"\0")
    with closing(open_source(path)) as source:
        rows = [row for root in index_stream(source).tree.roots if root.name == "block"
                for row in index_stream(source).tree.children(root)]  # fmt: skip
    named = [(row.name, row.value, row.meaning) for row in rows if row.type == "block record"]
    assert named == [("Block", "disk", "sector 2048, zeros"), ("Progress", "", "100 %")]
    assert [row.length for row in rows if row.name == "Data"] == [16] and BLOCK == 1 << 20
