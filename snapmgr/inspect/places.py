"""Whatever a source holds, as a mapped-ram file: RAM at places of its own, then the devices."""

from __future__ import annotations

from collections.abc import Callable

from snapmgr.inspect.index import StreamIndex
from snapmgr.inspect.plain import check_whole, configuration, list_entry, pieces, put_devices, ram_section
from snapmgr.ram.mapped_save import MappedFile, WriteAt
from snapmgr.ram.words import IDSTR, PAGE_BITS, VERSION, RamFlag
from snapmgr.savevm.output import Drain, Output
from snapmgr.wire import writer
from snapmgr.wire.constants import RecordType
from snapmgr.wire.events import SectionBegin
from snapmgr.work import Progress, no_progress


def put_mapped(
    index: StreamIndex,
    drain: Drain,
    skip: Callable[[int], None],
    write_at: WriteAt,
    progress: Progress = no_progress,
) -> int:
    """Write the file from its beginning: ``drain`` writes on, ``skip`` leaves a hole, ``write_at`` goes to any place.

    ``progress`` is told bytes of RAM.  Returns the length.  Raises as ``plain.put_plain``.
    """
    check_whole(index)
    out = Output(drain)
    out.skip = skip
    out.put(writer.header())
    out.put(configuration(index, mapped=True))
    _put_ram(index, out, MappedFile(write_at, _page_bits(index)), progress)
    put_devices(index, out.put)
    out.flush()
    return out.offset


def _page_bits(index: StreamIndex) -> int:
    return next((pages.page_bits for pages in index.ram.blocks.values()), PAGE_BITS)


def _put_ram(index: StreamIndex, out: Output, places: MappedFile, progress: Progress) -> None:
    number, footer = ram_section(index)
    out.put(writer.section_begin(SectionBegin(0, 0, RecordType.START, number, IDSTR, 0, VERSION)))
    out.put_be64(sum(block.used_length for block in index.listed) | RamFlag.MEM_SIZE)
    ignored = {block.name for block in index.blocks if block.ignored}
    for block in index.listed:
        out.put(list_entry(block))
        header, end = places.place(block.name, block.used_length, out.offset, ignored=block.name in ignored)
        out.put(header)
        out.hole(end - out.offset)
    for kind in (b"", writer.section_begin(SectionBegin(0, 0, RecordType.END, number))):
        out.put(kind)
        out.put_be64(RamFlag.EOS)
        out.put(footer)
    total, done = sum(block.used_length for block in index.listed), 0
    for summary in index.blocks:
        if not summary.ignored:
            pages_of = index.ram.blocks[summary.name]
            for pages, rows, zero in pieces(index, pages_of):
                places.put(summary.name, pages, rows, zero)
                progress(done + (int(pages[-1]) << pages_of.page_bits), total)
        done += summary.used_length
    places.sync()
