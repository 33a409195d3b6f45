"""What one layer uses, and its L2 tables with the flags that new refcounts ask for."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from snapmgr.block.qcow2.allocation import Allocation, Counts
from snapmgr.block.qcow2.faults import Faults
from snapmgr.block.qcow2.geometry import COMPRESSED, COPIED, OFFSET_MASK
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.l2 import Words
from snapmgr.block.qcow2.references import ACTIVE, L1, References
from snapmgr.block.qcow2.tally import Tally
from snapmgr.work import Progress, no_progress

Write = Callable[[int, bytes], None]
"""``write(offset, data)`` into the file."""


def uses_of(image: Qcow2Image, l1: Words, progress: Progress = no_progress) -> Counts:
    """How often a layer with this L1 table uses each cluster of the file, its L2 tables and its data.

    The image must be sound.  ``progress`` is told bytes of L2 tables.
    """
    references = References(image, Faults(), Tally())
    offsets, times = np.unique(references.add_l1s([L1(l1, 0, ACTIVE)])[0], return_counts=True)
    for index, (offset, number) in enumerate(zip(offsets.tolist(), times.tolist(), strict=True)):
        references.add_l2(offset, number, 0)
        progress((index + 1) * image.cluster_size, len(offsets) * image.cluster_size)
    return references.counts


def with_right_flags(
    image: Qcow2Image, l1: Words, allocation: Allocation, write: Write, layers: int, progress: Progress = no_progress
) -> Words:
    """The active layer's L1 table, COPIED exactly where ``allocation`` will count one use.

    L2 tables whose flags change are written anew; ``layers`` is how many layers with this very L1 table move to the
    new ones (2: a snapshot of it is being made), all others keep the old ones.
    """
    offsets = l1 & np.uint64(OFFSET_MASK)
    moved = offsets.copy()
    tables, times = np.unique(offsets[offsets != 0], return_counts=True)
    for index, (offset, number) in enumerate(zip(tables.tolist(), times.tolist(), strict=True)):
        words = _read_words(image, offset)
        entries = words[:: 2 if image.geometry.extended else 1]
        flagged = _flagged(entries, allocation, image.header.cluster_bits)
        if not np.array_equal(flagged, entries):
            entries[:] = flagged
            place = allocation.take(image.cluster_size)
            allocation.add_cluster(place, layers * number - 1)
            allocation.add_cluster(offset, -layers * number)
            write(place, words.astype(">u8").tobytes())
            moved[offsets == np.uint64(offset)] = np.uint64(place)
        progress((index + 1) * image.cluster_size, len(tables) * image.cluster_size)
    return _flagged(moved, allocation, image.header.cluster_bits)


def _read_words(image: Qcow2Image, offset: int) -> Words:
    raw = bytearray(image.cluster_size)
    image.file.pread_into(offset, memoryview(raw))
    return np.frombuffer(raw, dtype=">u8").astype(np.uint64)


def _flagged(entries: Words, allocation: Allocation, cluster_bits: int) -> Words:
    """Entries with COPIED where their cluster will have one user; compressed ones never have it."""
    offsets = entries & np.uint64(OFFSET_MASK)
    held = (offsets != 0) & ((entries & np.uint64(COMPRESSED)) == 0)
    numbers = (offsets[held] >> np.uint64(cluster_bits)).astype(np.int64)
    flagged = entries.copy()
    bare = entries[held] & np.uint64(~COPIED & (1 << 64) - 1)
    single = allocation.then[numbers] == 1
    flagged[held] = np.where(single, bare | np.uint64(COPIED), bare)
    return flagged
