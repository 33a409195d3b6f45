"""Where every page of RAM is in the stream: runs as columns, the last state of each page, and its contents.

Memory is O(runs).  A run is (first page, count, kind, offset of the first page's contents); pages of a run stand
at a fixed stride, so contents are copied with one strided numpy copy per run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Protocol

import numpy as np
import numpy.typing as npt

from snapmgr.errors import NotFound, StreamError, Unsupported
from snapmgr.ram.last import LastState, flatten
from snapmgr.ram.runs import U64, Runs, record_stride
from snapmgr.ram.words import PageKind
from snapmgr.work import Progress, no_progress

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]

READ_CHUNK = 8 << 20
"""Bytes of contents handed out at once."""

_ZEROS = memoryview(bytes(1 << 20))


class Bytes(Protocol):
    """Where the stream's bytes are had from."""

    def read(self, offset: int, length: int) -> memoryview: ...


@dataclass(frozen=True, slots=True)
class RunColumns:
    """All runs of one block in the order of the wire.

    ``first``, ``count`` in pages (uint64); ``kind`` PageKind (uint8); ``data`` offset of the first page's contents
    in the stream (uint64, bytes); ``size`` bytes of contents for kinds of varying size, else 0 (uint32);
    ``iteration`` the pass it was sent in, from 1 (uint32).
    """

    first: U64
    count: U64
    kind: U8
    data: U64
    size: U32
    iteration: U32

    def __len__(self) -> int:
        return len(self.first)


class RunBuilder:
    """Collects the runs of one block while the stream is read."""

    def __init__(self) -> None:
        self._parts: list[RunColumns] = []
        self._singles: list[tuple[int, int, int, int, int]] = []

    def add(self, runs: Runs, iteration: U32) -> None:
        """Runs of normal and zero records, whose contents stand 8 bytes behind their offset."""
        self._flush()
        n = len(runs.first)
        self._parts.append(
            RunColumns(
                runs.first,
                runs.count,
                runs.kind,
                runs.offset + np.uint64(8),
                np.zeros(n, np.uint32),
                iteration,
            )
        )

    def add_page(self, page: int, kind: PageKind, data: int, size: int, iteration: int) -> None:
        """One page of any kind."""
        varying = kind not in (PageKind.NORMAL, PageKind.ZERO)
        self._singles.append((page, kind, data, size if varying else 0, iteration))
        if len(self._singles) >= 1 << 14:
            self._flush()

    def _flush(self) -> None:
        if self._singles:
            table = np.array(self._singles, np.uint64)
            ones = np.ones(len(table), np.uint64)
            u8, u32 = table[:, 1].astype(np.uint8), table[:, 3:].astype(np.uint32)
            self._parts.append(RunColumns(table[:, 0], ones, u8, table[:, 2], u32[:, 0], u32[:, 1]))
            self._singles.clear()

    def columns(self, page_bits: int) -> RunColumns:
        """Everything so far, with runs joined that go on across pieces; cheap to ask for again."""
        self._flush()
        if len(self._parts) != 1:
            self._parts = [_concatenate(self._parts)]
        self._parts = [_join(self._parts[0], page_bits)]
        return self._parts[0]


def _concatenate(parts: list[RunColumns]) -> RunColumns:
    if not parts:
        none = np.empty(0, np.uint64)
        return RunColumns(none, none, none.astype(np.uint8), none, none.astype(np.uint32), none.astype(np.uint32))
    return RunColumns(
        np.concatenate([part.first for part in parts]),
        np.concatenate([part.count for part in parts]),
        np.concatenate([part.kind for part in parts]),
        np.concatenate([part.data for part in parts]),
        np.concatenate([part.size for part in parts]),
        np.concatenate([part.iteration for part in parts]),
    )


