"""What the guest sends into the world: bytes of its serial line, packets of its network card.

Under COLO it is held until a checkpoint says that the other side can go on from there; so the world never sees what a
failover would undo.  It is no part of the machine's state: nothing of it is saved or goes into a digest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Sent(NamedTuple):
    """``line`` is ``uart`` or ``nic``; ``now`` virtual time in ns."""

    line: str
    now: int
    data: bytes


class GuestOutput:
    """Passes on to ``sink`` at once, or holds.  Belongs to the thread of the machine."""

    def __init__(self, sink: Callable[[Sent], None] = lambda sent: None) -> None:
        self.sink = sink
        self._held: list[Sent] | None = None

    @property
    def held(self) -> int:
        """Bytes that wait."""
        return sum(len(sent.data) for sent in self._held or ())

    def send(self, line: str, now: int, data: bytes) -> None:
        """The guest sends."""
        sent = Sent(line, now, data)
        if self._held is None:
            self.sink(sent)
        else:
            self._held.append(sent)

    def hold(self) -> None:
        """From now on everything waits; more than once is harmless."""
        if self._held is None:
            self._held = []

    def release(self) -> None:
        """Pass on what waits, in order; what comes next waits again."""
        for sent in self.take():
            self.sink(sent)

    def take(self) -> list[Sent]:
        """What waits, which is forgotten here."""
        if self._held is None:
            return []
        taken, self._held = self._held, []
        return taken

    def let_go(self) -> None:
        """Pass on what waits, and hold no more."""
        self.release()
        self._held = None
