"""The first eight bytes: magic and version (savevm.c: qemu_loadvm_state_header)."""

from __future__ import annotations

from snapmgr.wire.constants import FIRST_TYPES, MAGIC, VERSION, VERSION_OBSOLETE
from snapmgr.wire.events import Fault, Header
from snapmgr.wire.faults import fault
from snapmgr.wire.window import Window
from snapmgr.wire.wording import NOT_A_STREAM, UNSUPPORTED, by_version, wrong_magic, wrong_version


def read_header(window: Window) -> tuple[Header | None, Fault | None]:
    """The header, None where the bytes are no stream, and what is wrong with it.  Raises Short.

    A stream whose magic alone is damaged is told by its version and first record.
    """
    start = window.offset
    magic = bytes(window.take(4))
    if magic != MAGIC:
        message = f"the stream begins with {magic.hex(' ')}, not with QEVM"
        text = by_version(NOT_A_STREAM, wrong_magic(magic))
        behind = bytes(window.peek(min(5, window.available) if window.ended else 5))
        if behind[:4] != VERSION.to_bytes(4) or len(behind) < 5 or behind[4] not in FIRST_TYPES:
            return None, fault("not-a-stream", start, 4, message, text)
        window.take(4)
        return Header(start, 8, VERSION), fault("stream-magic", start, 4, message, text)
    version = window.be32()
    header = Header(start, 8, version)
    return header, None if version == VERSION else _wrong_version(version, start)


def _wrong_version(version: int, start: int) -> Fault:
    newest = None if version == VERSION_OBSOLETE else wrong_version(version)
    text = "SaveVM v2 format is obsolete and don't work anymore" if version == VERSION_OBSOLETE else UNSUPPORTED
    message = f"stream version {version} instead of {VERSION}"
    return fault("stream-version", start + 4, 4, message, by_version(text, newest))
