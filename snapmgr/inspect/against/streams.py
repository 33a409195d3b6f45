"""A stream as the target: the machine that wrote it, or one like it."""

from __future__ import annotations

import uuid

from snapmgr.containers.source import Source
from snapmgr.inspect.against.target import Target, TargetBlock, TargetDevice, page_bits_of
from snapmgr.inspect.index import StreamIndex, index_stream
from snapmgr.inspect.model import Record
from snapmgr.ram.dirty_bitmap import IDSTR as BITMAPS
from snapmgr.ram.words import IDSTR
from snapmgr.vmstate.catalogue import NEWER, OLD, Catalogue, known
from snapmgr.wire.constants import Command
from snapmgr.work import CancelToken, Progress, no_progress

_PAGE_BITS, _SIXTEEN, _RAM_ID = 12, 16, 2
_ADVISE = Command.POSTCOPY_ADVISE.name


def target_of_stream(source: Source, *, progress: Progress = no_progress, cancel: CancelToken | None = None) -> Target:
    """Read ``source`` and take it for what the target would send.  Raises StreamError where nothing can be read."""
    return target_of(index_stream(source, progress=progress, cancel=cancel))


def target_of(index: StreamIndex) -> Target:
    """The same of a stream that was read."""
    sections = list(index.records.of("START", "FULL", "COMMAND"))
    first = {record.section_id: record for record in reversed(sections) if record.instance_id is not None}
    full = [record for record in first.values() if record.type == "FULL"]
    info = index.configuration
    bits = page_bits_of(info.target_page_bits if info is not None else None)
    started = [record.section_id for record in first.values() if record.idstr == IDSTR]
    ram_id = started[0] if started and started[0] is not None else _RAM_ID
    return Target(
        label=index.source.label,
        machine=None if info is None else info.machine,
        page_bits=bits or _PAGE_BITS,
        page_bits_minimum=_PAGE_BITS if bits is None else bits - 1,
        uuid=None if info is None or info.uuid is None else uuid.UUID(info.uuid).bytes,
        capabilities=_capabilities(index, sections),
        footers=all(record.footer for record in full),
        describes=index.vmdesc is not None,
        ram_id=ram_id,
        devices=tuple(_device(index, record, known(writer_of(ram_id))) for record in full),
        blocks=tuple(
            TargetBlock(block.name, block.used_length, block.page_size or 1 << _PAGE_BITS, block.address)
            for block in index.listed
        ),
    )


def writer_of(ram_id: int) -> str:
    """Which release a QEMU is like whose RAM has this section id: older ones have one more section before it (m)."""
    return OLD if ram_id >= _RAM_ID else NEWER


def _device(index: StreamIndex, record: Record, catalogue: Catalogue) -> TargetDevice:
    description = index.description
    idstr, instance_id = record.idstr or "", record.instance_id or 0
    described = description.find(idstr, instance_id) if description is not None else None
    payload = bytes(index.source.read(record.payload, record.payload_length))
    state, size = None, None
    if described is None:
        state = catalogue.describe(idstr, record.version_id or 0, payload)
    elif described.state.contradiction is None:
        state, size = (described.state, None) if described.size is None else (None, record.payload_length)
    return TargetDevice(idstr, instance_id, record.version_id or 0, record.section_id or 0, state, payload, size)


def _capabilities(index: StreamIndex, sections: list[Record]) -> frozenset[str]:
    """What was on where the stream was written: announced, or seen by what came of it."""
    info = index.configuration
    found = set(info.capabilities or ()) if info is not None else set()
    for record in sections:
        if record.type == "COMMAND" and record.idstr == _ADVISE and record.payload_length == _SIXTEEN:
            found.add("postcopy-ram")
        if record.type == "COMMAND" and record.idstr == Command.ENABLE_COLO.name:
            found.add("x-colo")
        if record.type == "START" and record.idstr == BITMAPS:
            found.add("dirty-bitmaps")
    if any(block.compressed for block in index.blocks):
        found.add("compress")
    return frozenset(found)
