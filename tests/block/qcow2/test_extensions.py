"""Header extensions and feature names."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapmgr.block.memory import MemoryDevice
from snapmgr.block.qcow2.extensions import BACKING_FORMAT, BITMAPS, CRYPTO, DATA_FILE, FEATURE_NAMES, Bitmaps
from snapmgr.block.qcow2.features import Compression, check_compression, refuse_unknown
from snapmgr.block.qcow2.opening import Metadata, read_metadata
from snapmgr.errors import ImageError, SnapmgrError, Unsupported
from tests.block.tiny import tiny


def extension(magic: int, data: bytes) -> bytes:
    return struct.pack(">II", magic, len(data)) + data + bytes(-len(data) % 8)


def with_extensions(*extensions: bytes, **changed: int) -> Metadata:
    return read_metadata(MemoryDevice(tiny({}, {112: b"".join(extensions)}, **changed)))


def test_known_ones_are_understood_and_all_are_kept() -> None:
    found = with_extensions(
        extension(0x12345678, b"unknown"),
        extension(BACKING_FORMAT, b"raw"),
        extension(DATA_FILE, b"disk.data"),
        extension(BITMAPS, struct.pack(">IIQQ", 2, 0, 64, 8 << 12)),
        autoclear=1,
    ).extensions
    assert (found.backing_format, found.data_file) == ("raw", "disk.data")
    assert found.bitmaps == Bitmaps(2, 64, 8 << 12)
    assert found.everything[0] == (0x12345678, b"unknown")
    assert len(found.everything) == 4


def test_bitmaps_without_their_bit_are_stale() -> None:
    bitmaps = extension(BITMAPS, struct.pack(">IIQQ", 2, 0, 64, 8 << 12))
    assert with_extensions(bitmaps).extensions.bitmaps is None


@pytest.mark.parametrize(
    ("data", "changed", "code", "qemu"),
    [
        (struct.pack(">II", 1, 5000), {}, "extension-too-large", "Header extension too large"),
        (
            extension(BACKING_FORMAT, b"x" * 16),
            {},
            "backing-format-name",
            "ERROR: ext_backing_format: len=16 too large (>=16)",
        ),
        (
            extension(CRYPTO, bytes(16)),
            {},
            "crypto-unexpected",
            "CRYPTO header extension only expected with LUKS encryption method",
        ),
        (
            extension(CRYPTO, bytes(8)),
            {"crypt": 2},
            "crypto-length",
            "CRYPTO header extension size 8, but expected size 16",
        ),
        (
            extension(CRYPTO, (5).to_bytes(8) + bytes(8)),
            {"crypt": 2},
            "crypto-offset",
            "Encryption header offset '5' is not a multiple of cluster size '4096'",
        ),
        (extension(BITMAPS, bytes(8)), {"autoclear": 1}, "bitmaps", "bitmaps_ext: Invalid extension length"),
        (extension(BITMAPS, bytes(24)), {"autoclear": 1}, "bitmaps", "found bitmaps extension with zero bitmaps"),
    ],
)
def test_faults_are_refused_with_qemus_words(data: bytes, changed: dict[str, int], code: str, qemu: str) -> None:
    with pytest.raises(ImageError) as error:
        with_extensions(data, **changed)
    assert (error.value.code, error.value.qemu, error.value.offset) == (code, qemu, 112)


def test_unknown_features_are_named_by_the_image_itself() -> None:
    row = struct.pack(">BB46s", 0, 40, b"time travel")
    with pytest.raises(Unsupported) as error:
        with_extensions(extension(FEATURE_NAMES, row), incompatible=1 << 40 | 1 << 41)
    assert "time travel" in error.value.message
    assert error.value.qemu == ("Unsupported qcow2 feature(s): time travel, Unknown incompatible feature: 20000000000")


def test_known_features_pass() -> None:
    refuse_unknown(31, b"")


@pytest.mark.parametrize(
    ("kind", "bits", "code"), [(2, 8, "unknown-compression"), (1, 0, "compression-bit"), (0, 8, "compression-bit")]
)
def test_compression_and_its_bit_must_agree(kind: int, bits: int, code: str) -> None:
    with pytest.raises(Unsupported) as error:
        check_compression(kind, bits)
    assert error.value.code == code


def test_both_compressions_are_known() -> None:
    assert check_compression(0, 0) is Compression.ZLIB
    assert check_compression(1, 8) is Compression.ZSTD


@given(st.binary(max_size=200), st.integers(0, 3), st.integers(0, 2))
def test_any_extension_area_raises_typed_errors_only(noise: bytes, autoclear: int, crypt: int) -> None:
    try:
        with_extensions(noise, autoclear=autoclear, crypt=crypt)
    except SnapmgrError as error:
        assert error.exit_code == 3
