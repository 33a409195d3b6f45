"""gz, zst, xz, bz2 and lzo: what is packed how, and its bytes."""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, cast

import zstandard

from snapmgr.containers.lzop import LzopReader
from snapmgr.errors import SnapmgrError
from snapmgr.work import CancelToken, Progress

PIECE = 1 << 20
RESERVE = 64 << 20
"""Bytes of free space that unpacking leaves alone."""

MAGICS: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "gz"),
    (b"\x28\xb5\x2f\xfd", "zst"),
    (b"\xfd7zXZ\x00", "xz"),
)


def packed_kind(head: bytes) -> str | None:
    """``gz``, ``zst`` or ``xz`` by the first bytes, None for anything else."""
    return next((kind for magic, kind in MAGICS if head.startswith(magic)), None)


def unpacker(kind: str, file: IO[bytes]) -> IO[bytes]:
    """The unpacked contents of ``file`` as a file to read from front to back."""
    if kind == "gz":
        return cast(IO[bytes], gzip.GzipFile(fileobj=file))
    if kind == "xz":
        return lzma.LZMAFile(file)
    if kind == "bz2":
        return cast(IO[bytes], bz2.BZ2File(file))
    if kind == "lzo":
        return cast(IO[bytes], LzopReader(file))
    return zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(file, read_across_frames=True)


def unpack_head(path: Path, kind: str, length: int, start: int = 0) -> bytes:
    """The first unpacked bytes of what is packed from byte ``start`` on, as many of ``length`` as can be unpacked."""
    with path.open("rb") as file:
        file.seek(start)
        try:
            with unpacker(kind, file) as reader:
                return reader.read(length)
        except (OSError, EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError):
            return b""


class Unpacking:
    """What is packed from byte ``start`` of a file on, piece by piece.  ``damage`` says why it ended early."""

    def __init__(self, path: Path, kind: str, progress: Progress, start: int = 0) -> None:
        self.damage: Exception | None = None
        self._path, self._kind, self._progress, self._start = path, kind, progress, start

    def pieces(self) -> Iterator[bytes]:
        """All of it, as far as it can be unpacked."""
        total = self._path.stat().st_size
        with self._path.open("rb") as packed:
            packed.seek(self._start)
            try:
                with unpacker(self._kind, packed) as reader:
                    while data := reader.read(PIECE):
                        self._progress(packed.tell(), total)
                        yield data
            except (OSError, EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError) as error:
                self.damage = error


def spool(piece: Callable[[], bytes], target: IO[bytes], cancel: CancelToken | None) -> None:
    """Copy pieces into ``target`` until an empty one comes, watching the free space below it."""
    room = Room()
    while data := piece():
        if cancel is not None:
            cancel.check()
        room.take(len(data), target.tell())
        target.write(data)
    target.flush()


class Room:
    """The free space of a folder, looked at now and then."""

    def __init__(self, folder: str | Path | None = None) -> None:
        """``folder`` None is where temporary files are."""
        self._folder = folder or tempfile.gettempdir()
        self._left = 0

    def take(self, count: int, done: int) -> None:
        """``count`` bytes are about to be written behind ``done`` others.  Raises SnapmgrError ``disk-full``."""
        if self._left < count:
            free = shutil.disk_usage(self._folder).free - RESERVE
            if free < count:
                raise SnapmgrError(
                    "disk-full",
                    f"there is no room to unpack more than {done} bytes in {self._folder}",
                    hint="Make room there, or set TMPDIR or XDG_CACHE_HOME to a folder with more.",
                )
            self._left = min(free, 256 << 20)
        self._left -= count
