"""Sending RAM: the block list, passes over what is dirty, the rest at the end (migration/ram.c: ram_save_*).

What a step sends is in ``steps``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from snapmgr.errors import StreamError
from snapmgr.ram.bitmap import Pages
from snapmgr.ram.encode import named, plain_records, zero_pages
from snapmgr.ram.handover import reload, stale
from snapmgr.ram.requests import PageRequests
from snapmgr.ram.steps import POSTCOPY_PIECE, WORD, RamSteps, contents_of
from snapmgr.ram.tracked import Tracked
from snapmgr.ram.tracking import WriteTracking
from snapmgr.ram.words import RamFlag
from snapmgr.savevm.handlers import Pending
from snapmgr.savevm.output import Output

ROUND = 64 << 20
"""Bytes of RAM looked at in one iterate at most, so that others have their turn."""


class RamSaver(RamSteps):
    """One migration at a time."""

    def setup(self, output: Output) -> None:
        """Everything is dirty from now on; put the block list (ram_save_setup)."""
        self._start()
        listed = self._ram.migratable()
        total = sum(block.used_length for block in listed)
        self._put(output, (total | RamFlag.MEM_SIZE).to_bytes(WORD))
        for block in listed:
            self._put(output, b"".join(self._entry(block)))
            self._put_place(output, block)
        self._sync_channels(output)
        self._end_section(output)

    def track_writes(self, tracking: Callable[[list[Tracked]], WriteTracking] = WriteTracking) -> WriteTracking:
        """After ``setup``, while the guest stands still: what is sent from now on is RAM as it is at this moment.

        ``iterate`` alone sends all of it, in whatever thread, while the guest goes on (ram_write_tracking_start).
        """
        self._tracking = tracking(self._tracked)
        self._lock = self._tracking.lock
        self._tracking.start()
        return self._tracking

    def iterate(self, output: Output) -> bool:
        """Put what is dirty up to the rate limit, ROUND at most, or until the turn is over; True if nothing is dirty
        (ram_save_iterate)."""
        self._check_sizes()
        left, done = ROUND, False
        while left > 0 and not done and not output.turn_over() and (not output.over_limit() or self.asked):
            looked_at = self._step(output, last=False)
            left, done = left - looked_at, not looked_at
        self._end_section(output)
        return done

    def complete(self, output: Output) -> None:
        """A last sync, then all that is left, whatever the limit (ram_save_complete)."""
        self._check_sizes()
        if not self._in_postcopy():
            self._sync()
        again = self._has("x-colo")  # checkpoints follow, which send these pages once more
        while output.error is None and self._step(output, last=not again):
            pass
        self._sync_channels(output)
        self._end_section(output)

    def pending(self, threshold: int) -> Pending:
        """Bytes that are dirty; below the threshold they are counted anew (ram_save_pending)."""
        if not self._in_postcopy() and self.counters.remaining < threshold:
            self._sync()
        left = self.counters.remaining
        return Pending(compatible=left) if self._has("postcopy-ram") else Pending(precopy_only=left)

    # -- postcopy --------------------------------------------------------------------------------------------------

    def start_postcopy(self) -> list[tuple[str, Pages, Pages]]:
        """The guest stands still: what the other side must throw away before it runs, as (block, starts, lengths) in
        bytes (ram_postcopy_send_discard_bitmap).

        Nothing to throw away at all would leave QEMU's destination waiting for ever: then one page goes once more.
        """
        self._sync()
        if not any(tracked.bitmap.count for tracked in self._tracked) and self._tracked:
            self._tracked[0].bitmap.add(0)
        self._begin_anew()
        found = [(tracked.block.idstr, *stale(tracked)) for tracked in self._tracked]
        self._count()
        return [(idstr, starts, lengths) for idstr, starts, lengths in found if len(starts)]

    @property
    def asked(self) -> bool:
        """Whether somebody waits for a page."""
        return bool(self._requests)

    def request(self, idstr: str | None, start: int, length: int) -> None:
        """These bytes are sent before anything else; from any thread.  Raises StreamError."""
        self._requests.put(self._requests.parse(idstr, start, length))
        self.counters.postcopy_requests += 1

    def serve(self, wanted: Iterable[tuple[str | None, int, int]]) -> Iterator[list[memoryview]]:
        """As ``request`` of each of them, as records for a channel of their own, piece by piece; from one thread
        (ram_save_host_page_urgent)."""
        piece = max(1, POSTCOPY_PIECE >> self._options.page_bits)
        runs, count = list[tuple[Tracked, int, int]](), 0
        for one in wanted:
            request = self._requests.parse(*one)
            self.counters.postcopy_requests += 1
            for first in range(request.first, request.end, piece):
                length = min(piece, request.end - first)
                if runs and (runs[0][0] is not request.tracked or count + length > piece):
                    yield from self._apart(runs)
                    runs, count = [], 0
                runs.append((request.tracked, first, length))
                count += length
        yield from self._apart(runs)

    def _apart(self, runs: Sequence[tuple[Tracked, int, int]]) -> Iterator[list[memoryview]]:
        """Runs of pages of one block in one piece, as far as they are dirty."""
        if not runs:
            return
        tracked = runs[0][0]
        block, bits = tracked.block, self._options.page_bits
        with self._lock:
            pages = np.sort(np.concatenate([tracked.bitmap.take(first, count) for _, first, count in runs]))
            if not len(pages):
                return
            contents = contents_of(block, pages, bits)
            zero = zero_pages(contents)
            data = plain_records(pages, contents, zero, bits)
            self._count_apart(len(pages), int(zero.sum()), len(data))
        opens, self._named_apart = self._named_apart is not block, block
        yield list(named(data, block.idstr)) if opens else [data.data]

    def on_new_channels(self) -> None:
        """After a break, before anything is asked or sent on them: what was asked on the old ones is asked again."""
        self._begin_anew()

    def resume(self, received: dict[str, bytes]) -> None:
        """After a break: ``received`` says of every block which pages have come.  Raises StreamError.

        What the guest at the other side has asked for since on the new channels stays asked for.
        """
        with self._lock:
            for tracked in self._tracked:
                bitmap = received.get(tracked.block.idstr)
                if bitmap is None:
                    raise StreamError("received-bitmap", f"nothing is said of what came of {tracked.block.idstr}")
                reload(tracked, bitmap)
            self._count()

    def block_names(self) -> list[str]:
        """Of what is being sent."""
        return [tracked.block.idstr for tracked in self._tracked]

    def _begin_anew(self) -> None:
        """From the first page on; the first of every channel names its block."""
        self._named = self._named_apart = None
        self._walk.begin_anew()
        self._requests.forget()

    def _count_apart(self, pages: int, zero: int, size: int) -> None:
        counters = self.counters
        counters.duplicate += zero
        counters.normal += pages - zero
        counters.target_pages += pages
        counters.transferred += size
        counters.postcopy_bytes += size
        self._count()

    def cleanup(self) -> None:
        """Forget the migration; the counters stay (ram_save_cleanup)."""
        if self._tracking is not None:
            self._tracking.stop()
        self._tracking = None
        self._tracked, self._packing, self._named = [], None, None
        self._requests = PageRequests([], self._options.page_bits)
        self._lock = threading.RLock()
