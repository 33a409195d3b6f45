"""The contents of RAM, block by block, from wherever in the stream each page came last."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import IO

import numpy as np

from snapmgr.errors import NotFound
from snapmgr.ram.columns import U8, BlockPages
from snapmgr.ram.contents import Bytes, stretch
from snapmgr.ram.windows import short_ones, spread, window
from snapmgr.ram.words import PageKind
from snapmgr.work import Progress, no_progress

_ZEROS = memoryview(bytes(1 << 20))


class RamIndex:
    """All blocks of a stream, and their contents.  Immutable; may be read from any thread."""

    def __init__(self, blocks: Mapping[str, BlockPages], source: Bytes) -> None:
        self.blocks = dict(blocks)
        self._source = source

    def block(self, name: str) -> BlockPages:
        """Raises NotFound, which lists the names there are."""
        try:
            return self.blocks[name]
        except KeyError:
            names = ", ".join(self.blocks) or "none"
            raise NotFound(
                "no-such-block", f"the stream has no RAM block {name}", hint=f"RAM blocks of this stream: {names}"
            ) from None

    def read(self, name: str, offset: int, length: int) -> bytes:
        """``length`` bytes of the block's contents from ``offset``; pages that were never sent read as zeros."""
        out = bytearray(max(0, min(length, self.block(name).used_length - offset)))
        for at, data in self.contents(name, offset, len(out)):
            out[at - offset : at - offset + len(data)] = data.data
        return bytes(out)

    def contents(self, name: str, offset: int = 0, length: int | None = None) -> Iterator[tuple[int, U8]]:
        """(offset in the block, bytes) of everything in the range that is not known to be zero, in ascending order.

        Raises Unsupported for pages whose encoding is not read, StreamError where the stream is cut or a packed page
        cannot be unpacked.
        """
        block = self.block(name)
        end = block.used_length if length is None else min(block.used_length, offset + length)
        for at, data in self._pieces(block, offset, end):
            if at < offset or at + len(data) > end:
                data = data[max(offset - at, 0) : end - at]
            yield max(at, offset), data

    def _pieces(self, block: BlockPages, offset: int, end: int) -> Iterator[tuple[int, U8]]:
        """As ``contents``; the first and the last piece may reach beyond ``[offset, end)``."""
        last, bits = block.last, block.page_bits
        low = int(np.searchsorted(last.first + last.count, np.uint64(offset >> bits), side="right"))
        high = int(np.searchsorted(last.first, np.uint64(-(-end >> bits)), side="left"))
        kind = block.runs.kind[last.run[low:high]]
        rows = low + np.flatnonzero((kind != PageKind.ZERO) & (kind != PageKind.GONE))
        first, count = last.first[rows].astype(np.int64), last.count[rows].astype(np.int64)
        first, stop = np.maximum(first, offset >> bits), np.minimum(first + count, -(-end >> bits))
        for begin, upto in short_ones(stop - first, bits):
            if upto - begin > 1 or block.runs.kind[last.run[rows[begin]]] == PageKind.XBZRLE:
                pages, run = spread(first[begin:upto], stop[begin:upto], last.run[rows[begin:upto]])
                yield from window(self._source, block, pages, run)
            else:
                start, behind = max(offset, int(first[begin]) << bits), min(end, int(stop[begin]) << bits)
                yield from stretch(self._source, block, int(last.run[rows[begin]]), start, behind)

    def write_block(self, name: str, file: IO[bytes], progress: Progress = no_progress, *, sparse: bool = True) -> None:
        """Write the whole block; ``sparse`` leaves holes in a new file that can seek.  Raises as ``contents``."""
        block, at, seekable = self.block(name), 0, sparse and file.seekable()
        for offset, data in self._with_end(name):
            if seekable:
                file.seek(offset)
            else:
                for begin in range(at, offset, len(_ZEROS)):
                    file.write(_ZEROS[: offset - begin])
            file.write(np.ascontiguousarray(data).data)
            at = offset + len(data)
            progress(at, block.used_length)
        if seekable:
            file.truncate(block.used_length)

    def write_range(
        self, name: str, offset: int, length: int, file: IO[bytes], at: int, step: Callable[[int], None]
    ) -> None:
        """Write ``[offset, offset + length)`` of a block at ``at`` of a file that can seek, and nothing for zeros.

        ``step`` is called with the bytes of the range that are done.  Raises as ``contents``.
        """
        for start, data in self.contents(name, offset, length):
            file.seek(at + start - offset)
            file.write(np.ascontiguousarray(data).data)
            step(start - offset + len(data))

    def sha256(self, name: str, step: Callable[[int], None] = lambda done: None) -> str:
        """Hex digest of the whole block; ``step`` is called with the bytes done so far."""
        block = self.block(name)
        digest, at = hashlib.sha256(), 0
        for offset, data in self._with_end(name):
            while at < offset:
                gap = min(offset - at, len(_ZEROS))
                digest.update(_ZEROS[:gap])
                at += gap
                step(at)
            digest.update(np.ascontiguousarray(data).data)
            at += len(data)
            step(at)
        assert at == block.used_length
        return digest.hexdigest()

    def _with_end(self, name: str) -> Iterator[tuple[int, U8]]:
        yield from self.contents(name)
        yield self.block(name).used_length, np.empty(0, np.uint8)
