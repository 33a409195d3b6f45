"""Sections of a stream: where each begins and ends, its payload, its footer, and where reading goes on behind damage.

Where a payload ends is asked of the ``SectionLayout``; unknown ones end at their footer.
"""

from __future__ import annotations

from dataclasses import replace

from snapmgr.errors import StreamError
from snapmgr.trace.bus import Trace
from snapmgr.wire.constants import RecordType
from snapmgr.wire.events import (
    Fault,
    Payload,
    SectionBegin,
    SectionEnd,
    Skipped,
)
from snapmgr.wire.faults import (
    cut_footer,
    end_unknown,
    fault,
    footer_begun,
    io_fault,
    missing_footer,
    wrong_footer,
)
from snapmgr.wire.held import Limits, Section
from snapmgr.wire.layout import Done, NoLayout, NotKnown, PayloadReader, SectionLayout
from snapmgr.wire.repeats import LONGEST, Repeats
from snapmgr.wire.search import Search
from snapmgr.wire.stepping import Stepping
from snapmgr.wire.wording import NO_FOOTER, by_version

FOOTER_SIZE = 5


class Sections(Stepping):
    """Steps of whatever reads sections; where none is under way, ``_type`` goes on."""

    limits: Limits

    def __init__(
        self,
        layout: SectionLayout | None,
        limits: Limits,
        *,
        footers: bool | None,
        offset: int,
        trace: Trace | None,
        folds: bool,
    ) -> None:
        super().__init__(limits.record, offset, trace)
        self.limits = limits
        self.layout: SectionLayout = layout or NoLayout()
        self.footers = footers
        self.sections: dict[int, Section] = {}
        self._search = Search(self._in, limits.search, self.sections)
        self._section: SectionBegin | None = None
        self._payload_start = 0
        self._payload: PayloadReader | None = None
        self._cut: dict[str, str] | None = None
        """What QEMU says of the section being read where the stream ends inside of it, if that is known."""
        self._bare: Fault | None = None
        """What is to be said of the first section if it turns out that the others have footers."""
        self._repeats = Repeats(self._in) if folds and trace is None else None
        self._idle: bytes | None = None
        """The payload of the section being read, if that may repeat."""

    @property
    def section(self) -> SectionBegin | None:
        """The section being read."""
        return self._section

    def _type(self) -> None:
        """What comes next is a record."""
        raise NotImplementedError

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
        self._payload_start, self._cut = self._in.offset, None
        self._search.begin(self._payload_start)
        self._next = self._payload_step if self._payload else self._search_end

    def _payload_step(self) -> None:
        assert self._payload is not None
        start = self._in.offset
        try:
            result = self._payload.step(self._in)
        except NotKnown as unknown:
            self._cut = unknown.texts
            self._next = self._search_end
            return
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
        if self.footers is not False:
            self._emit(fault("truncated", start, 0, f"the stream ends before the footer of {name}", NO_FOOTER))
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
            self._emit(io_fault(self._in.offset, f"the stream ends inside {name}", self._cut))
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
