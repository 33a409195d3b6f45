"""What stands in the pages of one run: one strided numpy copy, or page by page where they are packed.

``windows`` does it for many short runs at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from snapmgr.errors import StreamError, Unsupported
from snapmgr.ram import compress, xbzrle
from snapmgr.ram.columns import U8, BlockPages
from snapmgr.ram.runs import record_stride
from snapmgr.ram.words import PageKind

READ_CHUNK = 8 << 20
"""Bytes of contents handed out at once."""


class Bytes(Protocol):
    """Where the stream's bytes are had from."""

    def read(self, offset: int, length: int) -> memoryview: ...


def stretch(source: Bytes, block: BlockPages, run: int, start: int, stop: int) -> Iterator[tuple[int, U8]]:
    """(offset in the block, bytes) of ``[start, stop)``, which lies within one run; nothing where they are zeros.

    Raises Unsupported for pages whose encoding is not read, StreamError where the stream is cut or damaged.
    """
    kind, data = PageKind(int(block.runs.kind[run])), int(block.runs.data[run])
    match kind:
        case PageKind.ZERO | PageKind.GONE:
            return
        case PageKind.FILL:
            yield start, np.full(stop - start, _whole(source, block, data, 1)[0], np.uint8)
        case PageKind.NORMAL | PageKind.PLAIN:
            yield from _copied(source, block, run, start, stop)
        case PageKind.XBZRLE | PageKind.COMPRESSED:
            yield from _unpacked(source, block, run, start, stop)
        case PageKind.FOREIGN:
            how = f"by {block.packed_by}, which is not read" if block.packed_by else "in a way that is not read"
            message = f"{block.name} has pages that are packed {how}"
            raise Unsupported("page-encoding", message, offset=data)


def _copied(source: Bytes, block: BlockPages, run: int, start: int, stop: int) -> Iterator[tuple[int, U8]]:
    bits, page = block.page_bits, 1 << block.page_bits
    stride = record_stride(int(block.runs.kind[run]), bits)
    base, data = int(block.runs.first[run]), int(block.runs.data[run])
    step = READ_CHUNK >> bits << bits
    at = start
    while at < stop:
        first, upto = at >> bits, min(stop, (at >> bits << bits) + step)
        count = -(-upto // page) - first
        offset = data + (first - base) * stride
        raw = _whole(source, block, offset, (count - 1) * stride + page)
        pages = np.lib.stride_tricks.as_strided(raw, (count, page), (stride, 1)).reshape(-1)
        yield at, pages[at - (first << bits) : upto - (first << bits)]
        at = upto


def _unpacked(source: Bytes, block: BlockPages, run: int, start: int, stop: int) -> Iterator[tuple[int, U8]]:
    bits = block.page_bits
    for page in range(start >> bits, -(-stop >> bits)):
        begin = page << bits
        content = page_alone(source, block, run, page)
        yield max(start, begin), content[max(start - begin, 0) : stop - begin]


def page_alone(source: Bytes, block: BlockPages, run: int, page: int) -> U8:
    """One page as it stood after the record of ``run``, the last that there is of it.  Raises as ``stretch``."""
    size = 1 << block.page_bits
    kind, data, length = (int(column[run]) for column in (block.runs.kind, block.runs.data, block.runs.size))
    content = np.zeros(size, np.uint8)
    if kind == PageKind.COMPRESSED:
        unpacked = compress.unpack(_whole(source, block, data, length).data, size, data)
        content[: len(unpacked)] = np.frombuffer(unpacked, np.uint8)
    elif kind == PageKind.XBZRLE:
        base, changes = block.deltas.upon(page)
        if base is not None:
            content = page_alone(source, block, base, page)
        for row in changes.tolist():
            at = int(block.runs.data[row])
            xbzrle.decode(_whole(source, block, at, int(block.runs.size[row])).data, content, at)
    else:
        for _, part in stretch(source, block, run, page * size, (page + 1) * size):
            content[:] = part
    return content


def _whole(source: Bytes, block: BlockPages, offset: int, length: int) -> U8:
    raw = np.frombuffer(source.read(offset, length), np.uint8)
    if len(raw) < length:
        raise StreamError("truncated", f"the stream ends inside a page of {block.name}", offset=offset + len(raw))
    return raw
