"""Refcounts as they are and as they will be; clusters are only ever taken where nothing is yet.

Nothing that the image uses now is written to: changed refcount blocks, and the table that names them, move to free
clusters as well (DESIGN §8), and since that changes refcounts in turn, it goes on until nothing more moves.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from snapmgr.block.device import BlockDevice
from snapmgr.block.qcow2.header import LONGEST_FILE, MAX_REFCOUNT_TABLE, Header
from snapmgr.block.qcow2.l2 import Words
from snapmgr.block.qcow2.refcounts import (
    BLOCK_MASK,
    decode_refcounts,
    encode_refcounts,
    entries_per_block,
    read_refcount_table,
)
from snapmgr.errors import ImageError, SnapmgrError

Counts = npt.NDArray[np.int64]


class Allocation:
    """``now[i]`` and ``then[i]`` are the refcounts of cluster i before and after the change, in whole refcount blocks
    from the first one on, at least to the end of the file."""

    def __init__(self, file: BlockDevice, header: Header) -> None:
        self._file = file
        self._header = header
        self._cluster = header.cluster_size
        self._width = entries_per_block(header)
        self._table = read_refcount_table(file, header)
        self.now: Counts = np.zeros(0, np.int64)
        self.then: Counts = np.zeros(0, np.int64)
        self._cursor = 0
        self._row_cursor = 0
        self._least_blocks = 0
        self._cover(-(-file.size // self._cluster))

    @property
    def end(self) -> int:
        """Bytes of the file up to the last cluster that will be in use."""
        used = np.flatnonzero(self.then)
        return (int(used[-1]) + 1) * self._cluster if len(used) else 0

    def add(self, uses: Counts, sign: int) -> None:
        """``uses[i]`` more uses of cluster i, or fewer (``sign`` -1)."""
        self._cover(len(uses))
        self.then[: len(uses)] += sign * uses

    def add_cluster(self, offset: int, uses: int) -> None:
        self.then[offset // self._cluster] += uses

    def release(self, offset: int, length: int) -> None:
        """One use less of every cluster in a range of the file."""
        if length:
            self.then[offset // self._cluster : (offset + length - 1) // self._cluster + 1] -= 1

    def check(self) -> None:
        """Raise ImageError where something was used more often than counted, SnapmgrError ``refcount-overflow`` where
        counts of this width do not suffice."""
        low = np.flatnonzero(self.then < 0)
        if len(low):
            raise ImageError(
                "refcount-too-low",
                "a cluster is used more often than its refcount says",
                offset=int(low[0]) * self._cluster,
                hint="snapctl check --repair all repairs it; make a copy of the image first.",
            )
        bits = 1 << self._header.refcount_order
        if bits < 63 and len(high := np.flatnonzero(self.then >= 1 << bits)):
            raise SnapmgrError(
                "refcount-overflow",
                f"refcounts of {bits} bit{'s' * (bits > 1)} cannot count one more snapshot",
                offset=int(high[0]) * self._cluster,
                hint="Delete a snapshot, or convert the image with qemu-img convert -o refcount_bits=16.",
            )

    def take(self, length: int) -> int:
        """Offset of free clusters in a row for ``length`` bytes, counted as used once from now on."""
        wanted = max(1, -(-length // self._cluster))
        first = self._find_one() if wanted == 1 else self._find_row(wanted)
        if (first + wanted) * self._cluster > LONGEST_FILE:
            raise SnapmgrError("image-too-long", "the image has no free cluster where one can be reached")
        self._cover(first + wanted)
        self.then[first : first + wanted] += 1
        if wanted > 1:
            self._row_cursor = first + wanted
        return first * self._cluster

    def _find_one(self) -> int:
        """The first free cluster behind the last one that was found so."""
        while True:
            free = (self.now[self._cursor : self._cursor + self._width] == 0) & (
                self.then[self._cursor : self._cursor + self._width] == 0
            )
            if free.any():
                self._cursor += int(np.argmax(free))
                return self._cursor
            self._cursor = min(self._cursor + self._width, len(self.now))
            self._cover(self._cursor + 1)

    def _find_row(self, wanted: int) -> int:
        """The first free row of that length from the end of the last one that was found."""
        begin = self._row_cursor
        here = slice(begin, begin + wanted)
        if here.stop <= len(self.now) and not self.now[here].any() and not self.then[here].any():
            return begin
        free = np.zeros(len(self.now) - begin + 2, np.int8)
        free[1:-1] = (self.now[begin:] == 0) & (self.then[begin:] == 0)
        edges = np.flatnonzero(np.diff(free)) + begin
        starts, ends = edges[0::2], edges[1::2]
        fitting = np.flatnonzero(ends - starts >= wanted)
        if len(fitting):
            return int(starts[fitting[0]])
        first = int(starts[-1]) if len(ends) and ends[-1] == len(self.now) else len(self.now)
        self._cover(first + wanted)
        if self.now[first : first + wanted].any():  # counted clusters behind the end of the file
            return self._find_row(wanted)
        return first

    def _cover(self, clusters: int) -> None:
        """Know the refcounts of the first ``clusters`` clusters, and of the rest of their last block."""
        missing = range(len(self.now) // self._width, -(-clusters // self._width))
        if not missing:
            return
        more = [self._read_block(index) for index in missing]
        self.now = np.concatenate([self.now, *more])
        self.then = np.concatenate([self.then, *more])

    def _read_block(self, index: int) -> Counts:
        offset = self._block_offset(index)
        if offset == 0:
            return np.zeros(self._width, np.int64)
        raw = bytearray(self._cluster)
        self._file.pread_into(offset, memoryview(raw))
        counts = decode_refcounts(raw, self._header.refcount_order)
        if self._header.refcount_order < 6:
            return counts.view(np.int64)
        return np.minimum(counts, np.uint64(np.iinfo(np.int64).max)).astype(np.int64)

    def _block_offset(self, index: int) -> int:
        return int(self._table[index]) & BLOCK_MASK if index < len(self._table) else 0

    def need_blocks(self, blocks: int) -> None:
        """See that the refcount table has room for so many blocks, whatever is counted now."""
        self._least_blocks = blocks

    def settle(self) -> Settled:
        """Find a place for every refcount block that changes and for the table; nothing may be taken after it.

        Raises SnapmgrError ``image-too-long`` where the table would be larger than QEMU allows.
        """
        places: dict[int, int] = {}
        table_length = 0
        table_offset = 0
        while True:
            changed = self._changed()
            fresh = [index for index in changed if index not in places]
            blocks = max([self._least_blocks, *(index + 1 for index in (*places, *fresh))])
            needed = max(self._least_table(), -(-blocks * 8 // self._cluster)) * self._cluster
            if not fresh and needed == table_length:
                return Settled(self, places, table_offset, table_length)
            if needed > MAX_REFCOUNT_TABLE:
                raise SnapmgrError("image-too-long", "the image's refcount table cannot become any larger")
            for index in fresh:
                if self._block_offset(index):
                    self.add_cluster(self._block_offset(index), -1)
                places[index] = self.take(self._cluster)
            if needed == table_length:
                continue
            if table_length == 0:
                self._release_table()
            else:
                self.release(table_offset, table_length)
            table_offset, table_length = self.take(needed), needed

    def _changed(self) -> list[int]:
        """The refcount blocks that are to be written."""
        return self._blocks_with(self.now != self.then)

    def _blocks_with(self, wanted: npt.NDArray[np.bool_]) -> list[int]:
        """The refcount blocks in which a cluster is ``wanted``; a flag for each that is known."""
        found: list[int] = np.flatnonzero(wanted.reshape(-1, self._width).any(axis=1)).tolist()
        return found

    def _least_table(self) -> int:
        """Clusters that the table keeps at least."""
        return self._header.refcount_table_clusters

    def _release_table(self) -> None:
        self.release(self._header.refcount_table_offset, len(self._table) * 8)

    def encoded(self, index: int) -> bytes:
        """Refcount block ``index`` as it will be."""
        then = self.then[index * self._width : (index + 1) * self._width]
        return encode_refcounts(then.astype(np.uint64), self._header.refcount_order)

    def table_with(self, places: dict[int, int], length: int) -> Words:
        """The refcount table of ``length`` bytes with these blocks in place of the old ones."""
        table = np.zeros(length // 8, np.uint64)
        table[: len(self._table)] = self._table
        for index, offset in places.items():
            table[index] = np.uint64(offset)
        return table


class Settled:
    """Where refcount blocks and table will stand: ``offset`` and ``length`` of the table in bytes."""

    def __init__(self, allocation: Allocation, places: dict[int, int], offset: int, length: int) -> None:
        self._allocation = allocation
        self._places = places
        self.offset = offset
        self.length = length

    def pieces(self) -> Iterator[tuple[int, bytes]]:
        """(offset, bytes) of everything that is to be written."""
        for index, offset in sorted(self._places.items()):
            yield offset, self._allocation.encoded(index)
        yield self.offset, self._allocation.table_with(self._places, self.length).astype(">u8").tobytes()
