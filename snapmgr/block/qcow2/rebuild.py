"""All refcounts and COPIED flags made right from what the layers hold (block/qcow2-refcount.c: rebuild_refcounts).

By new metadata beside the old, and one write of the header that switches, as every change: cut off at any moment, the
image is the damaged one or the repaired one.
"""

from __future__ import annotations

import numpy as np

from snapmgr.block.device import BlockDevice
from snapmgr.block.problem import ImageProblem
from snapmgr.block.qcow2.allocation import Allocation, Counts
from snapmgr.block.qcow2.change import replace_active
from snapmgr.block.qcow2.check import Checked, check_image
from snapmgr.block.qcow2.faults import Faults
from snapmgr.block.qcow2.header import Header
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.l2 import Words
from snapmgr.block.qcow2.layers import with_right_flags
from snapmgr.block.qcow2.refcounts import read_refcount_table, read_refcounts, unreadable_refcounts
from snapmgr.block.qcow2.references import References
from snapmgr.block.qcow2.repair import COUNTS, HARMLESS, refuse_unknown
from snapmgr.block.qcow2.shadow import Shadow
from snapmgr.block.qcow2.tally import Tally
from snapmgr.errors import SnapmgrError, Unsupported
from snapmgr.work import Progress, no_progress


def repair_all(image: Qcow2Image, *, most_metadata: int, progress: Progress = no_progress) -> Checked:
    """Make counts and flags right, on stable storage when it returns what was wrong before; nothing is written where
    nothing is.

    ``image`` must be open for writing, and nobody else's; it is read anew afterwards.  Raises SnapmgrError
    ``repair-errors`` where anything but counts and flags is wrong: tables that cannot be believed do not say what is in
    use.  Unsupported for more tables than ``most_metadata``, an external data file, or unknown features.
    """
    made: list[_Uses] = []

    def uses(image: Qcow2Image, faults: Faults, tally: Tally) -> _Uses:
        made.append(_Uses(image, faults, tally))
        return made[0]

    checked = check_image(image, most_metadata=most_metadata, progress=progress, references=uses)
    checked.require_complete()
    _refuse_others(image, checked.problems)
    refuse_unknown(image)
    if checked.tally.sound and not (image.corrupt or image.dirty):
        return checked
    if image.header.has_data_file:
        raise Unsupported(
            "repair-data-file",
            "an image with its data in another file is not repaired here",
            path=image.path,
            hint="Make a copy of the image, then: qemu-img check -r all",
        )
    _rebuild(image, made[0])
    image.reload()
    return checked


def _refuse_others(image: Qcow2Image, problems: tuple[ImageProblem, ...]) -> None:
    others = [problem for problem in problems if problem.code not in (*HARMLESS, *COUNTS)]
    if others:
        raise SnapmgrError(
            "repair-errors",
            f"only refcounts and COPIED flags are repaired, and something else is wrong: {others[0].message}",
            path=image.path,
            offset=others[0].offset,
            hint=others[0].hint or None,
        )


class _Uses(References):
    """``layers`` counts what is used by anything but the refcounts' own table and blocks, which are made anew."""

    def __init__(self, image: Qcow2Image, faults: Faults, tally: Tally) -> None:
        super().__init__(image, faults, tally)
        self._header = image.header
        self.layers: Counts = np.zeros(0, np.int64)

    def add_refcount_blocks(self, table: Words) -> None:
        self.layers = self.counts.copy()
        offset = self._header.refcount_table_offset
        length = self._header.refcount_table_clusters * self._header.cluster_size
        if length and not self.beyond(offset, length):
            self.layers[offset // self._cluster : (offset + length - 1) // self._cluster + 1] -= 1
        super().add_refcount_blocks(table)


def _rebuild(image: Qcow2Image, uses: _Uses) -> None:
    allocation = _Rebuilt(image.file, image.header, uses)
    shadow = Shadow(image, allocation)
    try:
        before = image.active_l1()
        replace_active(shadow, before, with_right_flags(image, before, allocation, shadow.write, layers=1))
        allocation.check()
        shadow.change.sound = True
        shadow.prepare()
        shadow.commit()
    except BaseException:
        shadow.abandon()
        raise


class _Rebuilt(Allocation):
    """Counts as they ought to be.  Nothing that anything refers to now, or that is counted now, is taken."""

    def __init__(self, file: BlockDevice, header: Header, uses: _Uses) -> None:
        super().__init__(file, header)
        table, number = read_refcount_table(file, header), len(uses.counts)
        counted = read_refcounts(file, header, table, number)
        counted[unreadable_refcounts(header, table, number)] = 1
        self._table = np.zeros(0, np.uint64)
        self._cover(number)
        known = np.minimum(counted, np.uint64(np.iinfo(np.int64).max)).astype(np.int64)
        self.now[:number] = np.maximum(known, uses.counts)
        self.then[:number] = uses.layers

    def _read_block(self, index: int) -> Counts:
        return np.zeros(self._width, np.int64)

    def _changed(self) -> list[int]:
        return self._blocks_with(self.then != 0)

    def _least_table(self) -> int:
        return 1

    def _release_table(self) -> None:
        """The old one is not counted any more."""
