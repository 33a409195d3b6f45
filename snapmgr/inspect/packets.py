"""Pages of multifd packets as runs, in memory O(runs) however many packets come before the channels wait.

A sender numbers its packets over all channels: in that order pages were found, channel by channel they are read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from snapmgr.containers.capture import Channel
from snapmgr.inspect.build import IndexBuilder
from snapmgr.ram.multifd import HEAD, Packet
from snapmgr.ram.runs import U64, Runs
from snapmgr.ram.words import PageKind

BATCH = 256
"""Packets whose pages are made runs at once."""

Contents = Callable[[Channel, Packet], tuple[int, PageKind]]
"""Where the contents of a packet's pages are to be had, and how they are coded."""


@dataclass(frozen=True, slots=True)
class _Numbered:
    """Runs, each with the number of its packet."""

    number: U64
    runs: Runs


class PacketPages:
    """Takes packets channel by channel, and gives their pages to the builder at the next wait."""

    def __init__(self, builder: IndexBuilder, contents: Contents) -> None:
        self._builder = builder
        self._contents = contents
        self._waiting: list[tuple[Channel, Packet]] = []
        self._at, self._passes = (0, 0), 0
        """Where the walk was at the wait before, and how many passes there were."""
        self._found: dict[str, list[_Numbered]] = defaultdict(list)

    def add(self, channel: Channel, packet: Packet) -> None:
        """The next packet of a channel."""
        if packet.block:
            self._waiting.append((channel, packet))
            if len(self._waiting) >= BATCH:
                self._fold()

    def wait(self, main_at: int) -> None:
        """The channels wait for each other: all pages so far came before those that follow.

        ``main_at`` is where the main stream was at the wait before.
        """
        self._fold()
        sorted_runs = {name: _sorted(parts) for name, parts in self._found.items()}
        self._found.clear()
        iteration = self._iteration(sorted_runs, main_at)
        for name, found in sorted_runs.items():
            runs = _joined(found.runs)
            self._builder.of_block(name).add_bare(runs, np.full(len(runs.first), iteration, np.uint32))
            self._builder.check_bounds(name, runs.first, runs.count, runs.offset)

    def _fold(self) -> None:
        bits = self._builder.ram.page_bits
        blocks: dict[str, list[tuple[int, U64, U64, PageKind]]] = defaultdict(list)
        for channel, packet in self._waiting:
            blocks[packet.block] += self._of_packet(channel, packet, bits)
        self._waiting.clear()
        for name, parts in blocks.items():
            if parts:
                self._found[name].append(_numbered(parts, bits))

    def _of_packet(self, channel: Channel, packet: Packet, bits: int) -> list[tuple[int, U64, U64, PageKind]]:
        """(number, pages, offsets of their contents, kind): pages with contents, if these came, and pages of zeros."""
        found = []
        if len(packet.normal) and packet.data + packet.data_length <= channel.offset + channel.size:
            at, kind = self._contents(channel, packet)
            step = np.arange(len(packet.normal), dtype=np.uint64) << np.uint64(bits if kind is PageKind.PLAIN else 0)
            found.append((packet.number, packet.normal, step + np.uint64(at), kind))
        if len(packet.zero):
            at = packet.offset + HEAD + 8 * len(packet.normal)
            step = np.arange(len(packet.zero), dtype=np.uint64) * np.uint64(8)
            found.append((packet.number, packet.zero, step + np.uint64(at), PageKind.ZERO))
        return found

    def _iteration(self, found: dict[str, _Numbered], main_at: int) -> int:
        """The pass that pages belong to: a new one where the walk over blocks and pages has turned back."""
        walk = self._builder.walk
        if not found:
            return max(len(walk.starts), 1)
        begin = min(found, key=lambda name: int(found[name].number[0]))
        end = max(found, key=lambda name: int(found[name].number[-1]))
        lowest, last = found[begin].runs.first.min(), found[end].runs
        begins = self._builder.place_of(begin), int(lowest)
        ends = self._builder.place_of(end), int((last.first + last.count).max())
        if (begins < self._at and self._passes == len(walk.starts)) or not walk.starts:
            walk.begin(main_at)  # where the main stream carries pages of zeros, it may have turned back already
        self._at, self._passes = ends, len(walk.starts)
        return self._passes


def _numbered(parts: list[tuple[int, U64, U64, PageKind]], page_bits: int) -> _Numbered:
    """Pages that follow each other, with contents that follow each other, as runs."""
    page = np.concatenate([part[1] for part in parts])
    at = np.concatenate([part[2] for part in parts])
    sizes = [len(part[1]) for part in parts]
    kind = np.repeat(np.array([part[3] for part in parts], np.uint8), sizes)
    number = np.repeat(np.array([part[0] for part in parts], np.uint64), sizes)
    breaks = (page[1:] != page[:-1] + np.uint64(1)) | (kind[1:] != kind[:-1]) | (kind[1:] == PageKind.FOREIGN)
    breaks |= (kind[1:] == PageKind.PLAIN) & (at[1:] != at[:-1] + np.uint64(1 << page_bits))
    starts = np.concatenate((np.zeros(1, np.intp), np.flatnonzero(breaks) + 1))
    count = np.diff(np.concatenate((starts, np.array([len(page)], np.intp)))).astype(np.uint64)
    return _Numbered(number[starts], Runs(page[starts], count, kind[starts], at[starts]))


def _sorted(parts: list[_Numbered]) -> _Numbered:
    """All runs in the order in which their packets were numbered."""
    number = np.concatenate([part.number for part in parts])
    order = np.argsort(number, kind="stable")
    columns = [
        np.concatenate([getattr(part.runs, name) for part in parts])[order]
        for name in ("first", "count", "kind", "offset")
    ]
    return _Numbered(number[order], Runs(*columns))


def _joined(runs: Runs) -> Runs:
    """Pages of zeros that go on in the next packet are one run: they have no contents to stand anywhere."""
    if not len(runs.first):
        return runs
    zero = (runs.kind[1:] == PageKind.ZERO) & (runs.kind[:-1] == PageKind.ZERO)
    goes_on = zero & (runs.first[1:] == runs.first[:-1] + runs.count[:-1])
    starts = np.concatenate((np.zeros(1, np.intp), np.flatnonzero(~goes_on) + 1))
    count = np.add.reduceat(runs.count, starts)
    return Runs(runs.first[starts], count, runs.kind[starts], runs.offset[starts])
