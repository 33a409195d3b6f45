"""``snapctl inspect``: what a stream consists of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from snapmgr.cli.answer import output_options, pass_output
from snapmgr.cli.arguments import allow_root, indexed, source_argument
from snapmgr.cli.output import Exit, Output
from snapmgr.cli.problems import others_lines, problem_lines
from snapmgr.cli.style import heading
from snapmgr.cli.text import offset, printable, size, table

if TYPE_CHECKING:
    from snapmgr.inspect.index import StreamIndex
    from snapmgr.inspect.model import BlockSummary, Record


@click.command()
@source_argument
@allow_root
@output_options
@pass_output
def inspect(output: Output, src: str, allow_roots: tuple[Path, ...]) -> int:
    """Show what SRC consists of: configuration, sections, commands, RAM blocks and problems.

    Damage does not end the reading: exit code 1 says that problems are listed, 3 that nothing could be read.
    With -v the parts of a section are listed one by one.

    \b
    Examples:
      snapctl inspect guest.mig
      snapctl inspect disk.qcow2@before-update
      zstdcat guest.mig.zst | snapctl inspect -
      snapctl inspect guest.mig --json | jq '.ram.blocks[].name'
    """
    from snapmgr.inspect.report import inspect_document
    from snapmgr.inspect.verify import looked_into

    with indexed(output, src, allow_roots) as found:
        index = looked_into(found)
        if output.json:
            output.document(inspect_document(index))
        else:
            output.lines("\n".join(_report(output, index)))
        return Exit.FAILED if _worth_a_failure(index) else Exit.DONE


def _worth_a_failure(index: StreamIndex) -> bool:
    """Notes say what is worth knowing; only errors and warnings are problems."""
    return any(problem.severity.value != "note" for problem in index.problems)


def _report(output: Output, index: StreamIndex) -> Iterator[str]:
    yield heading(printable(index.source.label))
    yield from _summary(index)
    yield from _libvirt(output, index)
    if index.blocks:
        yield ""
        yield heading("RAM")
        yield _ram(index.blocks)
    yield from _bitmaps(index)
    yield ""
    yield heading("Records")
    yield _records(index, fold=not output.verbose)
    problems = problem_lines(output, index.problems, index)
    problems += others_lines(output, index.problems)
    if problems:
        yield ""
        yield from problems


def _summary(index: StreamIndex) -> Iterator[str]:
    yield f"  {'container':16}{index.source.container}, {size(index.size)}, stream version {index.version}"
    configuration = index.configuration
    if configuration is not None:
        yield f"  {'machine':16}{printable(configuration.machine)}"
        if configuration.uuid is not None:
            yield f"  {'uuid':16}{configuration.uuid}"
        if configuration.target_page_bits is not None:
            yield f"  {'page bits':16}{configuration.target_page_bits}"
        if configuration.capabilities is not None:
            yield f"  {'capabilities':16}{printable(', '.join(configuration.capabilities)) or 'none'}"
    if index.iterations > 1:
        yield f"  {'iterations':16}{index.iterations}"
    vmdesc = "none" if index.vmdesc is None else f"{size(index.vmdesc[1])} at {offset(index.vmdesc[0])}"
    yield f"  {'VM description':16}{vmdesc}"


def _libvirt(output: Output, index: StreamIndex) -> Iterator[str]:
    """Whose state libvirt saved, and with -v the domain's XML."""
    if (save := index.libvirt) is None:
        return
    state = "running" if save.was_running else "paused"
    yield f"  {'libvirt':16}domain {printable(save.domain) or 'without a name'}, was {state}, {save.format}"
    if output.verbose:
        yield ""
        yield heading("Domain")
        yield from (f"  {printable(line)}" for line in save.xml.splitlines())


def _bitmaps(index: StreamIndex) -> Iterator[str]:
    """Dirty bitmaps of disks that came with the stream."""
    from snapmgr.inspect.dirty_bitmaps import bitmaps_of

    found = bitmaps_of(index)
    if not found:
        return
    yield ""
    yield heading("Dirty bitmaps")
    for one in found:
        flags = ", ".join(one.flag_names) or "disabled"
        dirty = size(one.dirty * one.granularity)
        end = "" if one.complete else ", its end did not come"
        name = f"{printable(one.node)}/{printable(one.name)}"
        yield f"  {name}: {dirty} dirty, granularity {size(one.granularity)}, {flags}{end}"


_IGNORED = "not in the stream (x-ignore-shared)"
_FOLDED = frozenset({"PART", "PACKET", "MESSAGE"})
_PAGE_KINDS = ("normal", "zero", "xbzrle", "compressed", "resent")


def _ram(blocks: Iterable[BlockSummary]) -> str:
    """Blocks with their pages by kind; a kind or remark that no block has gets no column."""
    rows = list(blocks)
    kinds = [kind for kind in _PAGE_KINDS if kind in ("normal", "zero") or any(getattr(row, kind) for row in rows)]
    header, align = ["BLOCK", "SIZE", "PAGES", *(kind.upper() for kind in kinds)], "<>" + ">" * (1 + len(kinds))
    cells = [
        [row.name, size(row.used_length), f"{row.pages}", *(f"{getattr(row, kind)}" for kind in kinds)] for row in rows
    ]
    if any(row.ignored for row in rows):
        header, align = [*header, "REMARK"], align + "<"
        cells = [[*line, _IGNORED if row.ignored else ""] for line, row in zip(cells, rows, strict=True)]
    return table(header, cells, align)


def _records(index: StreamIndex, *, fold: bool) -> str:
    """One row for each record; of a capture the offsets count in the bytes of their channel."""
    records = index.records
    rows = _folded(records) if fold else ((record, record.length, 1) for record in records)
    cells = (_record(index, record, length, count) for record, length, count in rows)
    header, align = ["OFFSET", "LENGTH", "TYPE", "ID", "NAME", "INSTANCE", "VERSION"], ">><><>>"
    if index.channels:
        header, align = ["CHANNEL", *header], "<" + align
    return table(header, cells, align)


def _folded(records: Iterable[Record]) -> Iterator[tuple[Record, int, int]]:
    """A run of PARTs of one section, or of packets, as its first record, its bytes and how many they are."""
    for key, group in groupby(records, key=_alike):
        run = list(group)
        if key[0] in _FOLDED:
            yield run[0], sum(record.length for record in run), len(run)
        else:
            yield from ((record, record.length, 1) for record in run)


def _alike(record: Record) -> tuple[str, int | None, int | None, str | None]:
    number = None if record.type == "PACKET" else record.section_id
    return record.type, number, record.within, record.idstr


def _record(index: StreamIndex, record: Record, length: int, count: int) -> list[str]:
    channel, at = index.place(record.offset)
    kind = record.type if count == 1 else f"{record.type} x{count}"
    return [
        *([] if channel is None else [channel.name]),
        offset(at),
        f"{length}",
        kind if record.within is None else f"  {kind}",
        _number(record.section_id),
        record.idstr or "",
        _number(record.instance_id),
        _number(record.version_id),
    ]


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
