"""What a StreamReader yields: frozen, with absolute offsets and lengths in bytes of the unpacked stream."""

from __future__ import annotations

from dataclasses import dataclass

from snapmgr.wire.constants import RecordType


@dataclass(frozen=True, slots=True)
class Event:
    """``length`` bytes of the stream from ``offset``."""

    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Header(Event):
    """Magic and version."""

    version: int


@dataclass(frozen=True, slots=True)
class ConfigurationSubsection(Event):
    """One subsection of the configuration; ``data`` follows its header (idstr as sent, e.g. ``configuration/uuid``)."""

    name: str
    version: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Configuration(Event):
    """The configuration section: machine type as sent, and its subsections in order."""

    machine: bytes
    subsections: tuple[ConfigurationSubsection, ...]


@dataclass(frozen=True, slots=True)
class SectionBegin(Event):
    """Header of a section.  ``idstr``, ``instance_id`` and ``version_id`` are None for PART and END."""

    type: RecordType
    section_id: int
    idstr: str | None = None
    instance_id: int | None = None
    version_id: int | None = None


@dataclass(frozen=True, slots=True)
class Payload(Event):
    """Device state of a section, all of it; ``found_by`` says how its end was known: ``layout``, ``footer``,
    ``next-record`` (guessed) or ``end`` (the stream ended)."""

    found_by: str


@dataclass(frozen=True, slots=True)
class SectionEnd(Event):
    """Footer of the section that began last (length 5), or its absence (length 0)."""

    section_id: int


@dataclass(frozen=True, slots=True)
class Repeated(Event):
    """Sections that were just read follow ``count`` times more, byte for byte and without anything between."""

    sections: tuple[SectionBegin, ...]
    count: int


@dataclass(frozen=True, slots=True)
class CommandEvent(Event):
    """A command with its data, whether or not any QEMU knows its number."""

    number: int
    data: bytes
    outside: int | None = None
    """Where ``data`` stand if that is not right behind the head: then they do not count in ``length``."""

    @property
    def data_offset(self) -> int:
        """Where ``data`` stand."""
        return self.offset + 5 if self.outside is None else self.outside


@dataclass(frozen=True, slots=True)
class PackageBegin(Event):
    """What a PACKAGED command announced follows: ``length`` bytes of records from ``offset``."""


@dataclass(frozen=True, slots=True)
class Eof(Event):
    """End of the sections."""


@dataclass(frozen=True, slots=True)
class Vmdesc(Event):
    """The JSON description; its text is ``[json_offset, json_offset + json_length)``, which may reach past the end."""

    json_offset: int
    json_length: int
    text: bytes


@dataclass(frozen=True, slots=True)
class Trailing(Event):
    """Bytes behind the end that belong to no record."""


@dataclass(frozen=True, slots=True)
class Fault(Event):
    """Something that a loader would not accept, as code and sentence; ``qemu`` is its own text by version."""

    code: str
    message: str
    qemu: dict[str, str]
    section_id: int | None = None
    idstr: str | None = None
    fatal: bool = True


@dataclass(frozen=True, slots=True)
class Skipped(Event):
    """Bytes passed over after a fault, up to the next plausible record, or which a command before has taken."""


@dataclass(frozen=True, slots=True)
class NeedData:
    """At least ``count`` more bytes are needed before the next event."""

    count: int
