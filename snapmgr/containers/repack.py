"""Large packed files, packed anew once into frames that can be read at any place; kept in the cache folder.

A file is known by where it is, its size and when it was written: one that was changed is packed anew.  What is kept
altogether has a bound; what was not looked at for longest goes first.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO

import platformdirs
import zstandard

from snapmgr.containers.frames import seek_table
from snapmgr.containers.packed import Room
from snapmgr.work import CancelToken

FRAME = 4 << 20
"""Bytes that a frame holds: as many as are read at once."""

LARGE = 256 << 20
"""Unpacked bytes from which on a file is worth being kept."""

MOST = 16 << 30
"""Bytes that are kept altogether, however much room there is."""

LEVEL = 1
AT_ONCE = 4
_PART = "part-"
_FORGOTTEN = 86400.0
"""Seconds after which a file that somebody was writing is nobody's any more."""


def cache_folder() -> Path:
    return platformdirs.user_cache_path("snapmgr", appauthor=False) / "unpacked"


def may_keep() -> bool:
    """Whether there is a cache folder to write to."""
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def kept_name(path: Path, start: int) -> str:
    """The name under which what stands in ``path`` from byte ``start`` on is kept."""
    facts = path.stat()
    said = f"{path.resolve()}\0{facts.st_dev}\0{facts.st_ino}\0{facts.st_size}\0{facts.st_mtime_ns}\0{start}"
    return hashlib.sha256(said.encode("utf-8", "surrogateescape")).hexdigest()[:32] + ".zst"


def open_kept(path: Path, start: int) -> int | None:
    """A descriptor of what was kept of ``path``, None where nothing is."""
    kept = cache_folder() / kept_name(path, start)
    try:
        descriptor = os.open(kept, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    with suppress(OSError):
        os.utime(kept)
    return descriptor


def repack(
    pieces: Iterator[bytes], path: Path, start: int, cancel: CancelToken | None, whole: Callable[[], bool]
) -> int:
    """A descriptor of a file of frames with all ``pieces``; kept for ``path``, if it is ``whole`` at the end.

    Raises OSError where there is no cache folder to write to, Cancelled, SnapmgrError ``disk-full``.
    """
    folder = cache_folder()
    with tempfile.NamedTemporaryFile(dir=folder, prefix=_PART, delete=False) as file:
        try:
            _write(pieces, file, Room(folder), cancel)
            file.flush()
            if whole():
                Path(file.name).replace(folder / kept_name(path, start))
                _trim(folder)
            else:
                Path(file.name).unlink()
        except BaseException:
            with suppress(OSError):
                Path(file.name).unlink()
            raise
        return os.dup(file.fileno())


def _write(pieces: Iterator[bytes], file: IO[bytes], room: Room, cancel: CancelToken | None) -> None:
    """Frames in their order, while the next ones are packed by threads; a seek table behind them."""
    lengths: list[tuple[int, int]] = []
    coming: deque[tuple[int, Future[bytes]]] = deque()

    def put() -> None:
        size, packed = coming.popleft()
        data = packed.result()
        room.take(len(data), file.tell())
        file.write(data)
        lengths.append((len(data), size))

    with ThreadPoolExecutor(2, thread_name_prefix="repack") as threads:
        for frame in _framed(pieces):
            if cancel is not None:
                cancel.check()
            coming.append((len(frame), threads.submit(zstandard.ZstdCompressor(level=LEVEL).compress, frame)))
            if len(coming) >= AT_ONCE:
                put()
        while coming:
            put()
    file.write(seek_table(lengths))


def _framed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) >= FRAME:
            yield bytes(held[:FRAME])
            del held[:FRAME]
    if held:
        yield bytes(held)


def _trim(folder: Path) -> None:
    """Remove what was not looked at for longest, until the rest is within its bound, and what was left half done."""
    found = []
    for entry in os.scandir(folder):
        with suppress(OSError):
            facts = entry.stat()
            if entry.name.startswith(_PART) and time.time() - facts.st_mtime > _FORGOTTEN:
                Path(entry.path).unlink()
            elif not entry.name.startswith(_PART):
                found.append((facts.st_mtime_ns, facts.st_size, entry.path))
    total = sum(size for _, size, _ in found)
    for _, size, name in sorted(found)[:-1]:
        if total <= MOST:
            return
        with suppress(OSError):
            Path(name).unlink()
        total -= size
