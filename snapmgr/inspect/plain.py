"""Whatever a source holds, as one plain precopy stream: RAM page by page as it was at the end, then the devices.

That is what a machine loads from a file, without capabilities and without a second channel.  RAM comes from the index,
device sections are copied as they stand; commands are left out, since none of them is needed to load a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from snapmgr.errors import Unsupported
from snapmgr.inspect.index import StreamIndex
from snapmgr.inspect.model import Record
from snapmgr.ram.bitmap import Pages
from snapmgr.ram.columns import U8, BlockPages
from snapmgr.ram.encode import named, plain_records, zero_pages
from snapmgr.ram.words import IDSTR, VERSION, PageKind, RamFlag
from snapmgr.wire import writer
from snapmgr.wire.configuration import CAPABILITIES, capabilities, read_configuration
from snapmgr.wire.constants import RecordType
from snapmgr.wire.events import Configuration, ConfigurationSubsection, SectionBegin
from snapmgr.wire.window import Buffer, Window
from snapmgr.work import Progress, no_progress

MAPPED_RAM = "mapped-ram"
PIECE = 1024
"""Pages that are put at once."""

_RAM_ID = 0xFFFF
"""The id of the RAM section where a stream has lost its START: no QEMU has as many sections."""


def is_spread(index: StreamIndex) -> bool:
    """Whether RAM stands elsewhere than in the sections of one stream."""
    return bool(index.channels) or any(block.mapped for block in index.listed)


def put_plain(index: StreamIndex, put: Callable[[Buffer], object], progress: Progress = no_progress) -> None:
    """Put the stream piece by piece; ``progress`` is told bytes of RAM.

    Raises Unsupported where device state or a part of RAM is not there, and what reading contents raises.
    """
    devices = _devices(index)
    if not devices:
        message = "the devices' state never came: the migration did not get to its end"
        raise Unsupported("no-device-state", message, path=index.source.path)
    put(writer.header())
    put(_configuration(index))
    _put_ram(index, put, progress)
    for record in (*_others(index), *devices):
        put(index.source.read(record.offset, record.length))
    put(bytes([RecordType.EOF]))
    if index.vmdesc is not None:
        offset, length = index.vmdesc
        put(writer.vmdesc(bytes(index.source.read(offset, length))))


def _configuration(index: StreamIndex) -> bytes:
    """As it was sent, but for the capability that this stream does without."""
    record = next((one for one in index.records if one.type == "CONFIGURATION"), None)
    if record is None:
        return b""
    window = Window(record.length + 1)
    window.append(index.source.read(record.offset, record.length))
    window.append(b"")
    sent, _ = read_configuration(window, True)
    kept = tuple(sub for sub in map(_without_mapped_ram, sent.subsections) if sub is not None)
    return writer.configuration(Configuration(0, 0, sent.machine, kept))


def _without_mapped_ram(sub: ConfigurationSubsection) -> ConfigurationSubsection | None:
    if sub.name != CAPABILITIES:
        return sub
    names = [name.encode("utf-8", "surrogateescape") for name in capabilities(sub) if name != MAPPED_RAM]
    data = len(names).to_bytes(4) + b"".join(map(writer.counted, names))
    return replace(sub, data=data) if names else None


def _put_ram(index: StreamIndex, put: Callable[[Buffer], object], progress: Progress) -> None:
    start = next((one for one in index.records if one.type == "START" and one.idstr == IDSTR), None)
    number = _RAM_ID if start is None or start.section_id is None else start.section_id
    footer = writer.footer(number) if start is None or start.footer else b""
    eos = RamFlag.EOS.to_bytes(8)
    put(writer.section_begin(SectionBegin(0, 0, RecordType.START, number, IDSTR, 0, VERSION)))
    put(_block_list(index) + eos + footer)
    put(writer.section_begin(SectionBegin(0, 0, RecordType.END, number)))
    total, done = sum(block.used_length for block in index.listed), 0
    for block in index.blocks:
        if not block.ignored:
            pages = index.ram.blocks[block.name]
            for records in _records(index, pages):
                put(records)
                progress(done, total)
        done += block.used_length
    put(eos + footer)


def _block_list(index: StreamIndex) -> bytes:
    """Sizes of pages are left out: they are sent only where postcopy is possible."""
    parts = [(sum(block.used_length for block in index.listed) | RamFlag.MEM_SIZE).to_bytes(8)]
    for block in index.listed:
        parts.append(writer.counted(block.name.encode("utf-8", "surrogateescape")) + block.used_length.to_bytes(8))
        if block.address is not None:
            parts.append(block.address.to_bytes(8))
    return b"".join(parts)


def _records(index: StreamIndex, block: BlockPages) -> Iterator[Buffer]:
    """Every page that ever came, as it was at the end, once; the first names its block."""
    first_of_all, last = True, block.last
    for first, count, run in zip(last.first.tolist(), last.count.tolist(), last.run.tolist(), strict=True):
        zeros = block.runs.kind[run] == PageKind.ZERO
        for at in range(first, first + count, PIECE):
            pages = np.arange(at, min(at + PIECE, first + count))
            records = _piece(index, block, pages, zeros=zeros)
            if first_of_all:
                yield from named(records, block.name)
            else:
                yield records.data
            first_of_all = False


def _piece(index: StreamIndex, block: BlockPages, pages: Pages, *, zeros: bool) -> U8:
    size = 1 << block.page_bits
    if zeros:
        nothing = np.broadcast_to(np.zeros(size, np.uint8), (len(pages), size))
        return plain_records(pages, nothing, np.ones(len(pages), np.bool_), block.page_bits)
    start = int(pages[0]) << block.page_bits
    content = np.zeros(len(pages) << block.page_bits, np.uint8)
    for offset, data in index.ram.contents(block.name, start, len(content)):
        content[offset - start : offset - start + len(data)] = data
    rows = content.reshape(-1, size)
    return plain_records(pages, rows, zero_pages(rows), block.page_bits)


def _devices(index: StreamIndex) -> list[Record]:
    """Device sections, of each the last that came, in the order in which they first came."""
    found: dict[tuple[str | None, int | None], Record] = {}
    for record in index.records:
        if record.type == "FULL":
            found[record.idstr, record.instance_id] = record
    return list(found.values())


def _others(index: StreamIndex) -> Iterator[Record]:
    """Sections that were sent while the guest ran, but for RAM."""
    return (one for one in index.records if one.type in ("START", "PART", "END") and one.idstr != IDSTR)