def _join(runs: RunColumns, page_bits: int) -> RunColumns:
    """Join neighbours that are one run: same kind and pass, next page, next record."""
    if len(runs) < 2:
        return runs
    stride = np.where(
        runs.kind == PageKind.NORMAL,
        np.uint64(record_stride(PageKind.NORMAL, page_bits)),
        np.uint64(record_stride(PageKind.ZERO, page_bits)),
    )
    goes_on = (
        (runs.kind[1:] == runs.kind[:-1])
        & (runs.kind[1:] <= PageKind.ZERO)
        & (runs.iteration[1:] == runs.iteration[:-1])
        & (runs.first[1:] == runs.first[:-1] + runs.count[:-1])
        & (runs.data[1:] == runs.data[:-1] + runs.count[:-1] * stride[:-1])
    )
    if not goes_on.any():
        return runs
    starts = np.concatenate((np.zeros(1, np.intp), np.flatnonzero(~goes_on) + 1))
    return RunColumns(
        runs.first[starts],
        np.add.reduceat(runs.count, starts),
        runs.kind[starts],
        runs.data[starts],
        runs.size[starts],
        runs.iteration[starts],
    )


@dataclass(frozen=True)
class BlockPages:
    """One RAMBlock: its runs and the last state of its pages.  ``used_length`` in bytes."""

    name: str
    used_length: int
    page_bits: int
    runs: RunColumns
    last: LastState

    @property
    def pages(self) -> int:
        return -(-self.used_length // (1 << self.page_bits))

    def counted(self) -> Mapping[PageKind, int]:
        """Pages by the kind they came in last."""
        kinds = self.runs.kind[self.last.run]
        return {kind: int(self.last.count[kinds == kind].sum()) for kind in PageKind}

    @property
    def resent(self) -> int:
        """How many page records came for pages that had come before."""
        return int(self.runs.count.sum()) - int(self.last.count.sum())


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

        Raises Unsupported for pages whose encoding is not read yet, StreamError where the stream is cut.
        """
        block = self.block(name)
        end = block.used_length if length is None else min(block.used_length, offset + length)
        bits = block.page_bits
        last = block.last
        begin = int(np.searchsorted(last.first + last.count, np.uint64(offset >> bits), side="right"))
        for i in range(begin, len(last.first)):
            first = int(last.first[i]) << bits
            if first >= end:
                return
            stop = min(end, first + (int(last.count[i]) << bits))
            yield from self._segment(block, int(last.run[i]), max(offset, first), stop)

    def _segment(self, block: BlockPages, run: int, start: int, stop: int) -> Iterator[tuple[int, U8]]:
        """Bytes ``[start, stop)`` of the block, all within one run."""
        kind = PageKind(int(block.runs.kind[run]))
        data = int(block.runs.data[run])
        if kind == PageKind.ZERO:
            return
        if kind == PageKind.FILL:
            yield start, np.full(stop - start, self._source.read(data, 1)[0], np.uint8)
            return
        if kind != PageKind.NORMAL:
            message = f"{block.name} has pages coded as {kind.name.lower()}, which are not unpacked yet"
            raise Unsupported("page-encoding", message, offset=data)
        bits, page = block.page_bits, 1 << block.page_bits
        base = int(block.runs.first[run]) << bits
        stride = record_stride(kind, bits)
        step = READ_CHUNK >> bits << bits
        at = start
        while at < stop:
            first_page, upto = at >> bits, min(stop, (at >> bits << bits) + step)
            count = -(-upto // page) - first_page
            offset = data + (first_page - (base >> bits)) * stride
            size = (count - 1) * stride + page
            raw = np.frombuffer(self._source.read(offset, size), np.uint8)
            if len(raw) < size:
                raise StreamError(
                    "truncated", f"the stream ends inside a page of {block.name}", offset=offset + len(raw)
                )
            pages = np.lib.stride_tricks.as_strided(raw, (count, page), (stride, 1)).reshape(-1)
            yield at, pages[at - (first_page << bits) : upto - (first_page << bits)]
            at = upto

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


def block_pages(name: str, used_length: int, page_bits: int, builder: RunBuilder) -> BlockPages:
    """Freeze what was collected for one block."""
    runs = builder.columns(page_bits)
    return BlockPages(name, used_length, page_bits, runs, flatten(runs.first, runs.count))
