"""Which trace events an event of the reader is (migration/trace-events, as savevm.c emits them while loading)."""

from __future__ import annotations

from collections.abc import Iterator

from snapmgr.trace import events as trace
from snapmgr.wire.commands import command_fault, command_name
from snapmgr.wire.constants import RecordType
from snapmgr.wire.events import CommandEvent, Eof, Event, PackageBegin, SectionBegin


def traced_events(event: Event) -> Iterator[trace.TraceEvent]:
    """In the order in which QEMU's loader emits them."""
    match event:
        case SectionBegin():
            yield trace.loadvm_section(event.type, event.offset)
            if event.instance_id is None:
                yield trace.loadvm_section_partend(event.section_id, event.offset)
            else:
                yield trace.loadvm_section_startfull(
                    event.section_id, event.idstr or "", event.instance_id, event.version_id or 0, event.offset
                )
        case CommandEvent():
            yield trace.loadvm_section(RecordType.COMMAND, event.offset)
            if command_fault(event.number, len(event.data), event.offset) is None:
                yield trace.loadvm_process_command(command_name(event.number), len(event.data), event.offset)
        case PackageBegin():
            yield trace.loadvm_handle_cmd_packaged(event.length, event.offset)
        case Eof():
            yield trace.loadvm_section(RecordType.EOF, event.offset)
