"""The index of a stream: every record, run of pages and problem, found in one pass over the bytes."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from snapmgr.containers.capture import CaptureSource, Channel
from snapmgr.containers.describe import find_description
from snapmgr.containers.file import FileSource
from snapmgr.containers.layouts import StreamLayout
from snapmgr.containers.libvirt import LibvirtSave
from snapmgr.containers.source import Source
from snapmgr.containers.unpacked import UnpackedBytes
from snapmgr.errors import NotFound, SnapmgrError, StreamError
from snapmgr.inspect.build import IndexBuilder
from snapmgr.inspect.capture import CaptureReading
from snapmgr.inspect.explain import EXPLANATIONS, ordered
from snapmgr.inspect.feeding import at_end, stream_events
from snapmgr.inspect.later_states import without_later_subsections
from snapmgr.inspect.model import BlockSummary, ConfigurationInfo, Problem, Severity, Span
from snapmgr.inspect.records import Records
from snapmgr.inspect.spans import spans_of
from snapmgr.inspect.tree import Tree
from snapmgr.inspect.walk import out_of_order
from snapmgr.inspect.whole_checks import whole_problems
from snapmgr.names import quoted
from snapmgr.ram.blocks import ListedBlock
from snapmgr.ram.columns import BlockPages, RunBuilder, block_pages
from snapmgr.ram.index import RamIndex
from snapmgr.ram.words import PageKind
from snapmgr.trace.bus import Trace
from snapmgr.vmstate.description import VmDescription
from snapmgr.wire.events import Event
from snapmgr.wire.reader import StreamReader
from snapmgr.wire.wording import VERSIONS
from snapmgr.work import CancelToken, Progress, no_progress

STEP = 4 << 20
"""Bytes read between two looks at progress and cancel."""

_NORMAL = (PageKind.NORMAL, PageKind.FILL, PageKind.PLAIN)
_COMPRESSED = (PageKind.COMPRESSED, PageKind.FOREIGN)

GROWTH_INTERVAL = 0.25
"""Seconds between two looks at an index that is still growing: each costs a pass over its runs."""


@dataclass(frozen=True)
class StreamIndex:
    """What a stream holds.  Immutable; may be read from any thread.  Offsets are bytes of the unpacked stream.

    ``vmdesc`` is (offset, length) of the JSON; ``description`` what it says, None where there is none that can be
    read; ``elapsed`` the seconds it took; ``complete`` False while it is still being read, or was cancelled.
    """

    source: Source
    size: int
    version: int
    configuration: ConfigurationInfo | None
    records: Records
    blocks: Sequence[BlockSummary]
    listed: Sequence[ListedBlock]
    page_size: int | None
    iteration_starts: Sequence[int]
    problems: Sequence[Problem]
    version_notes: Sequence[Problem]
    """What some versions of QEMU do not load though nothing is wrong with it."""
    vmdesc: tuple[int, int] | None
    description: VmDescription | None
    ram: RamIndex
    unpacked: UnpackedBytes | None
    """The pages that travelled packed in channels of multifd, None without a capture."""
    elapsed: float
    complete: bool
    indexed: int
    """Bytes read so far."""
    pages_checked: bool = False
    """Whether what is wrong with packed pages is among the problems (verify.looked_into)."""

    @property
    def libvirt(self) -> LibvirtSave | None:
        """What libvirt wrote before the stream, None where it did not."""
        return self.source.libvirt if isinstance(self.source, FileSource) else None

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels of a capture in the order of their offsets, none for a stream in one file."""
        return self.source.channels if isinstance(self.source, CaptureSource) else ()

    def place(self, offset: int) -> tuple[Channel | None, int]:
        """The channel that a byte belongs to, and its offset there; None for a stream in one file."""
        return self.source.place(offset) if isinstance(self.source, CaptureSource) else (None, offset)

    @property
    def iterations(self) -> int:
        """How many passes over RAM the stream carries, as far as its page order shows."""
        return len(self.iteration_starts)

    def vmdesc_text(self) -> str | None:
        """The JSON as it stands in the stream, None where there is none."""
        if self.vmdesc is None:
            return None
        offset, length = self.vmdesc
        return bytes(self.source.read(offset, length)).decode("utf-8", "replace")

    def require_contents(self, block: BlockSummary) -> None:
        """Raise NotFound where the stream does not carry what ``block`` holds: zeros would be an invention."""
        if block.ignored:
            raise NotFound(
                "not-in-the-stream",
                f"what RAM block {quoted(block.name)} holds is not in the stream (x-ignore-shared)",
                path=self.source.path,
                hint="It is in the file behind the block: mem-path of the machine's memory-backend-file.",
            )

    @functools.cached_property
    def tree(self) -> Tree:
        return Tree(self.source, self.records, self.listed, self.description, self.problems, self.ram, self.version)

    def spans(self) -> Sequence[Span]:
        """The whole stream for the overview bar, in order, without gaps between records."""
        return spans_of(self.records, self.iteration_starts, self.tree)


