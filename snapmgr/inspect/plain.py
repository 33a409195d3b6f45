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
from snapmgr.ram.bitmap import Flags, Pages
from snapmgr.ram.blocks import ListedBlock
from snapmgr.ram.columns import U8, BlockPages
from snapmgr.ram.encode import named, plain_records, zero_pages
from snapmgr.ram.words import IDSTR, VERSION, PageKind, RamFlag
from snapmgr.wire import writer
from snapmgr.wire.configuration import CAPABILITIES, TARGET_PAGE_BITS, capabilities, read_configuration
from snapmgr.wire.constants import RecordType
from snapmgr.wire.events import Configuration, ConfigurationSubsection, SectionBegin
from snapmgr.wire.window import Buffer, Window
from snapmgr.work import Progress, no_progress

MAPPED_RAM = "mapped-ram"
PIECE = 1024
"""Pages that are put at once."""

CAPABILITIES_VERSION = 1

_RAM_ID = 0xFFFF
"""The id of the RAM section where a stream has lost its START: no QEMU has as many sections."""


def is_spread(index: StreamIndex) -> bool:
    """Whether RAM stands elsewhere than in the sections of one stream."""
    return bool(index.channels) or any(block.mapped for block in index.listed)


def put_plain(index: StreamIndex, put: Callable[[Buffer], object], progress: Progress = no_progress) -> None:
    """Put the stream piece by piece; ``progress`` is told bytes of RAM.

    Raises Unsupported where device state or a part of RAM is not there, and what reading contents raises.
    """
    check_whole(index)
    put(writer.header())
    put(configuration(index))
    _put_ram(index, put, progress)
    put_devices(index, put)


def check_whole(index: StreamIndex) -> None:
    """Raises Unsupported where device state is not there."""
    if not _devices(index):
        message = "the devices' state never came: the migration did not get to its end"
        raise Unsupported("no-device-state", message, path=index.source.path)


def put_devices(index: StreamIndex, put: Callable[[Buffer], object]) -> None:
    """All that stands behind RAM."""
    for record in (*_others(index), *_devices(index)):
        put(index.source.read(record.offset, record.length))
    put(bytes([RecordType.EOF]))
    if index.vmdesc is not None:
        offset, length = index.vmdesc
        put(writer.vmdesc(bytes(index.source.read(offset, length))))


def configuration(index: StreamIndex, *, mapped: bool = False) -> bytes:
    """As it was sent, but for the capability that says how this stream lays RAM out."""
    record = next(index.records.of("CONFIGURATION"), None)
    if record is None:
        return b""
    window = Window(record.length + 1)
    window.append(index.source.read(record.offset, record.length))
    window.append(b"")
    sent, _ = read_configuration(window, True)
    announced = next((sub for sub in sent.subsections if sub.name == CAPABILITIES), None)
    names = [name for name in capabilities(announced) if name != MAPPED_RAM] if announced is not None else []
    names += [MAPPED_RAM] if mapped else []
    data = len(names).to_bytes(4) + b"".join(writer.counted(n.encode("utf-8", "surrogateescape")) for n in names)
    kept = [sub for sub in sent.subsections if sub is not announced]
    if names:
        at = sum(sub.name == TARGET_PAGE_BITS for sub in kept[:1])
        made = announced or ConfigurationSubsection(0, 0, CAPABILITIES, CAPABILITIES_VERSION, b"")
        kept.insert(at, replace(made, data=data))
    return writer.configuration(Configuration(0, 0, sent.machine, tuple(kept)))


def ram_section(index: StreamIndex) -> tuple[int, bytes]:
    """The number of the section, and its footer where there are any."""
    start = next((one for one in index.records.of("START") if one.idstr == IDSTR), None)
    number = _RAM_ID if start is None or start.section_id is None else start.section_id
    return number, writer.footer(number) if start is None or start.footer else b""


def _put_ram(index: StreamIndex, put: Callable[[Buffer], object], progress: Progress) -> None:
    number, footer = ram_section(index)
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
    return b"".join(parts + [list_entry(block) for block in index.listed])


def list_entry(block: ListedBlock) -> bytes:
    address = b"" if block.address is None else block.address.to_bytes(8)
    return writer.counted(block.name.encode("utf-8", "surrogateescape")) + block.used_length.to_bytes(8) + address


def _records(index: StreamIndex, block: BlockPages) -> Iterator[Buffer]:
    """Every page that ever came, as it was at the end, once; the first names its block."""
    first_of_all = True
    for pages, rows, zero in pieces(index, block):
        records = plain_records(pages, rows, zero, block.page_bits)
        if first_of_all:
            yield from named(records, block.name)
        else:
            yield records.data
        first_of_all = False


def pieces(index: StreamIndex, block: BlockPages) -> Iterator[tuple[Pages, U8, Flags]]:
    """Every page that ever came, once and in ascending order: numbers, contents (a row each) and which are zero."""
    last = block.last
    for first, count, run in zip(last.first.tolist(), last.count.tolist(), last.run.tolist(), strict=True):
        if block.runs.kind[run] == PageKind.GONE:
            continue
        zeros = block.runs.kind[run] == PageKind.ZERO
        for at in range(first, first + count, PIECE):
            pages = np.arange(at, min(at + PIECE, first + count))
            yield pages, *_contents(index, block, pages, zeros=zeros)


def _contents(index: StreamIndex, block: BlockPages, pages: Pages, *, zeros: bool) -> tuple[U8, Flags]:
    size = 1 << block.page_bits
    if zeros:
        return np.broadcast_to(np.zeros(size, np.uint8), (len(pages), size)), np.ones(len(pages), np.bool_)
    start = int(pages[0]) << block.page_bits
    content = np.zeros(len(pages) << block.page_bits, np.uint8)
    for offset, data in index.ram.contents(block.name, start, len(content)):
        content[offset - start : offset - start + len(data)] = data
    rows = content.reshape(-1, size)
    return rows, zero_pages(rows)


def _devices(index: StreamIndex) -> list[Record]:
    """Device sections, of each the last that came, in the order in which they first came."""
    found: dict[tuple[str | None, int | None], Record] = {}
    for record in index.records:
        if record.type == "FULL":
            found[record.idstr, record.instance_id] = record
    return list(found.values())


def _others(index: StreamIndex) -> Iterator[Record]:
    """Sections that were sent while the guest ran, but for RAM."""
    return (one for one in index.records.of("START", "PART", "END") if one.idstr != IDSTR)
