"""What the channels beside the main stream carry, as records and runs: multifd packets, pages, messages back."""

from __future__ import annotations

from collections.abc import Sequence

from snapmgr.containers.capture import Channel
from snapmgr.containers.unpacked import READABLE, Packs
from snapmgr.inspect.build import IndexBuilder
from snapmgr.inspect.model import Problem, Record, Severity
from snapmgr.inspect.packets import PacketPages
from snapmgr.inspect.records import RecordColumns
from snapmgr.ram.multifd import DevicePacket, Greeting, Packet
from snapmgr.ram.words import PageKind
from snapmgr.wire.colo import ColoMessage
from snapmgr.wire.events import Event, Fault, Skipped
from snapmgr.wire.return_path import Message

SYNC, EMPTY = "sync", "no pages"
"""Names of packets that carry no pages."""

_MOST = (1 << 63) - 1


class ChannelBuilder:
    """Puts what channels say into an IndexBuilder.  ``columns`` are the records of each channel, by its offset."""

    def __init__(self, builder: IndexBuilder, channels: Sequence[Channel]) -> None:
        self.packs = Packs()
        self.columns = {channel.offset: RecordColumns(builder.records) for channel in channels}
        self.packets = PacketPages(builder, self._contents)
        self._builder = builder
        self._rows = {channel.offset: row for row, channel in enumerate(channels)}
        self._skipped: set[str] = set()

    def enter(self, channel: Channel) -> None:
        """The events that follow are those of ``channel``."""
        self._builder.enter(self.columns[channel.offset])

    def begin(self, channel: Channel, length: int = 0) -> None:
        """The channel's own row, of the bytes with which it greets."""
        self.enter(channel)
        record = Record("CHANNEL", channel.offset, length, channel.offset, length, channel.number, channel.title)
        self._builder.append(record)

    def add(self, channel: Channel, event: Event) -> None:
        """The next event of a channel that is no main stream."""
        self.enter(channel)
        match event:
            case Greeting():
                self.begin(channel, event.length)
            case Packet():
                self.packets.add(channel, event)
                name = event.block or (SYNC if event.is_sync else EMPTY)
                self._append("PACKET", event, min(event.number, _MOST), name)
            case DevicePacket():
                self._append("PACKET", event, event.instance_id, event.idstr)
                self._not_read("device-state-packet", event, f"State of {event.idstr} travels in multifd packets")
            case Message():
                self._append("MESSAGE", event, event.type, event.type.name)
            case ColoMessage() | Fault() | Skipped():
                self._builder.add(event)

    def _append(self, kind: str, event: Event, number: int, name: str) -> None:
        self._builder.append(Record(kind, event.offset, event.length, event.offset, event.length, number, name))

    def stretch(self, start: int, end: int) -> None:
        """Pages without a section, in bytes ``[start, end)``."""
        self._builder.append(Record("PAGES", start, end - start, start, end - start, idstr="ram"))

    def _contents(self, channel: Channel, packet: Packet) -> tuple[int, PageKind]:
        if packet.method == "none":
            return packet.data, PageKind.PLAIN
        if packet.method in READABLE:
            size, row = len(packet.normal) << self._builder.ram.page_bits, self._rows[channel.offset]
            address = self.packs.add(row, packet.method, packet.data, packet.data_length, size)
            if address is not None:
                return address, PageKind.PLAIN
        self._builder.packed_by[packet.block] = packet.method
        self._not_read("packing-not-read", packet, f"Pages are packed by {packet.method}")
        return packet.data, PageKind.FOREIGN

    def _not_read(self, code: str, event: Event, what: str) -> None:
        """Said once of each kind."""
        if what not in self._skipped:
            self._skipped.add(what)
            message = f"{what}, which is passed over"
            self._builder.note(Problem(Severity.NOTE, code, event.offset, message, length=event.length))
