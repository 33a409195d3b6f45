"""Messages between the two sides, be32 each, one with a be64 behind (migration/colo.c; QAPI: COLOMessage).

They stand in the stream between the sections of the checkpoints, in both directions.
"""

from __future__ import annotations

from snapmgr.errors import StreamError
from snapmgr.migrate.channel import Channel, ChannelBroken
from snapmgr.savevm.loader import Loader
from snapmgr.savevm.output import Buffer
from snapmgr.trace.bus import Trace
from snapmgr.trace.events import TraceEvent
from snapmgr.wire.colo import NUMBERS, ColoNumber
from snapmgr.wire.events import NeedData

LARGEST_STATE = 1 << 30
"""Bytes of device state in one checkpoint."""


Message = ColoNumber


class Messages:
    """Both directions of one channel.  One thread receives, one sends."""

    def __init__(self, channel: Channel, trace: Trace, *, left: Buffer = b"") -> None:
        """``left`` came already and was not used by whoever read before."""
        self._channel = channel
        self._trace = trace
        self._held = bytearray(left)
        self._offset = 0

    # -- out -------------------------------------------------------------------------------------------------------

    def send(self, message: Message) -> None:
        """Raises ChannelBroken."""
        self._channel.send([int(message).to_bytes(4)])
        self._trace.emit(TraceEvent("colo_send_message", (("msg", message.qapi),)))

    def send_value(self, message: Message, value: int) -> None:
        """Raises ChannelBroken."""
        self._channel.send([int(message).to_bytes(4) + value.to_bytes(8)])
        self._trace.emit(TraceEvent("colo_send_message_value", (("msg", message.qapi), ("value", value))))

    # -- in --------------------------------------------------------------------------------------------------------

    def receive(self) -> Message:
        """The next one.  Raises ChannelBroken, StreamError for one that does not exist."""
        number = int.from_bytes(self.take(4))
        if number not in NUMBERS:
            text = "colo_receive_message: Invalid message"
            raise StreamError("colo-message", f"{number} is no COLO message", offset=self._offset - 4, qemu=text)
        self._trace.emit(TraceEvent("colo_receive_message", (("msg", Message(number).qapi),)))
        return Message(number)

    def expect(self, wanted: Message) -> None:
        """Raises StreamError for any other, and as ``receive``."""
        self.check(self.receive(), wanted)

    def check(self, found: Message, wanted: Message) -> None:
        """Raise StreamError where what has just been received is another one than ``wanted``."""
        if found is not wanted:
            text = f"Unexpected COLO message {int(found)}, expected {int(wanted)}"
            message = f"the other side says {found.qapi} where {wanted.qapi} is due"
            raise StreamError("colo-message", message, offset=self._offset - 4, qemu=text)

    def expect_value(self, wanted: Message) -> int:
        """Its value.  Raises as ``expect``."""
        self.expect(wanted)
        value = int.from_bytes(self.take(8))
        self._trace.emit(TraceEvent("colo_receive_message_value", (("msg", wanted.qapi), ("value", value))))
        return value

    def take(self, count: int) -> bytes:
        """Exactly so many bytes, as many as they may be.  Raises ChannelBroken where they do not come."""
        while len(self._held) < count:
            self._held += self._piece()
        taken = bytes(self._held[:count])
        del self._held[:count]
        self._offset += count
        return taken

    def state(self) -> bytes:
        """VMSTATE_SIZE and what it announces.  Raises StreamError for more than LARGEST_STATE, and as ``take``."""
        size = self.expect_value(Message.VMSTATE_SIZE)
        if size > LARGEST_STATE:
            raise StreamError("colo-size", f"a checkpoint with {size} bytes of device state", offset=self._offset - 8)
        return self.take(size)

    def load(self, loader: Loader) -> None:
        """Have it load all that it wants; what comes behind stays here.  Raises as the loader, and ChannelBroken."""
        fed = 0
        while (step := loader.next_effect()) is not None:
            if isinstance(step, NeedData):
                piece: Buffer = bytes(self._held) if self._held else self._piece()
                self._held.clear()
                loader.feed(piece)
                fed, last = fed + len(piece), piece
        behind = fed - loader.offset
        if behind:
            self._held += memoryview(last).cast("B")[len(last) - behind :]
        self._offset += loader.offset

    def _piece(self) -> Buffer:
        piece = self._channel.receive()
        if not len(piece):
            raise ChannelBroken("the other side is gone")
        return piece
