"""Byte locks on image files, as QEMU takes and tests them (block/file-posix.c: raw_apply_lock_bytes).

Byte 100 + n says "I use permission n", byte 200 + n "I do not let others use it"; the permissions are
0 consistent read, 1 write, 2 write unchanged, 3 resize.  All are OFD *read* locks, so they never exclude one another
by themselves: each side also *tests* whether anybody holds the bytes that contradict its own.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from snapmgr.errors import InUse

_FLOCK = struct.Struct("@hhqqi0q")
"""struct flock of 64-bit Linux: type, whence, start, length, pid."""

_UNSUPPORTED = (errno.EINVAL, errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP)

_READ, _WRITE, _RESIZE = 100, 101, 103
_NO_READ, _NO_WRITE, _NO_RESIZE = 200, 201, 203

_CONSISTENT_READ_TEXT = 'Failed to get "consistent read" lock'
_SHARED_TEXTS = {
    _WRITE: 'Failed to get shared "write" lock',
    _RESIZE: 'Failed to get shared "resize" lock',
}


class Use(Enum):
    """How a file is used.  SHARE is QEMU's force-share (``-U``): metadata may change meanwhile."""

    SHARE = "share"
    READ = "read"
    WRITE = "write"


_HELD = {
    Use.SHARE: (_READ,),
    Use.READ: (_READ, _NO_WRITE, _NO_RESIZE),
    Use.WRITE: (_READ, _WRITE, _RESIZE, _NO_WRITE, _NO_RESIZE),
}
_CONTRADICTS = {
    Use.SHARE: {},
    Use.READ: {_NO_READ: _CONSISTENT_READ_TEXT, **_SHARED_TEXTS},
    Use.WRITE: {
        _NO_READ: _CONSISTENT_READ_TEXT,
        _NO_WRITE: 'Failed to get "write" lock',
        _NO_RESIZE: 'Failed to get "resize" lock',
        **_SHARED_TEXTS,
    },
}


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that holds locks on the file: its name, and the bytes that it has locked."""

    pid: int
    name: str
    locked: frozenset[int]

    def __str__(self) -> str:
        return f"{self.name}, {self.pid}"


def acquire(descriptor: int, use: Use, path: Path | str = "") -> None:
    """Take the locks of ``use``; they are dropped when the descriptor (and every duplicate) is closed.

    Raises InUse, with no lock taken, if another open file contradicts.  A file system without locks is let pass,
    as in QEMU.
    """
    _test(descriptor, use, path)
    for position, byte in enumerate(_HELD[use]):
        if not _set(descriptor, byte):
            for taken in _HELD[use][:position]:
                _clear(descriptor, taken)
            raise _in_use(descriptor, byte, f"Failed to lock byte {byte}", path)
    try:
        _test(descriptor, use, path)
    except InUse:
        for byte in _HELD[use]:
            _clear(descriptor, byte)
        raise


def acquire_read_or_share(descriptor: int, path: Path | str = "") -> Use:
    """Take the locks of a reader, or where a writer is at work those of force-share; says which."""
    try:
        acquire(descriptor, Use.READ, path)
        return Use.READ
    except InUse:
        share(descriptor)
        return Use.SHARE


def share(descriptor: int) -> None:
    """Take the locks of force-share, which are in nobody's way."""
    with suppress(InUse):  # a stranger's write lock on byte 100: reading is still possible, only unannounced
        acquire(descriptor, Use.SHARE)


def in_use_by(descriptor: int) -> str | None:
    """Who makes it impossible to write this file: ``qemu-system-x86, 4711``, ``another process``, or None.

    Other open files of this very process do not count.
    """
    locked = [byte for byte in _CONTRADICTS[Use.WRITE] if _locked_by_others(descriptor, byte)]
    if not locked:
        return None
    known = holders(descriptor)
    others = [holder for holder in known if holder.pid != os.getpid() and holder.locked.intersection(locked)]
    if others:
        return str(max(others, key=lambda holder: _WRITE in holder.locked))
    explained = frozenset[int]().union(*(holder.locked for holder in known))
    # a lock of our own that was let go in between has no holder any more, and is none
    unexplained = any(_locked_by_others(descriptor, byte) for byte in locked if byte not in explained)
    return "another process" if unexplained else None


def holders(descriptor: int) -> list[Holder]:
    """The processes with locks on this file as far as /proc tells: those of other users stay unseen."""
    status = os.fstat(descriptor)
    identity = (status.st_dev, status.st_ino)
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            locked = _locks_of(process, identity)
            if locked:
                found.append(Holder(int(process.name), _name_of(process), frozenset(locked)))
    return found


def _locks_of(process: Path, identity: tuple[int, int]) -> set[int]:
    locked: set[int] = set()
    try:
        descriptors = list((process / "fd").iterdir())
    except OSError:  # gone, or not ours to look at
        return locked
    for entry in descriptors:
        try:
            status = entry.stat()
            if (status.st_dev, status.st_ino) != identity:
                continue
            text = (process / "fdinfo" / entry.name).read_text()
        except OSError:
            continue
        for line in text.splitlines():
            if line.startswith("lock:"):
                locked.update(_bytes_of(line.split()))
    return locked


def _bytes_of(words: list[str]) -> set[int]:
    """``lock: 1: OFDLCK ADVISORY READ -1 00:2d:77 100 100``: which of the bytes that matter to QEMU it covers."""
    start, end = words[-2:]
    last = (1 << 63) - 1 if end == "EOF" else int(end)
    return {byte for byte in range(100, 204) if int(start) <= byte <= last}


def _name_of(process: Path) -> str:
    try:
        return (process / "comm").read_text().strip()
    except OSError:
        return "another process"


def _test(descriptor: int, use: Use, path: Path | str) -> None:
    for byte, text in _CONTRADICTS[use].items():
        if _locked_by_others(descriptor, byte):
            raise _in_use(descriptor, byte, text, path, question=True)


def _in_use(descriptor: int, byte: int, text: str, path: Path | str, *, question: bool = False) -> InUse:
    holder = next((str(holder) for holder in holders(descriptor) if byte in holder.locked), "another process")
    said = f"Could not open '{path}': {text}" + (f"\nIs another process using the image [{path}]?" if question else "")
    return InUse(
        "in-use",
        f"{path} is in use by {holder}",
        path=path,
        hint="Shut down the machine that uses it, or act on the running machine.",
        qemu=said,
    )


def _locked_by_others(descriptor: int, byte: int) -> bool:
    """Whether another open file has any lock on ``byte`` (F_OFD_GETLK with a write lock)."""
    request = _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, byte, 1, 0)
    try:
        answer = fcntl.fcntl(descriptor, fcntl.F_OFD_GETLK, request)
    except OSError as error:
        if error.errno in _UNSUPPORTED:
            return False
        raise
    kind: int = _FLOCK.unpack(answer)[0]
    return kind != fcntl.F_UNLCK


def _set(descriptor: int, byte: int) -> bool:
    try:
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, _FLOCK.pack(fcntl.F_RDLCK, os.SEEK_SET, byte, 1, 0))
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES):
            return False
        if error.errno not in _UNSUPPORTED:
            raise
    return True


def _clear(descriptor: int, byte: int) -> None:
    fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, _FLOCK.pack(fcntl.F_UNLCK, os.SEEK_SET, byte, 1, 0))
