"""Packed files that are read in frames: any stretch is what unpacking all would give; what is kept is found again."""

from __future__ import annotations

import gzip
import lzma
import os
import random
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snapmgr.containers import packed, repack, unpacking
from snapmgr.containers.frames import FramesSource, find_frames, seek_table
from snapmgr.containers.open import open_source
from snapmgr.errors import Cancelled, SnapmgrError
from snapmgr.inspect.index import index_stream
from snapmgr.work import CancelToken
from tests import corpus

DATA = random.Random(7).randbytes(90000) + bytes(200000) + b"snapshot " * 5000
STREAM = corpus.stream_bytes("tiny.v72")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Everything is large, and nothing that was kept before is found."""
    monkeypatch.setattr(repack, "LARGE", 4096)
    monkeypatch.setattr(repack, "FRAME", 30000)
    monkeypatch.setattr(unpacking, "FRAMED", 100)
    monkeypatch.setattr(packed, "PIECE", 10000)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def kept() -> list[Path]:
    folder = repack.cache_folder()
    return sorted(folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize("table", [True, False])
@pytest.mark.parametrize("checked", [True, False])
def test_frames_are_found_by_a_table_and_without_one(tmp_path: Path, table: bool, checked: bool) -> None:
    packer = zstandard.ZstdCompressor(write_checksum=checked)
    frames = [packer.compress(piece) for piece in pieces(DATA, 50000)]
    lengths = [(len(frame), len(piece)) for frame, piece in zip(frames, pieces(DATA, 50000), strict=True)]
    path = tmp_path / "f.zst"
    path.write_bytes(b"".join(frames) + (seek_table(lengths) if table else b"\x50\x2a\x4d\x18\x04\0\0\0skip"))
    descriptor = os.open(path, os.O_RDONLY)
    found = find_frames(descriptor)
    assert found is not None
    assert found.size == len(DATA)
    source = FramesSource(descriptor, "f", path, "zst", found)
    assert b"".join(source.chunks()) == DATA
    for start, length in ((0, 10), (49990, 20), (49999, 100002), (len(DATA) - 5, 50), (len(DATA), 5)):
        assert source.read(start, length) == DATA[start : start + length]


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, zstandard.compress])
def test_a_large_file_is_packed_anew_once(tmp_path: Path, pack, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large"
    path.write_bytes(pack(STREAM))
    first = open_source(path)
    assert isinstance(first, FramesSource)
    assert b"".join(first.chunks()) == STREAM
    assert len(kept()) == 1
    monkeypatch.setattr(unpacking, "Unpacking", None)
    assert b"".join(open_source(path).chunks()) == STREAM
    assert zstandard.ZstdDecompressor().stream_reader(kept()[0].open("rb"), read_across_frames=True).read() == STREAM


def test_a_file_that_was_changed_is_packed_anew(tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(gzip.compress(STREAM))
    open_source(path)
    path.write_bytes(gzip.compress(STREAM + b"more"))
    assert b"".join(open_source(path).chunks()) == STREAM + b"more"


def test_a_damaged_file_gives_what_comes_before_and_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "cut"
    path.write_bytes(gzip.compress(STREAM)[:-5000])
    source = open_source(path)
    assert not source.complete
    assert STREAM.startswith(b"".join(source.chunks()))
    assert not kept()


def test_a_cancelled_unpacking_leaves_nothing(tmp_path: Path) -> None:
    path, token = tmp_path / "large", CancelToken()
    path.write_bytes(gzip.compress(STREAM))
    calls: list[int] = []

    def stop(done: int, total: int) -> None:
        calls.append(done)
        token.cancel()

    with pytest.raises(Cancelled):
        open_source(path, progress=stop, cancel=token)
    assert calls
    assert not kept()


def test_what_is_kept_has_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repack, "MOST", 150000)
    for number in range(4):
        path = tmp_path / f"{number}.gz"
        path.write_bytes(gzip.compress(STREAM + random.Random(number).randbytes(60000)))
        open_source(path)
    assert 1 <= len(kept()) < 4
    assert sum(file.stat().st_size for file in kept()) <= 150000


def test_without_a_cache_folder_it_is_unpacked_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "no-folder").write_text("a file")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "no-folder"))
    path = tmp_path / "large"
    path.write_bytes(gzip.compress(STREAM))
    assert b"".join(open_source(path).chunks()) == STREAM


def test_a_damaged_frame_is_told_with_its_place(tmp_path: Path) -> None:
    frames = [zstandard.compress(piece) for piece in pieces(STREAM, 50000)]
    path = tmp_path / "f.zst"
    path.write_bytes(frames[0] + frames[1][:20] + bytes(20) + frames[1][40:] + b"".join(frames[2:]))
    source = open_source(path)
    assert isinstance(source, FramesSource)
    assert source.read(0, 1000) == STREAM[:1000]
    with pytest.raises(SnapmgrError) as caught:
        source.read(60000, 10)
    assert (caught.value.code, caught.value.offset) == ("damaged-container", 50000)
    assert "damaged-container" in [problem.code for problem in index_stream(source).problems]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.integers(0, 300), st.integers(0, 300))
def test_any_bytes_have_frames_or_none(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int, cut: int
) -> None:
    data = bytearray(
        zstandard.compress(bytes(500)) + zstandard.compress(b"abc" * 50) + seek_table([(10, 500), (20, 150)])
    )
    data[at : at + len(noise)] = noise
    path = tmp_path_factory.getbasetemp() / "noise.zst"
    path.write_bytes(data[: len(data) - cut] if cut else data)
    descriptor = os.open(path, os.O_RDONLY)
    found = find_frames(descriptor)
    os.close(descriptor)
    assert found is None or len(found.packed) == len(found.unpacked)
