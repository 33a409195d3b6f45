"""The payload of the sections called ``ram``: words, the block list, pages, up to the word EOS (ram.c: ram_load)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from snapmgr.errors import StreamError
from snapmgr.ram.blocks import ListedBlock, read_block_list, read_entry
from snapmgr.ram.mapped import read_bitmap, read_header
from snapmgr.ram.mixed import read_mixed
from snapmgr.ram.runs import U64, walk
from snapmgr.ram.words import PAGE_BITS, PageKind, RamFlag
from snapmgr.wire.events import Event, Fault
from snapmgr.wire.faults import fault
from snapmgr.wire.layout import Done
from snapmgr.wire.window import Window

_KNOWN = 0xFF & ~1 | RamFlag.COMPRESS_PAGE | RamFlag.MULTIFD_FLUSH


@dataclass(frozen=True, slots=True)
class BlockList(Event):
    """The block list; ``total`` is what its word announced, in bytes."""

    total: int
    blocks: tuple[ListedBlock, ...]


@dataclass(frozen=True, slots=True)
class MappedBlock(Event):
    """A block in the mapped-ram layout, with the bitmap of its pages that are there (little-endian bits)."""

    block: ListedBlock
    bitmap: bytes


@dataclass(frozen=True, slots=True)
class MappedPages(Event):
    """Where the pages of the block before stand; they were passed over."""


@dataclass(frozen=True, slots=True)
class Pages(Event):
    """Whole normal and zero records of one block, one word each, in their order on the wire (dtype uint64)."""

    block: str
    words: U64


@dataclass(frozen=True, slots=True)
class OddPage(Event):
    """One record of another kind, or one that names its block: ``data_offset`` and ``data_length`` are its contents.

    ``fill`` is the byte of a ZERO record, 0 for everything else.
    """

    block: str
    page: int
    kind: PageKind
    data_offset: int
    data_length: int
    fill: int = 0


@dataclass(frozen=True, slots=True)
class RamWord(Event):
    """A word without data: EOS, MULTIFD_FLUSH, and MEM_SIZE where blocks and their pages follow one by one."""

    flags: int


@dataclass
class RamState:
    """What outlives a section: CONTINUE refers to the last block named on the connection, across sections."""

    page_bits: int = PAGE_BITS
    ignore_shared: bool = False
    mapped_ram: bool = False
    compress: bool = True
    """Whether compressed pages are read, as capability ``compress`` has it for QEMU."""
    origin: int = 0
    """Where in its file the stream begins: offsets of mapped-ram count from the file's beginning."""
    postcopy: bool = False
    """Whether the guest runs already: pages come whole then (ram.c: ram_load_postcopy)."""
    mixes: bool = False
    """Whether pages of other kinds may come as ``MixedPages`` where many follow each other."""
    blocks: dict[str, ListedBlock] = field(default_factory=dict)
    last_block: str | None = None


