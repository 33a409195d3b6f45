"""Commands whose data stand behind the package they are in, as the Inspector shows them."""

from __future__ import annotations

from pathlib import Path

import pytest

from snapmgr.containers.open import open_source
from snapmgr.inspect.index import StreamIndex, index_stream
from snapmgr.wire import events as wire
from snapmgr.wire.reader import StreamReader
from tests.savevm.streams import ADVISE, EOF, command, discard, full, packaged, stream

RANGES = discard(b"pc.ram", (0x1000, 0x2000))
PACKAGE = command(3, length=len(ADVISE)) + command(6, length=len(RANGES)) + full(3) + EOF
DATA = stream(packaged(PACKAGE), ADVISE, RANGES, full(4))


def indexed(data: bytes, folder: Path) -> StreamIndex:
    (folder / "stream").write_bytes(data)
    return index_stream(open_source(folder / "stream"))


def test_they_are_flagged_where_they_stand(tmp_path: Path) -> None:
    index = indexed(DATA, tmp_path)
    flagged = [problem for problem in index.problems if problem.code == "command-data-outside"]
    assert [(problem.offset, problem.length) for problem in flagged] == [
        (DATA.index(ADVISE), len(ADVISE)),
        (DATA.index(RANGES), len(RANGES)),
    ]
    assert {problem.severity for problem in flagged} == {"warning"}
    assert not [problem for problem in index.problems if problem.severity == "error"]
    assert [record.section_id for record in index.records if record.type == "FULL"] == [3, 4]


def test_the_row_of_the_command_shows_them(tmp_path: Path) -> None:
    index = indexed(DATA, tmp_path)
    package = next(node for node in index.tree.roots if node.name == "PACKAGED")
    advise = next(node for node in index.tree.children(package) if node.name == "POSTCOPY_ADVISE")
    shown = {node.name: node.offset for node in index.tree.children(advise)}
    assert shown["target page size"] == DATA.index(ADVISE) + 8


@pytest.mark.parametrize("step", [1, 5, 1000])
def test_every_byte_is_read_once(step: int) -> None:
    reader, at, offset = StreamReader(), 0, 0
    while (event := reader.next_event()) is not None:
        if isinstance(event, wire.NeedData):
            reader.feed(DATA[at : at + step])
            at += step
        elif not isinstance(event, wire.Fault | wire.PackageBegin):
            assert event.offset == offset
            offset += event.length
    assert offset == len(DATA)


def test_a_package_within_a_package_is_flagged(tmp_path: Path) -> None:
    index = indexed(stream(packaged(packaged(full() + EOF) + EOF)), tmp_path)
    assert [problem.code for problem in index.problems if problem.severity == "warning"] == ["package-nested"]
