"""One section's bytes: header, state, footer (savevm.c: save_section_header, vmstate_save, save_section_footer)."""

from __future__ import annotations

from typing import Any

from snapmgr.savevm.entry import Entry
from snapmgr.savevm.handlers import Host
from snapmgr.savevm.output import Output
from snapmgr.trace.names import traced
from snapmgr.vmstate.save import save_state
from snapmgr.wire import writer
from snapmgr.wire.constants import RecordType
from snapmgr.wire.events import SectionBegin

NAMED = frozenset({RecordType.START, RecordType.FULL})


def put_header(out: Output, entry: Entry, kind: RecordType) -> None:
    """START and FULL carry the names, PART and END only the id."""
    if kind in NAMED:
        event = SectionBegin(0, 0, kind, entry.section_id, entry.idstr, entry.instance_id, entry.version_id)
    else:
        event = SectionBegin(0, 0, kind, entry.section_id)
    out.put(writer.section_begin(event))


def put_footer(host: Host, out: Output, entry: Entry) -> None:
    """Nothing where the machine sends none (``send-section-footer=off``)."""
    if host.options.send_section_footer:
        out.put(writer.footer(entry.section_id))


def put_state(host: Host, out: Output, entry: Entry) -> dict[str, Any]:
    """A device's payload; returns what the VM description says of it.

    Raises what the device's hooks raise; what was written until then stays written, as in QEMU.
    """
    host.trace.emit(traced("vmstate_save", entry.idstr, entry.state_name, offset=out.offset))
    if entry.state is None:
        return _put_old_style(out, entry)
    payload = bytearray()
    try:
        return save_state(entry.state, entry.target, payload)
    finally:
        out.put(payload)


def _put_old_style(out: Output, entry: Entry) -> dict[str, Any]:
    assert entry.handlers is not None and entry.handlers.save_state is not None
    start = out.offset
    entry.handlers.save_state(out)
    size = out.offset - start
    return {"size": size, "fields": [{"name": "data", "size": size, "type": "buffer"}]}
