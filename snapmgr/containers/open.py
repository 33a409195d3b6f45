"""SRC to Source (DESIGN §6): the contents decide what a file is, never its name."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from io import BufferedReader
from itertools import chain
from pathlib import Path
from typing import cast

from snapmgr.containers import lzop
from snapmgr.containers.capture import capture_around, is_capture, open_capture
from snapmgr.containers.file import FileSource, open_descriptor
from snapmgr.containers.libvirt import PACKED, LibvirtSave, is_libvirt, read_libvirt
from snapmgr.containers.packed import packed_kind, spool, unpack_head
from snapmgr.containers.source import Source
from snapmgr.containers.unpacking import open_packed
from snapmgr.containers.within import stream_within
from snapmgr.errors import NotFound, StreamError, Unsupported, UsageError, cannot_open
from snapmgr.names import quoted
from snapmgr.wire.constants import FIRST_TYPES, MAGIC, VERSION
from snapmgr.wire.wording import NOT_A_STREAM, wrong_magic
from snapmgr.work import CancelToken, Progress, no_progress

HEAD = 4096
QCOW2_MAGIC = b"QFI\xfb"
STDIN = "-"
_FILE_URI, _OFFSET = "file:", ",offset="
_BEGIN = 9
"""Bytes that tell a stream, plain or packed, from anything else."""


class Kind(Enum):
    """What a file is, by its contents."""

    STREAM = "migration stream"
    QCOW2 = "qcow2 image"
    FOREIGN_IMAGE = "disk image of another format"
    EMPTY = "empty file"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Recognised:
    """A kind, the format by name, and how it is packed (None = it is not)."""

    kind: Kind
    format: str
    packed: str | None = None


def split_tag(src: str) -> tuple[Path, str | None]:
    """``IMAGE@TAG``: the whole string if such a file exists, else the longest existing path before an ``@``.  Of
    ``file:PATH,offset=N`` the path."""
    whole = Path(src)
    if src.startswith(_FILE_URI) and _mode(src) is None:
        return Path(src.removeprefix(_FILE_URI).partition(_OFFSET)[0]), None
    if "@" not in src or _mode(src) is not None:
        return whole, None
    at = len(src)
    while (at := src.rfind("@", 0, at)) > 0:
        if stat.S_ISREG(_mode(src[:at]) or 0):
            return Path(src[:at]), src[at + 1 :]
    return whole, None


def _mode(path: str) -> int | None:
    """File type and permissions, None where there is nothing of that name or never can be."""
    try:
        return Path(path).stat().st_mode
    except (OSError, ValueError):
        return None


def split_offset(src: str) -> tuple[str, int]:
    """``file:PATH[,offset=N]`` as QEMU has it: the path and N, which may be written as 0x…; else SRC and 0.

    Raises UsageError for an offset that is no number.
    """
    if not src.startswith(_FILE_URI) or _mode(src) is not None:
        return src, 0
    path, found, number = src.removeprefix(_FILE_URI).partition(_OFFSET)
    if not found:
        return path, 0
    try:
        offset = int(number, 0)
    except ValueError:
        offset = -1
    if offset < 0:
        hint = "Write the bytes as a number, such as offset=4096 or offset=0x1000."
        raise UsageError("offset", f"{quoted(number)} is no offset", hint=hint)
    return path, offset


def at_offset(path: str | Path, offset: int) -> str:
    """SRC of what stands in a file from a byte on."""
    return f"{_FILE_URI}{path}{_OFFSET}{offset:#x}"


def recognise(path: Path) -> Recognised:
    """What ``path`` holds; reads a few KiB.  Raises NotFound, Unsupported for what is no file and no capture."""
    if is_capture(path):
        return Recognised(Kind.STREAM, "captured channels")
    return _by_head(*_head(path))


def _head(path: Path, start: int = 0) -> tuple[bytes, str | None]:
    """The first bytes from ``start`` on, unpacked where they are packed, and how."""
    descriptor = open_descriptor(path)
    try:
        head = os.pread(descriptor, HEAD, start)
    except OSError as error:  # a file in name only, as /proc has them
        raise cannot_open(path, error) from error
    finally:
        os.close(descriptor)
    packed = packed_kind(head)
    return (unpack_head(path, packed, HEAD, start) if packed else head), packed


def _by_head(head: bytes, packed: str | None) -> Recognised:
    if not head:
        return Recognised(Kind.UNKNOWN if packed else Kind.EMPTY, "", packed)
    if head.startswith(MAGIC):
        return Recognised(Kind.STREAM, "migration stream", packed)
    if _was_a_stream(head):
        return Recognised(Kind.STREAM, "damaged migration stream", packed)
    if is_libvirt(head) and not packed:
        return Recognised(Kind.STREAM, "libvirt save file")
    if head.startswith(QCOW2_MAGIC):
        version = int.from_bytes(head[4:8]) if len(head) >= 8 else 0
        if version == 1:
            return Recognised(Kind.FOREIGN_IMAGE, "qcow", packed)
        return Recognised(Kind.QCOW2, "qcow2", packed)
    from snapmgr.block.formats import foreign_format

    name = foreign_format(head)
    return Recognised(Kind.FOREIGN_IMAGE, name, packed) if name else Recognised(Kind.UNKNOWN, "", packed)


def _was_a_stream(head: bytes) -> bool:
    """Whether a stream was cut off within its magic, or has another magic before its version and first record."""
    return MAGIC.startswith(head) if len(head) < len(MAGIC) else _only_magic_is_damaged(head)


def _only_magic_is_damaged(head: bytes) -> bool:
    """Whether a version and a first record stand behind another magic: the rest can be read."""
    return head[4:8] == VERSION.to_bytes(4) and len(head) > 8 and head[8] in FIRST_TYPES


def open_source(
    src: str | Path,
    *,
    allow_roots: Sequence[Path] = (),
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> Source:
    """Open SRC for reading.

    Raises NotFound, UsageError (which snapshot?), Unsupported (a format by name), StreamError (``not-a-stream``, or a
    damaged container), ImageError, Cancelled.
    """
    if str(src) == STDIN:
        return _stdin(cancel)
    name, start = split_offset(str(src))
    path, tag = (Path(name), None) if start else split_tag(name)
    if is_capture(path):
        return open_capture(path, lambda file: _channel(file, progress, cancel))
    head, packed = _head(path, start)
    found = _by_head(head, packed)
    if is_libvirt(head) and not packed:
        return _libvirt(read_libvirt(path, start), path, progress, cancel)
    if found.kind is Kind.QCOW2:
        if found.packed:
            raise Unsupported(
                "packed-image",
                f"{path} is a qcow2 image packed with {found.packed}",
                path=path,
                hint="Unpack it first: an image is read in place.",
            )
        from snapmgr.containers.qcow2 import VmStateSource

        return VmStateSource(path, tag, allow_roots=allow_roots)
    if tag is not None:
        raise UsageError(
            "no-snapshots-here",
            f"{path} is no qcow2 image, so it has no snapshot {quoted(tag)}",
            path=path,
            hint="Name the stream alone, without @.",
        )
    if found.kind is Kind.FOREIGN_IMAGE:
        raise Unsupported(
            "foreign-format",
            f"{path} is a disk image in {found.format} format, which keeps no VM state",
            path=path,
            hint="Name a migration stream or a qcow2 image.",
        )
    _refuse_other_bytes(head, str(path), path, start)
    return _file(path, found.packed, "raw", progress, cancel, start)


def _file(
    path: Path, packed: str | None, container: str, progress: Progress, cancel: CancelToken | None, start: int
) -> FileSource:
    """What stands in a file from byte ``start`` on, unpacked where it is packed."""
    if packed is None:
        return FileSource(open_descriptor(path), path.name, path, container, (start, None))
    return open_packed(path, packed, progress, cancel, start)


def _libvirt(save: LibvirtSave, path: Path, progress: Progress, cancel: CancelToken | None) -> FileSource:
    """The stream in a file of libvirt."""
    if save.format == "lzop" and not lzop.installed():
        raise Unsupported(
            "libvirt-lzop",
            f"{path} was saved by libvirt with lzop, which is not installed here",
            path=path,
            hint="Install the program lzop, which unpacks it: apt-get install lzop, or dnf install lzop.",
        )
    packed = PACKED.get(save.format)
    head = unpack_head(path, packed, _BEGIN, save.start) if packed else _head(path, save.start)[0]
    _refuse_other_bytes(head, f"what libvirt saved in {path}", path)
    source = _file(path, packed, "libvirt", progress, cancel, save.start)
    source.container, source.libvirt = "libvirt", save
    return source


def _channel(path: Path, progress: Progress, cancel: CancelToken | None) -> FileSource:
    """One direction of a connection; whether it is packed, its name says: it may begin with any bytes."""
    packed = "zst" if path.suffix == ".zst" and path.stat().st_size else None
    return _file(path, packed, "raw", progress, cancel, 0)


def _refuse_other_bytes(head: bytes, label: str, path: Path | None = None, start: int | None = None) -> None:
    """Raise StreamError for what no loader takes for a stream, before all of it is unpacked or waited for."""
    if head.startswith(QCOW2_MAGIC):
        message = f"{label} is a qcow2 image, which is read in place only"
        raise Unsupported("image-in-a-pipe", message, path=path, hint="Name its file.")
    if head and not head.startswith(MAGIC) and not _only_magic_is_damaged(head):
        begin = head[: len(MAGIC)].hex(" ")
        hint = "Open a file that QEMU wrote with migrate, or the VM state inside a qcow2 image."
        if path is not None and (folder := capture_around(path)) is not None:
            hint = f"It is one of the captured channels of a migration: open the folder with all of them, {folder}"
        elif start == 0 and path is not None and (inside := stream_within(path)) is not None:
            hint = f"A stream begins inside of it: open {at_offset(path, inside)}"
        error = StreamError(
            "not-a-stream",
            f"{label} is not a migration stream: it begins with {begin}, not with QEVM",
            path=path,
            offset=0,
            hint=hint,
            qemu=NOT_A_STREAM,
        )
        error.newest = wrong_magic(head[: len(MAGIC)])
        raise error


def _stdin(cancel: CancelToken | None) -> Source:
    """Everything from standard input, kept in an unnamed temporary file."""
    if sys.stdin is None:
        raise NotFound("no-stdin", "there is no standard input")
    stream = cast(BufferedReader, sys.stdin.buffer)
    begin = stream.read(_BEGIN)
    packed = packed_kind(begin)
    if not packed:
        _refuse_other_bytes(begin, "standard input")
    pieces = chain((begin,), iter(lambda: stream.read1(1 << 20), b""))  # one read at a time: Ctrl+C is seen in between
    with tempfile.TemporaryFile() as target:
        spool(lambda: next(pieces, b""), target, cancel)
        descriptor = os.dup(target.fileno())
        if not packed:
            return FileSource(descriptor, "standard input", None, "stdin")
        path = Path(f"/proc/self/fd/{descriptor}")
        _refuse_other_bytes(unpack_head(path, packed, _BEGIN), "standard input")
        source = open_packed(path, packed, no_progress, cancel, label="standard input")
        os.close(descriptor)
        return source
