"""StreamReader: bytes of a migration stream in, events out, in any chunking (migration/savevm.c: qemu_loadvm_state).

A fault does not end the reading: it is an event too, and reading goes on at the next plausible record.  What
sections are made of is in ``sections``.
"""

from __future__ import annotations

from snapmgr.trace.bus import Trace
from snapmgr.wire.colo import WITH_RECORDS, read_colo, unannounced
from snapmgr.wire.commands import command_fault
from snapmgr.wire.configuration import read_configuration
from snapmgr.wire.constants import SECTION_TYPES, Command, RecordType
from snapmgr.wire.ending import read_vmdesc
from snapmgr.wire.events import CommandEvent, Eof, Fault, Trailing
from snapmgr.wire.faults import fault, truncated
from snapmgr.wire.held import Limits
from snapmgr.wire.layout import SectionLayout
from snapmgr.wire.opening import read_header
from snapmgr.wire.packages import OpenPackages, outside_fault
from snapmgr.wire.resync import LONGEST_HEADER
from snapmgr.wire.sections import Sections
from snapmgr.wire.window import Short
from snapmgr.wire.wording import NO_CONFIGURATION, by_version, no_configuration


class StreamReader(Sections):
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
        super().__init__(layout, limits or Limits(), footers=footers, offset=offset, trace=trace, folds=folds)
        self._next = self._header if header else self._type
        self._packages = OpenPackages(self._in)
        self._colo = False

    @property
    def past_end(self) -> bool:
        """Whether everything that a loader reads has been read: what still comes is trailing bytes."""
        return self._finished or self._next in (self._after_vmdesc, self._trailing)

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
        rest = self._in.available
        head = bytes(self._in.peek(min(rest, LONGEST_HEADER)))
        self._emit(truncated(self, start, missing, rest, head))
        if rest:
            self._in.all_held()
            self._skip_to(rest)
        self._finish()
