"""Receiving RAM: what RamPayload reads goes into the blocks (migration/ram.c: ram_load_precopy, parse_ramblock)."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np
import numpy.typing as npt

from snapmgr.errors import SnapmgrError, StreamError
from snapmgr.ram.beside import PageArrivals
from snapmgr.ram.bitmap import Flags
from snapmgr.ram.block import HOST_PAGE, U8, RAMBlock
from snapmgr.ram.blocks import ListedBlock
from snapmgr.ram.cache import RamCache
from snapmgr.ram.compress import unpack
from snapmgr.ram.copies import Copies
from snapmgr.ram.mapped import runs_of_bitmap
from snapmgr.ram.missing import Ask, MissingPages
from snapmgr.ram.mixed import MixedPages
from snapmgr.ram.place import length_of, place_pages, place_some
from snapmgr.ram.put_records import PageRecords, first_damaged, put_records
from snapmgr.ram.ramlist import RamList
from snapmgr.ram.resident import resident
from snapmgr.ram.runs import U64
from snapmgr.ram.section import BlockList, MappedBlock, OddPage, Pages, RamPayload, RamState, RamWord
from snapmgr.ram.words import VERSION, PageKind, RamFlag
from snapmgr.ram.xbzrle import decode
from snapmgr.savevm.handlers import EINVAL, EPERM, HandlerFailed, StreamOptions
from snapmgr.wire.events import Event
from snapmgr.wire.layout import Done
from snapmgr.wire.window import Short, Window

Repeats = npt.NDArray[np.uint8]
"""How often each page of a block came again."""


class RamLoader:
    """One incoming migration at a time.  ``received`` says by idstr which pages have come (a flag per page).

    A ``dry`` one looks at everything and keeps nothing: it finds out whether RAM could be loaded.  But of blocks in
    ``kept`` (by idstr) the page with that number comes, and maybe others with it.
    """

    def __init__(
        self,
        ram: RamList,
        options: StreamOptions,
        postcopy_advised: Callable[[], bool],
        executor: Executor | None = None,
    ) -> None:
        self.dry = False
        self.cache: RamCache | None = None
        """Where what comes is kept under COLO."""
        self.arrivals: PageArrivals | None = None
        """Pages that come beside the stream."""
        self.read_at: Callable[[int, memoryview], None] | None = None
        """Fills a buffer with what stands at an offset of the stream, where that can be read anywhere."""
        self.origin = 0
        """Where in its file the stream begins."""
        self.kept: Mapping[str, int] = {}
        self.copies = Copies(executor)
        self._executor = executor
        self.received: dict[str, Flags] = {}
        self.again: dict[str, Repeats] = {}
        """By idstr, how often each page came though it was here (modulo 256)."""
        self.missing: MissingPages | None = None
        """Pages that the guest runs without, from LISTEN on."""
        self.clock: Callable[[], int] = time.monotonic_ns
        """Nanoseconds, by which the guest waits for them."""
        self._ram = ram
        self._options = options
        self._postcopy_advised = postcopy_advised
        self._state = RamState()

    def setup(self) -> None:
        """Nothing has come yet (ram_load_setup)."""
        self.missing = None
        names = self._options.capabilities
        ignore = "x-ignore-shared" in names
        sent = self._ram.sent(ignore_shared=ignore)
        self.copies = Copies(self._executor if _is_fresh(sent) else None)
        self._state = RamState(
            self._options.page_bits,
            ignore_shared=ignore,
            mapped_ram="mapped-ram" in names,
            origin=self.origin,
            compress="compress" in names,
            mixes=True,
        )
        self.received = {block.idstr: np.zeros(block.max_length >> self._options.page_bits, np.bool_) for block in sent}
        self.again = {name: np.zeros(len(flags), np.uint8) for name, flags in self.received.items()}

    def reader(self, version: int) -> RamPayloadLoader:
        """For one section.  Raises HandlerFailed for versions that QEMU does not load either (ram_load)."""
        if version != VERSION:
            raise HandlerFailed(EINVAL, f"version {version} of RAM is not loaded, only {VERSION}")
        return RamPayloadLoader(self, RamPayload(self._state))

    def listen(self, ask: Ask) -> MissingPages:
        """From now on pages come while the guest runs, which asks for those that it needs first (ram.c:
        ram_load_postcopy)."""
        self.copies.finish()
        blocks = [block for block in self._ram if block.idstr in self.received]
        self._state.postcopy = True
        self.missing = MissingPages(blocks, self.received, ask, self.clock)
        return self.missing

    def all_here(self, ask: Ask) -> MissingPages:
        """The guest may run, and nothing of its RAM is still to come."""
        self.copies.finish()
        return MissingPages([], {}, ask)

    def urgent(self) -> RamPayloadLoader:
        """For the records of a channel of its own, which come without sections (ram.c: RAM_CHANNEL_POSTCOPY)."""
        state = self._state
        return RamPayloadLoader(self, RamPayload(RamState(state.page_bits, postcopy=True, blocks=state.blocks)))

    def resume(self) -> None:
        """A new channel: the first page names its block."""
        self._state.last_block = None

    def copy_here(self) -> None:
        """From now on without other threads, which help only while memory is made."""
        self.copies.finish()
        self.copies = Copies(None)

    def cleanup(self) -> None:
        """Forget what came (ram_load_cleanup)."""
        self.copies.finish()
        self.received, self.again = {}, {}
        self.cache = None
        if self.missing is not None:
            self.missing.stop()

    def discard(self, idstr: str, start: int, length: int) -> None:
        """Throw away what came of these bytes: the source has changed them since (migration/ram.c: ram_discard_range).

        Raises HandlerFailed for a block that is not there, and for a range that is not made of its pages.
        """
        block = self._ram.find(idstr)
        if block is None:
            text = f"ram_discard_range: Failed to find block '{idstr}'"
            raise HandlerFailed(EPERM, f"there is no RAM block {idstr} here", qemu=text)
        for what, value in (("start address", start), ("length", length)):
            if value % block.page_size:
                text = f"ram_block_discard_range: Unaligned {what}: {value:#x}"
                raise HandlerFailed(EINVAL, f"{value:#x} is no multiple of the pages of {idstr}", qemu=text)
        if start + length > block.max_length:
            text = f"ram_block_discard_range: Overrun block '{idstr}' ({start}/{length:x}/{block.max_length})"
            raise HandlerFailed(EINVAL, f"{idstr} has no bytes {start:#x} to {start + length:#x}", qemu=text)
        self.copies.finish()
        bits = self._options.page_bits
        first, end = start >> bits, start + length >> bits
        if idstr in self.received:
            self.received[idstr][first:end] = False
        block.clear(first, end - first)

    def take_list(self, event: BlockList, window: Window) -> None:
        """Make our blocks those of the list, or refuse it.  Raises StreamError at the entry at fault."""
        for listed in event.blocks:
            block = self._ram.find(listed.name)
            if block is None:
                text = f'Unknown ramblock "{listed.name}", cannot accept migration'
                raise StreamError(
                    "ram-block", f"there is no RAM block {listed.name} here", offset=listed.offset, qemu=text
                )
            if not block.migratable:
                raise _not_migrated(listed.name, listed.offset)
            self._resize(block, listed)
            self._check_page_size(block, listed, window)
            self._check_address(block, listed)

    def take_mapped(self, event: MappedBlock, window: Window) -> None:
        """A block whose pages have their places in the file.  Raises StreamError, and what reading raises."""
        listed = event.block
        self.take_list(BlockList(event.offset, event.length, listed.used_length, (listed,)), window)
        if listed.mapped is None or listed.mapped.ignored:
            return
        block, bits = self._block(listed.name, event.offset), self._options.page_bits
        if self.read_at is None:
            message = "RAM lies at places of a file, which cannot be reached from here"
            raise StreamError("mapped-ram", message, offset=event.offset)
        for runs in runs_of_bitmap(event.bitmap, block.pages, listed.mapped.pages, bits):
            columns = (runs.first.tolist(), runs.count.tolist(), runs.kind.tolist(), runs.offset.tolist())
            for first, count, kind, at in zip(*columns, strict=True):
                if self.dry:
                    continue
                if kind == PageKind.ZERO:
                    block.clear(first, count)
                else:
                    self.read_at(at, block.memory[first << bits : first + count << bits].data)
        self.received[listed.name][: block.pages] = True

    def take_pages(self, event: Pages, data: memoryview) -> None:
        """Normal and zero pages.  Raises StreamError at the first one that lies outside its block."""
        block, bits = self._block(event.block, event.offset), self._options.page_bits
        pages = event.words >> np.uint64(bits)
        outside = np.flatnonzero(pages >= np.uint64(block.pages))
        words = event.words[: outside[0]] if len(outside) else event.words
        inside = pages[: len(words)]
        self.note_repeats(block.idstr, inside)
        if self.missing is not None:
            with self.missing.placing(block, inside.astype(np.int64)) as wanted:
                place_some(block, words, data, bits, wanted)
        elif len(inside) and self._comes(block, int(inside.min()), int(inside.max())):
            for target in self._targets(block):
                copy = functools.partial(place_pages, target, words, data, bits)
                self.copies.start(target, int(inside.min()), int(inside.max()), copy)
            self._came(block, inside)
        self.received[block.idstr][inside] = True
        if len(outside):
            raise _outside(block, int(pages[outside[0]]) << bits, event.offset + length_of(words, bits))

    def take_page(self, event: OddPage, data: memoryview) -> None:
        """A page of any kind.  Raises StreamError."""
        block = self._block(event.block, event.offset)
        if event.page >= block.pages:
            raise _outside(block, event.page << self._options.page_bits, event.offset)
        self.note_repeats(block.idstr, np.array([event.page]))  # a number alone would warn where it begins anew
        if self.missing is not None:
            with self.missing.placing(block, np.array([event.page])) as wanted:
                if wanted.all():
                    place_page(block, event, data)
        elif not self._comes(block, event.page, event.page):
            _fill(np.zeros(1 << self._options.page_bits, np.uint8), event.kind, data, event.data_offset)
        else:
            for target in self._targets(block):
                self.copies.settle(target, event.page, event.page)
                place_page(target, event, data)
            self._came(block, event.page)
        self.received[block.idstr][event.page] = True

    def take_mixed(self, event: MixedPages, data: memoryview) -> None:
        """Records of all kinds, in their order on the wire.  Raises StreamError at the first that is at fault."""
        block = self._block(event.block, event.offset)
        outside = np.flatnonzero(event.page >= np.uint64(block.pages))
        upto = int(outside[0]) if len(outside) else len(event.page)
        raw, at = np.frombuffer(data, np.uint8), (event.data - np.uint64(event.offset)).astype(np.int64)
        records = PageRecords(event.page.astype(np.int64), event.kind, at, event.size.astype(np.int64))
        records = records.where(slice(upto))
        failed = self._put(block, records, raw)
        done = records.row[:failed]
        self.note_repeats(block.idstr, done)
        self.received[block.idstr][done] = True
        if failed is not None:
            page = np.zeros(1 << self._options.page_bits, np.uint8)
            _fill(page, PageKind(int(event.kind[failed])), records.contents(failed, raw), int(event.data[failed]))
        if len(outside):
            address = int(event.page[upto]) << self._options.page_bits
            raise _outside(block, address, int(event.record[upto]))

    def _put(self, block: RAMBlock, records: PageRecords, raw: U8) -> int | None:
        """Number of the first record that cannot be unpacked."""
        low, high = int(records.row.min(initial=0)), int(records.row.max(initial=0))
        if not self._comes(block, low, high):
            return first_damaged(records, raw, 1 << self._options.page_bits)
        failed = None
        for target in self._targets(block):
            self.copies.settle(target, low, high)
            failed = put_records(target.by_page, records, raw)
        self._came(block, records.row[:failed].astype(np.uint64))
        return failed

    def note_repeats(self, idstr: str, pages: npt.NDArray[np.integer[Any]]) -> None:
        """These pages have come; to be told before ``received`` says so."""
        self.again[idstr][pages] += self.received[idstr][pages].view(np.uint8)

    def _targets(self, block: RAMBlock) -> tuple[RAMBlock, ...]:
        return (block,) if self.cache is None else self.cache.targets(block)

    def _came(self, block: RAMBlock, pages: int | U64) -> None:
        if self.cache is not None:
            self.cache.came(block, pages)

    def wait_for_channels(self) -> None:
        """Pages that went beside have come when it returns.  Without multifd the word means nothing, as in QEMU
        since 8.1 (multifd_recv_sync_main)."""
        if self.arrivals is not None:
            self.arrivals.sync()

    def _comes(self, block: RAMBlock, first: int, last: int) -> bool:
        return not self.dry or first <= self.kept.get(block.idstr, -1) <= last

    def _block(self, name: str, offset: int) -> RAMBlock:
        """The block that a page is for (ram_block_from_stream)."""
        block = self._ram.find(name)
        if block is None:
            raise StreamError(
                "ram-block", f"page of an unknown RAM block {name}", offset=offset, qemu=f"Can't find block {name}"
            )
        if name not in self.received:
            raise _not_migrated(name, offset)
        return block

    def _resize(self, block: RAMBlock, listed: ListedBlock) -> None:
        try:
            block.resize(listed.used_length)
        except SnapmgrError as error:
            at = listed.offset + 1 + len(listed.name.encode("utf-8", "surrogateescape"))
            raise StreamError(error.code, error.message, offset=at, qemu=error.qemu) from error

    def _check_page_size(self, block: RAMBlock, listed: ListedBlock, window: Window) -> None:
        """Pages of the host must be equal for postcopy; a size is sent exactly where it is expected."""
        names = self._options.capabilities
        expected = self._postcopy_advised() and "postcopy-ram" in names and block.page_size != HOST_PAGE
        at = listed.offset + 9 + len(listed.name.encode("utf-8", "surrogateescape"))
        if not expected:
            if listed.page_size is not None:
                text = 'Unknown ramblock "", cannot accept migration'
                raise StreamError("ram-page-size", f"{listed.name} has a page size", offset=at, qemu=text)
            return
        if listed.page_size != block.page_size:
            found = _be64(window, at)
            text = f"Mismatched RAM page size {listed.name} (local) {block.page_size} != {found - (found >> 63 << 64)}"
            message = f"pages of {listed.name} have {block.page_size} bytes here"
            raise StreamError("ram-page-size", message, offset=at, qemu=text)

    def _check_address(self, block: RAMBlock, listed: ListedBlock) -> None:
        """Shared memory that stays where it is must be where it was."""
        if listed.address is None or not block.shared or listed.address == block.address:
            return
        text = f"Mismatched GPAs for block {block.idstr} {listed.address}!= {block.address}"
        message = f"{block.idstr} lies at {listed.address:#x} there and at {block.address:#x} here"
        raise StreamError("ram-address", message, offset=listed.offset, qemu=text)


class RamPayloadLoader:
    """A RamPayload whose events are acted upon as they come."""

    def __init__(self, loader: RamLoader, payload: RamPayload) -> None:
        self._loader = loader
        self._payload = payload

    def step(self, window: Window) -> Event | Done:
        """As RamPayload.step.  Pages are in memory at the section's end, and where no more bytes or a fault are told.

        Raises Short, StreamError.
        """
        try:
            found = self._payload.step(window)
            event = found.event if isinstance(found, Done) else found
            if not isinstance(event, Pages | OddPage | MixedPages):
                self._loader.copies.finish()
            self._act(event, window)
            return found
        except Short:
            if window.ended:
                self._loader.copies.finish()
            raise
        except StreamError:
            self._loader.copies.finish()
            raise

    def _act(self, event: Event | None, window: Window) -> None:
        """The window stays behind the event."""
        end = window.offset
        match event:
            case Pages():
                self._loader.take_pages(event, _bytes(window, event.offset, event.length))
            case OddPage():
                self._loader.take_page(event, _bytes(window, event.data_offset, event.data_length))
            case MixedPages():
                self._loader.take_mixed(event, _bytes(window, event.offset, event.length))
            case BlockList():
                self._loader.take_list(event, window)
            case RamWord() if event.flags & RamFlag.MULTIFD_FLUSH:
                self._loader.wait_for_channels()
            case MappedBlock():
                self._loader.take_mapped(event, window)
        window.offset = end


def _bytes(window: Window, offset: int, length: int) -> memoryview:
    window.offset = offset
    return window.take(length)


def _be64(window: Window, offset: int) -> int:
    window.offset = offset
    return window.be64()


def _is_fresh(blocks: Sequence[RAMBlock]) -> bool:
    """Whether most of the memory must be made first: that is what another thread can do meanwhile.  Where it is there,
    two threads that want the interpreter are slower than one."""
    return 2 * sum(resident(block.memory) for block in blocks) < sum(block.used_length for block in blocks)


def place_page(block: RAMBlock, event: OddPage, data: memoryview) -> None:
    """A page of any kind; ``data`` is what its record holds.  Raises StreamError."""
    if event.kind is PageKind.ZERO:
        block.clear(event.page, 1)
    else:
        _fill(block.by_page[event.page], event.kind, data, event.data_offset)


def _fill(page: U8, kind: PageKind, data: memoryview, offset: int) -> None:
    match kind:
        case PageKind.FILL:
            page[:] = data[0]
        case PageKind.NORMAL:
            page[:] = np.frombuffer(data, np.uint8)
        case PageKind.XBZRLE:
            decode(data, page, offset)
        case PageKind.COMPRESSED:
            unpacked = unpack(data, len(page), offset)
            page[: len(unpacked)] = np.frombuffer(unpacked, np.uint8)


def _not_migrated(name: str, offset: int) -> StreamError:
    text = f"block {name} should not be migrated !"
    return StreamError("ram-block", f"RAM block {name} does not travel", offset=offset, qemu=text)


def _outside(block: RAMBlock, address: int, offset: int) -> StreamError:
    message = f"{block.idstr} has no page at {address:#x}, but {block.used_length:#x} bytes"
    return StreamError("page-outside", message, offset=offset, qemu=f"Illegal RAM offset {address:x}")
