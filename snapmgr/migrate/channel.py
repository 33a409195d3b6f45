"""What both ends of a migration need of the way between them, whatever it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from snapmgr.errors import SnapmgrError
from snapmgr.savevm.output import Buffer


class ChannelBroken(SnapmgrError):
    """Nothing comes through any more: it was cut, or the other side is gone."""

    exit_code = 1

    def __init__(self, message: str = "the channel to the other side is broken", hint: str | None = None) -> None:
        super().__init__("channel-broken", message, hint=hint)


def broken(error: OSError) -> ChannelBroken:
    """What the system said."""
    why = error.strerror or str(error)
    return ChannelBroken(f"the channel to the other side is broken: {why}")


class Channel(Protocol):
    """Both directions.  One thread may send while another receives; ``yank`` may be called by any."""

    @property
    def returns(self) -> bool:
        """Whether the other side can send anything back; ``exec:`` and ``file:`` have one direction only."""

    @property
    def received(self) -> int:
        """Bytes that have come so far."""

    def send(self, buffers: Sequence[Buffer]) -> None:
        """Pass these on, one behind the other; waits while the other side does not keep up.  Raises ChannelBroken."""

    def receive(self) -> Buffer:
        """What came next, at least one byte; empty where the other side has ended.  Raises ChannelBroken."""

    def end(self) -> None:
        """Nothing more will be sent; what was sent still arrives."""

    def yank(self) -> None:
        """Cut it now: whoever waits in it raises ChannelBroken (yank.json: yank)."""

    def close(self) -> None:
        """Let go of it; more than once is harmless."""
