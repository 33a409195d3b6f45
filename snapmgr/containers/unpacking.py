"""A packed file as a source: a small one by an unnamed temporary file, which vanishes with the process.

A large file is read frame by frame where it has frames, else it is packed anew into frames, once.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import IO

from snapmgr.containers import repack
from snapmgr.containers.file import FileSource, open_descriptor
from snapmgr.containers.frames import FramesSource, find_frames
from snapmgr.containers.packed import PIECE, Room, Unpacking
from snapmgr.errors import StreamError
from snapmgr.work import CancelToken, Progress

FRAMED = 16 << 20
"""Packed bytes from which on a file is looked through for frames: smaller ones are unpacked as quickly."""


def open_packed(
    path: Path,
    kind: str,
    progress: Progress,
    cancel: CancelToken | None,
    start: int = 0,
    label: str | None = None,
) -> FileSource:
    """What is packed by ``kind`` from byte ``start`` of ``path`` on.

    With a ``label`` the file is nobody's to find again: nothing of it is kept.  What comes before a damage is there.
    Raises StreamError where nothing can be unpacked, Cancelled, and SnapmgrError ``disk-full`` before the disk is.
    """
    if label is None:
        found = _frames(path, kind, start) or _kept(path, kind, start)
        if found is not None:
            return found
    unpacking = Unpacking(path, kind, progress, start)
    pieces = unpacking.pieces()
    with tempfile.TemporaryFile() as target:
        if _spool(pieces, target, cancel, repack.LARGE if label is None and repack.may_keep() else None):
            target.seek(0)
            spooled = iter(lambda: target.read(PIECE), b"")
            descriptor = repack.repack(chain(spooled, pieces), path, start, cancel, lambda: unpacking.damage is None)
            source: FileSource = _of_frames(descriptor, path, kind)
        else:
            if unpacking.damage is not None and not target.tell():
                message = f"{path} is no whole {kind} file: {unpacking.damage}"
                raise StreamError("damaged-container", message, path=path, offset=start) from unpacking.damage
            source = FileSource(os.dup(target.fileno()), label or path.name, None if label else path, kind)
    source.complete = unpacking.damage is None
    return source


def _spool(pieces: Iterator[bytes], target: IO[bytes], cancel: CancelToken | None, most: int | None) -> bool:
    """Copy pieces into ``target``; True once it has ``most`` bytes, whether or not there are more."""
    room = Room()
    for data in pieces:
        if cancel is not None:
            cancel.check()
        room.take(len(data), target.tell())
        target.write(data)
        if most is not None and target.tell() >= most:
            return True
    target.flush()
    return False


def _frames(path: Path, kind: str, start: int) -> FileSource | None:
    """A large file that has frames of its own."""
    if kind != "zst" or start or path.stat().st_size < FRAMED:
        return None
    descriptor = open_descriptor(path)
    table = find_frames(descriptor)
    if table is not None and len(table.packed) > 2:
        return FramesSource(descriptor, path.name, path, kind, table)
    os.close(descriptor)
    return None


def _kept(path: Path, kind: str, start: int) -> FileSource | None:
    descriptor = repack.open_kept(path, start)
    return None if descriptor is None else _of_frames(descriptor, path, kind)


def _of_frames(descriptor: int, path: Path, kind: str) -> FramesSource:
    """A file that was packed anew.  Raises StreamError where somebody else wrote to it."""
    table = find_frames(descriptor)
    if table is None:
        os.close(descriptor)
        raise StreamError("damaged-container", f"what was kept of {path} is damaged", path=path, offset=0)
    return FramesSource(descriptor, path.name, path, kind, table)
