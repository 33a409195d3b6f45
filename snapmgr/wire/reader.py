"""StreamReader: bytes of a migration stream in, events out, in any chunking (migration/savevm.c: qemu_loadvm_state).

A fault does not end the reading: it is an event too, and reading goes on at the next plausible record.  Where a
section's payload ends is asked of the ``SectionLayout``; unknown ones end at their footer.
"""

from __future__ import annotations

from dataclasses import replace

from snapmgr.errors import StreamError
from snapmgr.trace.bus import Trace
from snapmgr.wire.colo import WITH_RECORDS, read_colo, unannounced
from snapmgr.wire.commands import command_fault
from snapmgr.wire.configuration import read_configuration
from snapmgr.wire.constants import SECTION_TYPES, Command, RecordType
from snapmgr.wire.ending import read_vmdesc
from snapmgr.wire.events import (
    CommandEvent,
    Eof,
    Fault,
    Payload,
    SectionBegin,
    SectionEnd,
    Skipped,
    Trailing,
)
from snapmgr.wire.faults import (
    cut_footer,
    end_unknown,
    fault,
    footer_begun,
    io_fault,
    missing_footer,
    truncated,
    wrong_footer,
)
from snapmgr.wire.held import Limits, Section
from snapmgr.wire.layout import Done, NoLayout, PayloadReader, SectionLayout
from snapmgr.wire.opening import read_header
from snapmgr.wire.packages import OpenPackages, outside_fault
from snapmgr.wire.repeats import LONGEST, Repeats
from snapmgr.wire.search import Search
from snapmgr.wire.stepping import Stepping
from snapmgr.wire.window import Short
from snapmgr.wire.wording import NO_CONFIGURATION, by_version, no_configuration

FOOTER_SIZE = 5


