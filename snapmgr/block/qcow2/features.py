"""Feature bits of version 3, and what is done about unknown ones (docs/interop/qcow2.txt)."""

from __future__ import annotations

from enum import IntEnum, IntFlag

from snapmgr.errors import Unsupported


class Incompatible(IntFlag):
    """Who does not know one of these must not open the image."""

    DIRTY = 1
    CORRUPT = 2
    DATA_FILE = 4
    COMPRESSION = 8
    EXTENDED_L2 = 16


class Compatible(IntFlag):
    """May be ignored."""

    LAZY_REFCOUNTS = 1


class Autoclear(IntFlag):
    """A writer who does not know one of these clears it."""

    BITMAPS = 1
    DATA_FILE_RAW = 2


class Compression(IntEnum):
    """How compressed clusters are packed."""

    ZLIB = 0
    ZSTD = 1


class Encryption(IntEnum):
    """``crypt_method`` of the header."""

    NONE = 0
    AES = 1
    LUKS = 2


KNOWN_INCOMPATIBLE = 0b11111
KNOWN_AUTOCLEAR = 0b11
_ROW = 48
"""Bytes of a row in the feature name table: kind, bit, name."""


def refuse_unknown(incompatible: int, name_table: bytes) -> None:
    """Raise Unsupported that names every incompatible bit we do not know, by the image's own table of names."""
    unknown = incompatible & ~KNOWN_INCOMPATIBLE
    if not unknown:
        return
    names, rest = [], unknown
    for start in range(0, len(name_table) - _ROW + 1, _ROW):
        kind, bit = name_table[start], name_table[start + 1]
        if kind == 0 and bit < 64 and rest & 1 << bit:
            name = name_table[start + 2 : start + _ROW].split(b"\0", 1)[0].decode(errors="replace")
            names.append(name)
            rest &= ~(1 << bit)
    if rest:
        names.append(f"Unknown incompatible feature: {rest:x}")
    listed = ", ".join(names)
    raise Unsupported(
        "unknown-feature",
        f"the image needs features that are not known here: {listed}",
        offset=72,
        hint="Open it with the program that wrote it.",
        qemu=f"Unsupported qcow2 feature(s): {listed}",
    )


def check_compression(kind: int, incompatible: int) -> Compression:
    """Raise Unsupported for an unknown kind, or where the feature bit says otherwise (validate_compression_type)."""
    if kind not in Compression._value2member_map_:
        raise Unsupported(
            "unknown-compression",
            f"compressed clusters are of an unknown type ({kind})",
            offset=104,
            qemu=f"qcow2: unknown compression type: {kind}",
        )
    flagged = bool(incompatible & Incompatible.COMPRESSION)
    if flagged != (kind != Compression.ZLIB):
        must = "must not" if flagged else "must"
        raise Unsupported(
            "compression-bit",
            "the compression type and its feature bit contradict each other",
            offset=72,
            qemu=f"qcow2: Compression type incompatible feature bit {must} be set",
        )
    return Compression(kind)
