"""Files as virsh save writes them, made by the layout of libvirt's qemu_saveimage.h; and streams behind an offset."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
import struct
import subprocess
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from snapmgr.containers import lzop
from snapmgr.containers.libvirt import FORMATS, HEADER, MAGIC, PARTIAL, read_libvirt
from snapmgr.containers.open import Kind, open_source, recognise, split_offset, split_tag
from snapmgr.containers.within import stream_within
from snapmgr.errors import SnapmgrError, StreamError, Unsupported, UsageError
from snapmgr.inspect.index import index_stream
from snapmgr.inspect.report import inspect_document
from snapmgr.work import CancelToken
from tests import corpus

XML = "<domain type='kvm'><name>dev &amp; box</name><memory>16384</memory></domain>"
COOKIE = "<cookie/>"
PACK = {
    "raw": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.compress,
}


def saved(
    stream: bytes,
    name: str = "raw",
    *,
    order: str = "<",
    magic: bytes = MAGIC,
    data: int = 65536,
    version: int = 2,
    xml: str = XML,
) -> bytes:
    """A save file; ``data`` bytes of XML, cookie and padding stand between header and stream."""
    text = xml.encode() + b"\0"
    numbers = struct.pack(order + "5I", version, data, 1, FORMATS.index(name), len(text))
    header = (magic + numbers).ljust(HEADER, b"\0")
    return header + (text + COOKIE.encode() + b"\0").ljust(data, b"\0") + stream


@pytest.mark.parametrize("name", PACK)
@pytest.mark.parametrize("order", "<>")
def test_the_stream_and_what_libvirt_wrote_before_it(tmp_path: Path, name: str, order: str) -> None:
    stream, path = corpus.stream_bytes("tiny.v72"), tmp_path / "devbox.save"
    path.write_bytes(saved(PACK[name](stream), name, order=order))
    assert recognise(path).kind is Kind.STREAM
    source = open_source(path)
    assert b"".join(source.chunks()) == stream
    index = index_stream(source)
    document = inspect_document(index)
    assert not index.problems
    assert document["container"] == "libvirt"
    told = {"domain": "dev & box", "format": name, "was-running": True, "complete": True, "xml": XML, "cookie": COOKIE}
    assert {key: document["libvirt"][key] for key in told} == told


def test_sparse_has_its_pages_where_they_are_in_the_file(tmp_path: Path) -> None:
    stream, start = bytearray(corpus.stream_bytes("mapped-ram.v100")), 65536 * 2
    (tmp_path / "before").write_bytes(stream)
    before = index_stream(open_source(tmp_path / "before"))
    for block in before.listed:
        assert block.mapped is not None
        for field in (block.mapped.offset + 12, block.mapped.offset + 20):
            stream[field : field + 8] = (int.from_bytes(stream[field : field + 8]) + start).to_bytes(8)
    (tmp_path / "devbox.save").write_bytes(saved(bytes(stream), "sparse", data=start - HEADER))
    after = index_stream(open_source(tmp_path / "devbox.save"))
    assert not after.problems
    assert after.ram.sha256("pc.ram") == before.ram.sha256("pc.ram")
    again = index_stream(open_source(f"file:{tmp_path / 'devbox.save'},offset={start:#x}"))
    assert again.ram.sha256("pc.ram") == before.ram.sha256("pc.ram")


def test_a_file_that_libvirt_did_not_finish_says_so(tmp_path: Path) -> None:
    (tmp_path / "half").write_bytes(saved(corpus.stream_bytes("tiny.v72"), magic=PARTIAL))
    index = index_stream(open_source(tmp_path / "half"))
    assert [problem.code for problem in index.problems] == ["libvirt-partial"]


def test_the_first_version_is_never_packed(tmp_path: Path) -> None:
    stream = corpus.stream_bytes("tiny.v72")
    (tmp_path / "old").write_bytes(saved(stream, "gzip", version=1))
    assert b"".join(open_source(tmp_path / "old").chunks()) == stream


def test_lzop_is_asked_for_where_it_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "devbox.save"
    path.write_bytes(saved(b"\x89LZO", "lzop"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unsupported, match="lzop") as caught:
        open_source(path)
    assert "Install the program lzop" in (caught.value.hint or "")


@pytest.mark.skipif(not lzop.installed(), reason="lzop is not installed")
def test_what_lzop_packed_is_unpacked_by_it(tmp_path: Path) -> None:
    stream, path = corpus.stream_bytes("tiny.v72") + random.Random(1).randbytes(1 << 20), tmp_path / "devbox.save"
    packed = subprocess.run(["lzop", "-c"], input=stream, stdout=subprocess.PIPE, check=True).stdout
    path.write_bytes(saved(packed, "lzop"))
    source = open_source(path)
    assert b"".join(source.chunks()) == stream
    assert source.complete
    path.write_bytes(saved(packed[:-9], "lzop"))
    damaged = open_source(path)
    assert not damaged.complete
    assert damaged.size > 1 << 19
    assert stream.startswith(b"".join(damaged.chunks()))
    path.write_bytes(saved(b"\x89LZO nothing", "lzop"))
    with pytest.raises(StreamError, match="lzo"):
        open_source(path)


def test_what_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "devbox.save"
    path.write_bytes(saved(b"nothing"))
    with pytest.raises(StreamError, match="QEVM"):
        open_source(path)
    for version in (0, 3):
        path.write_bytes(saved(b"QEVM", version=version))
        with pytest.raises(Unsupported, match="version"):
            open_source(path)


@given(st.binary(max_size=120), st.integers(0, 200))
def test_no_header_makes_us_hold_more_than_there_is(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, cut: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "noise.save"
    path.write_bytes((MAGIC + noise)[:cut])
    try:
        found = read_libvirt(path)
    except SnapmgrError:
        return
    assert found.start <= len(noise) + len(MAGIC)


def test_a_stream_may_begin_anywhere_in_a_file(tmp_path: Path) -> None:
    stream, path = corpus.stream_bytes("tiny.v72"), tmp_path / "disk.bin"
    for data in (stream, gzip.compress(stream), saved(stream)):
        path.write_bytes(bytes(5000) + data)
        assert b"".join(open_source(f"file:{path},offset=5000", cancel=CancelToken()).chunks()) == stream
    with pytest.raises(StreamError):
        open_source(f"file:{path},offset=4999")
    assert split_offset(f"file:{path}") == (str(path), 0)
    with pytest.raises(UsageError):
        split_offset(f"file:{path},offset=4K!")


def test_a_stream_inside_a_file_is_found_and_named(tmp_path: Path) -> None:
    path = tmp_path / "disk.bin"
    begin = b"QEVM\0\0\0\3QEVM\0\0\0\3\x07"
    with path.open("wb") as file:
        file.seek((1 << 20) - 12)  # so that it begins in one piece and ends in the next
        file.write(begin)
    assert stream_within(path) == (1 << 20) - 4
    with pytest.raises(StreamError) as caught:
        open_source(path)
    assert caught.value.hint == f"A stream begins inside of it: open file:{path},offset=0xffffc"
    assert split_tag(f"file:{path},offset=0xffffc") == (path, None)
    path.write_bytes(bytes(4096) + begin[:16])
    assert stream_within(path) is None
