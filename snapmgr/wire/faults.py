"""Faults as events, with the words that QEMU would use (migration/savevm.c)."""

from __future__ import annotations

from errno import EIO
from typing import TYPE_CHECKING

from snapmgr.wire.constants import RecordType
from snapmgr.wire.events import Fault
from snapmgr.wire.wording import (
    CHAINING,
    IO_ERROR,
    NOT_A_STREAM,
    UNSUPPORTED,
    VERSIONS,
    by_version,
    failed,
    wrong_version,
)

if TYPE_CHECKING:
    from snapmgr.wire.reader import StreamReader


_CONFIGURATION_HEAD, _RAM_WORD = 5, 8
_NO_WORD = "Getting RAM address failed"
_CUT_RAM = "Failed to load vmstate version_id: 4, ret: -5"


def fault(
    code: str,
    offset: int,
    length: int,
    message: str,
    qemu: str | dict[str, str] = "",
    section_id: int | None = None,
    idstr: str | None = None,
    *,
    fatal: bool = True,
) -> Fault:
    """A fault at ``offset``; ``qemu`` is that of QEMU 7.2, or texts by version, or empty."""
    texts = qemu if isinstance(qemu, dict) else (by_version(qemu) if qemu else {})
    return Fault(offset, length, code, message, texts, section_id, idstr, fatal)


def io_fault(offset: int, message: str, texts: dict[str, str] | None = None) -> Fault:
    """The stream ended where QEMU only says that reading failed, or ``texts``."""
    return fault("truncated", offset, 0, message, texts or IO_ERROR)


def missing_footer(offset: int, section_id: int, name: str) -> Fault:
    """Where the footer of a section should stand, there is something else (savevm.c: check_section_footer)."""
    text = f"Missing section footer for {name}"
    message = f"the footer of {name} should stand here"
    return fault("missing-section-footer", offset, 0, message, text, section_id, name)


def footer_begun(tail: bytes, section_id: int) -> int:
    """How many of the last bytes of a stream are the beginning of this section's footer: two at least, or 0."""
    footer = b"\x7e" + section_id.to_bytes(4)
    return next((count for count in (4, 3, 2) if tail.endswith(footer[:count])), 0)


def cut_footer(offset: int, left: bytes, section_id: int, name: str) -> Fault:
    """The stream ends inside a footer, of which ``left`` is there: QEMU reads the rest of the id as zeros."""
    found = int.from_bytes(left[1:].ljust(4, b"\0"))
    text: str | dict[str, str] = wrong_footer(offset, found, section_id, name).qemu if found != section_id else IO_ERROR
    message = f"the stream ends inside the footer of {name}"
    return fault("truncated", offset + len(left), 0, message, text, section_id, name)


def wrong_footer(offset: int, found: int, section_id: int, name: str) -> Fault:
    """A footer with the id of another section (savevm.c: check_section_footer)."""
    text = f"Mismatched section id in footer for {name} - read 0x{found:x} expected 0x{section_id:x}"
    message = f"the footer carries the id {found:#x} instead of {section_id:#x}"
    return fault("footer-id", offset, 4, message, text, section_id, name)


def end_unknown(offset: int, name: str) -> Fault:
    """Nothing says where a section ends; a QEMU that has the device knows."""
    message = f"without footers and without a description, the end of {name} cannot be found"
    return fault("section-end-unknown", offset, 0, message, fatal=False)


def truncated(reader: StreamReader, start: int, missing: int, held: int, head: bytes) -> Fault:
    """The stream ended ``held`` bytes into what began at ``start`` with ``head``, a header's length of it at most;
    QEMU's text depends on what it was reading."""
    more = "1 more byte is" if missing == 1 else f"{missing} more bytes are"
    message = f"the stream ends early: {more} needed at least"
    section = reader.section
    if start < 8:
        text = by_version(NOT_A_STREAM, "") if held < 4 else by_version(UNSUPPORTED, wrong_version(0))
    elif section is not None:
        word = held + missing == _RAM_WORD
        text = _inside_section(reader, section.section_id, section.type, held if word else None)
    else:
        text = by_version(_inside_header(head))
    name = reader.sections[section.section_id].idstr if section and section.section_id in reader.sections else None
    return fault("truncated", start + held, 0, message, text, section.section_id if section else None, name)


def _inside_header(held: bytes) -> str:
    """What was being read of a record that is cut before its payload; QEMU reads zeros for what is not there
    (savevm.c: qemu_loadvm_section_start_full, qemu_loadvm_section_part_end, vmstate_configuration)."""
    kind, section_id = held[:1], int.from_bytes(held[1:5].ljust(4, b"\0"))
    if kind in (bytes([RecordType.START]), bytes([RecordType.FULL])):
        if len(held) < 6 or len(held) < 6 + held[5]:
            return f"Unable to read ID string for section {section_id}"
        return f"qemu_loadvm_section_start_full: Failed to read instance/version ID: {-EIO}"
    if kind in (bytes([RecordType.PART]), bytes([RecordType.END])):
        return f"qemu_loadvm_section_part_end: Failed to read section ID: {-EIO}"
    if kind == bytes([RecordType.CONFIGURATION]):
        return f"Failed to load configuration:{'len' if len(held) < _CONFIGURATION_HEAD else 'name'}"
    return IO_ERROR


def _inside_section(reader: StreamReader, section_id: int, kind: RecordType, word: int | None) -> dict[str, str]:
    """``word`` says how much there is of one of RAM's, None where nothing or something else was being read."""
    known = reader.sections.get(section_id)
    name = known.idstr if known else ""
    if name == "ram" and word is not None:  # read as zeros
        begun = word or kind == RecordType.START
        texts = by_version("Unknown combination of migration flags: 0x0", _NO_WORD if begun else failed(_CUT_RAM, EIO))
        return texts | {version: _NO_WORD for version in VERSIONS[1:] if version not in CHAINING}
    if name == "ram" and kind in (RecordType.PART, RecordType.END):
        return by_version(f"error while loading state section id {section_id}({name})", failed(_CUT_RAM, EIO))
    instance = known.instance_id if known else 0
    return by_version(f"error while loading state for instance 0x{instance:x} of device '{name}'", "")
