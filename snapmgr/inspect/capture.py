"""The channels of a capture, read together: what each says, in an order in which it may have come.

The main stream says when the channels of multifd wait for each other: at each word MULTIFD_FLUSH, or, where it has none
in its setup, at the end of each RAM section.  Each channel answers with a SYNC packet.  So a page that comes twice has
what came behind the later SYNC.  A preempt channel carries what postcopy asked for, after everything else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from snapmgr.containers.capture import CaptureSource, Channel, Role, read_order
from snapmgr.containers.layouts import StreamLayout
from snapmgr.errors import StreamError
from snapmgr.inspect.back_reader import BackReader
from snapmgr.inspect.build import IndexBuilder
from snapmgr.inspect.channels import ChannelBuilder
from snapmgr.inspect.feeding import ROOM, Reader, at_end, drained
from snapmgr.inspect.model import Problem, Severity
from snapmgr.inspect.records import RecordColumns
from snapmgr.ram.bare import BareReader
from snapmgr.ram.multifd import MultifdReader, Packet
from snapmgr.ram.section import RamState, RamWord
from snapmgr.ram.words import RamFlag
from snapmgr.trace.bus import Trace
from snapmgr.vmstate.description import VmDescription
from snapmgr.wire.events import Event, Fault, Skipped
from snapmgr.wire.reader import StreamReader

SYNCS = (RamFlag.MULTIFD_FLUSH, RamFlag.EOS)


class CaptureReading:
    """Gives the events of main streams to whoever adds them to ``builder``, and sees to all others itself."""

    def __init__(
        self,
        source: CaptureSource,
        builder: IndexBuilder,
        main: StreamReader,
        description: VmDescription | None,
        trace: Trace | None,
    ) -> None:
        self.channels = ChannelBuilder(builder, source.channels)
        self._source = source
        self._builder = builder
        self._main = main
        self._description = description
        self._trace = trace
        self._multifd = [_Multifd(source, one) for one in source.channels if one.role is Role.MULTIFD]
        self._sync_word: int | None = None
        """The word at which the channels wait for each other, None before the first RAM section has said so."""
        self._synced_at = 0

    def columns(self) -> RecordColumns:
        """The records of all channels in the order of their offsets, as far as they were read."""
        return RecordColumns.joined([self.channels.columns[one.offset] for one in self._source.channels])

    def events(self) -> Iterator[Event | None]:
        """All that the main streams say, in between None for a look at the time."""
        self._check_order()
        yield from self._stream(self._source.main, self._main)
        while not all(one.ended for one in self._multifd):
            yield from self._sync()
        for channel in self._source.channels:
            match channel.role:
                case Role.RECOVERED:
                    yield from self._recovered(channel)
                case Role.PREEMPT:
                    yield from self._bare(channel)
                case Role.RETURN:
                    yield from self._back(channel)
                case Role.UNKNOWN:
                    self.channels.begin(channel)
                    yield fault_of(channel)
                    yield Skipped(channel.offset, channel.size)

    def _check_order(self) -> None:
        """Whether order.json and the files speak of the same bytes."""
        try:
            runs = read_order(self._source.folder)
        except (StreamError, OSError) as error:
            self._builder.note(Problem(Severity.NOTE, "order-json", 0, f"order.json cannot be read: {error}"))
            return
        counted = Counter[tuple[int, bool]]()
        for number, way, count in runs or ():
            counted[number, way == "r"] += count
        for channel in self._source.channels if runs else ():
            said = counted[channel.number, channel.role is Role.RETURN]
            if said != channel.size:
                message = f"order.json counts {said} bytes of {channel.name}, and {channel.size} are there"
                self._builder.note(Problem(Severity.NOTE, "order-json", channel.offset, message))

    def _fed(self, reader: Reader, channel: Channel) -> Iterator[Event | None]:
        for piece in self._source.member(channel).chunks(room=ROOM):
            reader.feed(piece, ROOM)
            yield from drained(reader)
        yield from at_end(reader)

    def _stream(self, channel: Channel, reader: StreamReader) -> Iterator[Event | None]:
        goes_on = any(one.role is Role.RECOVERED and one.number > channel.number for one in self._source.channels)
        self.channels.enter(channel)
        for event in self._fed(reader, channel):
            yield self._seen(event, channel, goes_on) if isinstance(event, Fault) else event
            if isinstance(event, RamWord) and self._multifd and event.flags in SYNCS:
                self._sync_word = self._sync_word or event.flags
                if event.flags == self._sync_word:
                    yield from self._sync()
                    self.channels.enter(channel)
        self._builder.finish(reader.offset)

    def _seen(self, event: Fault, channel: Channel, goes_on: bool) -> Fault | None:
        """A fault of a connection, at its last byte if it is its end; no fault if another connection goes on."""
        event = _inside(event, channel)
        if event.code != "truncated" or not goes_on:
            return event
        message, hint = "The connection broke here; the next one goes on", "Nothing was lost by that."
        self._builder.note(Problem(Severity.NOTE, "interrupted", event.offset, message, hint=hint))
        return None

    def _recovered(self, channel: Channel) -> Iterator[Event | None]:
        """A connection after recovery goes on with the sections of the one before, and names its blocks anew."""
        before, ram = self._main, self._builder.ram
        ram.last_block = None
        layout = StreamLayout(ram, self._description)
        self._main = StreamReader(
            layout, footers=before.footers, header=False, offset=channel.offset, trace=self._trace
        )
        self._main.sections.update(before.sections)
        self.channels.begin(channel)
        yield from self._stream(channel, self._main)

    def _bare(self, channel: Channel) -> Iterator[Event | None]:
        ram = self._builder.ram
        reader = BareReader(RamState(ram.page_bits, compress=ram.compress, blocks=ram.blocks), channel.offset)
        self.channels.begin(channel)
        end = channel.offset
        for event in self._fed(reader, channel):
            if isinstance(event, Skipped):
                self.channels.stretch(channel.offset, event.offset)
                end = event.offset + event.length
            yield None if event is None else _inside(event, channel)
        if end < reader.offset:
            self.channels.stretch(end, reader.offset)

    def _back(self, channel: Channel) -> Iterator[None]:
        self.channels.begin(channel)
        for event in self._fed(BackReader(channel.offset, colo=self._builder.colo), channel):
            if event is None:
                yield None
            else:
                self.channels.add(channel, _inside(event, channel))

    def _sync(self) -> Iterator[None]:
        """Read every channel of multifd up to its next SYNC."""
        ram = self._builder.ram
        for one in self._multifd:
            one.reader.page_bits, one.reader.blocks = ram.page_bits, ram.blocks
            for event in one.until_sync():
                if event is None:
                    yield None
                else:
                    self.channels.add(one.channel, _inside(event, one.channel))
        self.channels.packets.wait(self._synced_at)
        self._synced_at = self._main.offset


class _Multifd:
    """One channel of multifd, read as far as it is due."""

    def __init__(self, source: CaptureSource, channel: Channel) -> None:
        self.channel = channel
        self.reader = MultifdReader(channel.offset)
        self.ended = False
        self._events = self._all(source)

    def _all(self, source: CaptureSource) -> Iterator[Event | None]:
        for piece in source.member(self.channel).chunks(room=ROOM):
            self.reader.feed(piece, ROOM)
            yield from drained(self.reader)
        yield from at_end(self.reader)
        self.ended = True

    def until_sync(self) -> Iterator[Event | None]:
        """Up to the next packet that says SYNC, or to the channel's end."""
        for event in self._events:
            yield event
            if isinstance(event, Packet) and event.is_sync:
                return


_E = TypeVar("_E", bound=Event)


def _inside(event: _E, channel: Channel) -> _E:
    """A fault at the end of a channel stands at its last byte: the next one belongs to another channel."""
    if not isinstance(event, Fault):
        return event
    return replace(event, offset=min(event.offset, channel.offset + channel.size - 1))


def fault_of(channel: Channel) -> Fault:
    """A connection that is none of a migration."""
    message = f"nothing of a migration begins like conn{channel.number}"
    return Fault(channel.offset, 0, "channel-unknown", message, {}, fatal=False)