def index_stream(
    source: Source,
    *,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
    on_growth: Callable[[StreamIndex], None] | None = None,
    trace: Trace | None = None,
) -> StreamIndex:
    """Read all of ``source``.

    A damaged stream is no error: its faults are ``problems``.  A cancelled reading returns what was read.  Raises
    StreamError only where nothing can be read, with QEMU's text.
    """
    pass_ = _Pass(source, cancel, trace)
    if source.size == 0:
        raise StreamError(
            "empty",
            f"{_named(source)} is empty",
            path=source.path,
            offset=0,
            hint="Copy the file again, or save the stream again: QEMU would wait for ever.",
        )
    grown = pass_.started
    for _ in pass_.steps():
        progress(pass_.reader.offset, source.size)
        if on_growth is not None and time.monotonic() - grown > GROWTH_INTERVAL:
            on_growth(pass_.snapshot(complete=False))
            grown = time.monotonic()
    index = pass_.snapshot(complete=not pass_.cancelled)
    if index.problems and all(record.type == "UNKNOWN" for record in index.records[:1]):
        first = index.problems[0]
        error = StreamError(
            first.code,
            f"{_named(source)} is not a migration stream: {first.message[:1].lower()}{first.message[1:]}",
            path=source.path,
            offset=first.offset,
            hint="Copy the file again, or save the stream again." if first.code == "truncated" else first.hint,
            qemu=next(iter(first.qemu.values()), None),
        )
        error.newest = first.qemu.get(VERSIONS[-1])
        raise error
    return index


def _named(source: Source) -> str:
    """What a sentence calls it: with the whole path where there is one."""
    return source.label if source.path is None else f"{source.path}{source.label.removeprefix(source.path.name)}"


