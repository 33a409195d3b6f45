"""Finding the stream's own description before reading it: it stands at the end, and is needed at the beginning."""

from __future__ import annotations

import re

from snapmgr.containers.source import Source
from snapmgr.errors import SnapmgrError, StreamError
from snapmgr.vmstate.description import VmDescription
from snapmgr.vmstate.vmdesc import parse_vmdesc

TAILS = (1 << 20, 1 << 24)
"""How far from the end the description is looked for, in bytes; real ones have 20 KiB to some MiB."""

_BEGIN = re.compile(rb"\x06(?s:(.{4}))(?=\s*\{)")
_CANDIDATES = 64


def find_description(source: Source) -> VmDescription | None:
    """The vmdesc of a stream that carries one which can be read, else None.  Reads the end of the stream only."""
    for tail in TAILS:
        start = max(0, source.size - tail)
        try:
            found = _in_tail(source.read(start, source.size - start), start)
        except SnapmgrError as error:
            if error.code != "damaged-container":
                raise
            return None
        if found is not None or start == 0:
            return found
    return None


def _in_tail(view: memoryview, start: int) -> VmDescription | None:
    """The last record in ``view`` that reads as a description."""
    matches = [match.start() for match in _BEGIN.finditer(view) if _fits(view, match.start())]
    for at in reversed(matches[-_CANDIDATES:]):
        length = int.from_bytes(view[at + 1 : at + 5])
        try:
            return parse_vmdesc(view[at + 5 : at + 5 + length], start + at + 5)
        except StreamError:
            continue
    return None


def _fits(view: memoryview, at: int) -> bool:
    return at + 5 + int.from_bytes(view[at + 1 : at + 5]) <= len(view)
