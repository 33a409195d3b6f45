"""The other direction: framing as bytes (migration/savevm.c).  Payloads are handed in by whoever knows the device."""

from __future__ import annotations

import struct

from snapmgr.wire.constants import MAGIC, VERSION, RecordType
from snapmgr.wire.events import (
    CommandEvent,
    Configuration,
    Eof,
    Event,
    Header,
    PackageBegin,
    SectionBegin,
    SectionEnd,
    Vmdesc,
)

_SECTION = struct.Struct(">BI")
_IDENTITY = struct.Struct(">II")
_COMMAND = struct.Struct(">BHH")


def counted(text: bytes) -> bytes:
    """A string behind its length in one byte.  Raises ValueError beyond 255 bytes."""
    return bytes([len(text)]) + text


def header(version: int = VERSION) -> bytes:
    return MAGIC + version.to_bytes(4)


def configuration(event: Configuration) -> bytes:
    """Type byte, machine type, subsections."""
    parts = [bytes([RecordType.CONFIGURATION]), len(event.machine).to_bytes(4), event.machine]
    for sub in event.subsections:
        name = sub.name.encode("utf-8", "surrogateescape")
        parts += [bytes([RecordType.SUBSECTION]), counted(name), sub.version.to_bytes(4), sub.data]
    return b"".join(parts)


def section_begin(event: SectionBegin) -> bytes:
    """Header of a section; START and FULL name the device (savevm.c: save_section_header)."""
    head = _SECTION.pack(event.type, event.section_id)
    if event.type not in (RecordType.START, RecordType.FULL):
        return head
    name = (event.idstr or "").encode("utf-8", "surrogateescape")
    return head + counted(name) + _IDENTITY.pack(event.instance_id, event.version_id)


def footer(section_id: int) -> bytes:
    """savevm.c: save_section_footer."""
    return _SECTION.pack(RecordType.FOOTER, section_id)


def command(number: int, data: bytes = b"") -> bytes:
    """savevm.c: qemu_savevm_command_send.  Raises struct.error beyond 65535 bytes of data."""
    return _COMMAND.pack(RecordType.COMMAND, number, len(data)) + data


def vmdesc(text: bytes) -> bytes:
    """The description behind EOF."""
    return bytes([RecordType.VMDESCRIPTION]) + len(text).to_bytes(4) + text


def framing(event: Event) -> bytes | None:
    """Bytes of a framing event, None for events that stand for a payload's bytes."""
    match event:
        case Header():
            return header(event.version)
        case Configuration():
            return configuration(event)
        case SectionBegin():
            return section_begin(event)
        case SectionEnd():
            return footer(event.section_id) if event.length else b""
        case CommandEvent():
            return command(event.number, event.data)[: event.length]
        case PackageBegin():
            return b""
        case Eof():
            return bytes([RecordType.EOF])
        case Vmdesc():
            return vmdesc(event.text)
    return None
