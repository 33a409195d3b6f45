"""The replica: a registry with the stream's own sections, whose values were loaded from it.

It saves itself through the ordinary save loop, with a VM description made anew; the script says after which section
which command came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from snapmgr.containers.source import Source
from snapmgr.errors import StreamError
from snapmgr.ram.block import HOST_PAGE
from snapmgr.ram.section import RamState
from snapmgr.ram.words import IDSTR, VERSION
from snapmgr.replica.device import Device, device_of
from snapmgr.replica.ram import RamReplay
from snapmgr.replica.repack import RamRepack
from snapmgr.replica.schema import Schema
from snapmgr.replica.script import Script, Section, read_script
from snapmgr.savevm.handlers import ENOTSUP, HandlerFailed, Handlers, StreamOptions
from snapmgr.savevm.output import Output
from snapmgr.savevm.registry import Registry
from snapmgr.savevm.saver import Saver
from snapmgr.savevm.still import StandsStill
from snapmgr.trace.bus import Trace
from snapmgr.vmstate.description import VmDescription
from snapmgr.vmstate.dumptypes import DumpTypes
from snapmgr.wire import writer
from snapmgr.wire.constants import RecordType
from snapmgr.wire.events import CommandEvent
from snapmgr.work import CancelToken, Progress, no_progress

MACHINE = "none"
"""What a stream without a configuration is said to come from; it is never sent."""


class Replica(StandsStill):
    """A Host for the save loop.  ``devices`` are its FULL sections by (idstr, instance id), in the stream's order;
    ``ram_edits`` what is written over pages on their way: by block, page, then (offset in the page, bytes)."""

    def __init__(self, source: Source, script: Script, types: DumpTypes | None = None) -> None:
        self.script = script
        self.schema = Schema(script.description, types, script.footers)
        self.options = _options(script)
        self.trace = Trace()
        self.reports: list[str] = []
        self.devices: dict[tuple[str, int], Device] = {}
        self.ram_edits: dict[str, dict[int, list[tuple[int, bytes]]]] = {}
        self._source = source
        self._registry = Registry()
        self._cursor: Iterator[Section] = iter(())
        self._due: Section | None = None
        self.pages: str | None = None
        """Another coding of RAM (repack.CODINGS) than the one in which it came; edits of RAM are not for that."""
        self._replay = RamReplay(source, RamState(script.page_bits), self.ram_edits)
        self._register()

    @classmethod
    def from_stream(
        cls,
        source: Source,
        schema: VmDescription | DumpTypes | None = None,
        *,
        progress: Progress = no_progress,
        cancel: CancelToken | None = None,
    ) -> Replica:
        """Read a stream; ``schema`` describes its devices where it does not do so itself: another stream's description,
        or a dump of device types, which may leave some of them untold (``Device.unknown``).

        ``source`` must stay open: RAM is read again when the replica is saved.  Raises StreamError for damage,
        Unsupported for what is no precopy stream, Cancelled.
        """
        types = schema if isinstance(schema, DumpTypes) else None
        description = None if isinstance(schema, DumpTypes) else schema
        return cls(source, read_script(source, description, progress=progress, cancel=cancel), types)

    @property
    def ram_blocks(self) -> dict[str, int]:
        """Bytes of every RAMBlock that is sent, by name."""
        return self.script.blocks

    # -- saving ----------------------------------------------------------------------------------------------------

    def save(self, out: Output, *, cancel: CancelToken | None = None) -> None:
        """Put the whole stream.  Raises SaveError, StreamError, Unsupported (an edit of packed RAM), Cancelled."""
        self._begin_script()
        saver = Saver(self, out)
        saver.header()
        try:
            self._live(saver, out, cancel or CancelToken())
            saver.complete_precopy()
        finally:
            saver.cleanup()
        out.flush()

    def _live(self, saver: Saver, out: Output, cancel: CancelToken) -> None:
        """START and PART sections, and the commands between them."""
        previous: RecordType | None = None
        for step in self._live_steps():
            cancel.check()
            if isinstance(step, CommandEvent):
                out.put(writer.command(step.number, step.data))
            elif step.begin.type == RecordType.PART:
                saver.iterate()
                previous = RecordType.PART
            elif step.begin.type == RecordType.START and previous is not RecordType.START:
                saver.setup()
                previous = RecordType.START

    def _live_steps(self) -> Iterator[Section | CommandEvent]:
        """Up to the first section that the last step of saving puts."""
        for step in self.script.steps:
            if isinstance(step, Section) and step.begin.type in (RecordType.END, RecordType.FULL):
                return
            yield step

    def _begin_script(self) -> None:
        state = RamState(self.options.page_bits)
        capabilities = self.options.capabilities
        state.ignore_shared, state.mapped_ram = "x-ignore-shared" in capabilities, "mapped-ram" in capabilities
        if self.pages is None:
            self._replay = RamReplay(self._source, state, self.ram_edits)
        else:
            self._replay = RamRepack(self._source, state, self.pages)
        self._cursor = (section for section in self.script.sections if section.is_live)
        self._due = next(self._cursor, None)

    def _is_due(self, section_id: int, kind: RecordType) -> bool:
        return self._due is not None and (self._due.begin.section_id, self._due.begin.type) == (section_id, kind)

    def _put_due(self, out: Output) -> bool:
        """Put the section whose turn it is; never "done", so that each pass puts one section."""
        assert self._due is not None
        self._replay.put(self._due.start, self._due.end, out)
        self._due = next(self._cursor, None)
        return False

    # -- registry --------------------------------------------------------------------------------------------------

    def _register(self) -> None:
        """Entries in ascending ids; priorities bring FULL sections into the order in which they came."""
        sections = self.script.sections
        priorities = _priorities([section for section in sections if not section.is_live])
        first = {section.begin.section_id: section for section in reversed(sections) if section.begin.idstr is not None}
        whole = [section for section in sections if section.begin.type == RecordType.FULL]
        if len({section.begin.section_id for section in whole}) != len(whole):
            raise StreamError("section-twice", "a device's section comes twice", offset=whole[0].begin.offset)
        for section_id, section in sorted(first.items()):
            self._registry.spend_section_ids(section_id)
            if section.is_live:
                self._register_live(section)
            else:
                self._register_device(section, priorities[section_id])

    def _register_live(self, section: Section) -> None:
        begin = section.begin
        if begin.idstr != IDSTR or begin.version_id != VERSION:
            raise StreamError("live-section", f"{begin.idstr} is sent live, and is not RAM", offset=begin.offset)
        due = partial(self._is_due, begin.section_id)
        handlers = Handlers(
            save_setup=_nothing_back(self._put_due),
            save_live_iterate=self._put_due,
            save_live_complete_precopy=_nothing_back(self._put_due),
            is_active=lambda: any(due(kind) for kind in (RecordType.START, RecordType.PART, RecordType.END)),
            is_active_iterate=lambda: due(RecordType.PART),
        )
        self._registry.register_live(begin.idstr, handlers, version_id=VERSION, instance_id=begin.instance_id or 0)

    def _register_device(self, section: Section, priority: int) -> None:
        begin = section.begin
        payload = bytes(self._source.read(section.start, section.end - section.start))
        device = device_of(self.schema, begin, payload, section.start, priority)
        if device.state is None:
            self._registry.register_live(
                device.idstr,
                Handlers(save_state=lambda out: out.put(bytes(device.payload))),
                version_id=begin.version_id or 0,
                instance_id=device.instance_id,
            )
        else:
            path = device.idstr.removesuffix(f"/{device.state.name}")
            entry = self._registry.register(
                device.state,
                device.values,
                path=path if path != device.idstr else None,
                instance_id=device.instance_id,
            )
            entry.version_id = begin.version_id or 0
        self.devices[device.idstr, device.instance_id] = device

    # -- Host ------------------------------------------------------------------------------------------------------

    @property
    def registry(self) -> Registry:
        return self._registry

    def error_report(self, text: str) -> None:
        self.reports.append(text)

    def warn_report(self, text: str) -> None:
        self.reports.append(text)

    def postcopy_notify(self, event: str) -> None:
        """Nobody listens."""

    def ram_pagesize_summary(self) -> int:
        return HOST_PAGE

    def discard_ram(self, idstr: str, start: int, length: int) -> None:
        """Its RAM is the records that came."""
        raise HandlerFailed(ENOTSUP, f"what came of {idstr} is not taken back")

    def received_pages(self, idstr: str) -> bytes | None:
        return None


def _nothing_back(put: Callable[[Output], bool]) -> Callable[[Output], None]:
    def hook(out: Output) -> None:
        put(out)

    return hook


def _options(script: Script) -> StreamOptions:
    options = StreamOptions(MACHINE, page_bits=script.page_bits)
    options.send_section_footer = script.footers
    options.suppress_vmdesc = script.vmdesc is None
    options.describe_configuration = script.description is not None and script.description.configuration is not None
    configuration = script.configuration
    options.send_configuration = configuration is not None
    if configuration is None:
        return options
    options.machine = configuration.machine.decode("utf-8", "surrogateescape")
    options.page_bits_minimum = options.page_bits
    for sub in configuration.subsections:
        if sub.name == "configuration/target-page-bits":
            options.page_bits_minimum = options.page_bits - 1
        elif sub.name == "configuration/uuid":
            options.uuid, options.validate_uuid = sub.data, True
        elif sub.name == "configuration/capabilities":
            options.capabilities = {name for name in ("x-ignore-shared", "mapped-ram") if name.encode() in sub.data}
    return options


def _priorities(sections: list[Section]) -> dict[int, int]:
    """By section id: how many times the ids turn back behind a section, so that higher ones are saved first."""
    found: dict[int, int] = {}
    priority, following = 0, 1 << 32
    for section in reversed(sections):
        section_id = section.begin.section_id
        if section_id > following:
            priority += 1
        found[section_id] = priority
        following = section_id
    return found
