"""Where every page of a block is in the stream: runs as columns, and the last state of each page.

Memory is O(runs).  A run is (first page, count, kind, offset of the first page's contents); pages of a run stand
at a fixed stride.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from snapmgr.ram.last import LastState, flatten
from snapmgr.ram.runs import U64, Runs, record_stride
from snapmgr.ram.words import PageKind

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
Rows = npt.NDArray[np.int64]

_OF_ONE_SIZE = (PageKind.NORMAL, PageKind.ZERO, PageKind.PLAIN)
"""Kinds whose records can be one run."""


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
        self.add_bare(Runs(runs.first, runs.count, runs.kind, runs.offset + np.uint64(8)), iteration)

    def add_bare(self, runs: Runs, iteration: U32) -> None:
        """Runs whose contents stand at their offset."""
        self._flush()
        none = np.zeros(len(runs.first), np.uint32)
        self._parts.append(RunColumns(runs.first, runs.count, runs.kind, runs.offset, none, iteration))

    def add_rows(self, rows: RunColumns) -> None:
        """Pages of any kinds, with sizes for those that vary."""
        self._flush()
        self._parts.append(rows)

    def add_page(self, page: int, kind: PageKind, data: int, size: int, iteration: int) -> None:
        """One page of any kind."""
        varying = kind not in _OF_ONE_SIZE
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
    strides = np.array([record_stride(kind, page_bits) for kind in PageKind], np.uint64)
    stride = strides[runs.kind]
    goes_on = (
        (runs.kind[1:] == runs.kind[:-1])
        & np.isin(runs.kind[1:], _OF_ONE_SIZE)
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


@dataclass(frozen=True, slots=True)
class Deltas:
    """Pages that travelled as changes.  ``page`` ascending, with ``row`` of each record, in the order of the wire;
    ``base`` is the last state of all pages without these records."""

    page: U64
    row: Rows
    base: LastState

    def upon(self, page: int) -> tuple[int | None, Rows]:
        """(row of what the page was last before, None for nothing; rows of the changes made to that)."""
        low, high = np.searchsorted(self.page, np.array([page, page + 1], np.uint64)).tolist()
        rows, base = self.row[low:high], self.base.row_of(page)
        return base, rows if base is None else rows[rows > base]


@dataclass(frozen=True)
class BlockPages:
    """One RAMBlock: its runs and the last state of its pages.  ``used_length`` in bytes; ``packed_by`` names the method
    of pages that are FOREIGN, as far as it is known."""

    name: str
    used_length: int
    page_bits: int
    runs: RunColumns
    last: LastState
    packed_by: str = ""

    @property
    def pages(self) -> int:
        return -(-self.used_length // (1 << self.page_bits))

    @cached_property
    def deltas(self) -> Deltas:
        """The XBZRLE records, and what they are made against."""
        changes = self.runs.kind == PageKind.XBZRLE
        rows, others = np.flatnonzero(changes), np.flatnonzero(~changes)
        order = np.argsort(self.runs.first[rows], kind="stable")
        base = flatten(self.runs.first[others], self.runs.count[others])
        return Deltas(self.runs.first[rows[order]], rows[order], LastState(base.first, base.count, others[base.run]))

    def counted(self) -> Mapping[PageKind, int]:
        """Pages by the kind they came in last."""
        kinds = self.runs.kind[self.last.run]
        return {kind: int(self.last.count[kinds == kind].sum()) for kind in PageKind}

    @property
    def resent(self) -> int:
        """How many page records came for pages that had come before."""
        sent = self.runs.kind != PageKind.GONE
        distinct = self.last if sent.all() else flatten(self.runs.first[sent], self.runs.count[sent])
        return int(self.runs.count[sent].sum()) - int(distinct.count.sum())


def block_pages(name: str, used_length: int, page_bits: int, builder: RunBuilder, packed_by: str = "") -> BlockPages:
    """Freeze what was collected for one block."""
    runs = builder.columns(page_bits)
    return BlockPages(name, used_length, page_bits, runs, flatten(runs.first, runs.count), packed_by)
