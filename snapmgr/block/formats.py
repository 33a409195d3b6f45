"""Which format a disk image has, by its contents: the signatures that QEMU's drivers probe for (block/*.c: *_probe)."""

from __future__ import annotations

HEAD = 4096
"""Bytes from the start of a file that ``image_format`` wants to see (fewer where the file is shorter)."""

CHECKED_BY_QEMU = ("parallels", "qed", "vdi", "vhdx", "vmdk")
"""Other formats than qcow2 that ``qemu-img check`` looks through (block/*.c: bdrv_co_check)."""

QCOW_MAGIC = b"QFI\xfb"
_QCOW2_HEADER = 112
_SECTOR = 512

_AT_START = (
    (b"QED\0", "qed"),
    (b"KDMV", "vmdk"),
    (b"COWD", "vmdk"),
    (b"vhdxfile", "vhdx"),
    (b"conectix", "vpc"),
    (b"WithoutFreeSpace", "parallels"),
    (b"WithouFreSpacExt", "parallels"),
    (b"LUKS\xba\xbe\0\x01", "luks"),
    (b"Bochs Virtual HD Image", "bochs"),
    (b"#!/bin/sh\n#V2.0 Format\nmodprobe cloop", "cloop"),
)
_VDI_SIGNATURE = (0x40, b"\x7f\x10\xda\xbe")


def foreign_format(head: bytes) -> str | None:
    """QEMU's name of the image format that ``head`` begins, None for qcow2, raw disks and all that is no image."""
    if head.startswith(QCOW_MAGIC) and int.from_bytes(head[4:8]) == 1 and len(head) >= 8:
        return "qcow"
    for signature, name in _AT_START:
        if head.startswith(signature):
            return name
    at, signature = _VDI_SIGNATURE
    if head[at : at + len(signature)] == signature:
        return "vdi"
    return "vmdk" if _is_vmdk_description(head) else None


def image_format(head: bytes) -> str:
    """As foreign_format; else ``qcow2``, or ``raw`` for whatever no driver claims, as ``qemu-img`` does."""
    foreign = foreign_format(head)
    if foreign:
        return foreign
    padded = head.ljust(-(-len(head) // _SECTOR) * _SECTOR, b"\0")  # QEMU reads files in sectors of 512 bytes
    is_qcow2 = padded.startswith(QCOW_MAGIC) and int.from_bytes(padded[4:8]) >= 2
    return "qcow2" if is_qcow2 and len(padded) >= _QCOW2_HEADER else "raw"


def _is_vmdk_description(head: bytes) -> bool:
    """Comments and blank lines may precede the version line of a text descriptor (block/vmdk.c: vmdk_probe)."""
    if not head.startswith(b"#"):
        return False
    for line in head.split(b"\n"):
        line = line.rstrip(b"\r ")
        if line in (b"version=1", b"version=2", b"version=3"):
            return True
        if line and not line.startswith(b"#"):
            return False
    return False
