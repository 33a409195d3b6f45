"""Where the end of a section's payload lies is asked of whoever knows the device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from snapmgr.wire.events import Event, SectionBegin
from snapmgr.wire.window import Window


@dataclass(frozen=True, slots=True)
class Done:
    """The payload is complete; ``event`` is its last event, if any."""

    event: Event | None = None


class NotKnown(Exception):
    """The device is none that is known after all, and nothing of it was read: the end is searched.

    ``texts`` by version is what QEMU says of a device that is cut where the stream ends, as far as that is known.
    """

    def __init__(self, texts: dict[str, str] | None = None) -> None:
        super().__init__()
        self.texts = texts


class PayloadReader(Protocol):
    """Reads one section's payload piece by piece."""

    def step(self, window: Window) -> Event | Done:
        """The next event.  Raises Short (nothing consumed may be assumed), StreamError with the offset at fault."""


class SectionLayout(Protocol):
    """Knows some devices."""

    def payload(self, section: SectionBegin) -> PayloadReader | None:
        """A reader for this section, None where the device is not known (the end is searched then)."""


class NoLayout:
    """Knows nothing: every end is found by its footer."""

    def payload(self, section: SectionBegin) -> PayloadReader | None:
        return None
