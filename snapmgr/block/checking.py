"""Checking an image file as ``qemu-img check`` does, and repairing it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from snapmgr.block import lock
from snapmgr.block.images import open_image
from snapmgr.block.qcow2.bitmaps import read_bitmaps
from snapmgr.block.qcow2.check import Checked, check_image, open_below
from snapmgr.block.qcow2.faults import LOST
from snapmgr.block.qcow2.features import Encryption
from snapmgr.block.qcow2.header import LONGEST_FILE, MAX_L1_BYTES
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.rebuild import repair_all
from snapmgr.block.qcow2.repair import concerns_flags, refuse_to_lower, repair_leaks
from snapmgr.block.qcow2.snapshots import SnapshotEntry
from snapmgr.errors import ImageError, SnapmgrError, Unsupported
from snapmgr.names import quoted
from snapmgr.work import Progress, no_progress

MOST_METADATA = 64 << 30
"""Bytes of tables: those of some hundreds of TiB.  They are read one after the other, so this bounds time."""


@dataclass(frozen=True, slots=True)
class ImageCheck:
    """What is wrong now, how many leaked clusters were given back before, and how many errors repaired."""

    checked: Checked
    leaks_fixed: int = 0
    corruptions_fixed: int = 0


class Repair(StrEnum):
    """``LEAKS``: clusters that nothing uses are given back; ``ALL``: all refcounts and COPIED flags are made right."""

    LEAKS = "leaks"
    ALL = "all"


def check_file(
    path: str | Path,
    *,
    repair: Repair | None = None,
    allow_roots: Iterable[Path] = (),
    progress: Progress = no_progress,
) -> ImageCheck:
    """Look through all tables of a qcow2 image; with ``repair`` put right what can be, then look again.

    ``progress`` is told the bytes of tables.  Raises what ``open_image`` does, and InUse while somebody else writes
    the image or, to repair it, uses it at all; Unsupported for what ``qemu-img check`` does not open either (an
    encrypted image, one whose other files are missing) or for too many tables; with ``repair`` what
    ``refuse_to_lower`` raises, if there are any leaks, or ``repair_all``.
    """
    use = lock.Use.READ if repair is None else lock.Use.WRITE
    image = open_image(path, allow_roots=allow_roots, use=use, checking=True)
    try:
        _open_all(image)
        if repair is Repair.ALL:
            return _repaired(image, progress)
        checked = _check(image, progress)
        if repair is None or not checked.tally.leaks:
            return ImageCheck(checked)
        refuse_to_lower(image, checked)
        if concerns_flags(image, checked.leaks):
            return _repaired(image, progress)
        fixed = repair_leaks(image, checked)
        return ImageCheck(_check(image, progress), fixed)
    except SnapmgrError as error:
        error.path = error.path or str(path)
        raise
    finally:
        image.close()


def _repaired(image: Qcow2Image, progress: Progress) -> ImageCheck:
    before = repair_all(image, most_metadata=MOST_METADATA, progress=progress).tally
    after = _check(image, progress)
    wrong = before.corruptions + before.check_errors - after.tally.corruptions - after.tally.check_errors
    return ImageCheck(after, max(0, before.leaks - after.tally.leaks), max(0, wrong))


def _open_all(image: Qcow2Image) -> None:
    """The data file and the backing chain, without which QEMU does not open the image."""
    if image.encryption is not Encryption.NONE:
        raise Unsupported(
            "encrypted",
            f"the image is encrypted ({image.encryption.name}): without its key it is not checked",
            hint="qemu-img check --object secret,… --image-opts … takes the key.",
            qemu="Parameter 'encrypt.key-secret' is required for cipher",
        )
    image.data_file()
    open_below(image)
    _refuse_as_qemu(image)


def _refuse_as_qemu(image: Qcow2Image) -> None:
    """Raise ImageError for faults on which ``qemu-img check`` gives up, with its text."""
    header, bitmaps = image.header, image.metadata.extensions.bitmaps
    if header.data_file_raw and not header.has_data_file:
        raise ImageError(
            "data-file-raw",
            "the image claims a raw data file but has no external data file at all",
            offset=88,
            hint="What it holds can be read: snapctl snapshot export copies it into a new image.",
            qemu=f"Could not open '{image.path}': data-file-raw requires a data file",
        )
    try:
        if bitmaps is not None:
            read_bitmaps(image.file, header, bitmaps)
    except ImageError as error:
        if error.qemu and not error.qemu.startswith("Check failed"):
            error.qemu = f"Could not open '{image.path}': {error.qemu}"
        raise
    for entry in image.snapshots:
        if entry.l1_size and entry.l1_offset + 8 * entry.l1_size > LONGEST_FILE and _is_aligned(image, entry):
            message = (
                f"the L1 table of snapshot {quoted(entry.name_text[:60])} is said to be behind the end of any file"
            )
            text = "Check failed: Input/output error"
            raise ImageError("snapshot-l1-table-offset", message, offset=entry.offset, hint=LOST, qemu=text)


def _is_aligned(image: Qcow2Image, entry: SnapshotEntry) -> bool:
    return entry.l1_offset % image.cluster_size == 0 and entry.l1_size <= MAX_L1_BYTES // 8


def _check(image: Qcow2Image, progress: Progress) -> Checked:
    checked = check_image(image, most_metadata=MOST_METADATA, progress=progress)
    checked.require_complete()
    return checked
