"""A migration as it was recorded: events, numbers, pages, screens and both streams, all by their time.

It is what the view shows, while the migration runs as well as afterwards.  ``recorder`` fills it in, ``recording_file``
keeps it.
"""

from __future__ import annotations

import tempfile
import zlib
from bisect import bisect_right
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from snapmgr.migrate.handover import Side
from snapmgr.migrate.pages import Layout
from snapmgr.migrate.samples import Changes, Samples
from snapmgr.trace.events import TraceEvent

PAGES_PUT = "snapmgr_pages_put"
"""Name of the event that says which pages were put last; QEMU has none that is told less often than once a page."""
URGENT_PUT = "snapmgr_urgent_put"
"""Name of the event that says that so many bytes went over the channel for pages that are waited for."""
CHANNEL_PUT = "snapmgr_channel_put"
"""Name of the event that says how many bytes went over which channel of multifd since the last time."""
PAGE_WAITS = "snapmgr_page_waits"
"""Name of the event of the destination that says how often its guest has waited for pages since the last time, and how
many microseconds at most."""

Picture = npt.NDArray[np.uint8]

MOST_EVENTS = 100_000
MOST_SCREENS = 4_000
"""Pictures kept of each side."""
LARGEST_SCREEN = 1 << 22
"""Dots of a picture at most."""
MOST_STREAM = 1 << 30
"""Bytes kept of each direction."""


def stream_name(connection: int, *, forward: bool) -> str:
    """Of the file with what went over a connection (docs/format/channels.md)."""
    return f"conn{connection}.{'fwd' if forward else 'rev'}.bin"


@dataclass(frozen=True, slots=True)
class Moment:
    """An event, when it was, and on which side; ``number`` counts all of them from 0."""

    number: int
    time: float
    side: Side
    event: TraceEvent


@dataclass(slots=True)
class Screens:
    """Pictures of one side, packed; (height, width, 3) uint8 when they are looked at."""

    times: list[float] = field(default_factory=list)
    packed: list[tuple[int, int, bytes]] = field(default_factory=list)

    def add(self, time: float, picture: Picture) -> None:
        if len(self.times) < MOST_SCREENS:
            height, width, _ = picture.shape
            self.packed.append((height, width, zlib.compress(picture.tobytes(), 1)))
            self.times.append(time)

    def at(self, time: float) -> Picture | None:
        """The last one that is not later; None before the first, and for what cannot be unpacked."""
        return self.unpack(self.place(time))

    def place(self, time: float) -> int:
        """Of the last one that is not later; -1 before the first."""
        return bisect_right(self.times, time) - 1

    def unpack(self, place: int) -> Picture | None:
        """The one at a place; None for -1, and for what cannot be unpacked."""
        if place < 0:
            return None
        height, width, packed = self.packed[place]
        size = height * width * 3
        try:
            data = zlib.decompressobj().decompress(packed, size + 1)
        except zlib.error:
            return None
        return np.frombuffer(data, np.uint8).reshape(height, width, 3) if len(data) == size else None


@dataclass(slots=True)
class Recording:
    """``facts`` say what was asked for, ``outcome`` how it ended; both are JSON's values.

    ``folder`` goes with this object.  ``streams`` in it has what went over each connection, as a captured channel.
    """

    facts: dict[str, Any] = field(default_factory=dict)
    outcome: dict[str, Any] = field(default_factory=dict)
    layout: Layout = field(default_factory=Layout)
    moments: deque[Moment] = field(default_factory=lambda: deque(maxlen=MOST_EVENTS))
    samples: Samples = field(default_factory=Samples)
    pages: dict[Side, Changes] = field(default_factory=dict)
    screens: dict[Side, Screens] = field(default_factory=lambda: {side: Screens() for side in Side})
    folder: tempfile.TemporaryDirectory[str] = field(
        default_factory=lambda: tempfile.TemporaryDirectory(prefix="snapmgr-run-")
    )

    @property
    def streams(self) -> Path:
        return Path(self.folder.name) / "streams"

    @property
    def stream(self) -> Path:
        """What the Inspector can open: the one stream to the destination, or all channels where there were several."""
        first = self.streams / stream_name(0, forward=True)
        several = any(path.name.endswith(".fwd.bin") for path in self.streams.iterdir() if path != first)
        return self.streams if several else first

    @property
    def end(self) -> float:
        """Seconds from the beginning to what was recorded last."""
        times = self.samples.column("time")
        last = [float(times[-1])] if len(times) else [0.0]
        return max(last + ([self.moments[-1].time] if self.moments else []))

    def __post_init__(self) -> None:
        self.streams.mkdir()

    def begin_pages(self, layout: Layout) -> None:
        """From now on states of these pages come."""
        self.layout = layout
        self.pages = {side: Changes(layout.pages) for side in Side}
