"""From the reader's events to records, runs and problems."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from snapmgr.inspect.block_rows import IDSTR as BLOCK_MIGRATION
from snapmgr.inspect.command_order import CommandOrder, discarded
from snapmgr.inspect.explain import EXPLANATIONS, problem_of, stray_bytes
from snapmgr.inspect.header_checks import machine_problem, section_problem
from snapmgr.inspect.model import ConfigurationInfo, Problem, Record, Severity
from snapmgr.inspect.records import RecordColumns
from snapmgr.inspect.versions import VersionNotes
from snapmgr.inspect.walk import Walk
from snapmgr.ram.columns import RunBuilder, RunColumns
from snapmgr.ram.mapped import runs_of_bitmap
from snapmgr.ram.mixed import MixedPages
from snapmgr.ram.runs import U64, Runs, runs_of
from snapmgr.ram.section import BlockList, MappedBlock, OddPage, Pages, RamState, RamWord, page_outside
from snapmgr.ram.words import IDSTR, VERSION, PageKind, RamFlag
from snapmgr.vmstate.description import VmDescription
from snapmgr.wire import configuration as wire_configuration
from snapmgr.wire import events as wire
from snapmgr.wire.colo import ColoMessage
from snapmgr.wire.commands import command_fault, command_name
from snapmgr.wire.constants import Command, RecordType
from snapmgr.wire.faults import fault
from snapmgr.wire.wording import VERSIONS, by_version, failed

MAX_PROBLEMS = 1000
"""Of each stream; as many errors fit behind them, since a verdict hangs on one."""
MAX_RECORDS = 4_000_000


class IndexBuilder:
    """Takes events in order; its columns may be looked at between two of them.

    ``description`` is what the stream says of its own devices, None where it says nothing.
    """

    def __init__(self, description: VmDescription | None = None) -> None:
        self.ram = RamState(mixes=True)
        if description is not None and description.page_bits is not None:
            self.ram.page_bits = description.page_bits
        self.versions = VersionNotes()
        self._description = description
        self.version = 0
        self.records = RecordColumns()
        self._in_other_channels = 0
        self.problems: list[Problem] = []
        self.configuration: ConfigurationInfo | None = None
        self.vmdesc: wire.Vmdesc | None = None
        self.runs: dict[str, RunBuilder] = {}
        self.packed_by: dict[str, str] = {}
        """By what the pages of a block are packed that are not read."""
        self.walk = Walk()
        self._instances: dict[int, wire.SectionBegin] = {}
        self._section: wire.SectionBegin | None = None
        self._order: dict[str, int] = {}
        self.colo = False
        self._commands = CommandOrder()

    @property
    def full(self) -> bool:
        """Whether the stream has more records than anybody could look at."""
        return len(self.records) + self._in_other_channels >= MAX_RECORDS

    def enter(self, records: RecordColumns) -> None:
        """The events that follow are those of a channel with ``records``."""
        if records is not self.records:
            self._in_other_channels += len(self.records) - len(records)
            self.records = records

    def add(self, event: wire.Event) -> None:
        """Take the next event of the reader."""
        match event:
            case Pages():
                self._pages(event)
            case OddPage():
                self._odd_page(event)
            case MixedPages():
                self._mixed_pages(event)
            case MappedBlock():
                self._mapped_block(event)
            case BlockList():
                self._order = {block.name: row for row, block in enumerate(event.blocks)}
            case RamWord():
                if event.flags == RamFlag.MULTIFD_FLUSH:
                    self.versions.see("multifd-flush", event.offset, event.length)
            case wire.SectionBegin():
                self._begin(event)
            case wire.SectionEnd():
                self._end(event.offset, event.length)
            case wire.Repeated():
                self.records.repeat(len(event.sections), event.count, event.length // event.count)
            case wire.Fault():
                self.refuse(event)
            case wire.CommandEvent():
                self._command(event)
            case ColoMessage():
                self._checkpoints(event)
                name = event.number.name
                self.append(Record("MESSAGE", event.offset, event.length, event.offset, event.length, idstr=name))
            case wire.PackageBegin():
                self.records.packages.append((event.offset + event.length, len(self.records) - 1))
            case _:
                self._framing(event)

    def finish(self, offset: int) -> None:
        """The stream ended at ``offset``: close the section that was open."""
        if self._section is not None:
            self._end(offset, 0)

    # -- framing ----------------------------------------------------------------------------------------------------

    def _framing(self, event: wire.Event) -> None:
        match event:
            case wire.Header():
                self.version = event.version
                self._plain("HEADER", event)
            case wire.Configuration():
                self._configuration(event)
            case wire.Eof():
                self._plain("EOF", event)
            case wire.Vmdesc():
                self.vmdesc = event
                self.append(Record("VMDESCRIPTION", event.offset, event.length, event.json_offset, len(event.text)))
            case wire.Trailing():
                self._trailing(event)
            case wire.Skipped():
                self._skipped(event)

    def _plain(self, kind: str, event: wire.Event) -> None:
        self.append(Record(kind, event.offset, event.length, event.offset, event.length))

    def _skipped(self, event: wire.Skipped) -> None:
        if self._section is None:
            self._plain("UNKNOWN", event)
        last = self.problems[-1] if self.problems else None
        if last and last.code == "missing-section-footer" and last.offset == event.offset:
            self.problems[-1] = stray_bytes(last, self._section, event.length)

    def _trailing(self, event: wire.Trailing) -> None:
        last = len(self.records) - 1
        if last >= 0 and self.records.row(last).type == "UNKNOWN":
            self.records.integers["length"][last] += event.length
            self.records.integers["payload_length"][last] += event.length
            return
        self._plain("UNKNOWN", event)
        message = "Bytes follow the end of the stream that belong to no record"
        self.note(Problem(Severity.NOTE, "trailing-bytes", event.offset, message, hint="QEMU does not read them."))

    def _configuration(self, event: wire.Configuration) -> None:
        info = ConfigurationInfo(event.machine.decode("utf-8", "surrogateescape"))
        for sub in event.subsections:
            if sub.name == wire_configuration.TARGET_PAGE_BITS:
                info = replace(info, target_page_bits=wire_configuration.page_bits(sub))
            elif sub.name == wire_configuration.CAPABILITIES:
                info = replace(info, capabilities=wire_configuration.capabilities(sub))
                self._capabilities(sub, info.capabilities or ())
            elif sub.name == wire_configuration.UUID:
                text = sub.data.hex()
                info = replace(info, uuid="-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:])))
        self.configuration = info
        self.note(machine_problem(event))
        if info.target_page_bits is not None and 10 <= info.target_page_bits <= 16:
            self.ram.page_bits = info.target_page_bits
        self.ram.ignore_shared = "x-ignore-shared" in (info.capabilities or ())
        self.ram.mapped_ram = "mapped-ram" in (info.capabilities or ())
        self.append(
            Record("CONFIGURATION", event.offset, event.length, event.offset + 1, event.length - 1, idstr=info.machine)
        )

    def _capabilities(self, sub: wire.ConfigurationSubsection, names: tuple[str, ...]) -> None:
        for name in names:
            self.note(self.versions.capability(name, sub.offset, sub.length))

    def _command(self, event: wire.CommandEvent) -> None:
        if event.number == Command.POSTCOPY_RUN:
            self.walk.held = True
        elif event.number == Command.SWITCHOVER_START:
            self.versions.see("switchover-start", event.offset, event.length)
        elif event.number == Command.ENABLE_COLO:
            self.colo = True
            self.versions.colo(event.offset, event.length)
        if command_fault(event.number, len(event.data), event.offset) is None:
            problem = self._commands.check(event, self.ram.blocks)
            if problem is not None:
                self.refuse(problem)
            elif event.number == Command.POSTCOPY_RAM_DISCARD:
                self._discard(event)
        name = command_name(event.number)
        self.append(
            Record("COMMAND", event.offset, event.length, event.data_offset, len(event.data), event.number, name)
        )

    def _checkpoints(self, event: ColoMessage) -> None:
        if not self.colo:
            self.colo = True
            message = "Checkpoints of COLO follow, which nothing has announced"
            hint = "QEMU 11.1 sends it like this. With the capability x-colo a loader reads them, without it none does."
            self.note(Problem(Severity.NOTE, "colo-checkpoints", event.offset, message, length=event.length, hint=hint))

    # -- sections ---------------------------------------------------------------------------------------------------

    def _begin(self, event: wire.SectionBegin) -> None:
        self._section = event
        if event.instance_id is not None:
            self._instances[event.section_id] = event
            self.note(section_problem(event, self._description))
            if (event.type, event.idstr, event.instance_id) == (RecordType.START, BLOCK_MIGRATION, 0):
                self.versions.see("block-migration", event.offset, event.length)
            if event.idstr == IDSTR and event.version_id != VERSION and event.type != RecordType.FULL:
                self._ram_version(event)

    def _ram_version(self, event: wire.SectionBegin) -> None:
        version = event.version_id or 0
        text = f"error while loading state for instance 0x{event.instance_id:x} of device 'ram'"
        texts = by_version(text, failed(f"{text}: Failed to load vmstate version_id: {version}, ret: -22"))
        if version > VERSION:
            texts = by_version(f"savevm: unsupported version {version} for 'ram' v{VERSION}")
        at = event.offset + event.length - 4
        self.refuse(fault("ram-version", at, 4, f"the RAM section has version {version} instead of {VERSION}", texts))

    def _end(self, offset: int, footer: int) -> None:
        section = self._section
        assert section is not None
        first = self._instances.get(section.section_id, section)
        payload = section.offset + section.length
        self.append(
            Record(
                section.type.name,
                section.offset,
                offset + footer - section.offset,
                payload,
                offset - payload,
                section.section_id,
                section.idstr if section.idstr is not None else first.idstr,
                section.instance_id,
                section.version_id,
                footer=footer > 0,
            )
        )
        self._section = None

    def append(self, record: Record) -> None:
        """The next record of the channel that is read."""
        while self.records.packages and record.offset >= self.records.packages[-1][0]:
            self.records.packages.pop()
        if self.records.packages:
            record = replace(record, within=self.records.packages[-1][1])
        self.records.append(record)

    def refuse(self, event: wire.Fault) -> None:
        """Note a fault, with the name of its section."""
        first = self._instances.get(event.section_id) if event.section_id is not None else None
        self.note(problem_of(event, first.instance_id if first else None))

    def note(self, problem: Problem | None) -> None:
        """Add a problem, if it is one, as long as there is room."""
        if problem is None:
            return
        room = 2 * MAX_PROBLEMS if problem.severity is Severity.ERROR else MAX_PROBLEMS
        if len(self.problems) < room:
            self.problems.append(problem)

    # -- RAM --------------------------------------------------------------------------------------------------------

    def of_block(self, block: str) -> RunBuilder:
        """Where the runs of a block are collected."""
        builder = self.runs.get(block)
        if builder is None:
            builder = self.runs[block] = RunBuilder()
        return builder

    def place_of(self, block: str) -> int:
        """Where a block stands in the list of blocks."""
        return self._order.get(block, 0)

    def _pages(self, event: Pages) -> None:
        bits = self.ram.page_bits
        runs = runs_of(event.words, event.offset, bits)
        iteration = self.walk.passes_of(self.place_of(event.block), runs.first, runs.count, runs.offset)
        self.of_block(event.block).add(runs, iteration)
        self.check_bounds(event.block, runs.first, runs.count, runs.offset)

    def _odd_page(self, event: OddPage) -> None:
        one = np.array([event.page], np.uint64)
        count, offset = np.ones(1, np.uint64), np.array([event.offset], np.uint64)
        iteration = int(self.walk.passes_of(self.place_of(event.block), one, count, offset)[0])
        self.of_block(event.block).add_page(event.page, event.kind, event.data_offset, event.data_length, iteration)
        self.check_bounds(event.block, one, count, offset)
        if event.kind is PageKind.FILL:
            self._zero_fill(event.block, event.data_offset, event.fill)
        elif event.kind is PageKind.COMPRESSED:
            self.versions.see("compressed-pages", event.offset, 8)

    def _mixed_pages(self, event: MixedPages) -> None:
        ones = np.ones(len(event.page), np.uint64)
        iteration = self.walk.passes_of(self.place_of(event.block), event.page, ones, event.record)
        self.of_block(event.block).add_rows(RunColumns(event.page, ones, event.kind, event.data, event.size, iteration))
        self.check_bounds(event.block, event.page, ones, event.record)
        for row in np.flatnonzero(event.fill)[:MAX_PROBLEMS].tolist():
            self._zero_fill(event.block, int(event.data[row]), int(event.fill[row]))
        packed = np.flatnonzero(event.kind == PageKind.COMPRESSED)
        if len(packed):
            self.versions.see("compressed-pages", int(event.record[packed[0]]), 8)

    def _discard(self, event: wire.CommandEvent) -> None:
        """What came of these pages does not count any more."""
        name, ranges = discarded(event.data)
        listed, bits = self.ram.blocks.get(name), self.ram.page_bits
        if listed is None:
            return
        pages = listed.used_length >> bits
        found = [(start >> bits, min((start + length) >> bits, pages)) for start, length in ranges]
        kept = np.array([(first, end - first) for first, end in found if first < end], np.uint64).reshape(-1, 2)
        kind, offset = np.full(len(kept), PageKind.GONE, np.uint8), np.full(len(kept), event.offset, np.uint64)
        passes = np.full(len(kept), max(len(self.walk.starts), 1), np.uint32)
        self.of_block(name).add_bare(Runs(kept[:, 0], kept[:, 1], kind, offset), passes)

    def _mapped_block(self, event: MappedBlock) -> None:
        block, bits = event.block, self.ram.page_bits
        assert block.mapped is not None
        if block.mapped.ignored:
            return
        if not self.walk.starts:
            self.walk.begin(block.mapped.pages)
        for runs in runs_of_bitmap(event.bitmap, block.used_length >> bits, block.mapped.pages, bits):
            self.of_block(block.name).add_bare(runs, np.ones(len(runs.first), np.uint32))

    def _zero_fill(self, block: str, offset: int, fill: int) -> None:
        cause, hint = EXPLANATIONS["zero-fill"]
        message = f"A zero page of {block} carries a byte that is not 0"
        text = dict.fromkeys(VERSIONS[1:], f"Found a zero page with value {fill}")
        self.note(Problem(Severity.WARNING, "zero-fill", offset, message, "ram (0)", 1, cause, hint, text))

    def check_bounds(self, block: str, first: U64, count: U64, offset: U64) -> None:
        """Note the first page of these runs that lies beyond its block."""
        listed = self.ram.blocks.get(block)
        if listed is None:
            return
        pages = -(-listed.used_length // (1 << self.ram.page_bits))
        outside = np.flatnonzero(first + count > np.uint64(pages))
        if len(outside):
            row = int(outside[0])
            page = max(int(first[row]), pages)
            event = page_outside(listed, page, self.ram.page_bits, int(offset[row]))
            self.refuse(event)
