"""Leaked clusters given back: refcounts lowered to what refers to them (block/qcow2-refcount.c: compare_refcounts).

A refcount that is too high does no harm, so whichever of the writes get through, the image is sound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from snapmgr.block.qcow2.features import KNOWN_AUTOCLEAR
from snapmgr.block.qcow2.geometry import COMPRESSED, OFFSET_MASK
from snapmgr.block.qcow2.refcounts import (
    BLOCK_MASK,
    decode_refcounts,
    encode_refcounts,
    entries_per_block,
    read_refcount_table,
)
from snapmgr.block.qcow2.references import read_l2
from snapmgr.errors import SnapmgrError, Unsupported

if TYPE_CHECKING:
    from snapmgr.block.qcow2.check import Checked
    from snapmgr.block.qcow2.image import Qcow2Image
    from snapmgr.block.qcow2.tally import Leaks

HARMLESS = ("leaked-clusters", "dirty", "size-odd")
"""Problems that say nothing against a table."""

COUNTS = (
    "corrupt", "refcount-too-low", "copied-flag", "refcount-table-beyond-end", "refcount-table-reserved-bits",
    "refcount-block-unaligned", "refcount-block-beyond-end",
)  # fmt: skip
"""Problems of counting alone: what the layers hold is beyond doubt, and says what the counts are."""

Numbers = npt.NDArray[np.int64]


def repair_leaks(image: Qcow2Image, checked: Checked) -> int:
    """Lower the refcounts that ``checked`` found too high, on stable storage when it returns; returns how many.

    ``image`` must be open for writing, and nobody else's; there must be nothing that ``refuse_to_lower`` refuses.
    """
    leaks = checked.leaks
    width = entries_per_block(image.header)
    table = read_refcount_table(image.file, image.header)
    blocks = leaks.clusters // width
    for index in np.unique(blocks).tolist():
        here = blocks == index
        _lower(image, int(table[index]) & BLOCK_MASK, leaks.clusters[here] % width, leaks.uses[here])
    image.file.flush()
    return len(leaks.clusters)


def refuse_to_lower(image: Qcow2Image, checked: Checked) -> None:
    """Raise SnapmgrError ``repair-errors`` where anything but leaks is wrong: a wrong table could be what is written
    to, or what looks leaked be all that is left of a snapshot.  Unsupported where an unknown feature may own it."""
    others = [problem for problem in checked.problems if problem.code not in HARMLESS]
    if not checked.complete or others:
        counts = others and all(problem.code in COUNTS for problem in others)
        repairs = "Make a copy of the image, then: snapctl check --repair all"
        raise SnapmgrError(
            "repair-errors",
            "leaks are repaired only where nothing else is wrong with the image"
            + "".join(f": {problem.message}" for problem in others[:1]),
            path=image.path,
            hint=repairs if counts else others[0].hint or None if others else None,
        )
    refuse_unknown(image)


def concerns_flags(image: Qcow2Image, leaks: Leaks) -> bool:
    """Whether a cluster of the disk as it is now is leaked so that it has one user left: it needs the flag COPIED
    then, which a lowered refcount alone would leave wrong."""
    once = leaks.clusters[leaks.uses == 1]
    if not len(once) or image.header.has_data_file:
        return False
    bits = np.uint64(image.header.cluster_bits)
    tables = image.active_l1() & np.uint64(OFFSET_MASK)
    if np.isin((tables >> bits).astype(np.int64), once).any():
        return True
    for table in np.unique(tables[tables != 0]).tolist():
        entries, _ = read_l2(image, table)
        plain = entries[(entries & np.uint64(COMPRESSED)) == 0] & np.uint64(OFFSET_MASK)
        if np.isin((plain >> bits).astype(np.int64), once).any():
            return True
    return False


def refuse_unknown(image: Qcow2Image) -> None:
    """Raise Unsupported where a feature that is not known here may own clusters."""
    if image.header.autoclear & ~KNOWN_AUTOCLEAR:
        raise Unsupported(
            "unknown-autoclear",
            "the image has features that are not known here, which may own what looks leaked",
            path=image.path,
            offset=88,
            hint="Repair it with the program that wrote it.",
        )


def _lower(image: Qcow2Image, offset: int, entries: Numbers, uses: Numbers) -> None:
    """Write these refcounts into the block at ``offset``; of the block only what is between the first and the last."""
    order = image.header.refcount_order
    raw = bytearray(image.cluster_size)
    image.file.pread_into(offset, memoryview(raw))
    counts = decode_refcounts(raw, order).copy()
    counts[entries] = uses
    first = (int(entries[0]) << order) // 8
    last = (int(entries[-1]) << order) // 8 + max(1, (1 << order) // 8)
    image.file.pwrite(offset + first, [memoryview(encode_refcounts(counts, order))[first:last]])
