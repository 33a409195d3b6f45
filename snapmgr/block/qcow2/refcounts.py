"""Refcounts: how often each cluster of the file is used, in every width from 1 to 64 bits (docs/interop/qcow2.txt)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snapmgr.block.device import BlockDevice
from snapmgr.block.qcow2.header import LONGEST_FILE, Header
from snapmgr.block.qcow2.l2 import Words

BLOCK_MASK = 0xFFFF_FFFF_FFFF_FE00
"""The offset of a refcount block in an entry of the refcount table; the bits below are reserved."""


def entries_per_block(header: Header) -> int:
    """Clusters that one refcount block counts."""
    return header.cluster_size * 8 >> header.refcount_order


def decode_refcounts(raw: bytes | bytearray, order: int) -> Words:
    """The counts in ``raw``, 2^order bits each: narrow ones from the low bits of a byte, wide ones big-endian."""
    if order >= 3:
        return np.frombuffer(raw, dtype=f">u{1 << order - 3}").astype(np.uint64)
    width = 1 << order
    shifts = np.arange(0, 8, width, dtype=np.uint8)
    values: NDArray[np.uint8] = np.frombuffer(raw, dtype=np.uint8)[:, None] >> shifts & np.uint8((1 << width) - 1)
    return values.reshape(-1).astype(np.uint64)


def encode_refcounts(counts: Words, order: int) -> bytes:
    """The bytes that ``decode_refcounts`` reads as ``counts``, which must fit into 2^order bits each."""
    if order >= 3:
        return counts.astype(f">u{1 << order - 3}").tobytes()
    width = 1 << order
    shifts = np.arange(0, 8, width, dtype=np.uint8)
    parts = counts.astype(np.uint8).reshape(-1, len(shifts)) << shifts
    packed: NDArray[np.uint8] = np.bitwise_or.reduce(parts, axis=1).astype(np.uint8)
    return packed.tobytes()


def read_refcount_table(file: BlockDevice, header: Header) -> Words:
    """Entries of the refcount table: offsets of refcount blocks, 0 = none.  The size was bounded with the header."""
    raw = bytearray(header.refcount_table_clusters << header.cluster_bits)
    file.pread_into(header.refcount_table_offset, memoryview(raw))
    return np.frombuffer(raw, dtype=">u8").astype(np.uint64)


def unreadable_refcounts(header: Header, table: Words, clusters: int) -> NDArray[np.bool_]:
    """For which of the first ``clusters`` clusters nobody can tell: their block lies where none can be."""
    odd = _unreadable(header, table)
    unknown = np.zeros(clusters, np.bool_)
    width = entries_per_block(header)
    for index in np.flatnonzero(odd[: -(-clusters // width)]).tolist():
        unknown[index * width : (index + 1) * width] = True
    return unknown


def _unreadable(header: Header, table: Words) -> NDArray[np.bool_]:
    """Entries that lead off cluster boundaries, or to where no file goes."""
    offsets = table & np.uint64(BLOCK_MASK)
    odd: NDArray[np.bool_] = offsets % np.uint64(header.cluster_size) != 0
    return odd | (offsets > np.uint64(LONGEST_FILE - header.cluster_size))


def refcounts_at(file: BlockDevice, header: Header, table: Words, numbers: Words) -> tuple[Words, NDArray[np.bool_]]:
    """The refcounts of the clusters ``numbers``, wherever they lie, 0 without a block; and which can be told at all."""
    counts = np.zeros(len(numbers), dtype=np.uint64)
    told = np.ones(len(numbers), np.bool_)
    odd = _unreadable(header, table)
    width = entries_per_block(header)
    blocks = numbers // np.uint64(width)
    raw = bytearray(header.cluster_size)
    for index in np.unique(blocks[blocks < np.uint64(len(table))]).tolist():
        here = blocks == np.uint64(index)
        offset = int(table[index]) & BLOCK_MASK
        if odd[index]:
            told[here] = False
        elif offset:
            file.pread_into(offset, memoryview(raw))
            inside = (numbers[here] % np.uint64(width)).astype(np.int64)
            counts[here] = decode_refcounts(raw, header.refcount_order)[inside]
    return counts, told


def read_refcounts(file: BlockDevice, header: Header, table: Words, clusters: int) -> Words:
    """The refcounts of the first ``clusters`` clusters of the file; 0 where a block is missing or misplaced."""
    counts = np.zeros(clusters, dtype=np.uint64)
    odd = _unreadable(header, table)
    width = entries_per_block(header)
    raw = bytearray(header.cluster_size)
    for index, entry in enumerate(table[: -(-clusters // width)].tolist()):
        offset = entry & BLOCK_MASK
        if offset == 0 or odd[index]:
            continue
        file.pread_into(offset, memoryview(raw))
        part = counts[index * width : (index + 1) * width]
        part[:] = decode_refcounts(raw, header.refcount_order)[: len(part)]
    return counts
