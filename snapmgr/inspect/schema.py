"""Looking into a stream that does not describe its devices, by what another stream or a dump of types says of them."""

from __future__ import annotations

from dataclasses import replace

from snapmgr.inspect.index import StreamIndex
from snapmgr.vmstate.description import Device, VmDescription
from snapmgr.vmstate.dumptypes import NO_END, DumpTypes, NotTold


def with_schema(index: StreamIndex, schema: VmDescription | DumpTypes) -> tuple[StreamIndex, dict[str, str]]:
    """The same stream with its devices described, and why some are not, by their names.

    What a stream says of itself is believed before any schema.
    """
    if index.description is not None:
        return index, {}
    if isinstance(schema, VmDescription):
        return replace(index, description=schema), {}
    told: list[Device] = []
    reasons: dict[str, str] = {}
    for record in index.records:
        if record.type != "FULL":
            continue
        idstr, instance = record.idstr or "", record.instance_id or 0
        payload = bytes(index.source.read(record.payload, record.payload_length))
        has_footer = record.payload + record.payload_length < record.offset + record.length
        found = schema.describe(idstr, instance, record.version_id or 0, payload) if has_footer else NO_END
        if isinstance(found, NotTold):
            reasons[idstr if instance == 0 else f"{idstr} ({instance})"] = found.reason
        else:
            told.append(found)
    return replace(index, description=VmDescription(tuple(told))), reasons
