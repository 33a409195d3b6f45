"""Snapshots made, deleted, applied and renamed inside one image, on new metadata (block/qcow2-snapshot.c, DESIGN §8).

Every function fills in a ``Shadow`` and writes new tables; nothing counts before the shadow is committed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from snapmgr.block.problem import ImageProblem
from snapmgr.block.qcow2 import entry as entries
from snapmgr.block.qcow2.check import check_image
from snapmgr.block.qcow2.entry import NewEntry
from snapmgr.block.qcow2.features import Encryption
from snapmgr.block.qcow2.geometry import COPIED, SECTOR
from snapmgr.block.qcow2.header import LONGEST_FILE
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.l2 import Words
from snapmgr.block.qcow2.layers import uses_of, with_right_flags
from snapmgr.block.qcow2.shadow import Shadow
from snapmgr.block.qcow2.snapshots import SnapshotEntry
from snapmgr.errors import ImageError, SnapmgrError, Unsupported
from snapmgr.work import Progress, no_progress

_MOST_METADATA = 64 << 30
"""Bytes of tables that are looked through before anything is changed."""

_HARMLESS = frozenset(
    {
        "leaked-clusters", "dirty", "size-odd", "header-length", "snapshot-incomplete", "snapshot-id-twice",
        "snapshot-twins", "snapshot-name-cut", "snapshot-disk-size", "vm-state-size", "vm-state-size-differs",
    }
)  # fmt: skip
"""Problems that say nothing against a table or refcount."""


def begin(image: Qcow2Image, progress: Progress = no_progress) -> Shadow:
    """A change of an image that may be changed.  Raises as ``check_changeable``, SnapmgrError ``read-only``."""
    check_changeable(image, progress)
    return Shadow(image)


def check_changeable(image: Qcow2Image, progress: Progress = no_progress) -> None:
    """Look through the tables: whoever writes by wrong ones destroys data.

    Raises Unsupported for what QEMU does not do either (encryption without its key, an external data file), ImageError
    ``corrupt`` and ``damaged`` where tables or refcounts are wrong.
    """
    _refuse(image)
    checked = check_image(image, most_metadata=_MOST_METADATA, others=False, progress=progress)
    checked.require_complete()
    _refuse_damaged(image, checked.problems)


def _refuse_damaged(image: Qcow2Image, problems: Sequence[ImageProblem]) -> None:
    first = next((problem for problem in problems if problem.code not in _HARMLESS), None)
    if first is not None:
        raise ImageError(
            "damaged",
            f"the image is damaged, and is not changed: {first.message}",
            path=image.path,
            offset=first.offset,
            hint=first.hint,
        )


def why_fixed(image: Qcow2Image, problems: Sequence[ImageProblem]) -> SnapmgrError | None:
    """Why its snapshots cannot be changed, as far as the ``problems`` found already tell; None = nothing is known."""
    try:
        _refuse(image)
        _refuse_damaged(image, problems)
    except SnapmgrError as error:
        return error
    return None


def why_not_applied(image: Qcow2Image) -> SnapmgrError | None:
    """Why none of its snapshots can be applied although they can be changed."""
    try:
        _refuse_bitmaps(image)
    except SnapmgrError as error:
        return error
    return None


def _refuse(image: Qcow2Image) -> None:
    if image.corrupt:
        raise ImageError(
            "corrupt",
            "the image is marked as corrupt: it can be read, not written",
            path=image.path,
            hint="Make a copy of the image, then: snapctl check --repair all",
            qemu="qcow2: Image is corrupt; cannot be opened read/write",
        )
    if image.encryption is not Encryption.NONE:
        raise Unsupported(
            "encrypted",
            f"the image is encrypted ({image.encryption.name}): without its key its snapshots are only listed",
            path=image.path,
            hint="qemu-img snapshot --object secret,… --image-opts … takes the key.",
            qemu="Parameter 'encrypt.key-secret' is required for cipher",
        )
    if image.header.has_data_file:
        raise Unsupported(
            "snapshots-with-data-file",
            "the image keeps its data in another file, so it can have no snapshots",
            path=image.path,
            hint="Convert it with qemu-img convert -O qcow2.",
            qemu="Operation not supported",
        )


def create(
    shadow: Shadow,
    new: NewEntry,
    state: Words | None = None,
    *,
    gone: Collection[SnapshotEntry] = (),
    progress: Progress = no_progress,
) -> int:
    """Keep the disk as it is now, with the VM state whose L2 tables stand at the offsets ``state``, in the place of the
    snapshots ``gone``.  Returns where the new snapshot's L1 table stands.

    Raises SnapmgrError ``refcount-overflow``, ``too-many-snapshots``, ``cannot-write``.
    """
    image, allocation = shadow.image, shadow.allocation
    before = image.active_l1()
    disk = before[: image.geometry.l1_entries(image.header.raw_size)]
    if np.any(before[len(disk) :]):  # what QEMU left of a VM state is nobody's any more
        allocation.add(uses_of(image, before), -1)
        allocation.add(uses_of(image, disk), 1)
    allocation.add(uses_of(image, disk, progress), 1)
    _let_go(shadow, gone)
    allocation.check()
    active = with_right_flags(image, disk, allocation, shadow.write, layers=2)
    kept = active & np.uint64(~COPIED & (1 << 64) - 1)
    if state is not None:
        kept = np.concatenate([kept, state])
    place = _write_l1(shadow, kept)
    replace_active(shadow, before, active)
    others = [one for one in image.snapshots if one not in gone]
    table = [entries.kept(image.file, one, sizes=image.header.version >= 3) for one in others]
    _replace_table(shadow, [*table, new.encoded(place, len(kept))])
    return place


def delete(shadow: Shadow, gone: Collection[SnapshotEntry], progress: Progress = no_progress) -> None:
    """Take these snapshots out; what only they used becomes free.  Raises SnapmgrError ``cannot-write``."""
    image, allocation = shadow.image, shadow.allocation
    _let_go(shadow, gone, progress)
    allocation.check()
    before = image.active_l1()
    replace_active(shadow, before, with_right_flags(image, before, allocation, shadow.write, layers=1))
    left = [one for one in image.snapshots if one not in gone]
    _replace_table(shadow, [entries.kept(image.file, one, sizes=image.header.version >= 3) for one in left])


def _let_go(shadow: Shadow, gone: Collection[SnapshotEntry], progress: Progress = no_progress) -> None:
    """What these snapshots use is used once less."""
    for one in gone:
        shadow.allocation.add(uses_of(shadow.image, shadow.image.snapshot_l1(one), progress), -1)
        shadow.allocation.release(one.l1_offset, one.l1_size * 8)


def apply(shadow: Shadow, entry: SnapshotEntry, progress: Progress = no_progress) -> None:
    """Make the disk what it was; what it is now is lost, but for what snapshots share.

    Raises ImageError ``snapshot-disk-size`` where the entry's size cannot be right, Unsupported ``bitmaps-resize``,
    SnapmgrError ``refcount-overflow``, ``cannot-write``.
    """
    image, allocation = shadow.image, shadow.allocation
    wanted = image.geometry.l1_entries(entry.disk_size)
    if entry.disk_size % SECTOR or wanted > entry.l1_size or entry.disk_size > LONGEST_FILE:
        raise ImageError(
            "snapshot-disk-size",
            f"the snapshot says that the disk had {entry.disk_size} bytes, which cannot be right",
            path=image.path,
            offset=entry.offset,
            hint="Its contents can be read as far as its tables go: export it to a new image.",
        )
    resized = entry.disk_size != image.header.raw_size
    _refuse_bitmaps(image)
    before, then = image.active_l1(), image.snapshot_l1(entry)[:wanted]
    allocation.add(uses_of(image, then, progress), 1)
    allocation.add(uses_of(image, before), -1)
    allocation.check()
    replace_active(shadow, before, with_right_flags(image, then, allocation, shadow.write, layers=1))
    shadow.change.size = entry.disk_size
    if resized and any(one.extra_size < entries.SIZES for one in image.snapshots):
        _replace_table(shadow, [entries.kept(image.file, one, sizes=True) for one in image.snapshots])


def _refuse_bitmaps(image: Qcow2Image) -> None:
    """A bitmap says what changed since a backup: after going back to a snapshot it would not be true any more."""
    if image.metadata.extensions.bitmaps is None:
        return
    raise Unsupported(
        "bitmaps",
        "the image keeps dirty bitmaps, which would not be true of the disk any more",
        path=image.path,
        hint="Remove them with qemu-img bitmap --remove, and begin a new full backup afterwards.",
        qemu="Device has active dirty bitmaps",
    )


def rename(shadow: Shadow, entry: SnapshotEntry, name: bytes) -> None:
    """Give a snapshot another name; its id stays."""
    image = shadow.image
    sizes = image.header.version >= 3
    table = [entries.kept(image.file, one, name=name if one is entry else None, sizes=sizes) for one in image.snapshots]
    _replace_table(shadow, table)


def _write_l1(shadow: Shadow, l1: Words) -> int:
    """Where it stands now; 0 for a table without entries."""
    if not len(l1):
        return 0
    place = shadow.allocation.take(l1.nbytes)
    shadow.write(place, l1.astype(">u8").tobytes())
    return place


def replace_active(shadow: Shadow, before: Words, now: Words) -> None:
    """Give the disk as it is now another L1 table, unless it is the same."""
    if np.array_equal(before, now):
        return
    change = shadow.change
    shadow.allocation.release(change.l1_offset, change.l1_size * 8)
    change.l1_offset, change.l1_size = _write_l1(shadow, now), len(now)


def _replace_table(shadow: Shadow, parts: list[bytes]) -> None:
    image, allocation, change = shadow.image, shadow.allocation, shadow.change
    whole = entries.table(parts)
    if image.snapshots:
        last = image.snapshots[-1]
        allocation.release(change.snapshots_offset, last.offset + last.length - change.snapshots_offset)
    change.snapshots_offset = allocation.take(len(whole)) if whole else 0
    change.snapshot_count = len(parts)
    if whole:
        shadow.write(change.snapshots_offset, whole)
