"""What the channels beside the main stream carry, as records and runs: multifd packets, pages, messages back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from snapmgr.containers.capture import Channel
from snapmgr.containers.unpacked import READABLE, Packs
from snapmgr.inspect.build import IndexBuilder
from snapmgr.inspect.model import Problem, Record, Severity
from snapmgr.inspect.records import RecordColumns
from snapmgr.ram.multifd import DevicePacket, Greeting, Packet
from snapmgr.ram.runs import U64, Runs
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
        """The next event of a channel that is no main stream; pages of packets come by ``pages``."""
        self.enter(channel)
        match event:
            case Greeting():
                self.begin(channel, event.length)
            case Packet():
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

    def pages(self, packets: Sequence[tuple[Channel, Packet]], main_at: int) -> None:
        """The pages of all packets between two points at which the channels wait for each other.

        ``main_at`` is where the main stream was at the first of them.  Packets are numbered as they were sent.
        """
        blocks: dict[str, list[tuple[U64, U64, PageKind]]] = defaultdict(list)
        for channel, packet in sorted(packets, key=lambda pair: pair[1].number):
            if packet.block:
                blocks[packet.block] += self._of_packet(channel, packet)
        iteration = self._iteration({name: [part[0] for part in parts] for name, parts in blocks.items()}, main_at)
        for name, parts in blocks.items():
            runs = _runs(parts, self._builder.ram.page_bits)
            self._builder.of_block(name).add_bare(runs, np.full(len(runs.first), iteration, np.uint32))
            self._builder.check_bounds(name, runs.first, runs.count, runs.offset)

    def _of_packet(self, channel: Channel, packet: Packet) -> list[tuple[U64, U64, PageKind]]:
        """(pages, offsets of their contents, kind), twice: pages with contents, if these came, and pages of zeros."""
        bits, found = self._builder.ram.page_bits, []
        if len(packet.normal) and packet.data + packet.data_length <= channel.offset + channel.size:
            at, kind = self._contents(channel, packet)
            step = np.arange(len(packet.normal), dtype=np.uint64) << np.uint64(bits if kind is PageKind.PLAIN else 0)
            found.append((packet.normal, step + np.uint64(at), kind))
        if len(packet.zero):
            at = packet.offset + 320 + 8 * len(packet.normal)
            step = np.arange(len(packet.zero), dtype=np.uint64) * np.uint64(8)
            found.append((packet.zero, step + np.uint64(at), PageKind.ZERO))
        return found

    def _contents(self, channel: Channel, packet: Packet) -> tuple[int, PageKind]:
        if packet.method == "none":
            return packet.data, PageKind.PLAIN
        if packet.method in READABLE:
            size, row = len(packet.normal) << self._builder.ram.page_bits, self._rows[channel.offset]
            address = self.packs.add(row, packet.method, packet.data, packet.data_length, size)
            if address is not None:
                return address, PageKind.PLAIN
        self._not_read("packing-not-read", packet, f"Pages are packed by {packet.method}")
        return packet.data, PageKind.FOREIGN

    def _not_read(self, code: str, event: Event, what: str) -> None:
        """Said once of each kind."""
        if what not in self._skipped:
            self._skipped.add(what)
            message = f"{what}, which is passed over"
            self._builder.note(Problem(Severity.NOTE, code, event.offset, message, length=event.length))

    def _iteration(self, pages: dict[str, list[U64]], main_at: int) -> int:
        """The pass that pages belong to: a new one where the walk over blocks and pages has turned back."""
        builder, starts = self._builder, self._builder.iteration_starts
        if builder.main_carries_pages or not pages:
            return max(len(starts), 1)
        name, last = next(iter(pages)), list(pages)[-1]
        lowest = int(min(part.min() for part in pages[name]))
        back = builder.turned_back(name, lowest, last, int(max(part.max() for part in pages[last])) + 1)
        if not starts or back:
            starts.append(main_at)
        return len(starts)


def _runs(parts: Sequence[tuple[U64, U64, PageKind]], page_bits: int) -> Runs:
    """Pages that follow each other, with contents that follow each other, as runs."""
    page = np.concatenate([part[0] for part in parts])
    at = np.concatenate([part[1] for part in parts])
    kind = np.concatenate([np.full(len(part[0]), part[2], np.uint8) for part in parts])
    plain = kind[1:] == PageKind.PLAIN
    breaks = (page[1:] != page[:-1] + np.uint64(1)) | (kind[1:] != kind[:-1]) | (kind[1:] == PageKind.FOREIGN)
    breaks |= plain & (at[1:] != at[:-1] + np.uint64(1 << page_bits))
    starts = np.concatenate((np.zeros(1, np.intp), np.flatnonzero(breaks) + 1))
    count = np.diff(np.concatenate((starts, np.array([len(page)], np.intp)))).astype(np.uint64)
    return Runs(page[starts], count, kind[starts], at[starts])
