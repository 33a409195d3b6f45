"""Channels in trouble, for trying what a migration makes of it: cut, held up, or with garbage in them."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from snapmgr.errors import UsageError
from snapmgr.migrate.channel import Channel, ChannelBroken
from snapmgr.migrate.postcopy import PostcopySteps
from snapmgr.savevm.output import Buffer
from snapmgr.wire.constants import RecordType

GARBAGE = b"\xff" * 64
"""No record, footer or command begins like this."""

_SPEC = re.compile(
    r"(?P<kind>cut|garbage|delay=(?P<ms>\d{1,6}))(?P<back>-back)?@(?P<at>\d{1,18})(?P<percent>%)?(?P<recover>,recover)?"
)
_BEGINNINGS = (RecordType.PART, RecordType.END, RecordType.FOOTER)
_BEGINNING = 5
"""Bytes of the beginning of a PART, of an END, and of a footer."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens once, behind ``at`` bytes of its direction or ``at`` percent of a postcopy.

    ``kind`` is cut, garbage (in front of the next section) or delay (for so many ``milliseconds``); ``recover`` says
    that the migration is to go on over another channel afterwards.
    """

    kind: str
    at: int
    percent: bool = False
    back: bool = False
    milliseconds: int = 0
    recover: bool = False


def parse(spec: str) -> Fault:
    """``cut|garbage|delay=MS``, perhaps ``-back``, ``@BYTES`` or ``@N%``, perhaps ``,recover``.  Raises UsageError."""
    match = _SPEC.fullmatch(spec)
    if match is None:
        raise UsageError("usage", f"--fault {spec!r} is not as the help has it", hint="Write cut@50%,recover.")
    fault = Fault(
        match["kind"].partition("=")[0],
        int(match["at"]),
        percent=match["percent"] is not None,
        back=match["back"] is not None,
        milliseconds=int(match["ms"] or 0),
        recover=match["recover"] is not None,
    )
    if (fault.percent and fault.at > 100) or (fault.back and fault.kind == "garbage"):
        raise UsageError("usage", f"--fault {spec!r}: percents end at 100, and garbage goes forward only")
    return fault


class Trouble:
    """What still lies ahead of a migration, over all of its channels."""

    def __init__(self, faults: Sequence[Fault], outgoing: Callable[[], PostcopySteps | None]) -> None:
        self._outgoing = outgoing
        self.passed = {False: 0, True: 0}
        """Bytes forward, and back."""
        self._ahead = list(faults)

    @property
    def recoveries(self) -> int:
        """How often the migration is to go on over another channel."""
        return sum(fault.recover for fault in self._ahead)

    def forward(self, channel: Channel) -> Channel:
        """The source's end of a channel; the same where nothing lies ahead."""
        return Troubled(channel, self, back=False) if self._ahead else channel

    def back(self, channel: Channel) -> Channel:
        """The destination's end, likewise."""
        return Troubled(channel, self, back=True) if self._ahead else channel

    def next(self, *, back: bool) -> Fault | None:
        """The one that comes first in this direction."""
        return next((fault for fault in self._ahead if fault.back is back), None)

    def is_due(self, fault: Fault) -> bool:
        """By its percent, which counts once the guest runs at the other side: what is sent there waits for that."""
        outgoing = self._outgoing()
        progress = outgoing.progress if outgoing is not None else None
        if outgoing is None or progress is None or progress < fault.at:
            return False
        if not fault.back:
            outgoing.wait_for_word()
        return outgoing.runs_there

    def done(self, fault: Fault) -> None:
        """It has happened."""
        self._ahead.remove(fault)


class Troubled:
    """A Channel whose sending is in trouble."""

    def __init__(self, channel: Channel, trouble: Trouble, *, back: bool) -> None:
        self._channel, self._trouble, self._back = channel, trouble, back
        self._yanked = threading.Event()

    @property
    def returns(self) -> bool:
        return self._channel.returns

    @property
    def received(self) -> int:
        return self._channel.received

    def send(self, buffers: Sequence[Buffer]) -> None:
        size = sum(len(buffer) for buffer in buffers)
        while (fault := self._trouble.next(back=self._back)) is not None and self._is_due(fault, size, buffers):
            self._trouble.done(fault)
            if fault.kind == "cut":
                self._cut(fault, buffers)
            elif fault.kind == "delay":
                self._yanked.wait(fault.milliseconds / 1000)
            else:
                self._channel.send([GARBAGE])
        self._channel.send(buffers)
        self._trouble.passed[self._back] += size

    def _is_due(self, fault: Fault, size: int, buffers: Sequence[Buffer]) -> bool:
        if fault.kind == "garbage" and not (len(buffers[0]) == _BEGINNING and buffers[0][0] in _BEGINNINGS):
            return False
        if fault.percent:
            return self._trouble.is_due(fault)
        passed = self._trouble.passed[self._back]
        return passed + size > fault.at if fault.kind == "cut" else passed >= fault.at

    def _cut(self, fault: Fault, buffers: Sequence[Buffer]) -> None:
        """Behind the byte, where it was one; what was sent before may be lost, too."""
        if not fault.percent:
            left = fault.at - self._trouble.passed[self._back]
            self._channel.send([memoryview(b"".join(buffers))[: max(0, left)]])
        self.yank()
        raise ChannelBroken

    def receive(self) -> Buffer:
        return self._channel.receive()

    def end(self) -> None:
        self._channel.end()

    def yank(self) -> None:
        self._yanked.set()
        self._channel.yank()

    def close(self) -> None:
        self._channel.close()
