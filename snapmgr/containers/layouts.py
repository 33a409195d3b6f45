"""Which reader gets a section's payload: RAM its own, devices what the vmdesc says of them."""

from __future__ import annotations

from functools import partial

from snapmgr.errors import StreamError
from snapmgr.ram.section import RamPayload, RamState
from snapmgr.ram.words import IDSTR, VERSION
from snapmgr.vmstate.catalogue import known
from snapmgr.vmstate.description import VmDescription
from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.from_description import from_description
from snapmgr.vmstate.layout import NeedMore, VmdescLayout
from snapmgr.vmstate.load import load_bytes
from snapmgr.vmstate.names import plain_name
from snapmgr.wire.constants import RecordType
from snapmgr.wire.events import Payload, SectionBegin
from snapmgr.wire.layout import Done, NotKnown, PayloadReader
from snapmgr.wire.resync import LONGEST_HEADER, plausible
from snapmgr.wire.sections import FOOTER_SIZE
from snapmgr.wire.window import Short, Window
from snapmgr.wire.wording import NO_FOOTER, by_version, failed


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


_MOST_CUT = 1 << 20
"""Bytes of a section that are read again for what QEMU says where it is cut."""


class KnownPayload:
    """A device section of a stream that does not describe itself, as devices of its name are known to be.

    Nothing else is believed than an end behind which the stream goes on.
    """

    def __init__(self, section: SectionBegin) -> None:
        self._section = section

    def step(self, window: Window) -> Done:
        """The whole payload at once.  Raises Short, NotKnown."""
        section = self._section
        view, at = window.all_held()
        rest = view[at:]
        ends = partial(_goes_on, rest, section.section_id, window.ended)
        length = known().measure(section.idstr or "", section.version_id or 0, rest, ends)
        if isinstance(length, NeedMore) and not window.ended:
            raise Short(length.count)
        if isinstance(length, NeedMore):
            raise NotKnown(_cut(section, bytes(rest)))
        if length is None:
            raise NotKnown(_cut_name(section, bytes(rest)) if window.ended and len(rest) < _MOST_CUT else None)
        start = window.offset
        window.take(length)
        return Done(Payload(start, length, "layout"))


def _cut(section: SectionBegin, held: bytes) -> dict[str, str] | None:
    """What QEMU says where the stream ends behind ``held`` bytes of a section: of the field that is cut.

    What it would compare with the machine's own is not known here.
    """
    layout = known().first(section.idstr or "", section.version_id or 0)
    if layout is None:
        return None
    made = from_description(layout, plain_name)
    try:
        load_bytes(made.state, made.make(), held)
    except VMStateError as error:
        if not error.reports:
            return None
        place = f"error while loading state for instance 0x{section.instance_id or 0:x} of device '{section.idstr}'"
        return by_version(error.reports[0], failed(f"{place}: {error.chain}"))
    return by_version(NO_FOOTER)  # where it looks for a subsection


def _cut_name(section: SectionBegin, held: bytes) -> dict[str, str] | None:
    """The same where all fields are there, and of a subsection the beginning of its name: QEMU takes that for none, and
    misses the footer."""
    layout = known().first(section.idstr or "", section.version_id or 0)
    if layout is None:
        return None
    made = from_description(layout, plain_name)
    try:
        left = held[load_bytes(made.state, made.make(), held) :]
    except StreamError:
        return None
    is_cut = left[:1] == bytes([RecordType.SUBSECTION]) and (len(left) == 1 or len(left) < 2 + left[1])
    return by_version(NO_FOOTER) if is_cut else None


def _goes_on(view: memoryview, section_id: int, ended: bool, at: int) -> bool:
    """Whether a section that ends at ``at`` is followed by its footer, by a header, or by the end with or without a
    description.  Raises Short."""
    left = len(view) - at
    if left < LONGEST_HEADER and not ended:
        raise Short(LONGEST_HEADER - left)
    if not left:  # the stream is cut where the footer should stand
        return True
    if view[at] == RecordType.FOOTER:
        whole = left > FOOTER_SIZE and view[at + FOOTER_SIZE] != RecordType.FOOTER
        return section_id.to_bytes(4).startswith(bytes(view[at + 1 : at + FOOTER_SIZE])) or (
            whole and _goes_on(view, section_id, ended, at + FOOTER_SIZE)  # with the id of another
        )
    if view[at] == RecordType.EOF:
        return left == 1 or view[at + 1] == RecordType.VMDESCRIPTION
    return bool(plausible(view, at, ()))


class StreamLayout:
    """RAM by its words, described devices by their description, and where there is none what is known of them; anything
    else ends at its footer.

    A description that contradicts itself is not believed: a loader does not look at it either.
    """

    def __init__(self, ram: RamState, description: VmDescription | None) -> None:
        self._ram = ram
        self._devices = VmdescLayout(description) if description else None

    def payload(self, section: SectionBegin) -> PayloadReader | None:
        if section.idstr == IDSTR and section.type != RecordType.FULL:
            return RamPayload(self._ram) if section.version_id == VERSION else None
        if section.type != RecordType.FULL:
            return None
        if self._devices is None:
            return KnownPayload(section)
        device = self._devices.description.find(section.idstr or "", section.instance_id or 0)
        if device is None or device.state.contradiction is not None:
            return None
        return MeasuredPayload(self._devices, section)
