"""What can be mended is mended to the byte, and nothing else is touched."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from snapmgr.containers.open import open_source
from snapmgr.errors import SnapmgrError
from snapmgr.inspect.against.judge import judge
from snapmgr.inspect.against.resolve import resolve_target
from snapmgr.inspect.index import index_stream
from snapmgr.inspect.repair import changes, put_repaired, require_changes
from snapmgr.inspect.verify import LOADS, verify_source
from tests import corpus

SAME = ["footer-id", "section-dup-id", "tail", "magic", "magic-zero"]
"""Kinds that become the stream they were made from, byte for byte."""

ENDED = {"cut-before-eof": b"\0\6\0\0\0\0", "cut-after-eof": b"\6\0\0\0\0"}
"""Kinds that get an end, with what is appended."""


def repaired(stream: bytes, folder: Path) -> bytes:
    path, out = folder / "s.mig", bytearray()
    path.write_bytes(stream)
    with closing(open_source(path)) as source:
        put_repaired(source, require_changes(index_stream(source)), out.extend)
    (folder / "mended.mig").write_bytes(out)
    with closing(open_source(folder / "mended.mig")) as source:
        assert verify_source(source).by_version["7.2"] == LOADS
        assert not changes(index_stream(source))
    return bytes(out)


@pytest.mark.parametrize("kind", SAME)
def test_one_fault_is_mended_to_what_the_stream_was(kind: str, tmp_path: Path) -> None:
    assert repaired(corpus.stream_bytes(f"damaged-{kind}.v72", damaged=True), tmp_path) == corpus.stream_bytes(
        "tiny.v72"
    )


@pytest.mark.parametrize("kind", ENDED)
def test_an_end_is_put_behind_whole_sections(kind: str, tmp_path: Path) -> None:
    damaged = corpus.stream_bytes(f"damaged-{kind}.v72", damaged=True)
    assert repaired(damaged, tmp_path) == damaged + ENDED[kind]


def test_a_description_is_called_for_by_a_machine_that_misses_it(tmp_path: Path) -> None:
    """A machine with suppress-vmdesc sends none: by itself such a stream is sound."""
    (path := tmp_path / "s.mig").write_bytes(corpus.stream_bytes("damaged-cut-after-eof.v72", damaged=True))
    (target := tmp_path / "t.mig").write_bytes(corpus.stream_bytes("tiny.v72"))
    with closing(open_source(path)) as source:
        index = index_stream(source)
        assert not changes(index)
        missed = judge(index, resolve_target(str(target))).problems
        (change,) = changes(replace(index, problems=missed))
        assert (change.offset, change.inserted) == (index.size, ENDED["cut-after-eof"])


def test_an_end_is_put_before_the_description(tmp_path: Path) -> None:
    stream = corpus.stream_bytes("tiny.v72")
    (eof,) = [row[0] for row in corpus.streams()["cases"]["tiny.v72"]["facts"]["index"] if row[1] == "EOF"]
    assert repaired(stream[:eof] + stream[eof + 1 :], tmp_path) == stream


def test_two_faults_far_apart_are_both_mended(tmp_path: Path) -> None:
    damaged = corpus.stream_bytes("damaged-footer-id.v72", damaged=True)
    assert repaired(damaged + b"left over", tmp_path) == corpus.stream_bytes("tiny.v72")


@pytest.mark.parametrize("name", ["tiny.v72", "damaged-cut-device.v72", "damaged-footer-missing.v72"])
def test_what_is_sound_or_would_be_guessed_is_left(name: str, tmp_path: Path) -> None:
    path = tmp_path / "s.mig"
    path.write_bytes(corpus.stream_bytes(name, damaged=name.startswith("damaged")))
    with closing(open_source(path)) as source, pytest.raises(SnapmgrError) as caught:
        require_changes(index_stream(source))
    assert caught.value.code == "nothing-to-repair"
