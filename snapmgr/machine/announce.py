"""After a move the network learns where the machine is now: RARP frames, a few times (net/announce.c).

This is the host's doing, in the host's time; the guest's state does not know of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from snapmgr.trace.bus import Trace
from snapmgr.trace.events import TraceEvent

ROUNDS = 5
_INITIAL_MS, _STEP_MS, _LONGEST_MS = 50, 100, 550
_MS = 1_000_000
_RARP_REQUEST_REVERSE = bytes.fromhex("8035 0001 0800 06 04 0003")


def frame(mac: bytes) -> bytes:
    """The Ethernet frame that names ``mac`` (announce_self_create), 60 bytes."""
    address = mac + bytes(4)
    return (b"\xff" * 6 + mac + _RARP_REQUEST_REVERSE + address + address).ljust(60, b"\0")


@dataclass
class Announcer:
    """Announces one card; ``next_at`` is when the next frame is due, in ns of the caller's clock."""

    name: str
    mac: bytes
    next_at: int
    left: int = ROUNDS

    def due(self, now: int, trace: Trace) -> bytes | None:
        """The frame to send now, None while there is none to send."""
        if not self.left or now < self.next_at:
            return None
        done = ROUNDS - self.left
        self.left -= 1
        self.next_at = now + min(_INITIAL_MS + done * _STEP_MS, _LONGEST_MS) * _MS
        arguments = (("id", self.name), ("name", "demo-nic"), ("mac", self.mac.hex(":")), ("skip", 0))
        trace.emit(TraceEvent("qemu_announce_self_iter", arguments))
        return frame(self.mac)
