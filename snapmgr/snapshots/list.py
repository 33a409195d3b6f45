"""The snapshots of one machine: those of each of its disks, joined by name."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from snapmgr.block import lock
from snapmgr.block.backing import Chain
from snapmgr.block.images import format_of, open_image
from snapmgr.block.problem import ImageProblem
from snapmgr.block.qcow2 import change
from snapmgr.block.qcow2.check import Checked, check_image, open_below
from snapmgr.block.qcow2.features import Encryption
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.repair import COUNTS, HARMLESS
from snapmgr.block.qcow2.snapshots import SnapshotEntry
from snapmgr.block.raw import RawFile
from snapmgr.errors import NotFound, SnapmgrError, UsageError, not_writable
from snapmgr.snapshots.foreign import what_it_is
from snapmgr.snapshots.join import joined
from snapmgr.snapshots.journal import CutOff, settle
from snapmgr.snapshots.model import DeviceInfo, DiskSnapshot, Snapshots

_MOST_METADATA = 16 << 20
"""Bytes of tables that are looked through for faults: a list should not take longer than a blink of the eye."""


@dataclass(frozen=True, slots=True)
class _Disk:
    """What one path gave; ``entries`` None where the disk can hold no snapshots, so that none is missing there."""

    device: DeviceInfo
    entries: tuple[DiskSnapshot, ...] | None


def list_snapshots(paths: Sequence[str | Path], allow_roots: Sequence[Path] = ()) -> Snapshots:
    """Read the snapshot tables of ``paths``, the disks of one machine; images in use are read as well.

    A disk that cannot be read or can hold no snapshots stands among the others with its error.  Where that is so for
    all of them, the first error is raised: Unsupported (what it is instead), ImageError, SnapmgrError.  Raises NotFound
    for a file that is not there, UsageError for no file at all or one that is named twice.
    """
    if not paths:
        raise UsageError("no-image", "no image is named", hint="Name the machine's disks.")
    _refuse_twins(paths)
    cut_off = settle(paths)
    disks = [_told(_read(path, allow_roots), cut_off) for path in paths]
    errors = [disk.device.error for disk in disks if disk.device.error is not None]
    if len(errors) == len(disks):
        raise errors[0]
    tables = {disk.device.path: disk.entries for disk in disks if disk.entries is not None}
    return Snapshots(tuple(disk.device for disk in disks), joined(tables))


def _told(disk: _Disk, cut_off: Sequence[CutOff]) -> _Disk:
    """With a change of several disks that was cut off, where this is one of them, among its problems."""
    device = disk.device
    path = Path(device.path).absolute()
    mine = [ImageProblem("cut-off", one.message, hint=one.hint) for one in cut_off if path in (*one.done, *one.left)]
    return replace(disk, device=replace(device, problems=(*mine, *device.problems))) if mine else disk


def _refuse_twins(paths: Sequence[str | Path]) -> None:
    seen: dict[str, str | Path] = {}
    for path in paths:
        real = os.path.realpath(path)
        if real in seen:
            message = (
                f"{path} and {seen[real]} are the same file"
                if str(path) != str(seen[real])
                else f"{path} is named twice"
            )
            raise UsageError("same-image", message, path=path, hint="Name each disk once.")
        seen[real] = path


def _read(path: str | Path, allow_roots: Sequence[Path]) -> _Disk:
    try:
        image = open_image(path, allow_roots=allow_roots, use=lock.Use.SHARE)
    except NotFound:
        raise
    except SnapmgrError as error:
        said = what_it_is(path) if error.code == "raw-disk" else None
        return _Disk(_unreadable(path, said or error), None)
    try:
        return _describe(image, str(path), allow_roots)
    except SnapmgrError as error:  # the file itself gives up, in the middle of its tables
        return _Disk(_unreadable(path, error), None)
    finally:
        image.close()


def _unreadable(path: str | Path, error: SnapmgrError) -> DeviceInfo:
    """A disk of another format, or one that nobody can open."""
    try:
        file = RawFile.open(path)
    except SnapmgrError:  # no file that holds data, or one that we may not read
        return DeviceInfo(str(path), "unknown", 0, None, error=error)
    try:
        form = format_of(file)
        size = file.size if form == "raw" else 0
        return DeviceInfo(str(path), form, size, None, in_use=lock.in_use_by(file.descriptor), error=error)
    finally:
        file.close()


def _describe(image: Qcow2Image, path: str, allow_roots: Sequence[Path]) -> _Disk:
    in_use = lock.in_use_by(image.file.descriptor) if isinstance(image.file, RawFile) else None
    # While somebody writes, tables are in flux and partly in the writer's memory: none of them is looked at.
    checked = check_image(image, most_metadata=0 if in_use else _MOST_METADATA)
    device = DeviceInfo(
        path,
        "qcow2",
        image.size,
        image.cluster_size,
        in_use=in_use,
        problems=checked.problems,
        unchecked=_unchecked(checked, in_use),
        encrypted=image.encryption is not Encryption.NONE,
        backing=image.backing_name,
        backing_file=_backing_file(image, path, allow_roots),
        closed=_why_closed(image),
        fixed=_why_fixed(image, path, checked),
        unloadable=change.why_not_applied(image),
    )
    if image.header.has_data_file:  # QEMU takes no snapshots of such images
        return _Disk(device, None)
    return _Disk(device, tuple(disk_snapshot(entry) for entry in image.snapshots))


def _backing_file(image: Qcow2Image, path: str, allow_roots: Sequence[Path]) -> str | None:
    if image.backing_name is None:
        return None
    try:
        return str(Chain.of(Path(path), allow_roots).resolve(image.backing_name, Path(path)))
    except SnapmgrError:  # by a protocol, or in a folder that nobody allowed
        return None


def _why_closed(image: Qcow2Image) -> SnapmgrError | None:
    """What keeps the contents from being read: the data file or one of the backing chain cannot be opened."""
    try:
        image.data_file()
        open_below(image)
    except SnapmgrError as error:
        return error
    return None


def _why_fixed(image: Qcow2Image, path: str, checked: Checked) -> SnapmgrError | None:
    if not os.access(path, os.W_OK):
        return not_writable(path)
    if image.dirty and all(problem.code in COUNTS or problem.code in HARMLESS for problem in checked.problems):
        return change.why_fixed(image, ())  # whoever changes it puts it right before
    return change.why_fixed(image, checked.problems)


def _unchecked(checked: Checked, in_use: str | None) -> str | None:
    """How far the faults of a disk can be relied on, as one sentence; None = every table was looked at."""
    if checked.complete:
        return None
    if in_use is not None:
        return "its tables were not looked through for faults while another process uses it"
    size = checked.left_out / (1 << 20)
    return f"its tables, {size:.0f} MiB at least, were not looked through for faults: snapctl check does that"


def disk_snapshot(entry: SnapshotEntry) -> DiskSnapshot:
    """An entry of an image's table as lists have it."""
    return DiskSnapshot(
        id=entry.id_text,
        name=entry.name_text,
        vm_state_size=entry.vm_state_size,
        date_sec=entry.date_sec,
        date_nsec=entry.date_nsec,
        vm_clock_nsec=entry.vm_clock_nsec,
        icount=entry.icount,
        disk_size=entry.disk_size,
        index=entry.index,
        l1_offset=entry.l1_offset,
    )
