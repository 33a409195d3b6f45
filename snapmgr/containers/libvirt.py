"""Files that ``virsh save`` writes: a header, the domain's XML, and a migration stream, packed or not.

The layout is that of libvirt's src/qemu/qemu_saveimage.h: magic, then version, length of the data behind the header,
was_running, format, offset of the cookie in these data (0 without one), each 32 bits in the byte order of the host that
wrote it, and room for 14 more.  The stream begins behind the data.
"""

from __future__ import annotations

import html
import re
import struct
from dataclasses import dataclass
from pathlib import Path

from snapmgr.errors import StreamError, Unsupported

MAGIC = b"LibvirtQemudSave"
PARTIAL = b"LibvirtQemudPart"
HEADER = 92
"""Bytes of the header."""

VERSION = 2
FORMATS = ("raw", "gzip", "bzip2", "xz", "lzop", "zstd", "sparse")
"""By their number in the header; ``sparse`` is RAM in the layout of mapped-ram (libvirt 11.2)."""

PACKED = {"gzip": "gz", "bzip2": "bz2", "xz": "xz", "zstd": "zst", "lzop": "lzo"}
"""Formats that are unpacked here, by the names that they have elsewhere."""

MAX_DATA = 64 << 20
"""Bytes of XML and cookie."""

_NAME = re.compile(r"<name>([^<]*)</name>")


@dataclass(frozen=True, slots=True)
class LibvirtSave:
    """What stands before the stream, which begins at byte ``start`` of the file."""

    version: int
    format: str
    was_running: bool
    xml: str
    cookie: str | None
    start: int
    whole: bool
    """False where libvirt did not come to the end of saving."""

    @property
    def domain(self) -> str:
        """The domain's name, empty where the XML has none."""
        found = _NAME.search(self.xml)
        return html.unescape(found[1]) if found else ""


def is_libvirt(head: bytes) -> bool:
    """Whether a file that begins like this was written by libvirt."""
    return head.startswith((MAGIC, PARTIAL))


def read_libvirt(path: Path, start: int = 0) -> LibvirtSave:
    """The header at byte ``start`` of a file.

    Raises StreamError where it is damaged or cut, Unsupported for versions and formats that nobody knows.
    """
    with path.open("rb") as file:
        file.seek(start)
        header = file.read(HEADER)
        if len(header) < HEADER:
            raise _damaged(path, "it ends inside libvirt's header", start + len(header))
        version, length, running, number, cookie = _fields(header, path, start)
        if not 0 < length <= MAX_DATA or cookie > length:
            raise _damaged(path, f"libvirt's header announces {length} bytes of XML", start + 20)
        data = file.read(length)
    if len(data) < length:
        raise _damaged(path, "it ends inside the domain's XML", start + HEADER + len(data))
    if version == VERSION and number >= len(FORMATS):
        message = f"{path} was saved by libvirt in a format that is not known, number {number}"
        raise Unsupported("libvirt-format", message, path=path, offset=start + 28)
    return LibvirtSave(
        version,
        FORMATS[number] if version == VERSION else "raw",
        bool(running),
        _text(data[: cookie or length]),
        _text(data[cookie:]) if cookie else None,
        start + HEADER + length,
        header.startswith(MAGIC),
    )


def _fields(header: bytes, path: Path, start: int) -> tuple[int, ...]:
    """Version, length, was_running, format and cookie, in whichever byte order gives a version that there is."""
    for order in "<>":
        fields: tuple[int, ...] = struct.unpack_from(order + "5I", header, len(MAGIC))
        if 0 < fields[0] <= VERSION:
            return fields
    message = f"{path} was saved by libvirt in a version that is not known"
    raise Unsupported("libvirt-version", message, path=path, offset=start + len(MAGIC))


def _text(data: bytes) -> str:
    return data.split(b"\0", 1)[0].decode("utf-8", "replace")


def _damaged(path: Path, what: str, offset: int) -> StreamError:
    return StreamError("damaged-container", f"{path} is no whole file of libvirt: {what}", path=path, offset=offset)
