"""A step of sending RAM: the dirty pages of a piece of one block, as records in one buffer or as packets beside the
stream (migration/ram.c: ram_save_host_page).

Pages are in ascending order, blocks in the order of the list, round and round.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor

import numpy as np

from snapmgr.gathered import Gathered
from snapmgr.ram.beside import PageChannels
from snapmgr.ram.bitmap import Flags, PageBitmap, Pages
from snapmgr.ram.block import HOST_PAGE, RAMBlock
from snapmgr.ram.counters import RamCounters
from snapmgr.ram.encode import U8, named, naming, zero_pages
from snapmgr.ram.packing import Batch, Packing, PackingOptions
from snapmgr.ram.ramlist import RamList
from snapmgr.ram.requests import PageRequests
from snapmgr.ram.tracked import Put, Tracked
from snapmgr.ram.tracking import WriteTracking
from snapmgr.ram.walk import REACH, Walk
from snapmgr.ram.words import RamFlag
from snapmgr.savevm.handlers import EINVAL, EIO, HandlerFailed, StreamOptions
from snapmgr.savevm.output import Output
from snapmgr.wire.writer import counted

PIECE = 4 << 20
"""Bytes of RAM looked at in one step."""

POSTCOPY_PIECE = 1 << 20
"""The same once the other side runs: what it asks for waits for no more than that."""

GATHERED = 16 << 20
"""The same where they are not copied."""

WORD = 8


class RamSteps:
    """What is being sent, and its next piece.  ``in_postcopy`` says whether the other side runs already.

    ``tracked`` are the blocks that are being sent, ``last_put`` the pages that were put last; both may be looked at by
    any thread at any time.
    """

    def __init__(
        self,
        ram: RamList,
        options: StreamOptions,
        packing: PackingOptions,
        in_postcopy: Callable[[], bool],
        executor: Executor | None = None,
    ) -> None:
        self.counters = RamCounters()
        self.last_put: Put | None = None
        self.channels: PageChannels | None = None
        """Where pages go instead of the main stream, if they do."""
        self._ram = ram
        self._options = options
        self._packing_options = packing
        self._in_postcopy = in_postcopy
        self._executor = executor
        self._tracked: list[Tracked] = []
        self._tracking: WriteTracking | None = None
        self._packing: Packing | None = None
        self._named: RAMBlock | None = None
        self._named_apart: RAMBlock | None = None
        self._requests = PageRequests([], options.page_bits)
        self._lock: threading.Condition | threading.RLock = threading.RLock()
        """Held while pages are taken from the bitmaps and from RAM."""
        self._walk = Walk()
        self._synced_rounds = 0
        """Rounds behind which all channels have been waited for."""

    @property
    def tracked(self) -> tuple[Tracked, ...]:
        """None when nothing is sent."""
        return tuple(self._tracked)

    def _has(self, capability: str) -> bool:
        return capability in self._options.capabilities

    def _start(self) -> None:
        sent, base = self._ram.sent(ignore_shared=self._has("x-ignore-shared")), 0
        self._tracked, self._named = [], None
        bits = self._options.page_bits
        for block in sent:
            self._tracked.append(Tracked(block, PageBitmap(block.pages, filled=True), base, block.used_length))
            base += block.max_length >> bits
        self._requests, self._walk, self._synced_rounds = PageRequests(self._tracked, bits), Walk(self._tracked), 0
        self.counters = RamCounters(page_size=1 << bits, total=sum(block.used_length for block in sent))
        self._packing = Packing(self._packing_options, self._options, self.counters, self._executor)
        for block in sent:
            if block.page_bits != bits:
                raise HandlerFailed(EINVAL, f"RAM block {block.idstr} has pages of {1 << block.page_bits} bytes")
            block.dirty.clear()
        self._sync()

    def _entry(self, block: RAMBlock) -> Iterator[bytes]:
        yield counted(block.idstr.encode("utf-8", "surrogateescape"))
        yield block.used_length.to_bytes(WORD)
        if self._has("postcopy-ram") and block.page_size != HOST_PAGE:
            yield block.page_size.to_bytes(WORD)
        if self._has("x-ignore-shared"):
            yield block.address.to_bytes(WORD)

    def _put_place(self, output: Output, block: RAMBlock) -> None:
        """Where its pages lie in the file, if they do (capability mapped-ram)."""
        if self.channels is None:
            return
        ignored = self._has("x-ignore-shared") and block.shared
        place = self.channels.place(block.idstr, block.used_length, output.offset, ignored=ignored)
        if place is not None:
            header, end = place
            self._put(output, header)
            output.hole(end - output.offset)

    def _check_sizes(self) -> None:
        """The list is out: no block may change any more (ram_mig_ram_block_resized)."""
        for tracked in self._tracked:
            if tracked.block.used_length != tracked.used_length:
                text = f"RAM block '{tracked.block.idstr}' resized during precopy."
                raise HandlerFailed(EINVAL, f"RAM block {tracked.block.idstr} has changed its size", qemu=text)

    def _sync(self) -> None:
        """Take over what the guest wrote since the last time (migration_bitmap_sync)."""
        self.counters.dirty_sync_count += 1
        self.counters.dirtied += sum(tracked.bitmap.sync(tracked.block.dirty) for tracked in self._tracked)
        self._count()
        self.counters.dirty_bytes_last_sync = self.counters.remaining

    def _count(self) -> None:
        pages = sum(tracked.bitmap.count for tracked in self._tracked)
        pages += self._tracking.pages if self._tracking is not None else 0
        self.counters.remaining = pages << self._options.page_bits

    def _step(self, output: Output, *, last: bool) -> int:
        """Send the dirty pages of the next piece; returns how many bytes they are, 0 if nothing is dirty."""
        limit = self._piece(0 if last else output.limit, GATHERED if output.gathers else PIECE)
        with self._lock:
            kept = self._tracking.take(limit) if self._tracking is not None else None
            asked = self._requests.take(limit) if kept is None else None
            if kept is not None:
                tracked, pages, contents, looked_at = kept.tracked, kept.pages, kept.contents, len(kept.pages)
            elif asked is not None:
                tracked, pages = asked
                looked_at = len(pages)
                contents = contents_of(tracked.block, pages, self._options.page_bits)
                self._walk.go_on_behind(tracked, pages)
            elif (found := self._next_dirty(limit)) is not None:
                tracked, pages = found
                looked_at = len(pages)
                contents = contents_of(tracked.block, pages, self._options.page_bits)
            else:
                return 0
            if self.channels is not None:
                return self._put_beside(output, tracked, pages, contents, last=last)
            parts = self._records(tracked, pages, contents, last=last, stands=output.gathers)
            self._count()
            for part in parts:
                self._add_up(len(part), last=last)
        for part in parts:
            if isinstance(part, Gathered):
                output.put_gathered(part)
            else:
                output.put(part)
        return looked_at << self._options.page_bits

    def _put_beside(self, output: Output, tracked: Tracked, pages: Pages, contents: U8, *, last: bool) -> int:
        """As packets of multifd; what follows a pass over all blocks comes after it at the other side, too."""
        assert self.channels is not None
        if self._walk.rounds > self._synced_rounds:
            self._sync_channels(output)
        zero = self._look_at(tracked, pages, contents)
        duplicate = int(np.count_nonzero(zero))
        self.counters.duplicate += duplicate
        self.counters.normal += len(pages) - duplicate
        self.counters.target_pages += len(pages)
        self.channels.put(tracked.block.idstr, pages, contents, zero)
        self._count()
        self._charge(output, last=last)
        return len(pages) << self._options.page_bits

    def _sync_channels(self, output: Output) -> None:
        """Both sides wait for all channels here (multifd_ram_flush_and_sync)."""
        self._synced_rounds = self._walk.rounds
        if self.channels is None:
            return
        self.channels.sync()
        self._charge(output, last=False)
        if self.channels.announces:
            self._put(output, int(RamFlag.MULTIFD_FLUSH).to_bytes(WORD))
            output.flush()  # until that has come the other side takes nothing more from the channels

    def _charge(self, output: Output, *, last: bool) -> None:
        assert self.channels is not None
        size = self.channels.sent()
        output.charge(size)
        self._add_up(size, last=last)

    def _piece(self, limit: int, usual: int) -> int:
        """Pages of a piece: few where the rate is limited, so that the limit is passed by little."""
        assert self._packing is not None
        most = POSTCOPY_PIECE if self._in_postcopy() else usual
        size = min(most, limit >> 3) if limit else most
        return max(1, min(size >> self._options.page_bits, self._packing.most))

    def _next_dirty(self, limit: int) -> tuple[Tracked, Pages] | None:
        if not self.counters.remaining or self._packing is None:
            return None
        rounds, found = self._walk.rounds, self._walk.take(limit, min(REACH, self._packing.reach))
        if self._walk.rounds > rounds:
            self._packing.next_round()
        return found

    def _look_at(self, tracked: Tracked, pages: Pages, contents: U8) -> Flags:
        """Which are zero, told to whoever looks on."""
        zero = zero_pages(contents)
        tracked.zero[pages] = zero
        count = int(np.count_nonzero(zero))
        self.last_put = Put(tracked.block.idstr, int(pages[0]), int(pages[-1]), len(pages), count)
        return zero

    def _records(
        self, tracked: Tracked, pages: Pages, contents: U8, *, last: bool, stands: bool
    ) -> list[memoryview | Gathered]:
        """These pages' records, none of them a view of RAM unless it ``stands`` still."""
        assert self._packing is not None
        batch = Batch(pages, tracked.base, contents, self._look_at(tracked, pages, contents))
        age = self.counters.dirty_sync_count
        opens = self._named is not tracked.block
        if stands and self._packing.is_plain and self._tracking is None:
            return self._gathered(tracked, batch)
        data = self._packing.records(batch, age, opens=opens, update=not last, plain=self._in_postcopy())
        self.counters.target_pages += len(pages)
        if not len(data):
            return []
        self._named = tracked.block
        return list(named(data, tracked.block.idstr)) if opens else [data.data]

    def _gathered(self, tracked: Tracked, batch: Batch) -> list[memoryview | Gathered]:
        assert self._packing is not None
        self.counters.target_pages += len(batch.pages)
        records = self._packing.gathered(batch)
        if self._named is tracked.block:
            return [records]
        self._named = tracked.block
        word, rest = records.split(WORD)
        return [memoryview(naming(word.joined(), tracked.block.idstr)), rest]

    def _end_section(self, output: Output) -> None:
        self._put(output, int(RamFlag.EOS).to_bytes(WORD))
        output.flush()
        if output.error is not None:
            errno = getattr(output.error, "errno", None) or EIO
            raise HandlerFailed(errno, f"RAM could not be written: {output.error}")

    def _put(self, output: Output, data: bytes | memoryview) -> None:
        output.put(data)
        with self._lock:
            self._add_up(len(data), last=False)

    def _add_up(self, size: int, *, last: bool) -> None:
        counters = self.counters
        counters.transferred += size
        if self._in_postcopy():
            counters.postcopy_bytes += size
        elif last:
            counters.downtime_bytes += size
        else:
            counters.precopy_bytes += size


def contents_of(block: RAMBlock, pages: Pages, page_bits: int) -> U8:
    """A row for each page: a view where they follow each other, else a copy."""
    rows = block.by_page
    first, count = int(pages[0]), len(pages)
    if int(pages[-1]) - first == count - 1:
        return rows[first : first + count]
    return rows[pages]
