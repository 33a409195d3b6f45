"""gz, zst, xz and bz2: unpacked once into an unnamed temporary file, which vanishes with the process."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import shutil
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, cast

import zstandard

from snapmgr.errors import SnapmgrError, StreamError
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
    return zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(file, read_across_frames=True)


def unpack_head(path: Path, kind: str, length: int, start: int = 0) -> bytes:
    """The first unpacked bytes of what is packed from byte ``start`` on, as many of ``length`` as can be unpacked."""
    with path.open("rb") as file:
        file.seek(start)
        try:
            return unpacker(kind, file).read(length)
        except (OSError, EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError):
            return b""


def unpack(path: Path, kind: str, progress: Progress, cancel: CancelToken | None, start: int = 0) -> tuple[int, bool]:
    """(descriptor of an unnamed file with the bytes that are packed from byte ``start`` on, whether all are there).

    What comes before a damage is kept.  Raises StreamError when nothing can be unpacked, Cancelled, and
    SnapmgrError ``disk-full`` before the disk is.
    """
    total = path.stat().st_size
    with path.open("rb") as packed, tempfile.TemporaryFile() as target:
        packed.seek(start)
        reader = unpacker(kind, packed)

        def piece() -> bytes:
            data = reader.read(PIECE)
            progress(packed.tell(), total)
            return data

        try:
            spool(piece, target, cancel)
        except (OSError, EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError) as error:
            if target.tell() == 0:
                raise StreamError(
                    "damaged-container", f"{path} is no whole {kind} file: {error}", path=path, offset=start
                ) from error
            return os.dup(target.fileno()), False
        return os.dup(target.fileno()), True


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
    """The free space where temporary files are, looked at now and then."""

    def __init__(self) -> None:
        self._left = 0

    def take(self, count: int, done: int) -> None:
        """``count`` bytes are about to be written behind ``done`` others.  Raises SnapmgrError ``disk-full``."""
        if self._left < count:
            free = shutil.disk_usage(tempfile.gettempdir()).free - RESERVE
            if free < count:
                raise SnapmgrError(
                    "disk-full",
                    f"there is no room to unpack more than {done} bytes in {tempfile.gettempdir()}",
                    hint="Make room there, or set TMPDIR to a folder with more.",
                )
            self._left = min(free, 256 << 20)
        self._left -= count
