"""Sections as they come in (savevm.c: qemu_loadvm_section_start_full, qemu_loadvm_section_part_end)."""

from __future__ import annotations

from snapmgr.errors import StreamError
from snapmgr.savevm.configuration import Configuration, configuration_reader
from snapmgr.savevm.entry import Entry
from snapmgr.savevm.failures import LoadError
from snapmgr.savevm.handlers import EIO
from snapmgr.savevm.incoming import Incoming, c_string, signed
from snapmgr.savevm.load_commands import check_command
from snapmgr.vmstate.load import StateReader
from snapmgr.wire.constants import SECTION_TYPES, RecordType
from snapmgr.wire.events import Event, SectionBegin
from snapmgr.wire.held import Section
from snapmgr.wire.layout import Done, PayloadReader
from snapmgr.wire.window import Short, Window
from snapmgr.wire.wording import shown

RECORDS = SECTION_TYPES | {RecordType.COMMAND, RecordType.EOF}


class SectionLoading:
    """The registry behind the reader: whose section it is, and who reads it (``wire.loading.Loading``)."""

    def __init__(self, incoming: Incoming) -> None:
        self._in = incoming

    def configuration(self) -> PayloadReader | None:
        """With ``send-configuration=off`` none is expected, and one that is there is an unknown section type."""
        if not self._in.host.options.send_configuration:
            return None
        return Guarded(self._in, configuration_reader(Configuration(self._in.host)))

    def record(self, kind: int, offset: int) -> None:
        """Raises LoadError where the stream ends, and for a byte that begins no record."""
        if self._in.beyond(offset + 1):
            raise self._in.cut(offset)
        self._in.trace("qemu_loadvm_state_section", kind, offset=offset)
        if kind not in RECORDS:
            raise self._in.refuse("section-type", f"Unknown savevm section type {kind}", offset)

    def unnamed(self, section_id: int, offset: int) -> LoadError:
        """Also where the stream ends before the name."""
        text = f"Unable to read ID string for section {section_id}"
        return self._in.refuse("idstr-empty", text, offset + 5)

    def continued(self, section_id: int, offset: int) -> Section:
        """Raises LoadError for an id that nobody has."""
        incoming = self._in
        if incoming.beyond(offset + 5):
            text = f"qemu_loadvm_section_part_end: Failed to read section ID: {-EIO}"
            raise incoming.refuse("truncated", text, offset + 5, errno=EIO)
        incoming.trace("qemu_loadvm_state_section_partend", section_id, offset=offset)
        entry = incoming.loaded.find(section_id)
        if entry is None:
            raise incoming.refuse("section-id", f"Unknown savevm section {signed(section_id)}", offset + 1)
        incoming.entry = entry
        return Section(entry.idstr, entry.instance_id, incoming.loaded.version(entry))

    def payload(self, section: SectionBegin) -> PayloadReader:
        """Raises LoadError: cut names, unknown device, version too new, RAM under Xen."""
        incoming = self._in
        incoming.section = section
        if section.type in (RecordType.START, RecordType.FULL):
            incoming.entry = self._started(section)
        assert incoming.entry is not None
        return self._reader(incoming.entry, section)

    def command(self, number: int, length: int, offset: int) -> None:
        """Raises LoadError for a command that is not known, or whose length is wrong."""
        check_command(self._in, number, length, offset)

    def section_name(self) -> str:
        entry = self._in.entry
        return "" if entry is None else entry.idstr

    def _started(self, section: SectionBegin) -> Entry:
        incoming = self._in
        idstr, instance_id = c_string(section.idstr or ""), section.instance_id or 0
        version = section.version_id or 0
        self._check_cut(section)
        names = (section.section_id, shown(idstr), instance_id, version)
        incoming.trace("qemu_loadvm_state_section_startfull", *names, offset=section.offset)
        entry = incoming.host.registry.find(idstr, instance_id)
        if entry is None:
            raise self._unknown(shown(idstr), instance_id, section.offset)
        if version > entry.version_id:
            text = f"savevm: unsupported version {signed(version)} for '{shown(idstr)}' v{entry.version_id}"
            raise incoming.refuse("version-too-new", text, section.offset)
        incoming.loaded.begin(entry, section.section_id, version)
        if incoming.host.options.xen and entry.is_ram:
            text = f"loadvm: {shown(idstr)} RAM loading not allowed on Xen"
            raise incoming.refuse("xen-ram", text, section.offset)
        return entry

    def _check_cut(self, section: SectionBegin) -> None:
        name_end = section.offset + section.length - 8
        if self._in.beyond(name_end):
            text = f"Unable to read ID string for section {section.section_id}"
            raise self._in.refuse("truncated", text, name_end)
        if self._in.beyond(section.offset + section.length):
            text = f"qemu_loadvm_section_start_full: Failed to read instance/version ID: {-EIO}"
            raise self._in.refuse("truncated", text, section.offset + section.length, errno=EIO)

    def _unknown(self, idstr: str, instance_id: int, offset: int) -> LoadError:
        text = (
            f"Unknown savevm section or instance '{idstr}' {instance_id}. Make sure that your current VM setup "
            "matches your saved VM setup, including any hotplugged devices"
        )
        message = f"this machine has no {idstr} with instance {instance_id}"
        return self._in.refuse("device-unknown", text, offset, message=message)

    def _reader(self, entry: Entry, section: SectionBegin) -> PayloadReader:
        incoming = self._in
        incoming.trace("vmstate_load", entry.idstr, entry.state_name, offset=section.offset)
        incoming.in_payload = True
        version = incoming.loaded.version(entry)
        if entry.state is not None:
            return Guarded(incoming, StateReader(entry.state, entry.target, version, ends_badly=True))
        if entry.handlers is None or entry.handlers.load_state is None:
            raise StreamError("not-loadable", f"{entry.idstr} can be saved, but not loaded", offset=section.offset)
        return Guarded(incoming, entry.handlers.load_state(version))


class Guarded:
    """A payload's reader that says what is cut where the stream ends inside of it."""

    def __init__(self, incoming: Incoming, reader: PayloadReader) -> None:
        self._in = incoming
        self._reader = reader

    def step(self, window: Window) -> Event | Done:
        """Raises Short only where more may come."""
        self._in.in_payload = True
        try:
            result = self._reader.step(window)
        except Short:
            if not window.ended:
                raise
            raise self._cut(window) from None
        self._in.in_payload = not isinstance(result, Done)
        if isinstance(self._reader, StateReader) and self._reader.looked_beyond:
            self._in.looked_beyond = True
        return result

    def _cut(self, window: Window) -> StreamError:
        if isinstance(self._reader, StateReader):
            return self._reader.truncated(window.available)
        return StreamError("truncated", "the stream ends here", offset=self._in.end)
