"""Which reader gets a section's payload: RAM its own, devices what the vmdesc says of them."""

from __future__ import annotations

from snapmgr.errors import StreamError
from snapmgr.ram.section import RamPayload, RamState
from snapmgr.ram.words import IDSTR, VERSION
from snapmgr.vmstate.description import VmDescription
from snapmgr.vmstate.layout import NeedMore, VmdescLayout
from snapmgr.wire.constants import RecordType
from snapmgr.wire.events import Payload, SectionBegin
from snapmgr.wire.layout import Done, PayloadReader
from snapmgr.wire.window import Short, Window


class MeasuredPayload:
    """A device section whose length the vmdesc gives."""

    def __init__(self, layout: VmdescLayout, section: SectionBegin) -> None:
        self._layout = layout
        self._section = section

    def step(self, window: Window) -> Done:
        """The whole payload at once.  Raises Short, StreamError with the offset in the stream."""
        section = self._section
        view, at = window.all_held()
        try:
            length = self._layout.length_of(
                section.idstr or "", section.instance_id or 0, section.version_id or 0, view[at:]
            )
        except StreamError as error:
            raise StreamError(error.code, error.message, offset=window.offset + (error.offset or 0)) from error
        if isinstance(length, NeedMore):
            raise Short(length.count)
        assert length is not None
        start = window.offset
        window.take(length)
        return Done(Payload(start, length, "layout"))


class StreamLayout:
    """RAM by its words, described devices by their description; anything else ends at its footer.

    A description that contradicts itself is not believed: a loader does not look at it either.
    """

    def __init__(self, ram: RamState, description: VmDescription | None) -> None:
        self._ram = ram
        self._devices = VmdescLayout(description) if description else None

    def payload(self, section: SectionBegin) -> PayloadReader | None:
        if section.idstr == IDSTR and section.type != RecordType.FULL:
            return RamPayload(self._ram) if section.version_id == VERSION else None
        if section.type != RecordType.FULL or self._devices is None:
            return None
        device = self._devices.description.find(section.idstr or "", section.instance_id or 0)
        if device is None or device.state.contradiction is not None:
            return None
        return MeasuredPayload(self._devices, section)