class RamPayload:
    """Reads one START, PART or END payload."""

    def __init__(self, state: RamState) -> None:
        self._state = state
        self._mapped: _MappedList | None = None

    def step(self, window: Window) -> Event | Done:
        """The next stretch of pages, or what else stands there.  Raises Short, StreamError."""
        state = self._state
        start = window.offset
        if self._mapped is not None:
            event = self._mapped.step(window, state)
            self._mapped = None if isinstance(event, BlockList) else self._mapped
            return event
        if state.last_block is not None:
            view, at = window.front()
            end, words = walk(view, at, state.page_bits)
            if end > at:
                window.skip(end - at)
                return Pages(start, end - at, state.last_block, words)
            if state.mixes and not state.postcopy:
                mixed = read_mixed(view, at, start, state.last_block, state.page_bits, packed=state.compress)
                if mixed is not None:
                    window.skip(mixed.length)
                    return mixed
        word = window.be64()
        flags = word & ((1 << state.page_bits) - 1)
        if flags == RamFlag.EOS:
            return Done(RamWord(start, 8, flags))
        if flags == RamFlag.MULTIFD_FLUSH:
            return RamWord(start, 8, flags)
        if state.postcopy and flags & (RamFlag.MEM_SIZE | RamFlag.XBZRLE | RamFlag.HOOK):
            text = f"Unknown combination of migration flags: 0x{flags:x} (postcopy mode)"
            raise StreamError("ram-flags", f"no record of postcopy has the flags {flags:#x}", offset=start, qemu=text)
        if flags == RamFlag.MEM_SIZE:
            return self._block_list(window, start, word - flags)
        if flags & RamFlag.COMPRESS_PAGE and not state.compress:
            text = "Received an unexpected compressed page"
            raise StreamError("compressed-page", "a compressed page, though compress is off", offset=start, qemu=text)
        kind = flags & ~int(RamFlag.CONTINUE)
        if kind not in (RamFlag.ZERO, RamFlag.PAGE, RamFlag.XBZRLE, RamFlag.COMPRESS_PAGE):
            text = f"Unknown combination of migration flags: 0x{flags:x}"
            if flags == RamFlag.HOOK:
                raise StreamError("ram-hook", "a record for RDMA, which cannot be read from a file", offset=start)
            raise StreamError("ram-flags", f"no page record has the flags {flags:#x}", offset=start, qemu=text)
        block = self._block(window, start, flags)
        return self._page(window, start, block, word >> state.page_bits, kind)

    def _block_list(self, window: Window, start: int, total: int) -> Event:
        if self._state.mapped_ram:
            self._mapped = _MappedList(start, total)
            return RamWord(start, 8, RamFlag.MEM_SIZE)
        blocks = read_block_list(window, total, ignore_shared=self._state.ignore_shared)
        self._state.blocks = {block.name: block for block in blocks}
        return BlockList(start, window.offset - start, total, blocks)

    def _block(self, window: Window, start: int, flags: int) -> str:
        """Name of the block that a page record belongs to."""
        if flags & RamFlag.CONTINUE:
            if self._state.last_block is None:
                text = "Ack, bad migration stream!"
                raise StreamError(
                    "ram-continue", "the first page continues a block, and none was named", offset=start, qemu=text
                )
            return self._state.last_block
        name = window.counted().decode("utf-8", "surrogateescape")
        if self._state.blocks and name not in self._state.blocks:
            raise StreamError(
                "ram-block", f"page of an unknown RAM block {name}", offset=start + 8, qemu=f"Can't find block {name}"
            )
        return name

    def _page(self, window: Window, start: int, block: str, page: int, flag: int) -> Event:
        """One record, whose word (and name) were taken; commits the block only when it is all here."""
        state, fill = self._state, 0
        if flag == RamFlag.PAGE:
            kind, data = PageKind.NORMAL, window.offset
            window.take(1 << state.page_bits)
        elif flag == RamFlag.ZERO:
            data = window.offset
            fill = window.be8()
            kind = PageKind.FILL if fill else PageKind.ZERO
        elif flag == RamFlag.XBZRLE:
            kind, data = PageKind.XBZRLE, self._xbzrle(window)
        else:
            kind, data = PageKind.COMPRESSED, self._compressed(window)
        state.last_block = block
        return OddPage(start, window.offset - start, block, page, kind, data, window.offset - data, fill)

    def _xbzrle(self, window: Window) -> int:
        at = window.offset
        if window.be8() != 1:
            raise StreamError(
                "xbzrle-header",
                "an xbzrle record of an unknown encoding",
                offset=at,
                qemu="Failed to load XBZRLE page - wrong compression!",
            )
        length = window.be16()
        if length > 1 << self._state.page_bits:
            raise StreamError(
                "xbzrle-length",
                f"an xbzrle record of {length} bytes",
                offset=at + 1,
                qemu="Failed to load XBZRLE page - len overflow!",
            )
        window.take(length)
        return at + 3

    def _compressed(self, window: Window) -> int:
        at = window.offset
        length = window.be32()
        limit = (1 << self._state.page_bits) * 2
        if not 0 < length <= limit:
            raise StreamError(
                "compressed-length",
                f"a compressed page of {length} bytes",
                offset=at,
                qemu=f"Invalid compressed data length: {length}",
            )
        window.take(length)
        return at + 4


class _MappedList:
    """The block list in the mapped-ram layout, block by block: its pages stand between the entries."""

    def __init__(self, start: int, total: int) -> None:
        self._start = start
        self._total = total
        self._blocks: dict[str, ListedBlock] = {}
        self._passing: tuple[int, int] | None = None

    def step(self, window: Window, state: RamState) -> Event:
        """A block, then its pages; the list when all blocks were told.  Raises Short, StreamError."""
        if self._passing is not None:
            (pages, end), self._passing = self._passing, None
            window.pass_over(end - window.offset)
            return MappedPages(pages, end - pages)
        left = self._total - sum(block.used_length for block in self._blocks.values())
        if left > 0:
            return self._block(window, state, left)
        blocks = tuple(self._blocks.values())
        return BlockList(self._start, window.offset - self._start, self._total, blocks)

    def _block(self, window: Window, state: RamState, left: int) -> Event:
        start = window.offset
        entry = read_entry(window, self._blocks, left, ignore_shared=state.ignore_shared, mapped=True)
        header = read_header(window, entry.name, entry.used_length, state.page_bits, state.origin)
        bitmap = read_bitmap(window, header)
        block = self._blocks[entry.name] = replace(entry, mapped=header)
        state.blocks = dict(self._blocks)
        if not header.ignored:
            self._passing = header.pages, header.pages + entry.used_length
        return MappedBlock(start, window.offset - start, block, bitmap)


def page_outside(block: ListedBlock, page: int, page_bits: int, offset: int) -> Fault:
    """The fault of a page that lies beyond its block."""
    address = page << page_bits
    message = f"page {page} lies beyond the {block.used_length} bytes of {block.name}"
    return fault("page-outside", offset, 8, message, f"Illegal RAM offset {address:x}", None, "ram")
