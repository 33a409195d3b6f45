"""Header extensions: backing format, data file, bitmaps, encryption, feature names (qcow2.c: qcow2_read_extensions)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from snapmgr.block.qcow2.features import Autoclear, Encryption
from snapmgr.block.qcow2.header import Header
from snapmgr.errors import ImageError

_HEAD = struct.Struct(">II")
END = 0
BACKING_FORMAT = 0xE2792ACA
FEATURE_NAMES = 0x6803F857
CRYPTO = 0x0537BE77
BITMAPS = 0x23852875
DATA_FILE = 0x44415441

_MAX_BITMAPS = 65535
_MAX_DIRECTORY = 1024 * _MAX_BITMAPS


@dataclass(frozen=True, slots=True)
class Bitmaps:
    """Where the directory of persistent dirty bitmaps is; offsets and sizes in bytes."""

    count: int
    directory_size: int
    directory_offset: int


@dataclass(slots=True)
class Extensions:
    """What the extensions say.  ``everything`` are all of them as (magic, data), for who rewrites the header."""

    backing_format: str | None = None
    data_file: str | None = None
    feature_names: bytes = b""
    crypto: tuple[int, int] | None = None
    """Offset and length of the LUKS header."""
    bitmaps: Bitmaps | None = None
    everything: list[tuple[int, bytes]] = field(default_factory=list, repr=False)


def walk(area: bytes, start: int) -> Iterator[tuple[int, int, bytes]]:
    """(offset, magic, data) of every extension in ``area[start:]``.

    ``area`` is the image from its first byte to where extensions must end.  Raises ImageError for one that reaches
    beyond.
    """
    offset, end = start, len(area)
    while offset < end:
        body = offset + _HEAD.size
        magic, length = _HEAD.unpack(area[offset:body].ljust(_HEAD.size, b"\0"))
        if body > end or length > end - body:
            raise ImageError(
                "extension-too-large",
                "a header extension reaches beyond the place for extensions",
                offset=offset,
                qemu="Header extension too large",
            )
        if magic == END:
            return
        yield offset, magic, area[body : body + length]
        offset = body + (length + 7 & ~7)


def feature_names(area: bytes, header: Header) -> bytes:
    """The table of feature names, as far as the extensions can be read at all."""
    names = b""
    try:
        for _, magic, data in walk(area, header.header_length):
            if magic == FEATURE_NAMES:
                names = data
    except ImageError:
        return names
    return names


def parse_extensions(area: bytes, header: Header) -> Extensions:
    """Everything we know; unknown ones are only kept.  Raises ImageError where QEMU refuses."""
    found = Extensions()
    for offset, magic, data in walk(area, header.header_length):
        found.everything.append((magic, data))
        if magic == BACKING_FORMAT:
            found.backing_format = _backing_format(data, offset)
        elif magic == FEATURE_NAMES:
            found.feature_names = data
        elif magic == DATA_FILE:
            found.data_file = _c_string(data)
        elif magic == CRYPTO:
            found.crypto = _crypto(data, offset, header)
        elif magic == BITMAPS:
            found.bitmaps = _bitmaps(data, offset, header)
    return found


def _c_string(data: bytes) -> str:
    return data.split(b"\0", 1)[0].decode(errors="surrogateescape")


def _backing_format(data: bytes, offset: int) -> str:
    if len(data) >= 16:
        raise ImageError(
            "backing-format-name",
            f"the name of the backing file's format has {len(data)} bytes",
            offset=offset,
            qemu=f"ERROR: ext_backing_format: len={len(data)} too large (>=16)",
        )
    return _c_string(data)


def _crypto(data: bytes, offset: int, header: Header) -> tuple[int, int]:
    if header.crypt_method != Encryption.LUKS:
        raise ImageError(
            "crypto-unexpected",
            "there is an encryption header although the image is not encrypted with LUKS",
            offset=offset,
            qemu="CRYPTO header extension only expected with LUKS encryption method",
        )
    if len(data) != 16:
        raise ImageError(
            "crypto-length",
            f"the extension for encryption has {len(data)} bytes instead of 16",
            offset=offset,
            qemu=f"CRYPTO header extension size {len(data)}, but expected size 16",
        )
    place, length = struct.unpack(">QQ", data)
    if place % header.cluster_size:
        raise ImageError(
            "crypto-offset",
            "the encryption header is not at a cluster boundary",
            offset=offset,
            qemu=f"Encryption header offset '{place}' is not a multiple of cluster size '{header.cluster_size}'",
        )
    return place, length


def _bitmaps(data: bytes, offset: int, header: Header) -> Bitmaps | None:
    if len(data) == 24 and not header.autoclear & Autoclear.BITMAPS:
        return None  # somebody wrote to the image who knows no bitmaps: they are stale
    fault = _bitmaps_fault(data, header)
    if fault:
        raise ImageError("bitmaps", "the list of dirty bitmaps cannot be right", offset=offset, qemu=fault)
    count, _, size, place = struct.unpack(">IIQQ", data)
    return Bitmaps(count, size, place)


def _bitmaps_fault(data: bytes, header: Header) -> str | None:
    """QEMU's words for what is wrong, None = nothing."""
    if len(data) != 24:
        return "bitmaps_ext: Invalid extension length"
    count, reserved, size, place = struct.unpack(">IIQQ", data)
    if reserved:
        return "bitmaps_ext: Reserved field is not zero"
    if count > _MAX_BITMAPS:
        return f"bitmaps_ext: image has {count} bitmaps, exceeding the QEMU supported maximum of {_MAX_BITMAPS}"
    if count == 0:
        return "found bitmaps extension with zero bitmaps"
    if place % header.cluster_size:
        return "bitmaps_ext: invalid bitmap directory offset"
    if size > _MAX_DIRECTORY:
        return f"bitmaps_ext: bitmap directory size ({size}) exceeds the maximum supported size ({_MAX_DIRECTORY})"
    return None
