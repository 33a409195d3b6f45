"""Who has the guest when a migration ends, decided once: never both sides, never none.

Disks decide it between processes, as only one of them can hold their locks.  Within one process this object does,
also for machines without disks.
"""

from __future__ import annotations

import threading
from enum import Enum, auto


class Side(Enum):
    """One end of a migration."""

    SOURCE = auto()
    DESTINATION = auto()


class Handover:
    """The guest is the source's until the destination takes it; who asked first has it for good."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: Side | None = None

    @property
    def owner(self) -> Side:
        """Who may run the guest now."""
        return self._taken or Side.SOURCE

    def take(self, side: Side) -> bool:
        """Whether ``side`` has the guest from now on; False where the other one took it before."""
        with self._lock:
            if self._taken is None:
                self._taken = side
            return self._taken is side
