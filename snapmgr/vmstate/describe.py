"""The field tree of a live object, by the same way as that of a stream: description, then decoding."""

from __future__ import annotations

from typing import Any

from snapmgr.vmstate.save import save_state
from snapmgr.vmstate.state import VMState
from snapmgr.vmstate.vmdesc import parse_state
from snapmgr.vmstate.walk import DecodedSection, decode


def describe(state: VMState, target: Any) -> DecodedSection:
    """What a section of ``target`` would hold, with its fields.  Runs the hooks of a save.  Raises VMStateError."""
    out = bytearray()
    description = save_state(state, target, out)
    return decode(parse_state(description), out)
