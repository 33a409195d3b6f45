"""The 64-bit word before every page: address in the upper bits, flags in the lower ones (migration/ram.c)."""

from __future__ import annotations

from enum import IntEnum, IntFlag

IDSTR = "ram"
VERSION = 4
PAGE_BITS = 12
"""Of every target that does not say otherwise in its configuration: pages of 4096 bytes."""


class RamFlag(IntFlag):
    """RAM_SAVE_FLAG_*."""

    ZERO = 0x02
    MEM_SIZE = 0x04
    PAGE = 0x08
    EOS = 0x10
    CONTINUE = 0x20
    XBZRLE = 0x40
    HOOK = 0x80
    COMPRESS_PAGE = 0x100
    MULTIFD_FLUSH = 0x200


class PageKind(IntEnum):
    """How a page travelled.

    FILL is a ZERO record whose byte is not 0, which only old QEMUs accept.  PLAIN is a page without a word before it,
    as in mapped-ram files and multifd packets; FOREIGN one that is packed in a way that is not read (multifd's qpl,
    uadk, qatzip).  GONE is none: what came of it was thrown away (POSTCOPY_RAM_DISCARD).
    """

    NORMAL = 0
    ZERO = 1
    XBZRLE = 2
    COMPRESSED = 3
    FILL = 4
    PLAIN = 5
    FOREIGN = 6
    GONE = 7
