"""What an image was before a change and behind it: enough to tell later whether anybody wrote to it since."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field

import numpy as np

from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.refcounts import read_refcount_table, read_refcounts
from snapmgr.block.qcow2.shadow import Shadow
from snapmgr.block.raw import RawFile


@dataclass(frozen=True, slots=True)
class FileState:
    """Which file it is, its bytes, when it was written and changed in ns, and the digest of all its refcounts."""

    identity: tuple[int, int]
    size: int
    written: int
    changed: int
    refcounts: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Switched:
    """One image that was changed: its header sector ``before`` and ``after``, how long the file was before, and its
    ``state`` once the change was made."""

    path: str
    before: bytes = field(repr=False)
    after: bytes = field(repr=False)
    length: int
    state: FileState


def switched(shadow: Shadow) -> Switched | None:
    """What is to be remembered of a shadow that was committed just now, while the image is still nobody else's; None
    where nobody could tell later whether it was written to."""
    file = shadow.image.file
    if not isinstance(file, RawFile) or not _mark(file):
        return None
    counts = shadow.allocation.then[: -(-file.size // shadow.image.cluster_size)].astype(np.uint64)
    state = _state(file, hashlib.sha256(counts.tobytes()).digest())
    return Switched(str(shadow.image.path), shadow.old_sector, shadow.new_sector, shadow.length_before, state)


def _mark(file: RawFile) -> bool:
    """Give the file a time of writing that no clock gives: it would not show a write within the same tick of the
    kernel's clock otherwise, which is some milliseconds long."""
    status = os.fstat(file.descriptor)
    marked = status.st_mtime_ns + 1
    try:
        os.utime(file.descriptor, ns=(status.st_atime_ns, marked))
    except OSError:  # somebody else's file
        return False
    return os.fstat(file.descriptor).st_mtime_ns == marked


def state_of(image: Qcow2Image, file: RawFile) -> FileState:
    """What the image is now."""
    table = read_refcount_table(file, image.header)
    counts = read_refcounts(file, image.header, table, -(-file.size // image.cluster_size))
    return _state(file, hashlib.sha256(counts.tobytes()).digest())


def _state(file: RawFile, refcounts: bytes) -> FileState:
    status = os.fstat(file.descriptor)
    return FileState((status.st_dev, status.st_ino), status.st_size, status.st_mtime_ns, status.st_ctime_ns, refcounts)
