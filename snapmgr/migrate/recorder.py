"""Records a migration of ``Both`` while it runs: listens to both traces and the link, and looks at the counters."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack

from snapmgr.machine.machine import Machine, MachineView
from snapmgr.machine.memory import PAGE
from snapmgr.migrate.background import CAPABILITY as BACKGROUND
from snapmgr.migrate.both import Both, Moved
from snapmgr.migrate.handover import Side
from snapmgr.migrate.link import Link
from snapmgr.migrate.noticed import Noticed
from snapmgr.migrate.pages import PageLook
from snapmgr.migrate.recording import CHANNEL_PUT, MOST_STREAM, PAGES_PUT, URGENT_PUT, Moment, Recording, stream_name
from snapmgr.migrate.samples import Samples
from snapmgr.migrate.through_file import FileLink
from snapmgr.ram.tracked import Put
from snapmgr.savevm.status import MigrationStatus
from snapmgr.trace.events import TraceEvent, Value

EVERY = 0.1
"""Seconds between two samples that are kept."""
SCREEN_EVERY = 0.2
"""Seconds between two pictures that are kept of each side."""


ENDS = frozenset({MigrationStatus.COMPLETED, MigrationStatus.FAILED, MigrationStatus.CANCELLED})

_STATUSES = list(MigrationStatus)
_ON_THE_WAY_BACK = (
    "migrate_send_rp_",
    "migrate_handle_rp_",
    "source_return_path_thread_",
    "ram_dirty_bitmap_reload_",
)
"""How events begin whose offsets count in the return path."""


class _Ear:
    """A listener at one side's trace."""

    def __init__(self, side: Side, hear: Callable[[Side, TraceEvent], None]) -> None:
        self._side, self._hear = side, hear

    def put(self, event: TraceEvent) -> None:
        self._hear(self._side, event)


