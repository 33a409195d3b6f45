"""What a reader holds: how much of one record at most, and the sections that were begun."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds in bytes on what one record may make us hold; a section of unknown layout is held until its end."""

    record: int = 1 << 28
    vmdesc: int = 1 << 26
    search: int = 1 << 28
    """How far the end of a section, or the next record after a fault, is looked for."""


@dataclass(slots=True)
class Section:
    """A section that was started: what PART and END refer to by id."""

    idstr: str
    instance_id: int
    version_id: int
