"""RAM in another coding holds what it held; the devices behind it stay byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from snapmgr.containers.open import open_source
from snapmgr.inspect.index import StreamIndex, index_stream
from snapmgr.replica.machine import Replica
from snapmgr.savevm.output import Output
from tests import corpus


def repacked(path: Path, coding: str, target: Path) -> StreamIndex:
    replica = Replica.from_stream(open_source(path))
    replica.pages = coding
    with target.open("wb") as file:
        replica.save(Output(file.writelines))
    return index_stream(open_source(target))


def held(index: StreamIndex) -> tuple[dict[str, str], list[bytes]]:
    devices = [bytes(index.source.read(one.offset, one.length)) for one in index.records if one.type == "FULL"]
    return {block.name: index.ram.sha256(block.name) for block in index.blocks}, devices


CASES = [
    ("pc-live.v100", "plain"),
    ("pc-live.v100", "xbzrle"),
    ("xbzrle.v72", "compress"),
]


@pytest.mark.parametrize(("name", "coding"), CASES)
def test_ram_holds_what_it_held(tmp_path: Path, name: str, coding: str) -> None:
    source, made = tmp_path / "source", tmp_path / "made"
    source.write_bytes(corpus.stream_bytes(name))
    before, after = index_stream(open_source(source)), repacked(source, coding, made)
    assert held(after) == held(before) and not [one for one in after.problems if one.severity == "error"]
    packed = sum(block.xbzrle for block in after.blocks), sum(block.compressed for block in after.blocks)
    if coding == "plain":
        assert packed == (0, 0)
    else:
        assert bool(packed[0]) == (coding == "xbzrle") and bool(packed[1]) == (coding == "compress")
    if name == "pc-live.v100" and coding == "plain":
        assert made.read_bytes() == source.read_bytes()
    elif name == "pc-live.v100":
        assert made.stat().st_size < source.stat().st_size
