"""The reader as a loader needs it: nothing is read before it is due, and the first fault is the last event.

Looking into a stream goes on after a fault and takes whole records; loading must not.  ``Loading`` is asked before
anything of a record is waited for, and refuses by raising.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from snapmgr.errors import StreamError
from snapmgr.wire.constants import RecordType
from snapmgr.wire.events import Event, Fault, SectionBegin
from snapmgr.wire.faults import fault
from snapmgr.wire.held import Limits, Section
from snapmgr.wire.layout import Done, PayloadReader
from snapmgr.wire.reader import StreamReader
from snapmgr.wire.window import Short
from snapmgr.wire.wording import NO_CONFIGURATION, by_version, no_configuration


@dataclass(frozen=True, slots=True)
class PackageEnd(Event):
    """Here a package ends; its records have all been read, or been left."""


class Loading(Protocol):
    """Who takes what a stream holds.  Whatever is raised here ends the reading and comes out of ``next_event``."""

    def configuration(self) -> PayloadReader | None:
        """Who reads the configuration, None where none is due."""

    def record(self, kind: int, offset: int) -> None:
        """A record at ``offset`` begins with the byte ``kind``: told once, before anything else of it is read."""

    def unnamed(self, section_id: int, offset: int) -> StreamError:
        """What to raise for the START or FULL section at ``offset``, which has no idstr."""

    def continued(self, section_id: int, offset: int) -> Section | None:
        """The section that a PART or END at ``offset`` goes on with, None if there is none."""

    def payload(self, section: SectionBegin) -> PayloadReader:
        """Who reads the section that begins here; PART and END have the names that ``continued`` gave."""

    def command(self, number: int, length: int, offset: int) -> None:
        """Look at a command's head, once, before its data are waited for."""

    def section_name(self) -> str:
        """What faults call the section that was begun last."""


class LoadingReader(StreamReader):
    """Feed bytes, ask for events, until a fatal Fault or an error of the ``loading`` side.

    ``footers`` must be known here.  A section's payload may end with any event, the configuration ends with the event
    of its own reader.
    """

    _stops_at_damage = True

    def __init__(
        self,
        loading: Loading,
        limits: Limits | None = None,
        *,
        footers: bool,
        header: bool = True,
        offset: int = 0,
        folds: bool = False,
    ) -> None:
        super().__init__(loading, limits, footers=footers, header=header, offset=offset, folds=folds)
        self._loading = loading
        self._told: int | None = None
        self._told_command: int | None = None

    @property
    def took_outside(self) -> bool:
        """Whether data of a command in a package were taken from behind it."""
        return self._packages.took_outside

    def leave_package(self) -> None:
        """Pass over what still stands in the innermost package."""
        self._next = self._skip_package

    def _first(self) -> None:
        reader = self._loading.configuration()
        if reader is None:
            self._next = self._type
            return
        found = self._in.be8()
        if found != RecordType.CONFIGURATION:
            message = "the configuration should stand here"
            texts = by_version(NO_CONFIGURATION, no_configuration(found))
            self._emit(fault("configuration-missing", self._in.offset - 1, 1, message, texts))
            return
        self._payload = reader
        self._next = self._configuration

    def _configuration(self) -> None:
        assert self._payload is not None
        result = self._payload.step(self._in)
        event = result.event if isinstance(result, Done) else result
        if event is not None:
            self._emit(event)
        if isinstance(result, Done):
            self._next = self._type

    def _type(self) -> None:
        start = self._in.offset
        left = self._packages.leave()
        if left is not None:
            self._emit(PackageEnd(left, 0))
            return
        if self._pass_outside():
            return
        kind = self._in.peek(1)[0]
        if self._told != start:
            self._told = start
            self._loading.record(kind, start)
        super()._type()

    def _begin(self, kind: RecordType) -> None:
        start = self._in.offset
        if kind in (RecordType.PART, RecordType.END):
            section_id = int.from_bytes(self._in.peek(5)[1:])
            known = self._loading.continued(section_id, start)
            self.sections.pop(section_id, None)
            if known is not None:
                self.sections[section_id] = known
        elif not self._in.peek(6)[5]:
            raise self._loading.unnamed(int.from_bytes(self._in.peek(5)[1:]), start)
        super()._begin(kind)

    def _command(self) -> None:
        start, head = self._in.offset, self._in.peek(5)
        if self._told_command != start:
            self._told_command = start
            self._loading.command(int.from_bytes(head[1:3]), int.from_bytes(head[3:5]), start)
        super()._command()

    def _skip_package(self) -> None:
        left = self._packages.left()
        if left <= 0:
            self._next = self._type
            return
        if not self._in.available:
            raise Short(1)
        self._in.all_held()
        self._in.skip(min(left, self._in.available))

    def _name_of(self, section: SectionBegin) -> str:
        return self._loading.section_name()

    def _emit(self, event: Event) -> None:
        super()._emit(event)
        if isinstance(event, Fault) and event.fatal:
            self._finish()