class Recorder:
    """``recording`` grows; ``views`` are the newest of each side.

    ``begin`` is called in the thread that has the machines, ``seen`` and ``hear`` come from theirs; ``look`` and
    everything that reads the recording belong to one thread.
    """

    sides = (Side.SOURCE, Side.DESTINATION)
    """Those that are known."""

    def __init__(self, recording: Recording, clock: Callable[[], float], *, streams: bool = True) -> None:
        """``streams``: what goes over the link is kept, too, in files of the recording."""
        self._streams = streams
        self.recording = recording
        self.views: dict[Side, MachineView] = {}
        self.both: Both | None = None
        self.pages: PageLook | None = None
        self._clock = clock
        self._start = clock()
        self._lock = threading.Lock()
        self._files = ExitStack()
        self._connections = 0
        self._passed = {True: 0, False: 0}
        """Bytes that went forward, and back."""
        self.base = 0
        """Bytes of the channels before the one that goes on: whoever opens all of them counts so, and so do
        offsets of events that are kept."""
        self._one_stream = True
        self._written = 0
        """Bytes of pages that the guest has written."""
        self._count = 0
        self._noticed = Noticed()
        self._ended = False
        """Whether the migration is over: what the guest writes then is no part of it."""
        self._ended_at: float | None = None
        """When nothing moved any more, and only digests were compared."""
        self._channels: list[int] = []
        """Bytes that had gone over each channel of multifd."""
        self._put: Put | None = None
        self._kept_at = -EVERY
        self._screens_at = dict.fromkeys(Side, -SCREEN_EVERY)

    @property
    def samples(self) -> Samples:
        """What was measured so far."""
        return self.recording.samples

    @property
    def now(self) -> float:
        """Seconds since it began, on the clock of the migration; at its end while only digests are compared."""
        return self._clock() - self._start if self._ended_at is None else self._ended_at

    def begin(self, both: Both) -> None:
        """``both`` was prepared and has not moved yet."""
        both.source.trace.listen(_Ear(Side.SOURCE, self.hear))
        both.destination.trace.listen(_Ear(Side.DESTINATION, self.hear))
        both.opened = self._record_again
        for link in both.links:
            self._record(link)
        both.second.forward.tap = self._urgent_too(both.second.forward.tap)
        self.pages = PageLook(
            both.source.ram_entry.saver,
            both.destination.ram_entry.loader,
            _staying(both.source),
            self._clock,
            copies=BACKGROUND in both.source.options.capabilities,
        )
        self._start = self._clock()
        self.both = both

    def _record(self, link: Link) -> None:
        """Keep what passes this link, the next connection; what is a file already is counted alone."""
        if isinstance(link, FileLink):
            link.forward.tap = self._write_seen
            self._connections += 1
            return
        for wire, forward in ((link.forward, True), (link.back, False)):
            wire.tap = self._into(stream_name(self._connections, forward=forward), forward)
        self._connections += 1

    def _write_seen(self, data: memoryview) -> None:
        with self._lock:
            self._passed[True] += len(data)

    def _record_again(self, link: Link) -> None:
        """One more, after a recovery: offsets begin anew there."""
        if not self._streams:
            self._one_stream = False
        elif self.both is not None and link is self.both.link:
            self.base = sum(path.stat().st_size for path in self.recording.streams.glob("*.fwd.bin"))
        self._record(link)
        if self.both is not None and link is self.both.second:
            link.forward.tap = self._urgent_too(link.forward.tap)

    def _into(self, name: str, forward: bool) -> Callable[[memoryview], None]:
        """Counts and writes to a file what comes, MOST_STREAM bytes at most; the file is made when something does."""
        room, file = MOST_STREAM, None

        def write(data: memoryview) -> None:
            nonlocal room, file
            if file is None and self._streams:
                file = self._files.enter_context((self.recording.streams / name).open("wb", buffering=0))
            if file is not None:
                file.write(data[:room])
                room -= min(room, len(data))
            with self._lock:
                self._passed[forward] += len(data)

        return write

    def _urgent_too(self, tap: Callable[[memoryview], None]) -> Callable[[memoryview], None]:
        def tell(data: memoryview) -> None:
            tap(data)
            self.hear(Side.SOURCE, TraceEvent(URGENT_PUT, (("bytes", len(data)),)))

        return tell

    def hear(self, side: Side, event: TraceEvent) -> None:
        """One more event, from any thread."""
        with self._lock:
            if event.name == "migrate_set_state" and event["new_state"] == MigrationStatus.COLO.value:
                self._one_stream = False  # messages stand between the sections of checkpoints, and devices apart
            place = self._place(event)
            if place != event.offset:
                event = TraceEvent(event.name, event.arguments, place)
            if self.pages is not None:  # it may be over before anybody looks
                if side is Side.DESTINATION:
                    self.pages.remember()
                elif event.name == "migrate_set_state":
                    self.pages.begin()
            self.recording.moments.append(Moment(self._count, self.now, side, event))
            self._count += 1

    def _place(self, event: TraceEvent) -> int | None:
        """Its offset behind the channels before this one; None for what does not go to the destination, and where more
        than one stream could be meant."""
        if event.offset is None or event.name.startswith(_ON_THE_WAY_BACK) or not self._one_stream:
            return None
        return event.offset + self.base

    def seen(self, side: Side, view: MachineView) -> None:
        """As Both wants it."""
        self.views[side] = view
        if self.both is not None and self.now - self._screens_at[side] >= SCREEN_EVERY:
            self._screens_at[side] = self.now
            self.recording.screens[side].add(self.now, view.screen)

    def new_moments(self, after: int) -> list[Moment]:
        """Those that are kept from number ``after`` on."""
        with self._lock:
            moments = self.recording.moments
            first = moments[0].number if moments else 0
            count = self._count - max(after, first)
            return [moments[place] for place in range(len(moments) - count, len(moments))] if count > 0 else []

    def look(self) -> None:
        """Bring the pages up to date, and keep a sample where the last one is old enough."""
        if self.both is None or self.pages is None:
            return
        if self.both.proving and self._ended_at is None:
            self._ended_at = self.now
        if self.both.proving and self._kept_at >= 0:
            return
        self._look_at_counters(self.both)
        ends = self.both.outgoing.statistics.status in ENDS  # asked first: what comes meanwhile is looked at again
        known = self._ended or self.pages.look(over=ends)
        self._ended = ends
        if known and not self.recording.pages:
            self.recording.begin_pages(self.pages.layout)
        now = self.now
        if now - self._kept_at >= EVERY:
            self._kept_at = now
            self._keep(now)

    def _look_at_counters(self, both: Both) -> None:
        """What happens without an event of the engine, and what was put or has passed since the last time."""
        for event in self._noticed.look(both.source.ram_entry.counters, both.outgoing.statistics):
            self.hear(Side.SOURCE, event)
        for event in self._noticed.look_at_waits(both.destination.ram_entry.loader.missing):
            self.hear(Side.DESTINATION, event)
        passed = [link.forward.passed for link in both.beside]
        for number, (count, before) in enumerate(zip(passed, self._channels or [0] * len(passed), strict=True)):
            if count != before:
                arguments: tuple[tuple[str, Value], ...] = (("channel", number), ("bytes", count - before))
                self.hear(Side.SOURCE, TraceEvent(CHANNEL_PUT, arguments))
        self._channels = passed
        put = both.source.ram_entry.saver.last_put
        if put is not None and put is not self._put:
            self._put = put
            arguments = (("rbname", put.idstr), ("first", put.first), ("last", put.last), ("pages", put.count),
                         ("zero", put.zero))  # fmt: skip
            self.hear(Side.SOURCE, TraceEvent(PAGES_PUT, arguments))

    def finish(self, moved: Moved | None, error: str = "") -> None:
        """Keep the end, and how it ended; ``moved`` is None where it was given up or refused."""
        self._kept_at = -EVERY
        self.look()
        copied = self.both is not None and BACKGROUND in self.both.source.options.capabilities
        self.recording.outcome = _outcome(moved, error, copied=copied)

    def close(self) -> None:
        """Nothing is recorded any more: nothing may be under way."""
        self._files.close()

    def _keep(self, now: float) -> None:
        assert self.both is not None and self.pages is not None
        both, statistics = self.both, self.both.outgoing.statistics
        counters = both.source.ram_entry.counters
        missing = both.destination.ram_entry.loader.missing
        waits = missing.waits if missing is not None else ()
        guest = both.source if both.owner is Side.SOURCE else both.destination
        last = self.recording.samples.at(now) if both.proving else None  # the machines are closed by then, or ran on
        if last is None:
            self._written = max(self._written, guest.board.memory.peek("dirtied") * PAGE)
        disks = {
            f"{side}_{what}": last[f"{side}_{what}"] if last is not None else found
            for side, machine in (("source", both.source), ("destination", both.destination))
            for what, found in (
                ("disks", sum(disk.active for disk in machine.board.disks)),
                ("noted", _noted(machine)),
            )
        }
        self.recording.samples.add(
            time=now,
            transferred=self._passed[True],
            returned=self._passed[False],
            remaining=counters.remaining,
            written=self._written,
            bandwidth=statistics.bandwidth,
            expected_downtime=statistics.expected_downtime,
            threshold=statistics.threshold,
            throttle=statistics.cpu_throttle_percentage,
            passes=counters.dirty_sync_count,
            status=_STATUSES.index(statistics.status),
            requests=missing.requests if missing is not None else 0,
            waited=waits[-1] / 1e6 if waits else 0.0,
            source_tick=both.source.tick,
            destination_tick=both.destination.tick,
            **disks,
            held=both.source.board.output.held,
        )
        for side, states in ((Side.SOURCE, self.pages.source), (Side.DESTINATION, self.pages.destination)):
            if self.recording.pages:
                self.recording.pages[side].note(now, states)


