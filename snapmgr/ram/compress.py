"""Pages packed by zlib, one by one, as capability ``compress`` of QEMU up to 9.0 sends them (migration/ram.c)."""

from __future__ import annotations

import zlib
from concurrent.futures import Executor

import numpy as np
import numpy.typing as npt

from snapmgr.errors import StreamError

U8 = npt.NDArray[np.uint8]

SHARE = 32
"""Pages that one task packs."""


def pack(contents: U8, level: int, executor: Executor | None) -> list[bytes]:
    """A zlib stream for each row.  Tasks go to the executor, if there is one; the order stays."""
    shares = [contents[at : at + SHARE] for at in range(0, len(contents), SHARE)]

    def pack_share(share: U8) -> list[bytes]:
        return [zlib.compress(page, level) for page in share]

    packed = map(pack_share, shares) if executor is None else executor.map(pack_share, shares)
    return [page for share in packed for page in share]


def unpack(data: memoryview, size: int, offset: int) -> bytes:
    """At most ``size`` bytes, the whole of a zlib stream that stands at ``offset``.  Raises StreamError.

    ram.c: qemu_uncompress_data, to which a stream that makes less than a page is as good as one that fills it.
    """
    unpacker = zlib.decompressobj()
    try:
        page, whole = unpacker.decompress(data, size), unpacker.eof
    except zlib.error:
        page, whole = b"", False
    if not whole:
        raise StreamError(
            "compressed-page", "a compressed page cannot be unpacked", offset=offset, qemu="decompress data failed"
        )
    return page