class StreamReader(Stepping):
    """Feed bytes, ask for events.

    ``footers`` says whether sections end in a footer: None = find out from the first one.  ``header`` False is for
    streams that begin with a record (a connection after recovery).  With ``folds`` sections that bring nothing come as
    one event where there are many of them; a trace tells of each.
    """

    def __init__(
        self,
        layout: SectionLayout | None = None,
        limits: Limits | None = None,
        *,
        footers: bool | None = None,
        header: bool = True,
        offset: int = 0,
        trace: Trace | None = None,
        folds: bool = False,
    ) -> None:
        self.limits = limits or Limits()
        self.layout: SectionLayout = layout or NoLayout()
        self.footers = footers
        self.sections: dict[int, Section] = {}
        super().__init__(self.limits.record, offset, trace)
        self._search = Search(self._in, self.limits.search, self.sections)
        self._next = self._header if header else self._type
        self._section: SectionBegin | None = None
        self._payload_start = 0
        self._payload: PayloadReader | None = None
        self._packages = OpenPackages(self._in)
        self._bare: Fault | None = None
        """What is to be said of the first section if it turns out that the others have footers."""
        self._colo = False
        self._repeats = Repeats(self._in) if folds and trace is None else None
        self._idle: bytes | None = None
        """The payload of the section being read, if that may repeat."""

    @property
    def section(self) -> SectionBegin | None:
        """The section being read."""
        return self._section

    @property
    def past_end(self) -> bool:
        """Whether everything that a loader reads has been read: what still comes is trailing bytes."""
        return self._finished or self._next == self._trailing

    # -- records ---------------------------------------------------------------------------------------------------

    def _header(self) -> None:
        header, problem = read_header(self._in)
        self._emit_all(header, problem)
        if header is None:
            self._finish()
        else:
            self._next = self._first

    def _first(self) -> None:
        if self._in.available == 0 and self._in.ended:
            self._emit(
                fault(
                    "truncated",
                    self._in.offset,
                    0,
                    "the stream ends behind its header",
                    by_version(NO_CONFIGURATION, no_configuration(0)),
                )
            )
            self._finish()
            return
        if self._in.peek(1)[0] != RecordType.CONFIGURATION:
            self._next = self._type
            return
        configuration, problem = read_configuration(self._in, self._in.ended)
        self._emit_all(configuration, problem)
        self._next = self._type if problem is None else self._resync

    def _type(self) -> None:
        if self._packages.leave() is not None:
            return
        if self._pass_outside():
            return
        kind = self._in.peek(1)[0]
        if kind == RecordType.PART and self._repeat():
            return
        if kind in SECTION_TYPES:
            self._begin(RecordType(kind))
        elif kind == RecordType.COMMAND:
            self._command()
        elif kind == RecordType.EOF:
            self._emit(Eof(self._in.offset, 1))
            self._in.skip(1)
            self._next = self._type if self._packages else self._after_eof
        else:
            self._emit(
                fault(
                    "section-type",
                    self._in.offset,
                    1,
                    f"no record begins with the byte {kind:#04x}",
                    f"Unknown savevm section type {kind}",
                )
            )
            self._next = self._resync

    def _repeat(self) -> bool:
        """Take the rounds that are like the last one, if there are any."""
        found = self._repeats.find() if self._repeats is not None and not self._packages else None
        if found is None:
            return False
        self._in.skip(found.length)
        self._emit(found)
        return True

    def _begin(self, kind: RecordType) -> None:
        start = self._in.offset
        self._in.skip(1)
        section_id = self._in.be32()
        if kind in (RecordType.PART, RecordType.END):
            known = self.sections.get(section_id)
            self._section = SectionBegin(start, 5, kind, section_id, known.idstr if known else None)
            if known is None:
                self._emit(self._section)
                text = f"Unknown savevm section {section_id - (1 << 32) if section_id >> 31 else section_id}"
                self._emit(
                    fault(
                        "section-id",
                        start + 1,
                        4,
                        f"no section with the id {section_id} was started",
                        text,
                        section_id,
                    )
                )
                self._start_payload(known=False)
                return
        else:
            name = self._in.counted()
            instance, version = self._in.be32(), self._in.be32()
            idstr = name.decode("utf-8", "surrogateescape")
            self._section = SectionBegin(start, 14 + len(name), kind, section_id, idstr, instance, version)
            if not name:
                text = f"Unable to read ID string for section {section_id}"
                self._emit(fault("idstr-empty", start + 5, 1, "the section has no idstr", text, section_id))
            self.sections[section_id] = Section(idstr, instance, version)
        self._emit(self._section)
        self._start_payload(known=True)

    def _start_payload(self, *, known: bool) -> None:
        assert self._section is not None
        section = self._section
        if section.instance_id is None and known:
            state = self.sections[section.section_id]
            section = replace(section, idstr=state.idstr, instance_id=state.instance_id, version_id=state.version_id)
        self._payload = self.layout.payload(section) if known else None
        self._payload_start = self._in.offset
        self._search.begin(self._payload_start)
        self._next = self._payload_step if self._payload else self._search_end

    def _payload_step(self) -> None:
        assert self._payload is not None
        start = self._in.offset
        result = self._payload.step(self._in)
        if isinstance(result, Done):
            self._may_repeat(start)
            if result.event is not None:
                self._emit(result.event)
            self._next = self._footer
        else:
            self._emit(result)

    def _may_repeat(self, start: int) -> None:
        """The payload is done, with what was taken from ``start`` on."""
        part = self._section is not None and self._section.type == RecordType.PART
        if self._repeats is not None and part and start == self._payload_start and self._in.offset - start <= LONGEST:
            self._idle = bytes(self._in.taken(start))

    def _footer(self) -> None:
        assert self._section is not None
        section, start = self._section, self._in.offset
        name = self._name_of(section)
        if self.footers is False and not self._footers_after_all(section.section_id):
            self._end_section(SectionEnd(start, 0, section.section_id))
            return
        if self._in.available == 0 and self._in.ended:
            self._missing_footer_at_end(start, name)
            return
        if self._in.peek(1)[0] != RecordType.FOOTER:
            if self.footers is None and self._search.looks_like_record():
                self.footers = False
                self._bare = missing_footer(start, section.section_id, name)
                return
            self._stray(start, name)
            return
        if self._in.ended and self._in.available < FOOTER_SIZE:
            self._emit(cut_footer(start, bytes(self._in.peek(self._in.available)), section.section_id, name))
            self._finish()
            return
        self._in.skip(1)
        found = self._in.be32()
        if found != section.section_id:
            self._idle = None
            self._emit(wrong_footer(start + 1, found, section.section_id, name))
        self.footers = True
        self._end_section(SectionEnd(start, 5, section.section_id))

    def _footers_after_all(self, section_id: int) -> bool:
        """Whether a footer stands here although the first section had none: then that one's was lost.

        No record begins with a footer's byte, so a stream without footers is never taken for one with them.
        """
        if self._bare is None or (self._in.ended and self._in.available < FOOTER_SIZE):
            return False
        if self._in.peek(1)[0] != RecordType.FOOTER:
            return False
        if int.from_bytes(self._in.peek(FOOTER_SIZE)[1:]) != section_id:
            return False
        self._emit(self._bare)
        self._bare, self.footers = None, True
        return True

    def _end_section(self, end: SectionEnd) -> None:
        self._emit(end)
        if self._repeats is not None and self._idle is not None and end.length and self._section is not None:
            self._repeats.note(self._section, self._idle, end)
        self._section = self._payload = self._idle = None
        self._next = self._type

    def _missing_footer_at_end(self, start: int, name: str) -> None:
        if self.footers:
            text = "check_section_footer: Read section footer failed: -5"
            self._emit(fault("truncated", start, 0, f"the stream ends before the footer of {name}", text))
        else:
            self._emit(io_fault(start, f"the stream ends behind {name}"))
        self._finish()

    def _stray(self, start: int, name: str) -> None:
        """The payload ended by its layout, yet no footer follows: say so, then look for where it goes on."""
        assert self._section is not None
        self.footers = True
        self._emit(missing_footer(start, self._section.section_id, name))
        self._search.begin(start)
        self._next = self._resync_to_footer

    # -- ends that nobody knows -----------------------------------------------------------------------------------

    def _search_end(self) -> None:
        """Take a payload of unknown layout up to its footer, or to the next record where there are none."""
        assert self._section is not None
        found_by, length = self._search.payload_end(self._section.section_id, self.footers)
        start = self._in.offset
        if found_by == "end" and self.footers and self._in.ended and length == self._in.available:
            begun = footer_begun(bytes(self._in.peek(length)[-FOOTER_SIZE:]), self._section.section_id)
            found_by, length = ("footer", length - begun) if begun else (found_by, length)
        self._emit(Payload(start, length, found_by))
        self._in.skip(length)
        if found_by == "end":
            self._lost_end(start)
        elif found_by == "footer":
            self._may_repeat(start)
            self._next = self._footer
        else:
            self._next = self._footer

    def _lost_end(self, start: int) -> None:
        """No end of this section was found: what follows cannot be told apart from it."""
        assert self._section is not None
        name = self._name_of(self._section)
        if self.footers is False:
            self._emit(end_unknown(start, name))
            self._finish()
        elif self._in.ended:
            self._emit(io_fault(self._in.offset, f"the stream ends inside {name}"))
            self._finish()
        else:
            self._emit(missing_footer(start, self._section.section_id, name))
            self._search.begin(self._in.offset)
            self._next = self._resync

    def _resync(self) -> None:
        """Go on at the next section header, after a fault outside of a section."""
        self._section = self._payload = None
        found, length = self._search.next_record()
        self._skip_to(length)
        if found:
            self._next = self._type
        else:
            self._finish()

    def _resync_to_footer(self) -> None:
        """Go on at the footer of this section, else at the next section, after a fault inside of a section."""
        assert self._section is not None
        found, length = self._search.footer_or_record(self._section.section_id)
        self._skip_to(length)
        if found == "footer":
            self._next = self._footer
        elif found == "record":
            self._end_section(SectionEnd(self._in.offset, 0, self._section.section_id))
        else:
            self._finish()

    def _skip_to(self, count: int) -> None:
        if count:
            self._emit(Skipped(self._in.offset, count))
            self._in.skip(count)

    # -- commands and the end -------------------------------------------------------------------------------------

    def _command(self) -> None:
        start = self._in.offset
        self._in.skip(1)
        number, length = self._in.be16(), self._in.be16()
        problem = command_fault(number, length, start)
        data, outside = self._packages.take(number, length)
        self._emit(CommandEvent(start, self._in.offset - start, number, data, outside))
        if outside is not None:
            self._emit(outside_fault(number, outside, length))
        if problem is not None:
            self._emit(problem)
        elif number == Command.PACKAGED:
            self._emit_all(*self._packages.begin(self._in.offset, int.from_bytes(data)))
        elif number == Command.ENABLE_COLO:
            self._colo = True

    def _pass_outside(self) -> bool:
        """Behind the outermost package: pass over what its commands have taken there; whether there is any."""
        count = self._packages.behind()
        if count:
            self._in.peek(count)
            self._skip_to(count)
        return count > 0

    def _after_eof(self) -> None:
        if self._in.available == 0 and self._in.ended:
            self._finish()
            return
        described = self._in.peek(1)[0] == RecordType.VMDESCRIPTION
        self._colo = self._colo or (not described and unannounced(self._in))
        if self._colo and not described:
            self._next = self._checkpoint
            return
        vmdesc, problem = read_vmdesc(self._in, self.limits.vmdesc)
        self._emit_all(vmdesc, problem)
        self._next = self._after_eof if self._colo else self._after_vmdesc

    def _after_vmdesc(self) -> None:
        self._colo = unannounced(self._in)
        self._next = self._checkpoint if self._colo else self._trailing

    def _checkpoint(self) -> None:
        message = read_colo(self._in)
        self._emit(message)
        if isinstance(message, Fault):
            self._next = self._resync
        else:
            self._next = self._type if message.number in WITH_RECORDS else self._after_eof

    def _trailing(self) -> None:
        count = self._in.available
        if not count and not self._in.ended:
            raise Short(1)
        if count:
            self._emit(Trailing(self._in.offset, count))
            self._in.all_held()
            self._in.skip(count)
        if self._in.ended:
            self._finish()

    # -- faults ---------------------------------------------------------------------------------------------------

    def _end_inside(self, start: int, missing: int) -> None:
        """The stream ended inside what was to come next."""
        self._emit(truncated(self, start, missing, self._in.available))
        rest = self._in.available
        if rest:
            self._in.all_held()
            self._skip_to(rest)
        self._finish()

    def _damaged(self, error: StreamError) -> None:
        """A payload reader or a length check refused: report it and look for the next record."""
        section = self._section
        known = self.sections.get(section.section_id) if section else None
        where = error.offset if error.offset is not None else self._in.offset
        self._emit(
            Fault(
                where,
                0,
                error.code,
                error.message,
                by_version(error.qemu) if error.qemu else {},
                section.section_id if section else None,
                known.idstr if known else None,
            )
        )
        if section is None:
            self._search.begin(self._in.offset + 1)
            self._next = self._resync
        else:
            self._search.begin(max(self._in.offset, self._payload_start))
            self._next = self._resync_to_footer

    def _name_of(self, section: SectionBegin) -> str:
        known = self.sections.get(section.section_id)
        return known.idstr if known else section.idstr or "this section"
