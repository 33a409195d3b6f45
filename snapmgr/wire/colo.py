"""What follows a migration for COLO: checkpoints, announced by numbers of 32 bits (colo.c, qapi: COLOMessage)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from snapmgr.wire.constants import SECTION_TYPES, RecordType
from snapmgr.wire.events import Event, Fault
from snapmgr.wire.faults import fault
from snapmgr.wire.window import Short, Window


class ColoNumber(IntEnum):
    """REQUEST, SEND and SIZE come from the source, the others answer them.

    ``PRIMARY_GOES_ON`` is ours: QEMU's sides part without a word, and leave it to somebody else to say who stays.
    """

    CHECKPOINT_READY = 0
    CHECKPOINT_REQUEST = 1
    CHECKPOINT_REPLY = 2
    VMSTATE_SEND = 3
    VMSTATE_SIZE = 4
    VMSTATE_RECEIVED = 5
    VMSTATE_LOADED = 6
    PRIMARY_GOES_ON = 0xFFFF

    @property
    def qapi(self) -> str:
        """As QEMU's trace has it."""
        return self.name.lower().replace("_", "-")


NUMBERS = frozenset(int(number) for number in ColoNumber)


WITH_RECORDS = frozenset({ColoNumber.VMSTATE_SEND, ColoNumber.VMSTATE_SIZE})
"""Sections up to an EOF follow: those of RAM, then those of devices."""


_FIRST = ColoNumber.CHECKPOINT_REQUEST.to_bytes(4) + ColoNumber.VMSTATE_SEND.to_bytes(4)
"""What the source sends before the sections of the first checkpoint."""


@dataclass(frozen=True, slots=True)
class ColoMessage(Event):
    """One message; ``value`` is the bytes of device state that VMSTATE_SIZE announces, else None."""

    number: ColoNumber
    value: int | None = None


def read_colo(window: Window) -> ColoMessage | Fault:
    """The message that begins at the window's offset.  Raises Short."""
    start, number = window.offset, window.be32()
    if number not in NUMBERS:
        return fault("colo-message", start, 4, f"no message of COLO has the number {number}")
    value = window.be64() if number == ColoNumber.VMSTATE_SIZE else None
    return ColoMessage(start, window.offset - start, ColoNumber(number), value)


def unannounced(window: Window) -> bool:
    """Whether a checkpoint begins at the window's offset, behind a stream that has not said ENABLE_COLO: QEMU 11.1 does
    without that command (recorded between two of them).  Raises Short while what is there may become one."""
    held = min(window.available, len(_FIRST) + 1)
    begin = bytes(window.peek(held))
    if held > len(_FIRST):
        return begin[:-1] == _FIRST and begin[-1] in (*SECTION_TYPES, RecordType.COMMAND)
    if not window.ended and _FIRST.startswith(begin):
        raise Short(len(_FIRST) + 1 - held)
    return False
