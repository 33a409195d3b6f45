"""Compressed clusters: raw deflate with a window of 4 KiB, or zstd (block/qcow2-threads.c)."""

from __future__ import annotations

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
    return plain if len(plain) == cluster_size else None


def _unzstd(packed: bytes, cluster_size: int) -> bytes | None:
    """One frame; the next compressed cluster may follow right behind it."""
    worker = zstandard.ZstdDecompressor(max_window_size=_MAX_ZSTD_WINDOW)
    try:
        announced = zstandard.get_frame_parameters(packed).content_size
        if announced not in (cluster_size, zstandard.CONTENTSIZE_UNKNOWN):
            return None  # also keeps the library from allocating whatever the frame claims
        plain = worker.decompress(packed, max_output_size=cluster_size)
    except zstandard.ZstdError:
        return None
    return plain if len(plain) == cluster_size else None
