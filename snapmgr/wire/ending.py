"""What follows the end of the sections: the VM description, as its length and JSON (savevm.c: qemu_loadvm_state).

A loader only swallows it, so nothing that is wrong with it is fatal.
"""

from __future__ import annotations

from snapmgr.wire.constants import RecordType
from snapmgr.wire.events import Fault, Vmdesc
from snapmgr.wire.faults import fault
from snapmgr.wire.window import Short, Window

_HEAD = 5
"""Bytes of type and length."""


def read_vmdesc(window: Window, limit: int) -> tuple[Vmdesc | None, Fault | None]:
    """The record that begins at the window's offset, ``limit`` bytes of JSON at most, and what is wrong with it.

    Raises Short as long as the stream has not ended and more of the record may come.
    """
    start = window.offset
    kind = window.peek(1)[0]
    if kind != RecordType.VMDESCRIPTION:
        text = f"Expected vmdescription section, but got {kind}"
        message = "what follows the end is not the VM description"
        return None, fault("no-vmdesc", start, 1, message, text, fatal=False)
    if window.ended and window.available < _HEAD:
        message = "the stream ends inside the VM description's length"
        return None, fault("vmdesc-truncated", start, window.available, message, fatal=False)
    window.skip(1)
    size = window.be32()
    text_bytes = _text(window, min(size, limit))
    vmdesc = Vmdesc(start, _HEAD + len(text_bytes), start + _HEAD, size, text_bytes)
    if len(text_bytes) == size:
        return vmdesc, None
    message = f"the VM description is {size} bytes long, and {len(text_bytes)} are there"
    return vmdesc, fault("vmdesc-truncated", start + 1, 4, message, fatal=False)


def _text(window: Window, wanted: int) -> bytes:
    """As much of the JSON as the stream has."""
    held = window.available
    if held < wanted and not window.ended:
        raise Short(wanted - held)
    return bytes(window.take(min(wanted, held)))
