"""SRC: contents decide; packed files are unpacked; what is not a stream is refused by name."""

from __future__ import annotations

import gzip
import io
import lzma
import sys
from pathlib import Path

import pytest
import zstandard

from snapmgr.containers.open import Kind, open_source, recognise, split_tag
from snapmgr.containers.source import Source
from snapmgr.errors import Cancelled, NotFound, SnapmgrError, StreamError, Unsupported, UsageError
from snapmgr.work import CancelToken
from tests import corpus

STREAM = corpus.stream_bytes("machine-none.v100")
PACKERS = {
    "gz": gzip.compress,
    "xz": lzma.compress,
    "zst": zstandard.ZstdCompressor().compress,
}


def contents(source: Source) -> bytes:
    return b"".join(bytes(piece) for piece in source.chunks())


def test_a_raw_stream_is_read_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "s.mig"
    path.write_bytes(STREAM)
    source = open_source(path)
    assert (source.container, source.size, source.tag, source.path) == ("raw", len(STREAM), None, path)
    assert contents(source) == STREAM
    assert bytes(source.read(10, 20)) == STREAM[10:30]
    assert bytes(source.read(len(STREAM) - 3, 20)) == STREAM[-3:]
    assert b"".join(source.chunks(1000)) == STREAM[1000:]
    source.close()


@pytest.mark.parametrize("kind", PACKERS)
def test_packed_streams_are_unpacked_whatever_their_name(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "named.txt"
    path.write_bytes(PACKERS[kind](STREAM))
    source = open_source(path)
    assert (source.container, source.size, source.complete) == (kind, len(STREAM), True)
    assert contents(source) == STREAM
    assert recognise(path).kind is Kind.STREAM


@pytest.mark.parametrize("kind", PACKERS)
def test_two_packed_pieces_one_behind_the_other_are_one(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "two"
    path.write_bytes(PACKERS[kind](STREAM[:5000]) + PACKERS[kind](STREAM[5000:]))
    assert contents(open_source(path)) == STREAM


@pytest.mark.parametrize("kind", PACKERS)
def test_a_cut_packed_file_gives_what_comes_before(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "cut"
    packed = PACKERS[kind](STREAM * 300)
    path.write_bytes(packed[: len(packed) * 2 // 3])
    try:
        source = open_source(path)
    except StreamError as error:
        assert error.code == "damaged-container"
        return
    data = contents(source)
    assert (STREAM * 300).startswith(data)
    assert kind == "zst" or not source.complete


def test_a_packed_file_of_nothing_but_a_magic_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"\x1f\x8b garbage")
    with pytest.raises(StreamError) as refused:
        open_source(path)
    assert refused.value.code == "damaged-container"


def test_standard_input_is_spooled(monkeypatch: pytest.MonkeyPatch) -> None:
    for data, container in ((STREAM, "stdin"), (PACKERS["zst"](STREAM), "zst")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        source = open_source("-")
        assert (source.container, source.path) == (container, None)
        assert contents(source) == STREAM


def test_the_tag_is_behind_the_longest_existing_path(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    (tmp_path / "a@b").touch()
    assert split_tag(f"{tmp_path}/a@b@c") == (tmp_path / "a@b", "c")
    assert split_tag(f"{tmp_path}/a@x@c") == (tmp_path / "a", "x@c")
    assert split_tag(f"{tmp_path}/a@b") == (tmp_path / "a@b", None)
    assert split_tag(f"{tmp_path}/nothing") == (tmp_path / "nothing", None)


def test_a_tag_on_a_stream_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s").write_bytes(STREAM)
    with pytest.raises(UsageError):
        open_source(f"{tmp_path}/s@tag")


def test_missing_files_and_folders_say_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        open_source(tmp_path / "nothing")
    with pytest.raises(Unsupported):
        open_source(tmp_path)


def test_unpacking_can_be_cancelled(tmp_path: Path) -> None:
    path = tmp_path / "s.gz"
    path.write_bytes(gzip.compress(STREAM))
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(SnapmgrError) as cancelled:
        open_source(path, cancel=cancel)
    assert cancelled.value.code == "cancelled"


def test_a_file_that_shrinks_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_bytes(STREAM)
    source = open_source(path)
    with path.open("r+b") as file:
        file.truncate(100)
    assert bytes(source.read(0, 100)) == STREAM[:100]
    with pytest.raises(SnapmgrError, match="shorter") as told:
        source.read(90, 20)
    assert (told.value.code, told.value.offset) == ("file-changed", 100)
    with pytest.raises(SnapmgrError, match="shorter"):
        contents(source)


def test_a_file_that_is_replaced_or_deleted_stays_what_it_was(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_bytes(STREAM)
    source = open_source(path)
    path.unlink()
    assert contents(source) == STREAM
    source.close()
    with pytest.raises(Cancelled):
        source.read(0, 1)