def _staying(machine: Machine) -> tuple[tuple[str, int], ...]:
    """Blocks that are not sent, with their pages."""
    if "x-ignore-shared" not in machine.options.capabilities:
        return ()
    return tuple((block.idstr, block.pages) for block in machine.ram.migratable() if block.shared)


def _noted(machine: Machine) -> int:
    """Dirty bytes in the bitmaps of its disks."""
    return sum(bitmap.count for bitmap in list(machine.dirty_bitmaps.bitmaps.values()))


def _outcome(moved: Moved | None, error: str, *, copied: bool) -> dict[str, object]:
    if moved is None:
        return {"status": MigrationStatus.FAILED.value, "error": error}
    statistics, proof = moved.statistics, moved.proof
    return {
        "status": statistics.status.value,
        "error": statistics.error or (moved.refused.message if moved.refused is not None else error),
        "downtime": statistics.downtime,
        "total_time": statistics.total_time,
        "setup_time": statistics.setup_time,
        "transferred": statistics.transferred,
        "throttle": statistics.cpu_throttle_percentage,
        "phases": [phase.facts() for phase in statistics.phases],
        "source_digest": proof.source,
        "destination_digest": proof.destination,
        "reference_digest": proof.reference,
        "tick": proof.tick,
        "switchover_tick": proof.switched,
        "agrees": proof.agrees,
        "pauses": statistics.pauses,
        **({"copied": True} if copied else {}),
        **_arrival(moved),
        **_replication(moved),
    }


def _replication(moved: Moved) -> dict[str, object]:
    """How COLO went, where it was on; ``survivor`` is the side that goes on alone."""
    colo = moved.statistics.colo
    if colo is None:
        return {}
    survivor = Side.SOURCE if moved.proof.source is not None else Side.DESTINATION
    return {"checkpoints": colo.checkpoints, "longest": colo.longest, "survivor": survivor.name}


def _arrival(moved: Moved) -> dict[str, object]:
    """How the guest waited for its pages, where it did."""
    arrival = moved.arrival
    if arrival is None:
        return {}
    return {
        "requests": arrival.requests,
        "blocktime": arrival.blocktime,
        "latency_50": arrival.latency(50),
        "latency_99": arrival.latency(99),
        "duplicates": arrival.duplicates,
        "missing": arrival.missing,
    }
