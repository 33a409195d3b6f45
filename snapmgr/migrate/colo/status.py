"""What is known of COLO, under QAPI's names (qapi/migration.json: COLOStatus, COLOMode, COLOExitReason)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from snapmgr.trace.bus import Trace
from snapmgr.trace.events import TraceEvent


class Mode(StrEnum):
    """Which of the two a machine is."""

    NONE = "none"
    PRIMARY = "primary"
    SECONDARY = "secondary"


class Reason(StrEnum):
    """Why COLO ended: somebody asked for it, or the other side was lost."""

    NONE = "none"
    REQUEST = "request"
    ERROR = "error"


@dataclass(slots=True)
class ColoStatus:
    """``checkpoints`` are complete ones, ``tick`` the guest's at the last of them; ``stood`` ms that it stood still for
    that one, ``longest`` for the longest."""

    mode: Mode = Mode.NONE
    last_mode: Mode = Mode.NONE
    reason: Reason = Reason.NONE
    checkpoints: int = 0
    tick: int = -1
    stood: float = 0.0
    longest: float = 0.0

    def checkpoint(self, tick: int, stood: float) -> None:
        """One more is complete."""
        self.checkpoints += 1
        self.tick, self.stood, self.longest = tick, stood, max(self.longest, stood)

    def begin(self, mode: Mode) -> None:
        self.mode, self.reason = mode, Reason.NONE

    def end(self, reason: Reason, trace: Trace) -> None:
        """The event COLO_EXIT."""
        self.last_mode, self.mode, self.reason = self.mode, Mode.NONE, reason
        trace.emit(TraceEvent("COLO_EXIT", (("mode", self.last_mode.value), ("reason", reason.value))))

    def query(self) -> dict[str, str]:
        """The answer of query-colo-status."""
        return {"mode": self.mode.value, "last-mode": self.last_mode.value, "reason": self.reason.value}
