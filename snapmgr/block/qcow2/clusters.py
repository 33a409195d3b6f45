"""Compressed clusters: raw deflate with a window of 4 KiB, or zstd (block/qcow2-threads.c)."""

from __future__ import annotations

import io
import zlib

import zstandard

from snapmgr.block.qcow2.features import Compression
from snapmgr.errors import ImageError

_WINDOW_BITS = -12
_MAX_ZSTD_WINDOW = 128 << 20


def unpack_cluster(packed: bytes, cluster_size: int, kind: Compression) -> bytes:
    """The ``cluster_size`` bytes that ``packed`` stands for; what follows the packed data in its sectors is ignored.

    Never makes more than a cluster of it.  Raises ImageError ``compressed-cluster``.
    """
    plain = _inflate(packed, cluster_size) if kind is Compression.ZLIB else _unzstd(packed, cluster_size)
    if plain is None:
        raise ImageError("compressed-cluster", "a compressed cluster cannot be unpacked", qemu="Input/output error")
    return plain


def _inflate(packed: bytes, cluster_size: int) -> bytes | None:
    worker = zlib.decompressobj(_WINDOW_BITS)
    try:
        plain = worker.decompress(packed, cluster_size)
    except zlib.error:
        return None
    if len(plain) < cluster_size and not worker.eof:
        return None
    return plain.ljust(cluster_size, b"\0")


def _unzstd(packed: bytes, cluster_size: int) -> bytes | None:
    worker = zstandard.ZstdDecompressor(max_window_size=_MAX_ZSTD_WINDOW)
    with worker.stream_reader(io.BytesIO(packed)) as reader:
        try:
            plain = reader.read(cluster_size)
        except zstandard.ZstdError:
            return None
        return plain if len(plain) == cluster_size and not _goes_on(reader) else None


def _goes_on(reader: zstandard.ZstdDecompressionReader) -> bool:
    """Whether the frame holds more than was read; what follows the frame in its sector is no frame and no matter."""
    try:
        return bool(reader.read(1))
    except zstandard.ZstdError:
        return False
