"""What could be the beginning of a record: for ends of unknown sections, and for going on after a fault.

Nothing on the wire says how long a device section is.  Its end is a footer (0x7e and the section's own id)
followed by something that a record may begin with; in streams without footers only the latter.
"""

from __future__ import annotations

import re
from collections.abc import Container

from snapmgr.wire.constants import COMMAND_LENGTHS, RecordType

LONGEST_HEADER = 1 + 4 + 1 + 255 + 4 + 4
"""Bytes of the longest section header."""

HIGHEST_VERSION = 99_999_999
"""No device of any QEMU has a version beyond this: some have a date for one (hw/nvram/eeprom93xx.c: 20061112)."""

_NAME = re.compile(rb"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?\Z")
_OTHER_FOOTER = re.compile(rb"\x7e(?s:.{4})(?=[\x01\x04](?s:.{4})[\x03-\xff][\x21-\x7e])")
_FULL = re.compile(rb"[\x01\x04](?s:.{4})[\x03-\xff][\x21-\x7e][\x20-\x7e][\x21-\x7e]")


def plausible(view: memoryview, at: int, known_ids: Container[int]) -> bool | None:
    """Whether a record may begin at index ``at`` of ``view``; None where more bytes would be needed to say.

    ``known_ids`` are the section ids that were started: PART and END must name one of them.
    """
    left = len(view) - at
    if left <= 0:
        return None
    kind = view[at]
    if kind == RecordType.EOF:
        return None if left < 2 else view[at + 1] in (RecordType.VMDESCRIPTION, 0)
    if kind in (RecordType.START, RecordType.FULL):
        return _plausible_header(view, at, left)
    if kind in (RecordType.PART, RecordType.END):
        return None if left < 5 else int.from_bytes(view[at + 1 : at + 5]) in known_ids
    if kind == RecordType.COMMAND:
        return None if left < 5 else _plausible_command(view, at)
    return False


def _plausible_header(view: memoryview, at: int, left: int) -> bool | None:
    if left < 6:
        return None
    length = view[at + 5]
    name = bytes(view[at + 6 : at + 6 + length])
    if not length or (name and not _NAME.match(name)):
        return False
    if left < 14 + length:
        return None
    version = int.from_bytes(view[at + 10 + length : at + 14 + length])
    return version <= HIGHEST_VERSION


def _plausible_command(view: memoryview, at: int) -> bool:
    number = int.from_bytes(view[at + 1 : at + 3])
    length = int.from_bytes(view[at + 3 : at + 5])
    if number not in COMMAND_LENGTHS:
        return False
    expected = COMMAND_LENGTHS[number]
    return length == expected if expected is not None else length <= 1 << 12


def find_footer(view: memoryview, start: int, section_id: int, known_ids: Container[int], *, ended: bool) -> int | None:
    """Index of the next footer of ``section_id`` that a plausible record follows, None if none is held.

    With ``ended`` the footer may also be the last thing there is.
    """
    for match in _footer_of(section_id).finditer(view, start):
        verdict = plausible(view, match.end(), known_ids)
        if verdict or (verdict is None and ended):
            return match.start()
    return None


def find_bare_footer(view: memoryview, start: int, section_id: int) -> int | None:
    """Index of the next footer of ``section_id``, whatever follows it."""
    match = _footer_of(section_id).search(view, start)
    return match.start() if match else None


def _footer_of(section_id: int) -> re.Pattern[bytes]:
    return re.compile(re.escape(bytes([RecordType.FOOTER]) + section_id.to_bytes(4)))


def find_record(view: memoryview, start: int, known_ids: Container[int]) -> int | None:
    """Index of the next section header (START or FULL) at or behind ``start``, None if none is held.

    The strictest of the plausible beginnings: type, a printable name, and a small version.
    """
    for match in _FULL.finditer(view, start):
        if plausible(view, match.start(), known_ids):
            return match.start()
    return None


def find_other_footer(view: memoryview, start: int, stop: int, known_ids: Container[int]) -> int | None:
    """Index of a footer of any id in ``[start, stop)`` that a whole section header follows, None if there is none.

    That is how the end of a section looks whose footer carries the wrong id.
    """
    for match in _OTHER_FOOTER.finditer(view, start, stop):
        if plausible(view, match.start() + 5, known_ids):
            return match.start()
    return None
