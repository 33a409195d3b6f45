"""What goes back to the source: from the thread that reads the stream, and from the guest's, which asks for pages."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from snapmgr.migrate.channel import Channel, ChannelBroken
from snapmgr.ram.block import RAMBlock
from snapmgr.trace.bus import Trace
from snapmgr.trace.names import traced
from snapmgr.wire.return_path import request_pages

MOST = 1 << 30
"""Bytes of one request, whose length has 32 bits."""


class Answers:
    """One message at a time.  Without a channel nothing is sent; requests are kept by whoever waits for them."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._lock = threading.Lock()
        self._channel: Channel | None = None
        self._named: RAMBlock | None = None
        self._offset = 0

    @property
    def opened(self) -> bool:
        """Whether there is a way back."""
        return self._channel is not None

    def open(self, channel: Channel) -> None:
        """A new channel: the first request on it names its block."""
        with self._lock:
            self._channel, self._named, self._offset = channel, None, 0

    def close(self) -> None:
        """Send nothing any more."""
        with self._lock:
            self._channel = None

    def send(self, data: bytes) -> None:
        """Raises ChannelBroken."""
        with self._lock:
            if self._channel is None:
                raise ChannelBroken("there is no way back to the source")
            self._send(self._channel, data)

    def ask(self, block: RAMBlock, runs: Sequence[tuple[int, int]]) -> None:
        """Pages are waited for, (first page, count) of each run: a message for each, all of them at once.

        A channel that is broken is noticed by who reads from it."""
        bits = block.page_bits
        with self._lock:
            if self._channel is None:
                return
            asked = []
            for first, count in runs:
                start, end = first << bits, first + count << bits
                for at in range(start, end, MOST):
                    asked.append(request_pages(at, min(MOST, end - at), self._name(block)))
            try:
                self._send(self._channel, *asked)
            except ChannelBroken:
                self._channel = None

    def _name(self, block: RAMBlock) -> str | None:
        """None where the last request named it already."""
        name = None if self._named is block else block.idstr
        self._named = block
        return name

    def _send(self, channel: Channel, *messages: bytes) -> None:
        for data in messages:
            kind, length = int.from_bytes(data[:2]), int.from_bytes(data[2:4])
            self._trace.emit(traced("migrate_send_rp_message", kind, length, offset=self._offset))
            self._offset += len(data)
        channel.send([b"".join(messages)])
