"""What a device sees of the rest of the machine in a tick."""

from __future__ import annotations

from typing import Protocol


class Bus(Protocol):
    """The machine as its devices see it.

    ``fold`` keeps a trace of a value that is about to be forgotten, in a register of the first CPU: so nothing that
    was different before a save or load can become equal afterwards by being overwritten.
    """

    @property
    def now(self) -> int:
        """Virtual time in ns."""

    def fold(self, value: int) -> None: ...

    def raise_irq(self, line: int) -> None: ...

    def send(self, line: str, data: bytes) -> None:
        """Out of the machine: through the serial line ``uart``, or the network card ``nic``."""
