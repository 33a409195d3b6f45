"""Numbers of the wire (migration/savevm.c, migration/qemu-file-types.h, migration/migration.h)."""

from __future__ import annotations

from enum import IntEnum

MAGIC = b"QEVM"
VERSION = 3
VERSION_OBSOLETE = 2


class RecordType(IntEnum):
    """First byte of every record; SUBSECTION stands inside sections, FOOTER behind them."""

    EOF = 0
    START = 1
    PART = 2
    END = 3
    FULL = 4
    SUBSECTION = 5
    VMDESCRIPTION = 6
    CONFIGURATION = 7
    COMMAND = 8
    FOOTER = 0x7E


SECTION_TYPES = frozenset({RecordType.START, RecordType.PART, RecordType.END, RecordType.FULL})
FIRST_TYPES = SECTION_TYPES | {RecordType.CONFIGURATION, RecordType.COMMAND}
"""What may stand behind a stream's header."""


class Command(IntEnum):
    """Numbers of QEMU_VM_COMMAND; SWITCHOVER_START is newer than our specification (QEMU 10.0)."""

    OPEN_RETURN_PATH = 1
    PING = 2
    POSTCOPY_ADVISE = 3
    POSTCOPY_LISTEN = 4
    POSTCOPY_RUN = 5
    POSTCOPY_RAM_DISCARD = 6
    PACKAGED = 7
    ENABLE_COLO = 8
    POSTCOPY_RESUME = 9
    RECV_BITMAP = 10
    SWITCHOVER_START = 11


COMMAND_LENGTHS: dict[int, int | None] = {
    Command.OPEN_RETURN_PATH: 0,
    Command.PING: 4,
    Command.POSTCOPY_ADVISE: None,
    Command.POSTCOPY_LISTEN: 0,
    Command.POSTCOPY_RUN: 0,
    Command.POSTCOPY_RAM_DISCARD: None,
    Command.PACKAGED: 4,
    Command.ENABLE_COLO: 0,
    Command.POSTCOPY_RESUME: 0,
    Command.RECV_BITMAP: None,
    Command.SWITCHOVER_START: 0,
}
"""Bytes of data each command must carry, None = any (savevm.c: mig_cmd_args, where ENABLE_COLO is missing: it is 0)."""


class ReturnMessage(IntEnum):
    """Messages from destination to source (migration/migration.h: mig_rp_message_type)."""

    SHUT = 1
    PONG = 2
    REQ_PAGES_ID = 3
    REQ_PAGES = 4
    RECV_BITMAP = 5
    RESUME_ACK = 6
    SWITCHOVER_ACK = 7


RECV_BITMAP_ENDING = 0x0123456789ABCDEF
"""Closes the bitmap that follows a RECV_BITMAP message (migration/ram.c)."""
