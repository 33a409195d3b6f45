"""What a stream holds, in order: the script by which a replica saves itself again."""

from __future__ import annotations

from dataclasses import dataclass, field

from snapmgr.containers.describe import find_description
from snapmgr.containers.layouts import StreamLayout
from snapmgr.containers.source import Source
from snapmgr.errors import StreamError, Unsupported
from snapmgr.ram.section import BlockList, MappedBlock, RamState
from snapmgr.vmstate.description import VmDescription
from snapmgr.wire.commands import command_name
from snapmgr.wire.constants import Command, RecordType
from snapmgr.wire.events import (
    CommandEvent,
    Configuration,
    Eof,
    Event,
    Fault,
    NeedData,
    PackageBegin,
    Payload,
    SectionBegin,
    SectionEnd,
    Skipped,
    Trailing,
    Vmdesc,
)
from snapmgr.wire.reader import StreamReader
from snapmgr.work import CancelToken, Progress, no_progress

SENDABLE = frozenset({Command.OPEN_RETURN_PATH, Command.PING, Command.POSTCOPY_ADVISE, Command.SWITCHOVER_START})
"""Commands of a migration that stays in precopy."""


@dataclass(frozen=True, slots=True)
class Section:
    """One section: its header, and its payload as bytes ``[start, end)`` of the stream."""

    begin: SectionBegin
    start: int
    end: int

    @property
    def is_live(self) -> bool:
        """Whether it is a part of what is sent while the guest runs."""
        return self.begin.type != RecordType.FULL


@dataclass(slots=True)
class Script:
    """``steps`` are sections and commands in their order; ``vmdesc`` is the description's text, None without one.

    ``ended`` says that the stream has its EOF; ``page_bits`` is log2 of the target's page size.
    """

    configuration: Configuration | None = None
    steps: list[Section | CommandEvent] = field(default_factory=list)
    footers: bool = True
    ended: bool = False
    vmdesc: bytes | None = None
    description: VmDescription | None = None
    page_bits: int = 12
    blocks: dict[str, int] = field(default_factory=dict)
    """Bytes of every RAMBlock in the list."""

    @property
    def sections(self) -> list[Section]:
        return [step for step in self.steps if isinstance(step, Section)]


def read_script(
    source: Source,
    description: VmDescription | None = None,
    *,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> Script:
    """Read all of ``source``; ``description`` says what its devices hold where it says nothing itself.

    Raises StreamError at the first fault, Unsupported for what a replica does not know to send (packages, and with
    them postcopy, COLO; bytes behind the end), Cancelled.
    """
    if source.container == "directory":
        message = f"{source.label} is a folder with captured channels, which a replica does not send again"
        hint = "snapctl convert SRC -o OUT joins the channels into a plain stream, which can be changed."
        raise Unsupported("replica-channels", message, path=source.path, hint=hint)
    script = Script(description=find_description(source) or description)
    ram = RamState()
    if script.description is not None and script.description.page_bits is not None:
        script.page_bits = ram.page_bits = script.description.page_bits
    reader = StreamReader(StreamLayout(ram, script.description))
    builder = _Builder(script, ram)
    for piece in source.chunks():
        reader.feed(piece)
        builder.drain(reader)
        progress(reader.offset, source.size)
        if cancel is not None:
            cancel.check()
    reader.feed(b"")
    builder.drain(reader)
    if not script.ended:
        raise StreamError("truncated", f"{source.label} ends early: it has no end of its sections", offset=source.size)
    script.footers = reader.footers is not False
    return script


class _Builder:
    """Puts the reader's events together."""

    def __init__(self, script: Script, ram: RamState) -> None:
        self._script = script
        self._ram = ram
        self._begin: SectionBegin | None = None

    def drain(self, reader: StreamReader) -> None:
        while not isinstance(event := reader.next_event(), NeedData | None):
            self._take(event)

    def _take(self, event: Event) -> None:
        script = self._script
        match event:
            case Configuration():
                self._configuration(event)
            case MappedBlock():
                message = "RAM lies in the mapped-ram layout, which a replica does not send"
                raise Unsupported("replica-mapped-ram", message, offset=event.offset)
            case BlockList():
                script.blocks = {block.name: block.used_length for block in event.blocks}
            case SectionBegin():
                self._begin = event
            case SectionEnd():
                self._end(event.offset)
            case Payload(found_by="end"):
                self._end_with_stream(event)
            case CommandEvent():
                script.steps.append(_sendable(event))
            case Eof():
                script.ended = True
            case Vmdesc():
                script.vmdesc = event.text
            case Fault():
                _refuse(event)
            case PackageBegin() | Skipped() | Trailing():
                message = f"{type(event).__name__.lower()} at {event.offset:#x}: a replica cannot send this again"
                raise Unsupported("replica-record", message, offset=event.offset)

    def _configuration(self, event: Configuration) -> None:
        self._script.configuration = event
        for sub in event.subsections:
            if sub.name == "configuration/target-page-bits":
                self._script.page_bits = self._ram.page_bits = int.from_bytes(sub.data)
            elif sub.name == "configuration/capabilities":
                self._ram.ignore_shared = b"x-ignore-shared" in sub.data
                self._ram.mapped_ram = b"mapped-ram" in sub.data

    def _end(self, end: int) -> None:
        begin = self._begin
        assert begin is not None
        self._script.steps.append(Section(begin, begin.offset + begin.length, end))
        self._begin = None

    def _end_with_stream(self, event: Payload) -> None:
        """Without footers and description the first device's section takes all of the rest, EOF included."""
        self._end(event.offset + event.length - 1)
        self._script.ended = True


def _sendable(event: CommandEvent) -> CommandEvent:
    if event.number in SENDABLE:
        return event
    message = f"{command_name(event.number)}: a replica sends what a precopy migration sends"
    raise Unsupported("replica-command", message, offset=event.offset)


def _refuse(event: Fault) -> None:
    if event.code == "section-end-unknown":
        return
    qemu = next(iter(event.qemu.values()), None)
    raise StreamError(event.code, event.message, offset=event.offset, qemu=qemu)
