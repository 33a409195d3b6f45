"""What the whole of a stream shows: sections that its own description has elsewhere, once, or not at all."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from snapmgr.containers.open import open_source
from snapmgr.inspect.index import StreamIndex, index_stream
from snapmgr.inspect.model import Severity
from snapmgr.inspect.verify import looked_into, verify
from tests import corpus


def read(data: bytes, folder: Path) -> StreamIndex:
    (folder / "s.mig").write_bytes(data)
    with closing(open_source(folder / "s.mig")) as source:
        return looked_into(index_stream(source))


@pytest.mark.parametrize(
    ("name", "code", "section", "offset"),
    [
        ("section-missing.v72", "section-left-out", "fw_cfg (0)", 47091),
        ("section-twice.v72", "section-twice", "fw_cfg (0)", 36762),
        ("section-swapped.v72", "section-order", "fw_cfg (0)", 36693),
        ("instance-max.v72", "instance-not-described", "fw_cfg (4294967295)", 36663),
        ("vmdesc-json.v72", "vmdesc-unreadable", None, 47190),
        ("cmd-resume.v72", "command-order", None, 26),
        ("ram-xbzrle-overrun.v72", "xbzrle-data", "ram (0)", 2523),
    ],
)
def test_is_a_problem_with_its_place(name: str, code: str, section: str | None, offset: int, tmp_path: Path) -> None:
    (problem,) = read(corpus.stream_bytes(f"damaged-{name}", damaged=True), tmp_path).problems
    assert (problem.code, problem.section, problem.offset) == (code, section, offset)
    assert (problem.severity is Severity.ERROR) == (code == "xbzrle-data")


def test_two_sections_of_one_name_are_right_where_both_are_described(tmp_path: Path) -> None:
    assert not read(corpus.stream_bytes("isapc.v72"), tmp_path).problems


def test_many_packed_pages_are_left_for_a_check(tmp_path: Path) -> None:
    (tmp_path / "s.mig").write_bytes(corpus.stream_bytes("damaged-ram-xbzrle-overrun.v72", damaged=True))
    with closing(open_source(tmp_path / "s.mig")) as source:
        index = index_stream(source)
        assert looked_into(index, 0) is index
        once = looked_into(index, 1)
        assert once is not index and looked_into(once) is once
        assert verify(once) == verify(index)
