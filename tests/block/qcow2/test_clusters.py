"""Compressed clusters: bounded, and damaged ones are errors."""

from __future__ import annotations

import zlib

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from snapmgr.block.memory import MemoryDevice
from snapmgr.block.qcow2.clusters import unpack_cluster
from snapmgr.block.qcow2.features import Compression
from snapmgr.block.qcow2.geometry import Geometry
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.errors import ImageError
from tests.block.tiny import COMPRESSED, tiny

SIZE = 4096
PLAIN = bytes(range(256)) * 16


def deflated(plain: bytes) -> bytes:
    worker = zlib.compressobj(wbits=-12)
    return worker.compress(plain) + worker.flush()


PACKED = {Compression.ZLIB: deflated, Compression.ZSTD: zstandard.compress}
BOTH = pytest.mark.parametrize("kind", list(Compression))


@BOTH
def test_what_was_packed_comes_out(kind: Compression) -> None:
    assert unpack_cluster(PACKED[kind](PLAIN), SIZE, kind) == PLAIN


@BOTH
def test_what_follows_in_the_sector_is_no_matter(kind: Compression) -> None:
    packed = PACKED[kind](PLAIN)
    for tail in (bytes(300), b"\xff" * 300, packed):
        assert unpack_cluster(packed + tail, SIZE, kind) == PLAIN


@BOTH
@pytest.mark.parametrize("packed", [b"", b"\xff" * 600, b"\0" * 600])
def test_garbage_is_an_error(kind: Compression, packed: bytes) -> None:
    with pytest.raises(ImageError) as error:
        unpack_cluster(packed, SIZE, kind)
    assert error.value.code == "compressed-cluster"


@BOTH
def test_too_little_is_an_error(kind: Compression) -> None:
    with pytest.raises(ImageError):
        unpack_cluster(PACKED[kind](PLAIN[:-1]), SIZE, kind)
    with pytest.raises(ImageError):
        unpack_cluster(PACKED[kind](PLAIN)[:-5], SIZE, kind)


def test_a_bomb_never_becomes_more_than_a_cluster() -> None:
    assert unpack_cluster(deflated(bytes(64 << 20)), SIZE, Compression.ZLIB) == bytes(SIZE)
    with pytest.raises(ImageError):
        unpack_cluster(zstandard.compress(bytes(64 << 20)), SIZE, Compression.ZSTD)
    claims = zstandard.ZstdCompressor(write_content_size=False).compress(bytes(64 << 20))
    with pytest.raises(ImageError):
        unpack_cluster(claims, SIZE, Compression.ZSTD)


@given(st.binary(max_size=300), st.sampled_from(Compression))
def test_any_bytes_are_a_cluster_or_an_error(packed: bytes, kind: Compression) -> None:
    try:
        assert len(unpack_cluster(packed, SIZE, kind)) == SIZE
    except ImageError as error:
        assert error.qemu == "Input/output error"


def test_sectors_of_packed_data_are_counted_from_where_it_begins() -> None:
    geometry = Geometry(16)
    entry = COMPRESSED | 2 << 54 | 1000
    assert geometry.compressed(entry) == (1000, 3 * 512 - 1000 % 512)


def test_a_packed_cluster_of_an_image_is_read_in_part_and_its_fault_has_a_place() -> None:
    packed = deflated(PLAIN)
    entry = COMPRESSED | (-(-len(packed) // 512)) << 58 | 5 << 12
    image = Qcow2Image(
        MemoryDevice(tiny({2: entry, 3: COMPRESSED | 6 << 12}, {5 << 12: packed, 6 << 12: b"\xff" * 512}))
    )
    buffer = bytearray(100)
    image.pread_into(2 * SIZE + 50, memoryview(buffer))
    assert bytes(buffer) == PLAIN[50:150]
    with pytest.raises(ImageError) as error:
        image.pread_into(3 * SIZE, memoryview(buffer))
    assert error.value.offset == 6 << 12
