"""Folders with captured channels: which files belong to them, what each carries, and bytes across them."""

from __future__ import annotations

from pathlib import Path

import pytest
import zstandard

from snapmgr.containers.capture import CaptureSource, Role, read_order
from snapmgr.containers.open import open_source
from snapmgr.errors import SnapmgrError, StreamError, UsageError
from tests import corpus

MAIN = b"QEVM\0\0\0\x03"
MULTIFD = bytes.fromhex("1122334400000001") + bytes(56)


def folder(path: Path, **files: bytes) -> Path:
    for name, data in files.items():
        (path / name.replace("_", ".")).write_bytes(data)
    return path


def test_channels_are_known_by_their_first_bytes(tmp_path: Path) -> None:
    files = {
        "conn0_fwd_bin": MAIN + bytes(10),
        "conn0_rev_bin": b"\0\2\0\4\0\0\0\1",
        "conn1_fwd_bin": MULTIFD,
        "conn2_fwd_bin": bytes(8),
        "conn3_fwd_bin": b"\x08\0\x0a",
        "conn4_fwd_bin": b"GET / HTTP/1.1",
        "conn5_fwd_bin": b"",
    }
    source = open_source(folder(tmp_path, **files))
    assert isinstance(source, CaptureSource)
    assert [(one.name, one.role) for one in source.channels] == [
        ("conn0.fwd", Role.MAIN),
        ("conn1.fwd", Role.MULTIFD),
        ("conn2.fwd", Role.PREEMPT),
        ("conn3.fwd", Role.RECOVERED),
        ("conn4.fwd", Role.UNKNOWN),
        ("conn0.rev", Role.RETURN),
    ]
    whole = b"".join(files[one.file.replace(".", "_")] for one in source.channels)
    assert source.size == len(whole)
    assert b"".join(source.chunks()) == b"".join(source.chunks(0, 0)) == whole
    assert b"".join(source.chunks(15)) == whole[15:]
    for start in range(0, len(whole), 7):
        assert source.read(start, 30) == whole[start : start + 30]
        channel, inside = source.place(start)
        assert files[channel.file.replace(".", "_")][inside] == whole[start]
    with pytest.raises(StreamError) as caught:
        open_source(tmp_path / "conn1.fwd.bin")
    assert caught.value.hint is not None and caught.value.hint.endswith(f"open the folder with all of them, {tmp_path}")


def test_packed_files_and_a_prefix_are_accepted(tmp_path: Path) -> None:
    (tmp_path / "case.v72.conn0.fwd.bin.zst").write_bytes(zstandard.compress(MAIN))
    (tmp_path / "case.v72.conn1.fwd.bin").write_bytes(MULTIFD)
    (tmp_path / "notes.txt").write_text("mine")
    source = open_source(tmp_path)
    assert isinstance(source, CaptureSource)
    assert source.read(0, 100) == MAIN + MULTIFD


def test_several_captures_in_one_folder_are_told_apart_by_nobody(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.conn0.fwd.bin").write_bytes(MAIN)
    with pytest.raises(UsageError, match="2 migrations"):
        open_source(tmp_path)


def test_without_a_main_stream_nothing_is_opened(tmp_path: Path) -> None:
    with pytest.raises(StreamError, match="QEVM"):
        open_source(folder(tmp_path, conn0_fwd_bin=MULTIFD))


def test_an_ordinary_folder_is_still_refused(tmp_path: Path) -> None:
    (tmp_path / "conn0.fwd.txt").write_bytes(MAIN)
    with pytest.raises(SnapmgrError, match="folder"):
        open_source(tmp_path)


def test_the_order_of_arrival_is_read_and_checked(tmp_path: Path) -> None:
    assert read_order(tmp_path) is None
    (tmp_path / "order.json").write_text('[[0, "f", 5], [1, "r", 7]]')
    assert read_order(tmp_path) == [(0, "f", 5), (1, "r", 7)]
    (tmp_path / "order.json").write_text('{"conn": [[0, "f", 5]], "conn_after_recover": [[1, "r", 7]]}')
    assert read_order(tmp_path) == [(0, "f", 5), (1, "r", 7)]
    (tmp_path / "order.json").write_text('{"no": "list"}')
    with pytest.raises(StreamError, match="runs of bytes"):
        read_order(tmp_path)


@pytest.mark.parametrize("name", ["colo.v72", "postcopy-recover.v72"])
def test_the_order_of_the_corpus_says_how_many_bytes_each_channel_has(tmp_path: Path, name: str) -> None:
    path = corpus.lay_out(name, tmp_path)
    source, order = open_source(path), read_order(path)
    assert isinstance(source, CaptureSource) and order
    for channel in source.channels:
        way = "r" if channel.role is Role.RETURN else "f"
        assert sum(count for number, to, count in order if (number, to) == (channel.number, way)) == channel.size