class _Pass:
    """One reading of one source."""

    def __init__(self, source: Source, cancel: CancelToken | None, trace: Trace | None) -> None:
        self.source = source
        self.cancel = cancel
        self.cancelled = False
        self.cut: SnapmgrError | None = None
        self.started = time.monotonic()
        capture = source if isinstance(source, CaptureSource) else None
        self.description = find_description(capture.member(capture.main) if capture else source)
        self.builder = IndexBuilder(self.description)
        self.builder.ram.origin = source.origin
        self.reader = StreamReader(StreamLayout(self.builder.ram, self.description), trace=trace, folds=not capture)
        self.capture: CaptureReading | None = None
        self.unpacked: UnpackedBytes | None = None
        if capture:
            self.capture = CaptureReading(capture, self.builder, self.reader, self.description, trace)
            self.unpacked = UnpackedBytes(source, self.capture.channels.packs)

    def steps(self) -> Iterator[None]:
        """Read on; yields after every stretch of some MiB at most."""
        done = 0
        for event in self._until_cut(self._events()):
            if event is not None:
                self.builder.add(event)
            if event is None or self.reader.offset - done >= STEP:
                done = self.reader.offset
                yield
                if self._stopped():
                    return
            if self.builder.full:
                self._too_many()
                self.cancelled = True
                return
        self.builder.finish(self.reader.offset)
        if not self.source.complete:
            self._incomplete()
        saved = self.source.libvirt if isinstance(self.source, FileSource) else None
        if saved is not None and not saved.whole:
            message = "libvirt did not come to the end of saving: it refuses this file"
            hint = "The stream in it may be whole all the same; save the domain again."
            self.builder.note(Problem(Severity.WARNING, "libvirt-partial", 0, message, hint=hint))
        if self.cut is not None:
            self._cut_off(self.cut)

    def _until_cut(self, events: Iterator[Event | None]) -> Iterator[Event | None]:
        """The events up to where the file was cut off meanwhile."""
        try:
            yield from events
        except SnapmgrError as error:
            if error.code not in ("file-changed", "damaged-container"):
                raise
            self.cut = error
            yield from at_end(self.reader)

    def _events(self) -> Iterator[Event | None]:
        return stream_events(self.reader, self.source) if self.capture is None else self.capture.events()

    def _stopped(self) -> bool:
        self.cancelled = self.cancel is not None and self.cancel.cancelled
        return self.cancelled

    def _incomplete(self) -> None:
        cause, hint = EXPLANATIONS["damaged-container"]
        message = "The packed file is damaged; what comes before the damage was read"
        self.builder.problems.append(
            Problem(Severity.ERROR, "damaged-container", self.source.size, message, cause=cause, hint=hint)
        )

    def _cut_off(self, error: SnapmgrError) -> None:
        at = self.reader.offset
        message = "The file became shorter while it was read"
        if error.code == "damaged-container":
            message = "The packed file is damaged from here on"
        self.builder.problems.append(Problem(Severity.ERROR, error.code, at, message, hint=error.hint or ""))

    def _too_many(self) -> None:
        message = "The stream has more records than are looked at; reading stopped here"
        self.builder.problems.append(Problem(Severity.ERROR, "too-many-records", self.reader.offset, message))

    def snapshot(self, *, complete: bool) -> StreamIndex:
        """What is known by now, frozen."""
        builder = self.builder
        listed = tuple(builder.ram.blocks.values())
        pages = self._block_pages(listed)
        starts, blocks = out_of_order(builder.walk.starts, list(pages.values()))
        pages = {block.name: block for block in blocks}
        vmdesc = builder.vmdesc
        records = builder.records if self.capture is None else self.capture.columns()
        place = (vmdesc.json_offset, len(vmdesc.text)) if vmdesc else None
        problems = builder.problems
        if builder.colo and vmdesc is not None and self.description is not None:
            later = without_later_subsections(problems, self.source, self.description, vmdesc.offset)
            problems = list(later)
        if complete and self.capture is None and self.cut is None:
            problems = [*problems, *whole_problems(Records(records, len(records)), self.description, place, problems)]
        return StreamIndex(
            source=self.source,
            size=max(self.source.size, self.reader.offset),
            version=builder.version,
            configuration=builder.configuration,
            records=Records(records, len(records)),
            blocks=tuple(self._summary(block, pages[block.name]) for block in listed),
            listed=listed,
            page_size=1 << builder.ram.page_bits if listed else None,
            iteration_starts=tuple(starts),
            problems=ordered(problems),
            version_notes=tuple(builder.versions.notes),
            vmdesc=place,
            description=self.description,
            ram=RamIndex(pages, self.unpacked or self.source),
            unpacked=self.unpacked,
            elapsed=time.monotonic() - self.started,
            complete=complete,
            indexed=self.reader.offset,
        )

    def _block_pages(self, listed: Sequence[ListedBlock]) -> dict[str, BlockPages]:
        builder, bits = self.builder, self.builder.ram.page_bits
        return {
            name: block_pages(
                name, length, bits, builder.runs.get(name) or RunBuilder(), builder.packed_by.get(name, "")
            )
            for name, length in ((block.name, block.used_length) for block in listed)
        }

    def _summary(self, block: ListedBlock, pages: BlockPages) -> BlockSummary:
        counted = pages.counted()
        shares = self.builder.ram.ignore_shared and self.builder.records.has("END")
        return BlockSummary(
            name=block.name,
            used_length=block.used_length,
            page_size=block.page_size or 1 << self.builder.ram.page_bits,
            pages=pages.pages,
            normal=sum(counted[kind] for kind in _NORMAL),
            zero=counted[PageKind.ZERO],
            xbzrle=counted[PageKind.XBZRLE],
            compressed=sum(counted[kind] for kind in _COMPRESSED),
            resent=pages.resent,
            ignored=shares and not any(counted.values()),
        )
