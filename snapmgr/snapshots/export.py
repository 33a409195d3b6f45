"""The disk of an image as a file of its own: as it is now, or as the guest would see it after loading a snapshot."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from snapmgr.block import lock
from snapmgr.block.device import BlockDevice
from snapmgr.block.images import open_image
from snapmgr.block.qcow2.header import MAX_L1_BYTES
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.tags import find_tag
from snapmgr.block.raw import RawFile
from snapmgr.block.replace import check_replace
from snapmgr.errors import ImageError, SnapmgrError, Unsupported, UsageError
from snapmgr.names import quoted
from snapmgr.snapshots.copy import Qcow2Target, RawTarget, check_space, copy_disk, data_ranges
from snapmgr.snapshots.foreign import what_it_is
from snapmgr.snapshots.journal import settle
from snapmgr.snapshots.newfile import NewFile
from snapmgr.work import CancelToken, Progress, no_progress


@dataclass(frozen=True, slots=True)
class ExportResult:
    """The file that was written; ``size`` is that of the disk in bytes, not what the file takes."""

    path: Path
    size: int
    format: str


def export_disk(
    image: str | Path,
    tag: str | None,
    out: str | Path,
    *,
    format: str = "raw",
    overwrite: bool = False,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
    allow_roots: Sequence[Path] = (),
) -> ExportResult:
    """Write the disk as of snapshot ``tag`` (None = now) to ``out``: a sparse raw file or a new plain qcow2.

    The disk has the size it had then.  ``out`` appears whole at the end or not at all.  Raises NotFound, UsageError
    (``exists``, ``same-file``, ``ambiguous-snapshot``…), InUse where the disk as it is now is being written by somebody
    else or ``out`` is an image in use, Unsupported where the image is encrypted or no qcow2, ImageError where it is
    damaged, SnapmgrError ``no-space``, Cancelled.
    """
    if format not in ("raw", "qcow2"):
        raise UsageError("format", f"no such format: {format}", hint="Use raw or qcow2.")
    target = Path(out)
    _check_target(target, overwrite=overwrite)
    check_replace(target, [image], allow_roots)
    settle([image])
    source = _open(image, tag, allow_roots)
    try:
        disk = _disk(source, tag, image)
        with NewFile(target, overwrite=overwrite) as new:
            _write(disk, new, "qcow2" if format == "qcow2" else "raw", progress, cancel)
        return ExportResult(target, disk.size, format)
    except SnapmgrError as error:
        if error.path is None:
            error.path = str(image)
        raise
    finally:
        source.close()


def _open(image: str | Path, tag: str | None, allow_roots: Sequence[Path]) -> Qcow2Image:
    """Raises as ``open_image``, with what the file is instead of an image, and what to do with a raw disk."""
    try:
        return open_image(image, allow_roots=allow_roots)
    except Unsupported as error:
        if error.code != "raw-disk":
            raise
        raise (what_it_is(image) or _raw(image, tag)) from error


def _raw(image: str | Path, tag: str | None) -> Unsupported:
    """A raw disk is the file itself: an export would be a copy, for which there are better programs."""
    lacks = "it holds the disk as it is now, as it stands" if tag is None else f"it can hold no snapshot {quoted(tag)}"
    hint = "Copy the file, or make an image of it with qemu-img convert -O qcow2."
    return Unsupported("raw-disk", f"{image} is a raw disk: {lacks}", path=image, hint=hint)


def _write(
    disk: BlockDevice, new: NewFile, form: Literal["raw", "qcow2"], progress: Progress, cancel: CancelToken | None
) -> None:
    """Copy what is not zero; the free space is checked first."""
    try:
        target = RawTarget(new.descriptor, disk.size) if form == "raw" else Qcow2Target(new.descriptor, disk.size)
        ranges = data_ranges(disk, target.grain, cancel)
        check_space(new.path, target.needed(ranges))
        copy_disk(disk, ranges, target, progress, cancel)
    except OSError as error:
        raise SnapmgrError(
            "cannot-write", f"{new.path} cannot be written: {error.strerror}", path=new.path, hint=_way_out(error, form)
        ) from error


def _way_out(error: OSError, form: str) -> str:
    """What to do about a file that cannot be written.  A raw file is as long as the disk, holes and all."""
    if error.errno == errno.EFBIG and form == "raw":
        return "Its file system takes no file as long as this disk: choose another one, or export a qcow2 image."
    return "Nothing was left behind: choose another folder."


def _disk(source: Qcow2Image, tag: str | None, image: str | Path) -> BlockDevice:
    """The view to copy.  Raises what says that there is none."""
    if tag is None:
        if isinstance(source.file, RawFile):  # what a writer changes meanwhile would be a mixture of two times
            lock.acquire(source.file.descriptor, lock.Use.READ, image)
        return source.active
    entry = source.snapshots[find_tag([(one.id_text, one.name_text) for one in source.snapshots], tag, image)]
    if source.geometry.l1_entries(entry.disk_size) * 8 > MAX_L1_BYTES:
        raise ImageError(
            "snapshot-disk-size",
            f"the snapshot {quoted(tag)} claims a disk of {entry.disk_size} bytes, more than the image can hold",
            path=image,
            offset=entry.offset,
            hint="The snapshot table is damaged.",
        )
    return source.at(entry)


def _check_target(target: Path, *, overwrite: bool) -> None:
    if target.is_dir():
        raise UsageError("is-a-directory", f"{target} is a folder", path=target, hint="Name a file to write.")
    if not target.parent.is_dir():
        raise UsageError("no-such-folder", f"there is no folder {target.parent}", path=target)
    if target.is_symlink() and not target.exists():
        raise UsageError("exists", f"{target} is a link that leads nowhere", path=target, hint="Choose another name.")
    if target.exists() and not target.is_file():
        raise UsageError("not-a-file", f"{target} is no ordinary file", path=target, hint="Choose another name.")
    if target.exists() and not overwrite:
        raise UsageError("exists", f"{target} exists already", path=target, hint="Choose another name, or replace it.")
