"""Files that are no qcow2 image, named for what they are by their contents."""

from __future__ import annotations

import codecs
import os
import re
from pathlib import Path

from snapmgr.containers.file import open_descriptor
from snapmgr.containers.open import HEAD, Kind, Recognised, recognise
from snapmgr.errors import SnapmgrError, Unsupported

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def what_it_is(path: str | Path) -> Unsupported | None:
    """What a file without any image format is instead of a disk, None where it may well be a raw disk."""
    try:
        return _by_kind(recognise(Path(path)), path) or _by_text(path)
    except SnapmgrError:  # a host's block device, or a file that vanished meanwhile
        return None


def _by_kind(found: Recognised, path: str | Path) -> Unsupported | None:
    packed = f" packed with {found.packed}" if found.packed else ""
    if found.kind is Kind.STREAM:
        hint = "Look into it as a stream."
        return Unsupported("migration-stream", f"{path} is a migration stream{packed}, no disk", path=path, hint=hint)
    if found.packed:
        what = f"{found.format} image" if found.format else "file"
        hint = "Unpack it first: an image is read in place."
        return Unsupported("packed-image", f"{path} is a {what}{packed}", path=path, hint=hint)
    return _hardly_a_disk(path, "is empty") if found.kind is Kind.EMPTY else None


def _by_text(path: str | Path) -> Unsupported | None:
    descriptor = open_descriptor(Path(path))
    try:
        head = os.pread(descriptor, HEAD, 0)
    finally:
        os.close(descriptor)
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else _hardly_a_disk(path, "holds text")


def _hardly_a_disk(path: str | Path, what: str) -> Unsupported:
    """QEMU takes whatever no driver claims for a raw disk; this surely is none."""
    message = f"{path} {what}: it is no disk image, or at most a raw disk, which can hold no snapshots"
    return Unsupported("raw-disk", message, path=path, hint="Name a qcow2 image.")
